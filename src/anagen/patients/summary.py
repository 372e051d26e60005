"""What a record holds, in plain sentences for a person."""

from __future__ import annotations

from anagen.catalog.conditions import load_conditions
from anagen.catalog.labs import load_labs
from anagen.patients.record import Lab, PatientRecord

_LISTED = 8
_TITLES = {
    "person": "A person's record",
    "published_case": "A published case",
    "synthetic": "A synthetic patient (no real person)",
    "fhir": "A FHIR R4 bundle",
}


def _few(words: list[str]) -> str:
    more = f" and {len(words) - _LISTED} more" if len(words) > _LISTED else ""
    return ", ".join(words[:_LISTED]) + more


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _who(record: PatientRecord) -> str:
    age = "age unknown" if record.age_years is None else f"{record.age_years:g} years"
    return f"{_TITLES[record.source.kind]}: {record.sex or 'sex unknown'}, {age}."


def _complaint(record: PatientRecord) -> str:
    complaint = record.complaint
    parts = []
    if complaint.duration_weeks is not None:
        parts.append(f"for {complaint.duration_weeks:g} weeks")
    if complaint.onset:
        parts.append(f"{complaint.onset} onset")
    if complaint.pattern:
        parts.append("pattern " + ", ".join(complaint.pattern).replace("_", " "))
    if complaint.description:
        parts.append(f"“{complaint.description}”")
    return f"Hair complaint: {'; '.join(parts)}." if parts else "No hair complaint is described."


def _newest(record: PatientRecord) -> list[Lab]:
    newest: dict[str, Lab] = {}
    for lab in sorted(record.labs, key=lambda lab: lab.weeks_ago or 0.0):
        newest.setdefault(lab.test, lab)
    return list(newest.values())


def _lab_words(lab: Lab) -> str:
    test = load_labs().get(lab.test)
    label = test.label if test else lab.test
    if lab.value is None:
        return f"{label} {lab.text}"
    unit = "" if lab.unit in ("1", "{titer}") else f" {lab.unit.replace('[IU]', 'IU')}"
    return f"{label} {lab.value:.4g}{unit}"


def sentences(record: PatientRecord) -> tuple[str, ...]:
    """What was read; what was left out or not understood comes last."""
    known = load_conditions()
    lines = [_who(record), _complaint(record)]
    measured = [
        f"{name.replace('_', ' ')} {value}"
        for name, value in record.measurements.model_dump(exclude_none=True).items()
    ]
    if measured:
        lines.append(f"Hair measurements: {_few(measured)}.")
    if record.findings:
        present = [name for name, state in record.findings.items() if state == "present"]
        absent = len(record.findings) - len(present)
        lines.append(
            f"Findings: {len(present)} present"
            + (f" ({_few([name.replace('_', ' ') for name in present])})" if present else "")
            + f", {absent} absent; all others unknown."
        )
    if record.conditions:
        words = []
        for condition in record.conditions:
            row = known.get(condition.id)
            name = row.label if row else condition.name
            words.append(name if condition.status == "current" else f"{name} ({condition.status})")
        lines.append(f"Conditions: {_few(words)}.")
    if record.family_history:
        family = [known[name].label if name in known else name for name in record.family_history]
        lines.append(f"In the family: {_few(family)}.")
    if record.medicines:
        words = [
            medicine.name + ("" if medicine.running else " (stopped)")
            for medicine in record.medicines
        ]
        lines.append(f"Medicines and supplements: {_few(words)}.")
    if record.events:
        lines.append(f"Events: {_few([event.kind.replace('_', ' ') for event in record.events])}.")
    if record.labs:
        newest = _newest(record)
        lines.append(
            f"Laboratory: {len(record.labs)} results of {len(newest)} tests, the newest of each: "
            f"{_few([_lab_words(lab) for lab in newest])}."
        )
    situation = record.situation.model_dump(exclude_none=True)
    if situation:
        words = [f"{name.replace('_', ' ')} {_plain(value)}" for name, value in situation.items()]
        lines.append(f"Situation: {_few(words)}.")
    return (*lines, *record.source.reading)
