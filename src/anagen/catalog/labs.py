"""Laboratory tests as data rows: identity, codes, units, plausible and reference ranges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from anagen.catalog.tables import optional_number, read_table
from anagen.catalog.words import cells, normal

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
    return {
        row["id"]: LabTest(
            id=row["id"],
            label=row["label"],
            synonyms=cells(row["synonyms"]),
            kind=row["kind"],
            loinc=cells(row["loinc"]),
            unit=row["unit"],
            other_units=cells(row["other_units"]),
            molar_mass_g_per_mol=optional_number(row["molar_mass_g_per_mol"]),
            plausible_low=optional_number(row["plausible_low"]),
            plausible_high=optional_number(row["plausible_high"]),
            source=row["source"],
            locator=row["locator"],
            verified=row["verified"],
            note=row["note"],
            row=row["_row"],
        )
        for row in read_table("labs.csv")
    }


@cache
def load_references() -> tuple[LabReference, ...]:
    """All printed reference ranges, in file order."""
    return tuple(
        LabReference(
            test=row["test"],
            sex=row["sex"],
            age_low=optional_number(row["age_low"]),
            age_high=optional_number(row["age_high"]),
            state=row["state"],
            low=optional_number(row["reference_low"]),
            high=optional_number(row["reference_high"]),
            unit=row["unit"],
            source=row["source"],
            locator=row["locator"],
            verified=row["verified"],
            note=row["note"],
            row=row["_row"],
        )
        for row in read_table("lab_references.csv")
    )


@cache
def load_conversions() -> dict[tuple[str, str], LabConversion]:
    """Special conversions by (test, from_unit)."""
    return {
        (row["test"], row["from_unit"]): LabConversion(
            test=row["test"],
            from_unit=row["from_unit"],
            slope=float(row["slope"]),
            intercept=float(row["intercept"]),
            to_unit=row["to_unit"],
            source=row["source"],
            verified=row["verified"],
            row=row["_row"],
        )
        for row in read_table("lab_conversions.csv")
    }


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
