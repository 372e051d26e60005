"""Adverse events as data: absolute rates per 100, with control and time frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from anagen.catalog.tables import optional_number, read_table

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


def _count(cell: str) -> int | None:
    number = optional_number(cell)
    return None if number is None else int(number)


@cache
def load_harms() -> tuple[HarmRow, ...]:
    """All usable rows in the order of the table."""
    return tuple(
        HarmRow(
            id=row["id"],
            treatment=row["treatment"],
            dose=row["dose"],
            usual_dose=row["usual_dose"] == "yes",
            sex=row["sex"],
            event=row["event"],
            severity=row["severity"],
            per_100_treated=float(row["per_100_treated"]),
            n_treated=_count(row["n_treated"]),
            per_100_control=optional_number(row["per_100_control"]),
            n_control=_count(row["n_control"]),
            control=row["control"],
            time_frame=row["time_frame"],
            population=row["population"],
            use=row["use"],
            source=row["source"],
            locator=row["locator"],
            verified=row["verified"],
            note=row["note"],
            row=row["_row"],
        )
        for row in read_table("harms.csv")
    )


def harms_of(treatment: str, sex: str | None) -> tuple[HarmRow, ...]:
    """Rows of the usual dose that may be shown to a person of this sex, serious first."""
    rows = [
        row
        for row in load_harms()
        if row.treatment == treatment and row.usual_dose and row.sex in ("", sex or "")
    ]
    return tuple(sorted(rows, key=lambda row: (row.severity != "serious", row.row)))
