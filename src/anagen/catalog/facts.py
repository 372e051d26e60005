"""Published facts that are not arms of a study: `data/facts/*.csv`, `data/measurement_error.csv`.

A fact holds one number (or only bounds, or only a statement in words) with its source.
Tables may leave columns out that they do not need.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from anagen.catalog.tables import names, optional_number, read_table


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
    return {
        row["id"]: Fact(
            id=row["id"],
            quantity=row["quantity"],
            value=optional_number(row.get("value", "")),
            low=optional_number(row["low"]),
            high=optional_number(row["high"]),
            unit=row["unit"],
            sd=optional_number(row.get("sd", "")),
            se=optional_number(row.get("se", "")),
            k=optional_number(row.get("k", "")),
            n=optional_number(row.get("n", "")),
            statement=row.get("statement", ""),
            population=row.get("population", ""),
            source=row["source"],
            locator=row["locator"],
            grade=row["grade"],
            verified=row["verified"],
            note=row["note"],
            row=row["_row"],
        )
        for table in fact_tables()
        for row in read_table(table)
    }
