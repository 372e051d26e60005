"""Nutrients sold for hair: `data/supplements.csv`, and their limits one number a row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from anagen.catalog.records import record, spaced
from anagen.catalog.tables import read_table

QUANTITIES = (
    "recommended",
    "recommended_extra",
    "adequate_intake",
    "upper_limit",
    "safe_level",
    "alert_limit",
)


@dataclass(frozen=True, slots=True)
class IntakeLimit:
    """One recommended intake or limit for one group of people by one authority."""

    quantity: str
    population: str
    value: float
    unit: str
    authority: str
    source: str
    verified: str
    note: str


@dataclass(frozen=True, slots=True)
class Supplement:
    """What a nutrient does for hair in people who lack it and in people who do not."""

    id: str
    name: str
    when_deficient: str
    when_replete: str
    trials: str
    grade: str
    sources: tuple[str, ...]
    verified: str
    limits: tuple[IntakeLimit, ...]


@dataclass(frozen=True, slots=True)
class IntakeUnit:
    """How much of the weight unit one unit of activity is."""

    nutrient: str
    from_unit: str
    factor: float
    to_unit: str
    source: str
    verified: str


_WEIGHT = {"ug": 1e-6, "mg": 1e-3, "g": 1.0}  # grams; unit constants


@cache
def load_intake_units() -> dict[tuple[str, str], IntakeUnit]:
    """Activity units by (nutrient, unit)."""
    rows = (record(row, IntakeUnit) for row in read_table("supplement_units.csv"))
    return {(row.nutrient, row.from_unit): row for row in rows}


def in_unit(nutrient: str, amount: float, unit: str, wanted: str) -> float | None:
    """An amount in another unit of weight, or None where it cannot be converted."""
    activity = load_intake_units().get((nutrient, unit))
    if activity is not None:
        amount, unit = amount * activity.factor, activity.to_unit
    if unit not in _WEIGHT or wanted not in _WEIGHT:
        return None
    return amount * _WEIGHT[unit] / _WEIGHT[wanted]


def upper_limits(nutrient: str) -> tuple[tuple[float, str], ...]:
    """Upper and alert limits of a nutrient for adults as (value, unit a day), lowest first."""
    known = load_supplements().get(nutrient)
    rows = known.limits if known else ()
    found = {
        (row.value, row.unit.removesuffix("/day"))
        for row in rows
        if row.quantity in ("upper_limit", "alert_limit")
    }
    return tuple(sorted(found))


@cache
def load_supplements() -> dict[str, Supplement]:
    """All supplements by id, each with its limits."""
    limits: dict[str, list[IntakeLimit]] = {}
    for row in read_table("supplement_limits.csv"):
        limits.setdefault(row["nutrient"], []).append(record(row, IntakeLimit))

    def limits_of(nutrient: str) -> tuple[IntakeLimit, ...]:
        return tuple(limits.get(nutrient, ()))

    # A nutrient's limits are rows of the other table, found by its id.
    return {
        row["id"]: record(row, Supplement, {"limits": "id"}, sources=spaced, limits=limits_of)
        for row in read_table("supplements.csv")
    }
