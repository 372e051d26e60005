"""What of a record still acts, and what of it nobody can check."""

from __future__ import annotations

from anagen.catalog.medicines import match_medicine, medicine_classes, weeks_after_the_end
from anagen.patients.record import Condition, Medicine, PatientRecord


def in_effect(medicine: Medicine) -> bool:
    """Whether safety counts a medicine as taken: now, or so lately that it still acts."""
    ended = medicine.stopped_weeks_ago
    return medicine.in_the_body or (ended or 0.0) < weeks_after_the_end(medicine.name)


def is_allergy(condition: Condition) -> bool:
    """Whether a condition is an allergy of the person, by its id, its name or its note."""
    if condition.status == "family":
        return False
    told = " ".join((condition.id, condition.name, condition.note)).casefold()
    return "allerg" in told or "hypersensitiv" in told


def unchecked(record: PatientRecord) -> tuple[str, ...]:
    """A sentence on the medicines that are not known here; empty when all are known."""
    names = dict.fromkeys(item.name for item in record.medicines if not item.supplement)
    unknown = [name for name in names if not match_medicine(name) and not medicine_classes(name)]
    if not unknown:
        return ()
    return (f"Not known here, so their interactions are not checked: {', '.join(unknown)}.",)
