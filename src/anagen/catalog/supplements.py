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
