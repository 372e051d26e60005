"""From a patient record to findings that are present or absent; what is not said stays unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import get_args

from anagen.catalog.findings import FindingRule, load_findings, load_rules, load_windows
from anagen.catalog.labs import reference_range
from anagen.catalog.medicines import match_medicine, medicine_classes, weeks_after_the_end
from anagen.catalog.words import normal
from anagen.patients.nutrients import intake, over_limit
from anagen.patients.record import Lab, Medicine, Nutrient, PatientRecord
from anagen.patients.result_text import says

NUTRIENTS: tuple[str, ...] = get_args(Nutrient)

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@dataclass(frozen=True, slots=True)
class Read:
    """What a record says: the state of each known finding, and where each came from.

    `later` are drugs that were begun after the loss: taken, but not what set it off.
    """

    present: Mapping[str, bool]
    origin: Mapping[str, str]
    later: frozenset[str] = frozenset()

    @property
    def weighed(self) -> dict[str, bool]:
        """The findings that can speak for or against a cause."""
        return {name: state for name, state in self.present.items() if name not in self.later}


def read_findings(record: PatientRecord) -> Read:
    """All findings the record supports. An explicit finding goes before a derived one.

    When two derivations of one finding disagree, "present" wins (one good sign is enough).
    """
    known = load_findings()
    derived: dict[str, bool] = {}
    origin: dict[str, str] = {}
    for rule in load_rules():
        if rule.sex and rule.sex != record.sex:
            continue
        state = _READERS[rule.reads](record, rule)
        if state is None or (rule.finding in derived and not (state and not derived[rule.finding])):
            continue
        derived[rule.finding] = state
        origin[rule.finding] = f"{rule.reads} {rule.key.split(' ')[0]}".strip()
    for finding, presence in sorted(record.findings.items()):
        if finding in known:
            derived[finding] = presence == "present"
            origin[finding] = "stated"
    return Read(dict(sorted(derived.items())), origin, _later(record, origin))


def _later(record: PatientRecord, origin: Mapping[str, str]) -> frozenset[str]:
    """Findings of a drug that rest only on drugs begun after the onset of the loss."""
    found: dict[str, bool] = {}
    for rule in load_rules():
        if rule.test != "trigger_exposure" or not origin.get(rule.finding, "").startswith("med"):
            continue
        begun = [
            _after_onset(record, medicine.started_weeks_ago)
            for medicine in record.medicines
            if _named(medicine.name, rule.key) and _taken(record, medicine, rule)
        ]
        if begun:
            found[rule.finding] = found.get(rule.finding, True) and all(begun)
    return frozenset(finding for finding, later in found.items() if later)


def _one_onset(record: PatientRecord) -> bool:
    """Whether the loss has one known onset: not in episodes, and not faster of late."""
    faster = record.findings.get("rapid_progression") == "present"
    known = record.complaint.duration_weeks is not None
    return known and not faster and record.complaint.onset != "episodic"


def _after_onset(record: PatientRecord, weeks_ago: float | None) -> bool:
    duration = record.complaint.duration_weeks
    if weeks_ago is None or duration is None or not _one_onset(record):
        return False
    return weeks_ago < duration


def body_mass_index(record: PatientRecord) -> float | None:
    """Body mass index in kg/m2, or None when weight or height is unknown."""
    weight, height = record.situation.weight_kg, record.situation.height_cm
    if weight is None or height is None:
        return None
    return weight / (height / 100) ** 2


def _compare(rule: FindingRule, number: float | None) -> bool | None:
    if number is None:
        return None
    if _OPERATORS[rule.test](number, float(rule.value)):
        return True
    return False if rule.absent == "yes" else None


def _pattern(record: PatientRecord, rule: FindingRule) -> bool | None:
    pattern = record.complaint.pattern
    if rule.key in pattern:
        return True
    return False if rule.absent == "given" and pattern else None


def _onset(record: PatientRecord, rule: FindingRule) -> bool | None:
    if record.complaint.onset != rule.key:
        return None
    return rule.test == "is"


def _duration(record: PatientRecord, rule: FindingRule) -> bool | None:
    return _compare(rule, record.complaint.duration_weeks)


def _episode(record: PatientRecord, rule: FindingRule) -> bool | None:
    return _compare(rule, record.complaint.episode_number)


def _measurement(record: PatientRecord, rule: FindingRule) -> bool | None:
    value = getattr(record.measurements, rule.key)
    if value is None:
        return None
    if rule.test == "in":
        return True if str(value).replace(" ", "_") in rule.value.split() else None
    return _compare(rule, float(value))


def in_trigger_window(
    record: PatientRecord, weeks_ago: float | None, *, drug: bool = False
) -> bool | None:
    """Whether something `weeks_ago` can have triggered shedding; None when it cannot be told.

    The lag to the onset decides while the loss is young; inside a long course the time to now
    does, because an effluvium can be added to an older loss. An event without a date counts as
    inside: the record lists events before the loss. A drug is counted from a known onset only
    (it is changed often, and its date is known), unless the loss became faster of late.
    """
    if weeks_ago is None:
        return True
    windows = load_windows()
    duration = record.complaint.duration_weeks
    low, high = windows["trigger_window"]
    if duration is not None and low <= weeks_ago - duration <= high:
        return True
    if drug and _one_onset(record):
        return False
    low, high = windows["trigger_window_from_now"]
    if duration is None or duration >= windows["trigger_window"][1]:
        return low <= weeks_ago <= high
    return False


def _event(record: PatientRecord, rule: FindingRule) -> bool | None:
    for event in record.events:
        if event.kind != rule.key:
            continue
        if rule.test == "toxic_window":
            low, high = load_windows()["toxic_window"]
            if event.weeks_ago is None or low <= event.weeks_ago <= high:
                return True
        elif in_trigger_window(record, event.weeks_ago, drug=_is_drug(rule)):
            return True
    return None


def _is_drug(rule: FindingRule) -> bool:
    return load_findings()[rule.finding].group == "trigger_drug"


def _named(name: str, words: str) -> bool:
    """Whether a medicine is one of some words: by its text, its row or its classes."""
    text = f" {normal(name)} "
    known = medicine_classes(name) | {row.id for row in match_medicine(name)}
    return any(normal(word) in text or word in known for word in words.split())


def _medicine(record: PatientRecord, rule: FindingRule) -> bool | None:
    for medicine in record.medicines:
        if rule.key != "*" and not _named(medicine.name, rule.key):
            continue
        if _taken(record, medicine, rule):
            return True
    return None


def medicines_behind(record: PatientRecord, finding: str) -> tuple[str, ...]:
    """The medicines of the record by which a finding is read, as they are written there."""
    return tuple(
        dict.fromkeys(
            medicine.name
            for rule in load_rules()
            if rule.finding == finding and rule.reads == "medicine" and rule.key != "*"
            for medicine in record.medicines
            if _named(medicine.name, rule.key) and _taken(record, medicine, rule)
        )
    )


def _intake(record: PatientRecord, rule: FindingRule) -> bool | None:
    """A nutrient from supplements: above its upper limit, or taken at all.

    With the test `over_limit_or_unknown` a product that does not say how much counts as too much.
    """
    for nutrient in NUTRIENTS if rule.key == "*" else (rule.key,):
        found = intake(record, nutrient, within_weeks=float(rule.value))
        if found is None:
            continue
        if rule.test == "taken" or over_limit(found, nutrient):
            return True
        if rule.test == "over_limit_or_unknown" and not found.complete:
            return True
    return None


def _taken(record: PatientRecord, medicine: Medicine, rule: FindingRule) -> bool:
    started, stopped = medicine.started_weeks_ago, medicine.stopped_weeks_ago
    if rule.test == "taken_recently":
        weeks = max(float(rule.value), weeks_after_the_end(medicine.name))
        return stopped is None or stopped <= weeks
    if rule.test == "started_within":
        return started is not None and started <= float(rule.value) and stopped is None
    if rule.test == "changed_in_window":
        changes = [time for time in (started, stopped) if time is not None]
        return any(in_trigger_window(record, time, drug=True) for time in changes)
    limit = load_windows()["trigger_exposure"][1] + (record.complaint.duration_weeks or 0.0)
    if stopped is not None:
        return stopped <= limit
    return started is None or started <= limit


_STATUSES = {
    "current": ("current",),
    "current_or_past": ("current", "past"),
    "current_past_or_suspected": ("current", "past", "suspected"),
}


def _condition(record: PatientRecord, rule: FindingRule) -> bool | None:
    statuses = _STATUSES[rule.test]
    wanted = {normal(word) for word in rule.key.split()}
    for condition in record.conditions:
        named = {normal(condition.id), normal(condition.name)}
        if condition.status in statuses and wanted & named:
            return True
    return None


def _family(record: PatientRecord, rule: FindingRule) -> bool | None:
    relatives = set(record.family_history)
    relatives |= {c.id for c in record.conditions if c.status == "family"}
    return True if relatives & set(rule.key.split()) else None


def _situation(record: PatientRecord, rule: FindingRule) -> bool | None:
    if rule.key == "body_mass_index":
        adult = record.age_years is not None and record.age_years >= 18
        return _compare(rule, body_mass_index(record)) if adult else None
    value = getattr(record.situation, rule.key)
    if value is None:
        return None
    if rule.test == "true":
        return bool(value)
    if rule.test == "in":
        return True if value in rule.value.split() else None
    if rule.test == "not_in":
        return False if value in rule.value.split() else None
    return True if in_trigger_window(record, float(value)) else None


def _newest(record: PatientRecord, test: str) -> Lab | None:
    results = [lab for lab in record.labs if lab.test == test]
    return min(results, key=lambda lab: lab.weeks_ago or 0.0) if results else None


def _lab(record: PatientRecord, rule: FindingRule) -> bool | None:
    plain = rule.finding.endswith(("_high", "_low", "_positive"))
    lab = record.latest_lab(rule.key)
    if lab is None or lab.value is None:
        newest = _newest(record, rule.key)
        # A result in words: "normal" settles the plain high or low rules, not the thresholds.
        if plain and newest is not None and normal(newest.text) == "normal":
            return False
        return None
    limit = _limit(record, rule, lab, plain)
    return None if limit is None else _OPERATORS[rule.test](lab.value, limit)


def _limit(record: PatientRecord, rule: FindingRule, lab: Lab, plain: bool) -> float | None:
    """The range of the report for plain rules, else the rule's threshold, else sex and age's."""
    upper = rule.test in (">", ">=")
    printed = lab.reference_high if upper else lab.reference_low
    if plain and printed is not None:
        return printed
    if rule.value != "reference":
        return float(rule.value)
    table = reference_range(rule.key, record.sex, record.age_years)
    if table is None:
        return None
    return table.high if upper else table.low


def _lab_text(record: PatientRecord, rule: FindingRule) -> bool | None:
    lab = _newest(record, rule.key)
    if lab is None or not lab.text:
        return None
    said = says(lab.text, rule.value.split())
    return None if said is False and rule.absent != "yes" else said


_READERS: dict[str, Callable[[PatientRecord, FindingRule], bool | None]] = {
    "pattern": _pattern,
    "onset": _onset,
    "duration_weeks": _duration,
    "episode_number": _episode,
    "measurement": _measurement,
    "event": _event,
    "medicine": _medicine,
    "intake": _intake,
    "condition": _condition,
    "family": _family,
    "situation": _situation,
    "lab": _lab,
    "lab_text": _lab_text,
}


def has_hair_complaint(record: PatientRecord, present: Mapping[str, bool]) -> bool:
    """Whether the record says anything about the hair itself."""
    complaint, known = record.complaint, load_findings()
    if complaint.duration_weeks is not None or complaint.onset or complaint.pattern:
        return True
    if complaint.episode_number is not None or complaint.description.strip():
        return True
    if any(value is not None for value in record.measurements.model_dump().values()):
        return True
    hair_ids = ("hair_loss",)
    if any(c.id in hair_ids and c.status != "family" for c in record.conditions):
        return True
    return any(state and known[finding].about == "hair" for finding, state in present.items())


def what_was_read(record: PatientRecord, present: Mapping[str, bool]) -> tuple[str, ...]:
    """One line per part of the record that holds something, in plain words."""
    lines: list[str] = []
    if record.age_years is not None:
        lines.append(f"age {record.age_years:g}")
    if record.sex is not None:
        lines.append(f"sex {record.sex}")

    def listed(name: str, items: Iterable[str]) -> None:
        kept = list(dict.fromkeys(item for item in items if item))
        if kept:
            shown = ", ".join(kept[:8]) + (f" and {len(kept) - 8} more" if len(kept) > 8 else "")
            lines.append(f"{name}: {shown}")

    known = load_findings()
    listed("findings", (known[f].label.lower() for f, state in present.items() if state))
    listed("absent", (known[f].label.lower() for f, state in present.items() if not state))
    listed("laboratory", (lab.test for lab in record.labs))
    listed("medicines", (medicine.name for medicine in record.medicines))
    listed("conditions", (c.name or c.id for c in record.conditions))
    listed("events", (event.kind.replace("_", " ") for event in record.events))
    return tuple(lines)
