"""A person's visits beside the forecast, on a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from anagen.provenance import Stamp
from anagen.report.single import NOTICE, TABLE_WEEKS
from anagen.report.words import number
from anagen.simulate.result import OBSERVABLES
from anagen.track.follow import Band, Follow


def as_document(made: Follow, stamp: Stamp) -> dict[str, Any]:
    """The result as plain JSON values; no forecast at all when `silent` or `refused` is given."""
    return {
        "format": "anagen-track-forecast/1",
        "patient": made.course.person,
        "start": made.course.start.isoformat(),
        "plan": made.label,
        "arm": made.arm,
        "verdicts": [{**asdict(v), "date": v.date.isoformat()} for v in made.verdicts],
        "weeks": None if made.weeks is None else [float(week) for week in made.weeks],
        "bands": [asdict(band) for band in made.bands],
        "effective_draws": made.effective,
        "draws": made.draws,
        "refused": list(made.refused),
        "silent": made.silent,
        "no_update": made.no_update,
        "first_judged": {
            name: None if day is None else day.isoformat()
            for name, day in made.first_judged.items()
        },
        "individualised": list(made.used),
        "not_individualised": list(made.not_used),
        "notice": NOTICE,
        "stamp": asdict(stamp),
    }


def print_follow(made: Follow, stamp: Stamp, console: Console) -> None:
    """Print the verdicts, then the forecast before and after the visits."""
    title = f"{made.course.person}: {len(made.course.visits)} visits since {made.course.start}"
    console.print(Text(title, style="bold"))
    for verdict in made.verdicts:
        label, unit = OBSERVABLES[verdict.observable]
        change = "" if verdict.change is None else f" ({verdict.change:+.4g})"
        reading = f"{verdict.date}  {label} {number(verdict.value)} {unit}{change}"
        console.print(Text(reading))
        console.print(Text(f"    {verdict.words}", style="dim"))
    for reason in made.refused:
        console.print(Text(f"Refused for safety, no forecast: {reason}", style="bold red"))
    for line in (made.silent, made.no_update):
        if line:
            console.print(Text(f"\n{line}", style="bold"))
    if made.bands:
        console.print(Text(f"\nTaken now: {made.label}"))
        if not made.no_update:
            told = f"The visits leave {made.effective:.0f} of {made.draws} twins in effect."
            console.print(Text(told))
    for band in made.bands:
        console.print(_table(made, band))
    for name, day in made.first_judged.items():
        label = OBSERVABLES[name][0]
        told = (
            "the effect stays below measurement noise for as long as this forecast goes"
            if day is None
            else f"can be judged from {day} on: only then does the effect exceed measurement noise"
        )
        console.print(Text(f"{label}: {told}"))
    for title, lines in (
        ("Fitted to this person", made.used),
        ("Not fitted to this person", made.not_used),
    ):
        if lines:
            console.print(Text(f"\n{title}", style="bold"))
            for line in lines:
                console.print(Text(f"- {line}"))
    console.print(Text(f"\n{NOTICE}", style="dim"))
    console.print(
        Text(
            f"Anagen {stamp.anagen_version}, evidence {stamp.data_hash}, seed {stamp.seed}, "
            f"{stamp.draws} draws.",
            style="dim",
        )
    )


def _cell(side: Mapping[str, list[float]], week: int) -> str:
    low, middle, high = (number(round(side[name][week], 1)) for name in ("q05", "q50", "q95"))
    return f"{middle} ({low} to {high})"


def _table(made: Follow, band: Band) -> Table:
    label, unit = OBSERVABLES[band.observable]
    table = Table(
        title=f"\n{label}, {unit}: median (90 of 100 lie within)",
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
    table.add_column("On")
    table.add_column("Before the visits", justify="right")
    if band.updated is not None:
        table.add_column("With the visits", justify="right")
    for week in TABLE_WEEKS:
        if week >= len(band.plain["q50"]):
            break
        cells = [_cell(side, week) for side in (band.plain, band.updated) if side is not None]
        table.add_row(str(made.course.start + timedelta(weeks=week)), *cells)
    return table
