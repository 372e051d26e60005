"""A person's visits beside the forecast, on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from anagen.provenance import Stamp
from anagen.report import labels
from anagen.report.single import NOTICE, TABLE_WEEKS
from anagen.report.words import number
from anagen.simulate.result import OBSERVABLES
from anagen.track.follow import Band, Follow
from anagen.track.known import LabCourse

TOO_SMALL = "the effect stays below measurement noise for as long as this forecast goes"


def named(observable: str) -> tuple[str, str]:
    """Name and unit; what a forecast sets against today is set here against the first day."""
    label, unit = OBSERVABLES[observable]
    return label.replace("today", "the first day"), unit.replace("today", "the first day")


def print_follow(made: Follow, stamp: Stamp, console: Console) -> None:
    """Print the verdicts, then the forecast before and after the visits."""
    title = f"{made.course.person}: {len(made.course.visits)} visits since {made.course.start}"
    console.print(Text(title, style="bold"))
    for verdict in made.verdicts:
        label, unit = named(verdict.observable)
        console.print(Text(f"{verdict.date}  {label} {number(verdict.value)} {unit}"))
        console.print(Text(f"    {verdict.words}", style="bold" if verdict.off else "dim"))
    _bullets(console, "Laboratory results", (lab_line(lab) for lab in made.labs))
    for reason in made.refused:
        console.print(Text(f"\nRefused for safety, no forecast: {reason}", style="bold red"))
    others = [flag for flag in made.flags if not flag.stops_planning]
    _bullets(
        console,
        "Show these to a doctor" if others else "",
        (f"{flag.label}: {flag.action}" for flag in others),
    )
    for line in (made.silent, made.no_update):
        if line:
            console.print(Text(f"\n{line}", style="bold"))
    _bullets(console, "Off the expected course: what to look for next", made.look_for)
    if made.bands:
        console.print(Text(f"\nTaken now: {made.label}"))
        if not made.no_update:
            console.print(Text(left_in_effect(made)))
    for band in made.bands:
        console.print(_table(made, band))
        console.print(Text(why_wide(made, band), style="dim"))
    for name, day in made.first_judged.items():
        console.print(Text(f"{named(name)[0]}: {judged_words(day)}"))
    _bullets(console, "To be watched while it is taken", made.monitoring)
    _bullets(console, "Fitted to this person", made.used)
    _bullets(console, "Not fitted to this person", made.not_used)
    console.print(Text(f"\n{NOTICE}", style="dim"))
    console.print(
        Text(
            f"Anagen {stamp.anagen_version}, evidence {stamp.data_hash}, seed {stamp.seed}, "
            f"{stamp.draws} draws.",
            style="dim",
        )
    )


def lab_line(lab: LabCourse) -> str:
    """`Ferritin, ng/mL: 11 (2026-02-22), 30 (2026-06-01)`."""
    said = ", ".join(
        f"{result if isinstance(result, str) else format(result, '.3g')} ({day})"
        for day, result in lab.results
    )
    unit = f", {lab.unit}" if lab.unit else ""
    return f"{labels.lab(lab.test)}{unit}: {said}"


def left_in_effect(made: Follow) -> str:
    """How many twins and sets of parameters carry the update, and how much of the visits it is."""
    told = (
        f"The visits leave {made.effective:.0f} of {made.draws} twins in effect, under "
        f"{made.sets:.0f} sets of parameters."
    )
    if made.share < 1.0:
        told += (
            f" They count for {round(100.0 * made.share)} % of what they say, since with all of it "
            "too few twins would be left: the bands are wider than they need be."
        )
    return told


def judged_words(day: date | None) -> str:
    """From when on an effect can be told from noise."""
    if day is None:
        return TOO_SMALL
    return f"can be judged from {day} on: only then does the effect exceed measurement noise"


def _bullets(console: Console, title: str, lines: Iterable[str]) -> None:
    lines = tuple(lines)
    if title and lines:
        console.print(Text(f"\n{title}", style="bold"))
    for line in lines:
        console.print(Text(f"- {line}"))


def cell(side: Mapping[str, list[float]], week: int) -> str:
    """Median and the ends of nine in ten at one week."""
    low, middle, high = (number(round(side[name][week], 1)) for name in ("q05", "q50", "q95"))
    return f"{middle} ({low} to {high})"


def why_wide(made: Follow, band: Band) -> str:
    """What of the last week's range is people and what the model does not know."""
    one = band.apart
    said = (
        f"Why so wide on {rows_of(made)[-1][0]} before the visits: people differ, 9 of 10 between "
        f"{number(one.people_low)} and {number(one.people_high)}; what is unknown of the model "
        f"moves their mean between {number(one.model_low)} and {number(one.model_high)}."
    )
    if band.updated is None:
        return said
    ends = [side["q95"][-1] - side["q05"][-1] for side in (band.updated, band.plain)]
    if ends[1] <= 0.0:
        return said
    return f"{said} The visits leave {round(100.0 * ends[0] / ends[1])} % of the whole range."


def _table(made: Follow, band: Band) -> Table:
    label, unit = named(band.observable)
    console_title = f"\n{label}, {unit}: median (90 of 100 lie within)"
    table = Table(
        title=console_title,
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
    for day, week in rows_of(made):
        cells = [cell(side, week) for side in (band.plain, band.updated) if side is not None]
        table.add_row(str(day), *cells)
    return table


def rows_of(made: Follow) -> list[tuple[date, int]]:
    """Day and week of every row of a table, the last week among them."""
    last = 0 if made.weeks is None else len(made.weeks) - 1
    weeks = sorted({*(week for week in TABLE_WEEKS if week <= last), last})
    return [(made.course.start + timedelta(weeks=week), week) for week in weeks]
