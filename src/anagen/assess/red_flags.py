"""Signs that must reach a clinician before any score."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from anagen.assess.expressions import evaluate
from anagen.assess.findings import normalized
from anagen.assess.records import RedFlag
from anagen.catalog.findings import load_red_flags
from anagen.patients.record import PatientRecord


def rule_names(record: PatientRecord, present: Mapping[str, bool]) -> dict[str, Any]:
    """What the bare names of a rule stand for: finding states and a few numbers."""
    salt = record.measurements.salt
    if salt is None and (present.get("pattern_totalis") or present.get("pattern_universalis")):
        salt = 100.0
    return {**present, "age": record.age_years, "sex": record.sex, "salt": salt}


def rule_functions(
    record: PatientRecord, present: Mapping[str, bool], probability: Callable[[str], float]
) -> dict[str, Callable[[str], Any]]:
    """What the functions of a rule stand for. `present` and `absent` are false when unknown."""

    def condition(name: str) -> bool | None:
        wanted = normalized(name)
        for item in record.conditions:
            named = (normalized(item.id), normalized(item.name))
            if item.status in ("current", "past") and wanted in named:
                return True
        return None

    return {
        "probability": probability,
        "status": lambda word: _status(record, word),
        "condition": condition,
        "present": lambda finding: present.get(finding) is True,
        "absent": lambda finding: present.get(finding) is False,
    }


def _status(record: PatientRecord, word: str) -> bool | None:
    situation = record.situation
    if word == "pregnancy_planned":
        return situation.pregnancy_planned
    if word == "breastfeeding":
        if situation.reproductive_status == "breastfeeding":
            return True
        return situation.breastfeeding
    if word == "contraception_unsure":
        if situation.reproductive_status in ("postmenopausal", "surgically_sterile"):
            return False
        return situation.contraception not in ("reliable", "not_needed")
    raise ValueError(f"unknown status in a rule: {word}")


def red_flags(
    names: Mapping[str, Any], functions: Mapping[str, Callable[[str], Any]]
) -> tuple[RedFlag, ...]:
    """The rules that hold. A rule that cannot be told is not raised: unknown is not present."""
    raised = [
        RedFlag(
            rule=row.rule,
            label=row.label,
            why=row.why,
            action=row.action,
            urgency=row.urgency,
            stops_planning=row.stops_planning,
            source=row.source,
            verified=row.verified,
        )
        for row in load_red_flags()
        if evaluate(row.condition, names, functions) is True
    ]
    raised.sort(key=lambda flag: not flag.stops_planning)
    return tuple(raised)
