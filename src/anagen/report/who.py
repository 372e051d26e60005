"""What was read of the person, and what was not known."""

from __future__ import annotations

import re
from collections.abc import Iterator

from anagen.assess.records import Assessment
from anagen.catalog.expressions import truth
from anagen.catalog.supplements import load_supplements, upper_limits
from anagen.patients.nutrients import intake
from anagen.patients.record import Event, Lab, Medicine, PatientRecord
from anagen.plan.facts import PersonFacts
from anagen.report import labels
from anagen.report.records import Fact
from anagen.report.words import duration, joined, number, sentence, spoken

_YES_NO = {True: "yes", False: "no"}
_SITUATION = {
    "reproductive_status": "Life stage",
    "pregnancy_planned": "Pregnancy planned",
    "contraception": "Contraception",
    "weeks_since_delivery": "Weeks since giving birth",
    "breastfeeding": "Breastfeeding",
    "blood_donor": "Gives blood",
    "smoker": "Smokes",
    "suicidal_thoughts": "Thoughts of suicide",
    "weight_kg": "Weight (kg)",
    "height_cm": "Height (cm)",
    "systolic_mmhg": "Upper blood pressure (mmHg)",
    "diet": "Diet",
    "tight_hairstyle": "Tight hairstyle",
    "hemisphere": "Half of the earth",
}
_MEASUREMENTS = {
    "salt": "SALT score (% of scalp hair lost)",
    "salt_before_treatment": "SALT score before treatment",
    "norwood": "Norwood stage",
    "ludwig": "Ludwig stage",
    "sinclair_stage": "Sinclair stage",
    "total_density_per_cm2": "All hairs per cm²",
    "terminal_density_per_cm2": "Thick hairs per cm²",
    "hairs_shed_per_day": "Hairs shed per day",
    "telogen_percent": "Resting (telogen) hairs, %",
    "pull_test_hairs": "Pull test, hairs",
}


def facts(record: PatientRecord) -> tuple[Fact, ...]:
    """All that the record says, under headings; nothing is filled in."""
    found: list[Fact] = []

    def add(group: str, label: str, value: object) -> None:
        if value is None or value == "" or value == ():
            return
        if isinstance(value, bool):
            text = _YES_NO[value]
        elif isinstance(value, float):
            text = number(value)
        else:
            text = spoken(str(value))
        found.append(Fact(group, label, text))

    add("Person", "Age", None if record.age_years is None else f"{record.age_years:g} years")
    add("Person", "Sex", record.sex)
    add("Person", "Ancestry", record.ancestry)
    add("Person", "Visit", record.visit_date and f"{record.visit_date:%Y-%m-%d}")
    complaint = record.complaint
    if complaint.duration_weeks is not None:
        add("Hair loss", "For", duration(complaint.duration_weeks))
    add("Hair loss", "Began", complaint.onset)
    add("Hair loss", "Where", joined(spoken(place) for place in complaint.pattern))
    add("Hair loss", "Episode", complaint.episode_number)
    for field, label in _MEASUREMENTS.items():
        add("Measured", label, getattr(record.measurements, field))
    for state, label in (("present", "Seen"), ("absent", "Looked for and not seen")):
        names = [labels.finding(key) for key, value in record.findings.items() if value == state]
        add("Signs", label, joined(names))
    for event in record.events:
        add("Before the loss", spoken(event.kind).capitalize(), _event(event))
    for medicine in record.medicines:
        add("Medicines", medicine.name, _medicine(medicine))
    for label, text in _nutrients(record):
        add("Supplements, all products together", label, text)
    for condition in record.conditions:
        name = condition.name or labels.condition(condition.id)
        add("Health", name[:1].upper() + name[1:], condition.status)
    add("Health", "In the family", joined(labels.condition(c) for c in record.family_history))
    for lab in record.labs:
        add("Blood and other tests", labels.lab(lab.test), _lab(lab))
    for field, label in _SITUATION.items():
        add("Situation", label, getattr(record.situation, field))
    return tuple(found)


def _nutrients(record: PatientRecord) -> Iterator[tuple[str, str]]:
    """The daily sum of each nutrient whose amount some product tells, beside its upper limit."""
    for nutrient, row in load_supplements().items():
        found = intake(record, nutrient)
        if found is None or not found.amount:
            continue
        least = "" if found.complete else "at least "
        text = f"{least}{number(found.amount)} {found.unit} a day"
        limits = upper_limits(nutrient)
        if limits:
            above = found.amount > limits[0][0]
            text += f"; upper limit {number(limits[0][0])}{', which this passes' if above else ''}"
        yield row.name, text


def unknown(record: PatientRecord, assessment: Assessment) -> tuple[str, ...]:
    """What is not known and would matter; nothing unknown is taken as normal."""
    asked = {
        "age": record.age_years,
        "sex": record.sex,
        "how long the hair loss has lasted": record.complaint.duration_weeks,
        "how the hair loss began": record.complaint.onset,
        "where the hair is lost": record.complaint.pattern or None,
    }
    facts = PersonFacts(record, assessment)
    if record.sex == "female" and truth("could_become_pregnant", facts) is True:
        stage = record.situation.reproductive_status
        asked["life stage (such as pregnant or after menopause)"] = stage
        if truth("pregnant", facts) is not True:
            asked["whether a pregnancy is planned"] = record.situation.pregnancy_planned
    missing = [label for label, value in asked.items() if value is None]
    return tuple(dict.fromkeys(sentence(item) for item in (*missing, *assessment.unknown)))


def _ago(weeks: float | None) -> str:
    if weeks is None:
        return "time not given"
    return "now" if weeks == 0 else f"{duration(weeks)} ago"


def _event(event: Event) -> str:
    return f"{_ago(event.weeks_ago)}{f' ({event.note})' if event.note else ''}"


def _medicine(medicine: Medicine) -> str:
    parts = [medicine.dose] if medicine.dose else []
    if medicine.started_weeks_ago is not None:
        parts.append(f"begun {_ago(medicine.started_weeks_ago)}")
    if medicine.stopped_weeks_ago is not None:
        parts.append(f"stopped {_ago(medicine.stopped_weeks_ago)}")
    if medicine.response is not None:
        parts.append(f"effect on the hair, as told: {medicine.response}")
    return ", ".join(parts) or "dose and dates not given"


def _lab(lab: Lab) -> str:
    value = lab.text if lab.value is None else f"{lab.value:.4g} {_unit(lab.unit)}".strip()
    if lab.reference_low is not None and lab.reference_high is not None:
        value += f" (laboratory's range {lab.reference_low:g} to {lab.reference_high:g})"
    if lab.weeks_ago:
        value += f", {_ago(lab.weeks_ago)}"
    return value or "no result given"


def _unit(ucum: str) -> str:
    """A UCUM unit as printed on a laboratory sheet: 'm[IU]/L' -> 'mIU/L', 'ug/L' -> 'µg/L'."""
    if ucum in ("1", "{titer}"):
        return ""
    plain = re.sub(r"[\[\]{}]", "", ucum).replace("10*", "10^")
    return re.sub(r"\bu(?=(?:g|mol|L|IU|U)\b)", "µ", plain)
