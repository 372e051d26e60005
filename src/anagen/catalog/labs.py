"""Laboratory tests as data rows: identity, codes, units, plausible and reference ranges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from anagen.catalog.records import records
from anagen.catalog.words import normal

KINDS = ("quantity", "qualitative")


@dataclass(frozen=True, slots=True)
class LabTest:
    """One laboratory test. `unit` is canonical UCUM ('' for a qualitative test).

    `plausible_low`/`plausible_high` bound what is physically possible (input checking, not
    medicine), in `unit`. `molar_mass_g_per_mol` is None where mole units may not be converted.
    `verified` speaks of the first LOINC code.
    """

    id: str
    label: str
    synonyms: tuple[str, ...]
    kind: str
    loinc: tuple[str, ...]
    unit: str
    other_units: tuple[str, ...]
    molar_mass_g_per_mol: float | None
    plausible_low: float | None
    plausible_high: float | None
    source: str
    locator: str
    verified: str
    note: str
    row: str


@dataclass(frozen=True, slots=True)
class LabReference:
    """One printed reference range. It holds for `sex` ('' both), age_low <= age < age_high.

    `state` narrows it further (pregnant, not_pregnant, follicular; '' none). A laboratory's own
    range overrules it.
    """

    test: str
    sex: str
    age_low: float | None
    age_high: float | None
    state: str
    low: float | None
    high: float | None
    unit: str
    source: str
    locator: str
    verified: str
    note: str
    row: str


@dataclass(frozen=True, slots=True)
class LabConversion:
    """A conversion that no dimension gives: value in `to_unit` = slope * value + intercept."""

    test: str
    from_unit: str
    slope: float
    intercept: float
    to_unit: str
    source: str
    verified: str
    row: str


@cache
def load_labs() -> dict[str, LabTest]:
    """All laboratory tests by id."""
    return {test.id: test for test in records("labs.csv", LabTest)}


@cache
def load_references() -> tuple[LabReference, ...]:
    """All printed reference ranges, in file order."""
    columns = {"low": "reference_low", "high": "reference_high"}
    return records("lab_references.csv", LabReference, columns)


@cache
def load_conversions() -> dict[tuple[str, str], LabConversion]:
    """Special conversions by (test, from_unit)."""
    rows = records("lab_conversions.csv", LabConversion)
    return {(row.test, row.from_unit): row for row in rows}


@cache
def _names() -> dict[str, str]:
    table: dict[str, str] = {}
    for lab in load_labs().values():
        for name in (lab.id, lab.label, *lab.synonyms):
            table.setdefault(normal(name), lab.id)
    return table


@cache
def _codes() -> dict[str, str]:
    return {code: lab.id for lab in load_labs().values() for code in lab.loinc}


def find_lab(name: str) -> LabTest | None:
    """The test called `name` (id, label or synonym, case and punctuation ignored), or None."""
    found = _names().get(normal(name))
    return load_labs()[found] if found else None


def lab_by_loinc(code: str) -> LabTest | None:
    """The test with this LOINC code, or None."""
    found = _codes().get(code)
    return load_labs()[found] if found else None


def lab_names() -> tuple[str, ...]:
    """Every name a test may be given by: ids first, then labels and synonyms."""
    tests = load_labs().values()
    other = (name for lab in tests for name in (lab.label, *lab.synonyms))
    return (*load_labs(), *other)


def reference_range(
    test: str, sex: str | None = None, age_years: float | None = None, state: str = ""
) -> LabReference | None:
    """The printed range that fits this person, or None when none does or too little is known.

    A band that asks for a sex or an age is used only when that is known: nothing is assumed.
    """
    for row in load_references():
        if row.test != test or (row.sex and row.sex != sex):
            continue
        if row.state and row.state != state:
            continue
        if row.age_low is not None and (age_years is None or age_years < row.age_low):
            continue
        if row.age_high is not None and (age_years is None or age_years >= row.age_high):
            continue
        return row
    return None
