"""Diseases as data rows: names, codes, and which condition is a kind of which."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from anagen.catalog.records import records
from anagen.catalog.words import normal


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """One condition. `broader` names conditions it is a kind of (breast_cancer -> malignancy).

    `icd10` are prefixes: I26 holds for I26.99. `verified` speaks of the first SNOMED CT code.
    """

    id: str
    label: str
    synonyms: tuple[str, ...]
    broader: tuple[str, ...]
    snomed: tuple[str, ...]
    icd10: tuple[str, ...]
    source: str
    locator: str
    verified: str
    note: str
    row: str


@cache
def load_conditions() -> dict[str, ConditionRow]:
    """All conditions by id."""
    return {row.id: row for row in records("conditions.csv", ConditionRow)}


@cache
def with_broader(condition: str) -> frozenset[str]:
    """The condition and everything it is a kind of, to any depth; unknown ids stand alone."""
    row = load_conditions().get(condition)
    found = {condition}
    for parent in row.broader if row else ():
        found |= with_broader(parent)
    return frozenset(found)


@cache
def _names() -> dict[str, str]:
    table: dict[str, str] = {}
    for row in load_conditions().values():
        for name in (row.id, row.label, *row.synonyms):
            table.setdefault(normal(name), row.id)
    return table


@cache
def _snomed() -> dict[str, str]:
    return {code: row.id for row in load_conditions().values() for code in row.snomed}


@cache
def _icd10() -> dict[str, str]:
    return {code: row.id for row in load_conditions().values() for code in row.icd10}


def find_condition(name: str) -> ConditionRow | None:
    """The condition called exactly `name` (id, label or synonym, case ignored), or None."""
    found = _names().get(normal(name))
    return load_conditions()[found] if found else None


def condition_by_snomed(code: str) -> ConditionRow | None:
    """The condition with this SNOMED CT code, or None (the hierarchy of SNOMED is not carried)."""
    found = _snomed().get(code)
    return load_conditions()[found] if found else None


def condition_by_icd10(code: str) -> ConditionRow | None:
    """The condition with the longest ICD-10 prefix of `code`, or None."""
    code = code.upper()
    for length in range(len(code), 2, -1):
        found = _icd10().get(code[:length].rstrip("."))
        if found:
            return load_conditions()[found]
    return None


def condition_names() -> tuple[str, ...]:
    """Every name a condition may be given by: ids first, then labels and synonyms."""
    rows = load_conditions().values()
    return (*load_conditions(), *(name for row in rows for name in (row.label, *row.synonyms)))
