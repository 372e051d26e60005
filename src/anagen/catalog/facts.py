"""Published facts that are not arms of a study: `data/facts/*.csv`, `data/measurement_error.csv`.

A fact holds one number (or only bounds, or only a statement in words) with its source.
Tables may leave columns out that they do not need.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache

from anagen.catalog.records import record
from anagen.catalog.tables import names, read_table


@dataclass(frozen=True, slots=True)
class Fact:
    """One quantity. `low` and `high` are the published range, interval or single bound."""

    id: str
    quantity: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    sd: float | None
    se: float | None
    k: float | None
    n: float | None
    statement: str
    population: str
    source: str
    locator: str
    grade: str
    verified: str
    note: str
    row: str


def fact_tables() -> tuple[str, ...]:
    """Names of the tables that hold facts."""
    return (*names("facts", ".csv"), "measurement_error.csv")


@cache
def load_facts() -> dict[str, Fact]:
    """All facts by id."""
    blank = dict.fromkeys((field.name for field in fields(Fact)), "")
    return {
        row["id"]: record({**blank, **row}, Fact)
        for table in fact_tables()
        for row in read_table(table)
    }
