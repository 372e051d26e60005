"""How time grows with the size of the task; straight lines are the aim."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from anagen.simulate.twins import Group
from benchmarks import scalp
from benchmarks.cohort import drivers_of, engine, group_of
from benchmarks.race import race

PICTURE = Path("docs/images/bench-growth.svg")
PATIENTS = (32, 64, 128, 256, 512)
CELLS = (10, 20, 40, 80)
YEARS = (1, 2, 4, 8)
FOLLICLES = (25_000, 50_000, 100_000, 200_000)
MAP_SIDES = (32, 64, 128, 256)
FEW_DAYS = 28


def measure(turns: int) -> list[dict[str, object]]:
    """Rows of what grows, how large, seconds (least of the turns)."""
    one_year = np.zeros(364)
    tasks = {}
    for count in PATIENTS:
        tasks["patients (10 cells, 1 year)", count] = engine(
            group_of(count), drivers_of(one_year, count)
        )
    for count in CELLS:
        tasks["cells (64 patients, 1 year)", count] = engine(
            _tiled(group_of(64), count // 10), drivers_of(one_year, 64)
        )
    for count in YEARS:
        tasks["years (64 patients, 10 cells)", count] = engine(
            group_of(64), drivers_of(np.zeros(364 * count), 64)
        )
    for count in FOLLICLES:
        field = scalp.field_of(scalp.SIDE)
        hairs = scalp.hairs_of(count, scalp.SIDE**2)
        tasks["follicles (64 x 64 cells, 4 weeks)", count] = scalp.scalp_days(
            field, hairs, FEW_DAYS
        )
    for side in MAP_SIDES:
        tasks["map cells (4 weeks)", side**2] = scalp.map_days(scalp.field_of(side), FEW_DAYS)
    return rows_of(tasks, turns)


def rows_of(tasks, turns: int) -> list[dict[str, object]]:
    """Times of tasks named (what grows, how large)."""
    timings = race({str(key): work for key, work in tasks.items()}, turns)
    return [
        {"grows": grows, "size": size, "seconds": timings[str((grows, size))].least}
        for grows, size in tasks
    ]


def _tiled(group: Group, times: int) -> Group:
    """The same twins with every cell several times."""

    def more(array, axis):
        return np.concatenate([array] * times, axis=axis)

    return replace(
        group,
        cells=more(group.cells, 1),
        follicles=more(group.follicles, 0),
        immune=more(group.immune, 1),
        deleted=more(group.deleted, 0),
        target=more(group.target, 0) / times,
        salt_reference=more(group.salt_reference, 0),
    )


def exponents(rows: list[dict[str, object]]) -> dict[str, float]:
    """Slope of log time on log size for what grows: 1 is linear."""
    result = {}
    for grows in dict.fromkeys(str(row["grows"]) for row in rows):
        own = [row for row in rows if row["grows"] == grows]
        size = np.log([float(row["size"]) for row in own])  # type: ignore[arg-type]
        spent = np.log([float(row["seconds"]) for row in own])  # type: ignore[arg-type]
        result[grows] = float(np.polyfit(size, spent, 1)[0])
    return result


def draw(rows: list[dict[str, object]], path: Path = PICTURE) -> None:
    """The picture of the documentation: time against size, one panel for each thing that grows."""
    import altair as alt

    slopes = exponents(rows)
    panels = []
    for grows, slope in slopes.items():
        own = [row for row in rows if row["grows"] == grows]
        panels.append(
            alt.Chart(alt.Data(values=own), title=f"{grows}: time ~ size^{slope:.2f}")
            .mark_line(point=True)
            .encode(
                x=alt.X("size:Q", scale=alt.Scale(type="log"), title=grows.split(" (")[0]),
                y=alt.Y("seconds:Q", scale=alt.Scale(type="log"), title="s, one thread"),
            )
            .properties(width=240, height=180)
        )
    chart = alt.concat(*panels, columns=2).configure_title(fontSize=12, anchor="start")
    path.parent.mkdir(parents=True, exist_ok=True)
    chart.save(path)
