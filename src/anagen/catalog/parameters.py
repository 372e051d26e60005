"""Model parameters as data rows: `data/parameters/<topic>.csv`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from anagen.catalog.records import records
from anagen.catalog.tables import names

ROLES = ("free", "fixed_measured", "fixed_assumed", "scenario", "conversion")
GRADES = ("high", "moderate", "low", "very_low", "none")
VERIFIED = ("seen", "derived", "calibrated", "recalled", "assumed")
DISTRIBUTIONS = ("fixed", "normal", "lognormal", "logitnormal", "uniform")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number that drives the model, with its origin.

    `low` and `high` bound the central 90 % of our uncertainty about the value (equal to `value`
    or None when `distribution` is "fixed"). `verified` says how the number is known: `seen` on the
    page of `source`, `derived` from seen numbers, `calibrated` to trials, `recalled` from memory
    with a citation, `assumed` for a guess.
    """

    id: str
    meaning: str
    value: float
    low: float | None
    high: float | None
    distribution: str
    unit: str
    role: str
    source: str
    locator: str
    n: str
    population: str
    grade: str
    verified: str
    note: str
    row: str


@cache
def load_parameters() -> dict[str, Parameter]:
    """All parameters by id; ids are unique over all topics (lint says so when they are not)."""
    tables = (records(name, Parameter) for name in names("parameters", ".csv"))
    return {parameter.id: parameter for table in tables for parameter in table}


def value(parameter_id: str) -> float:
    """The central value of one parameter. Raises KeyError naming the id when there is none."""
    return load_parameters()[parameter_id].value
