"""The conditions of a person by their catalog ids, each with everything it is a kind of."""

from __future__ import annotations

from anagen.catalog.conditions import find_condition, with_broader
from anagen.patients.record import PatientRecord


def condition_ids(record: PatientRecord, *, past: bool) -> frozenset[str]:
    """Ids of the current and suspected conditions, with `past` also of those that are over.

    A list of conditions says what there is, never what there is not.
    """
    states = ("current", "suspected", "past") if past else ("current", "suspected")
    found: set[str] = set()
    for item in record.conditions:
        if item.status in states:
            row = find_condition(item.id or item.name)
            found |= with_broader(row.id if row else item.id)
    return frozenset(found - {""})
