"""Tablets named by a salt: how much of the element one holds, `data/salts.csv`.

A tablet a row, and no share of the salt: a sulfate may be dried or not, and only its tablets tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from anagen.catalog.records import records


@dataclass(frozen=True, slots=True)
class Salt:
    """A tablet of `amount` of a salt holds `holds` of what the treatment is dosed by, in `unit`."""

    treatment: str
    names: tuple[str, ...]
    amount: float
    holds: float
    unit: str
    source: str
    verified: str


@cache
def salts_of(treatment: str) -> tuple[Salt, ...]:
    """The tablets of a treatment that are named by a salt, in file order."""
    return tuple(row for row in records("salts.csv", Salt) if row.treatment == treatment)
