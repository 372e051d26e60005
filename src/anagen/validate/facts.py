"""Published facts, computed with the model and held against their range.

The ranges are data (`data/facts/model_facts.csv`); what computes each is in `scalp_facts`,
`patch_facts` and `system_facts`. A miss is shown as a miss: a row that says `missed` is known to be
missed, and its note says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from anagen.catalog.tables import Row, read_table
from anagen.validate import patch_facts, scalp_facts, system_facts

TABLE = "facts/model_facts.csv"
COMPUTE: Mapping[str, Callable[[], float]] = {
    **scalp_facts.COMPUTE,
    **patch_facts.COMPUTE,
    **system_facts.COMPUTE,
}


@dataclass(frozen=True, slots=True)
class FactResult:
    """One fact: what the model says and whether it lies in the range; `row` is its place.

    `low`, `high` and `computed` are in `unit`.
    """

    id: str
    quantity: str
    unit: str
    low: float
    high: float
    computed: float
    met: bool
    expected_met: bool
    source: str
    note: str
    row: str


def facts() -> tuple[str, ...]:
    """Ids of the facts of the table, in its order."""
    return tuple(row["id"] for row in read_table(TABLE))


def check(*wanted: str) -> list[FactResult]:
    """The wanted facts, or all of them, computed; all take about half a minute.

    Raises KeyError for a fact that nobody computes or that has no row.
    """
    rows = {row["id"]: row for row in read_table(TABLE)}
    return list(_results([rows[fact] for fact in wanted] if wanted else [*rows.values()]))


def _results(rows: list[Row]) -> Iterator[FactResult]:
    for row in rows:
        computed = COMPUTE[row["id"]]()
        low, high = float(row["low"]), float(row["high"])
        yield FactResult(
            id=row["id"],
            quantity=row["quantity"],
            unit=row["unit"],
            low=low,
            high=high,
            computed=computed,
            met=bool(low <= computed <= high),
            expected_met=row["expected"] == "met",
            source=row["source"],
            note=row["note"],
            row=row["_row"],
        )
