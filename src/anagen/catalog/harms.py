"""Adverse events as data: absolute rates per 100, with control and time frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from anagen.catalog.records import records

SEVERITIES = ("mild", "non_serious", "serious", "unknown")
USES = ("placebo", "placebo_other_disease", "treated_only", "active_control")


@dataclass(frozen=True, slots=True)
class HarmRow:
    """One adverse event of one treatment at one dose.

    `use` says what the control means: placebo over the same time, placebo in another disease,
    no control rate at all, or another active treatment. `usual_dose` marks rows of the regimen the
    plan offers.
    """

    id: str
    treatment: str
    dose: str
    usual_dose: bool
    sex: str
    event: str
    severity: str
    per_100_treated: float
    n_treated: int | None
    per_100_control: float | None
    n_control: int | None
    control: str
    time_frame: str
    population: str
    use: str
    source: str
    locator: str
    verified: str
    note: str
    row: str


@cache
def load_harms() -> tuple[HarmRow, ...]:
    """All usable rows in the order of the table."""
    return records("harms.csv", HarmRow)


def harms_of(treatment: str, sex: str | None) -> tuple[HarmRow, ...]:
    """Rows of the usual dose that may be shown to a person of this sex, serious first."""
    rows = [
        row
        for row in load_harms()
        if row.treatment == treatment and row.usual_dose and row.sex in ("", sex or "")
    ]
    return tuple(sorted(rows, key=lambda row: (row.severity != "serious", row.row)))
