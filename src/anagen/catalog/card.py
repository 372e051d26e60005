"""One thing of the evidence base on one card: what it is, its numbers, harms, safety, sources.

A card holds plain text in sections, so that the terminal, JSON and a page show the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from anagen.catalog.cite import references
from anagen.catalog.claims import load_claims
from anagen.catalog.endpoints import endpoint_labels, headline_endpoints
from anagen.catalog.facts import load_facts
from anagen.catalog.parameters import GRADES, load_parameters
from anagen.catalog.search import Entry
from anagen.catalog.sources import load_sources
from anagen.catalog.studies import (
    Endpoint,
    Study,
    StudyArm,
    holds,
    load_studies,
    load_study,
    studies_of,
)
from anagen.catalog.supplements import load_supplements
from anagen.catalog.tables import data_root, read_document, read_table

TIERS = {
    "forecast": "forecast: controlled trials, and the model has it",
    "plausible": "plausible: weaker evidence or no model, so no number is promised",
    "no_evidence": "no evidence in people: no number is shown",
}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with sentences and, if there are columns, a table of rows."""

    heading: str
    lines: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """Everything shown about one thing. `sources` are the keys of all sources it rests on."""

    kind: str
    id: str
    title: str
    sections: tuple[Section, ...]
    sources: tuple[str, ...]


def words(name: str) -> str:
    """An id in plain words."""
    return name.replace("_", " ")


def figure(value: float | None) -> str:
    """A number as printed, blank when unknown."""
    return "" if value is None else f"{value:g}"


def _range(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    if low is None:
        return f"up to {figure(high)}"
    if high is None:
        return f"over {figure(low)}"
    return f"{figure(low)} to {figure(high)}"


def _card(entry: Entry, title: str, sections: Iterable[Section], keys: Iterable[str]) -> Card:
    sources = tuple(sorted({key for key in keys if key}))
    kept = [section for section in sections if section.lines or section.rows]
    return Card(
        entry.kind, entry.id, title, (*kept, Section("Sources", references(sources))), sources
    )


def _value(row: Endpoint) -> str:
    """The number of a row with sign and unit; `beyond control` marks differences of two arms."""
    sign = "+" if row.kind in ("change", "net") and row.value and row.value > 0 else ""
    net = " beyond control" if row.kind == "net" else ""
    return f"{sign}{figure(row.value)} {row.unit}{net}"


def arm_label(arm: StudyArm) -> str:
    """What the people of one arm got."""
    if arm.schedule:
        return f"{words(arm.drug) or words(arm.role)} {arm.schedule}"
    if not arm.drug:
        return words(arm.role)
    if arm.dose is None:
        return words(arm.id)
    per_day = arm.times_per_day
    often = {1.0: " daily", 2.0: " twice daily"}.get(per_day, "") if per_day else ""
    return f"{words(arm.drug)} {figure(arm.dose)} {arm.unit}{often}"


def _rank(row: Endpoint) -> int:
    """0 for numbers good enough to fit (held out or not), 1 to check, 2 kept out."""
    if row.use == "fit" or row.reason.startswith("held out"):
        return 0
    return 1 if row.use == "check" else 2


def headline(study: Study) -> tuple[Endpoint, ...]:
    """The rows of one study to show first: one end point at one week, as many arms as have it.

    In this order: numbers good enough to fit, a control arm beside the drug, the usual end points,
    most arms, the latest week.
    """
    known = [row for row in study.endpoints if row.value is not None]
    best_rank = min((_rank(row) for row in known), default=0)
    rows = [row for row in known if _rank(row) == best_rank]
    if not rows:
        return ()

    def key(row: Endpoint) -> tuple[str, float, str, str]:
        return (row.endpoint, row.week or 0.0, row.analysis, row.unit)

    controls = {arm.id for arm in study.arms if not arm.drug}
    arms = Counter(key(row) for row in rows)
    controlled = {key(row) for row in rows if row.arm in controls}

    def merit(group: tuple[str, float, str, str]) -> tuple[bool, bool, int, float]:
        usual = group[0] in headline_endpoints()
        return (group in controlled, usual, arms[group], group[1])

    best = max(arms, key=merit)
    worst_shown = max(best_rank, 1)
    return tuple(row for row in known if key(row) == best and _rank(row) <= worst_shown)


def _study_rows(studies: Iterable[Study], treatment: str) -> tuple[tuple[str, ...], ...]:
    """Headline rows of some studies, the strongest study first."""

    def strength(study: Study) -> tuple[int, int, str]:
        rank = min((_rank(row) for row in study.endpoints if row.value is not None), default=3)
        return (rank, GRADES.index(study.grade), study.id)

    table = []
    for study in sorted(studies, key=strength):
        arms = {arm.id: arm for arm in study.arms}
        labels = Counter(arm_label(arm) for arm in study.arms)
        name = study.id
        for row in headline(study):
            arm = arms[row.arm]
            if study.design == "meta_analysis" and not holds(arm, treatment):
                continue
            week = f", week {figure(row.week)}" if row.week is not None else ""
            label = arm_label(arm)
            # Arms that differ only in who was in them are told apart by their people.
            label += f" ({arm.population})" if labels[label] > 1 and arm.population else ""
            table.append(
                (
                    name,
                    label,
                    endpoint_labels().get(row.endpoint, words(row.endpoint)) + week,
                    _value(row),
                    str(row.n or ""),
                    words(row.grade),
                    words(row.use) if row.split != "held_out" else "held out",
                )
            )
            name = ""
    return tuple(table)


HARMS_UNKNOWN = "Rates not known here; that does not mean none."
STUDY_COLUMNS = ("study", "arm", "end point", "value", "n", "grade", "use")


def treatment_card(entry: Entry) -> Card:
    """What a treatment is, its tier for each cause, studies, harms and safety rules."""
    from anagen.catalog.causes import load_causes
    from anagen.catalog.harms import load_harms
    from anagen.catalog.safety import load_safety_rules
    from anagen.catalog.treatments import load_treatments, tier_of

    treatment = load_treatments()[entry.id]
    patterns = [c for row in treatment.indications for c in row.causes]
    patterns += [c for row in treatment.evidence for c in row.causes]
    causes = [
        cause
        for cause in load_causes()
        if any(fnmatchcase(cause, pattern) for pattern in patterns if pattern != "*")
    ]
    together: dict[tuple[str, str], list[str]] = {}
    for cause in causes:
        together.setdefault(tier_of(treatment, (cause,)), []).append(words(cause))
    if not together:
        together[tier_of(treatment, ())] = ["any"]
    tiers = [("; ".join(named), TIERS[tier], basis) for (tier, basis), named in together.items()]
    harms = [row for row in load_harms() if row.treatment == treatment.id]
    rules = [
        rule
        for rule in load_safety_rules()
        if any(
            name == treatment.id or name in treatment.tags or fnmatchcase(treatment.id, name)
            for name in rule.applies_to
        )
    ]
    studies = studies_of(treatment.id)
    about = [f"{treatment.drug_class}; {treatment.route}"]
    if treatment.regimen:
        about.append(f"Usually taken as: {treatment.regimen.text}")
    about += [f"Licence ({row.region}): {row.words}" for row in treatment.approvals]
    about += [f"Stopping: {treatment.stopping.text}"] if treatment.stopping.text else []
    about += [f"For: {text}" for text in treatment.positives]
    about += [f"Against: {text}" for text in treatment.negatives]
    keys = [row.source for row in (*treatment.evidence, *treatment.indications, *harms, *rules)]
    keys += [row.source for row in (*treatment.approvals, *treatment.monitoring)]
    keys += [study.source for study in studies] + [treatment.stopping.source]
    return _card(
        entry,
        treatment.name,
        (
            Section("What it is", tuple(about)),
            Section("Tier", (), ("cause", "tier", "because"), tuple(tiers)),
            Section(
                "Evidence",
                (),
                ("grade", "direction", "what", "source"),
                tuple(
                    (words(row.grade), words(row.direction), row.what, row.source)
                    for row in treatment.evidence
                ),
            ),
            Section("Studies", (), STUDY_COLUMNS, _study_rows(studies, treatment.id)),
            Section(
                "Harms per 100 people",
                () if harms or treatment.kind == "care" else (HARMS_UNKNOWN,),
                ("event", "treated", "control", "over", "in", "dose"),
                tuple(
                    (
                        row.event,
                        figure(row.per_100_treated),
                        figure(row.per_100_control) or "unknown",
                        row.time_frame,
                        row.population,
                        row.dose,
                    )
                    for row in harms
                ),
            ),
            Section(
                "Safety",
                tuple(f"Monitor: {row.text}" for row in treatment.monitoring),
                ("effect", "rule", "whose", "checked"),
                tuple((rule.effect, rule.text, rule.authority, rule.verified) for rule in rules),
            ),
        ),
        keys,
    )


def cause_card(entry: Entry) -> Card:
    """What a cause is, what finds it and what is offered for it."""
    from anagen.catalog.treatments import load_treatments, tier_of

    document = read_document(f"causes/{entry.id}.toml")
    about = [str(document.get("description", ""))]
    for key, text in (
        ("reversibility", "Reversible"),
        ("delay_to_shedding", "Shedding starts after"),
        ("delay_to_regrowth", "Regrowth takes"),
    ):
        if document.get(key):
            about.append(f"{text}: {document[key]}")
    findings = [
        row
        for row in _rows("finding_frequencies.csv")
        if row["cause"] in (entry.id, document.get("parent"))
    ]
    treatments = []
    for treatment in load_treatments().values():
        for block in treatment.indications:
            if any(fnmatchcase(entry.id, pattern) for pattern in block.causes):
                tier = words(tier_of(treatment, (entry.id,))[0])
                treatments.append((treatment.name, words(block.role), tier, block.note))
    keys = [*document.get("sources", ()), *(row["source"] for row in findings)]
    return _card(
        entry,
        entry.label,
        (
            Section("What it is", tuple(line for line in about if line)),
            Section(
                "Findings",
                ("How often the finding is seen when this is the cause.",) if findings else (),
                ("finding", "share", "90 % interval", "grade", "checked"),
                _frequencies(findings, "finding"),
            ),
            Section("Treatments", (), ("treatment", "role", "tier", "note"), tuple(treatments)),
        ),
        keys,
    )


def _frequencies(rows: Iterable[dict[str, str]], what: str) -> tuple[tuple[str, ...], ...]:
    """Rows of finding frequencies as cells: the finding or the cause (`what`), share, interval."""
    return tuple(
        (
            words(row[what]),
            row["p"],
            f"{row['low']} to {row['high']}",
            words(row["grade"]),
            row["verified"],
        )
        for row in rows
    )


def _rows(name: str) -> tuple[dict[str, str], ...]:
    return read_table(name) if (data_root() / name).is_file() else ()


def study_card(entry: Entry) -> Card:
    """A study: arms, every number, and what each may be used for."""
    study = load_study(entry.id)
    about = [
        study.title,
        f"Design: {words(study.design)}; condition: {words(study.condition)}; "
        f"grade: {words(study.grade)}",
        f"Split: {words(study.split)}; shares people with the group {study.people}",
    ]
    about += [f"Registration: {study.registration}"] if study.registration else []
    about += [study.note] if study.note else []
    return _card(
        entry,
        words(study.id),
        (
            Section("What it is", tuple(about)),
            Section(
                "Arms",
                (),
                ("arm", "role", "treatment", "dose", "route", "n", "people"),
                tuple(
                    (
                        words(arm.id),
                        words(arm.role),
                        words(arm.drug),
                        f"{figure(arm.dose)} {arm.unit}".strip(),
                        arm.route,
                        str(arm.n or ""),
                        arm.population,
                    )
                    for arm in study.arms
                ),
            ),
            Section(
                "Numbers",
                (),
                ("arm", "end point", "week", "value", "n", "checked", "use", "reason"),
                tuple(
                    (
                        words(row.arm),
                        endpoint_labels().get(row.endpoint, words(row.endpoint))
                        + (f" ({words(row.analysis)})" if row.analysis else ""),
                        figure(row.week) or _range(row.week_low, row.week_high),
                        _value(row) if row.value is not None else "",
                        str(row.n or ""),
                        row.verified,
                        words(row.use),
                        row.reason,
                    )
                    for row in study.endpoints
                ),
            ),
        ),
        [study.source],
    )


def parameter_card(entry: Entry) -> Card:
    """A model parameter with its spread and origin."""
    parameter = load_parameters()[entry.id]
    lines = [
        f"{parameter.value:g} {parameter.unit}"
        + (
            f" (90 %: {_range(parameter.low, parameter.high)}, {parameter.distribution})"
            if parameter.low is not None
            else " (fixed)"
        ),
        f"Role: {words(parameter.role)}; grade: {words(parameter.grade)}; {parameter.verified}",
    ]
    lines += [f"In: {parameter.population}"] if parameter.population else []
    lines += [f"n: {parameter.n}"] if parameter.n else []
    lines += [f"Found at: {parameter.locator}"] if parameter.locator else []
    lines += [parameter.note] if parameter.note else []
    lines += [f"Row: {parameter.row}"]
    return _card(entry, parameter.meaning, (Section("Value", tuple(lines)),), [parameter.source])


def laboratory_card(entry: Entry) -> Card:
    """A laboratory test with its codes and printed ranges."""
    row = next(row for row in read_table("labs.csv") if row["id"] == entry.id)
    ranges = [line for line in _rows("lab_references.csv") if line["test"] == entry.id]
    about = [f"Unit: {row['unit']}; LOINC {row['loinc']}"]
    about += [row["note"]] if row.get("note") else []
    return _card(
        entry,
        entry.label,
        (
            Section("What it is", tuple(about)),
            Section(
                "Ranges",
                ("Use the range that the laboratory prints.",) if ranges else (),
                ("for", "range", "unit", "source", "checked"),
                tuple(
                    (
                        " ".join(filter(None, (line["sex"], line["age_low"], line["state"])))
                        or "adults",
                        f"{line['reference_low']} to {line['reference_high']}",
                        line["unit"],
                        line["source"],
                        line["verified"],
                    )
                    for line in ranges
                ),
            ),
        ),
        [row["source"], *(line["source"] for line in ranges)],
    )


def finding_card(entry: Entry) -> Card:
    """A finding and how often it goes with each cause."""
    row = next(row for row in read_table("findings.csv") if row["id"] == entry.id)
    shares = [line for line in _rows("finding_frequencies.csv") if line["finding"] == entry.id]
    return _card(
        entry,
        entry.label,
        (
            Section("What it is", tuple(filter(None, (row.get("question"), row.get("note"))))),
            Section(
                "Causes",
                (),
                ("cause", "share with the finding", "90 % interval", "grade", "checked"),
                _frequencies(shares, "cause"),
            ),
        ),
        [row["source"], *(line["source"] for line in shares)],
    )


def supplement_card(entry: Entry) -> Card:
    """A nutrient: what it does in lack and in plenty, and its limits."""
    supplement = load_supplements()[entry.id]
    lines = [
        f"When it is lacking: {supplement.when_deficient}" if supplement.when_deficient else "",
        f"When it is not: {supplement.when_replete}",
        f"Trials: {supplement.trials}",
        f"Grade: {words(supplement.grade)}; {supplement.verified}",
    ]
    return _card(
        entry,
        supplement.name,
        (
            Section("For hair", tuple(line for line in lines if line)),
            Section(
                "Intake",
                (),
                ("what", "for", "value", "says", "checked"),
                tuple(
                    (
                        words(limit.quantity),
                        limit.population,
                        f"{limit.value:g} {limit.unit}",
                        limit.authority,
                        limit.verified,
                    )
                    for limit in supplement.limits
                ),
            ),
        ),
        [*supplement.sources, *(limit.source for limit in supplement.limits)],
    )


def claim_card(entry: Entry) -> Card:
    """A claim or question of the two articles with its verdict."""
    claim = load_claims()[entry.id]
    lines = [
        f"{claim.kind.capitalize()}: {claim.claim}",
        f"Verdict: {words(claim.verdict)}; grade: {words(claim.grade)}; {claim.verified}",
        claim.statement,
    ]
    lines += [claim.note] if claim.note else []
    title = f"{claim.id} {claim.section}"
    return _card(entry, title, (Section("Answer", tuple(lines)),), claim.sources)


def fact_card(entry: Entry) -> Card:
    """A published fact."""
    fact = load_facts()[entry.id]
    number = " ".join(
        filter(None, (figure(fact.value), fact.unit if fact.value is not None else ""))
    )
    spread = _range(fact.low, fact.high)
    lines = [
        number,
        f"Range: {spread} {fact.unit}" if spread else "",
        f"SD {figure(fact.sd)}" if fact.sd is not None else "",
        f"{figure(fact.k)} of {figure(fact.n)}" if fact.k is not None else "",
        fact.statement,
        f"In: {fact.population}" if fact.population else "",
        f"Grade: {words(fact.grade)}; {fact.verified}",
        fact.note,
    ]
    section = Section("Fact", tuple(line for line in lines if line))
    return _card(entry, fact.quantity, (section,), [fact.source])


def source_card(entry: Entry) -> Card:
    """A source and what rests on it."""
    source = load_sources()[entry.id]
    used = [f"study {study.id}" for study in load_studies().values() if study.source == source.key]
    used += [f"parameter {p.id}" for p in load_parameters().values() if p.source == source.key]
    used += [f"fact {fact.id}" for fact in load_facts().values() if fact.source == source.key]
    used += [f"claim {claim.id}" for claim in load_claims().values() if source.key in claim.sources]
    lines = [source.fields.get("note", ""), f"Entry: {source.place}"]
    return _card(
        entry,
        source.key,
        (
            Section("What it is", tuple(line for line in lines if line)),
            Section("Used by", tuple(used)),
        ),
        [source.key],
    )


CARDS: dict[str, Callable[[Entry], Card]] = {
    "treatment": treatment_card,
    "cause": cause_card,
    "study": study_card,
    "parameter": parameter_card,
    "laboratory test": laboratory_card,
    "finding": finding_card,
    "supplement": supplement_card,
    "claim": claim_card,
    "fact": fact_card,
    "source": source_card,
}


def card(entry: Entry) -> Card:
    """The card of one entry."""
    return CARDS[entry.kind](entry)
