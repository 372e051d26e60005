"""The readings of all arms as JSON and on a terminal: the text twin of the pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from anagen.catalog.parameters import value
from anagen.pictures.head import CUT_CM
from anagen.pictures.readings import Reading
from anagen.provenance import Stamp

DIGITS = 3


LIMITS = (
    "One possible course of the typical person who fits this record, every parameter at its "
    "central value and every dose taken: others do far better or worse. How sure it is stands in "
    "the forecast, not in the picture.",
    "Stages are read from the density of the target area alone; their limits are assumptions.",
    "Widths follow a treatment more slowly here than they did in trials.",
    "Tone and locks of hair are drawn, not simulated.",
    "Not medical advice.",
)


def as_document(
    patient_id: str,
    readings: Mapping[str, Sequence[Reading]],
    labels: Mapping[str, str],
    *,
    follicles: int,
    mechanisms: Iterable[str],
    tier: str,
    silent: str,
    conditions: Sequence[str],
    notes: Sequence[str],
    stamp: Stamp,
    flags: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Plain JSON values. `readings` and `labels` by arm; `tier` of the plan, empty without one.

    `silent` says why the plan is not shown, `conditions` what safety asks for before it,
    `notes` where the head drawn is not the one measured, `flags` the plain values of all red flags.
    """
    return {
        "format": "anagen-scalp/1",
        "patient": patient_id,
        "red_flags": list(flags),
        "mechanisms": sorted(mechanisms),
        "tier": tier,
        "silent": silent,
        "conditions": list(conditions),
        "notes": list(notes),
        "follicles": follicles,
        "hair_drawn_cut_to_cm": CUT_CM,
        "arms": {
            arm: {"label": labels[arm], "readings": [_rounded(asdict(one)) for one in course]}
            for arm, course in readings.items()
        },
        "limits": list(LIMITS),
        "stamp": asdict(stamp),
    }


def start_notes(course: Sequence[Reading], salt: float | None) -> tuple[str, ...]:
    """Says when the head of today is further from the `salt` measured than two readings are."""
    today = next((one.salt for one in course if one.week == 0), None)
    if salt is None or today is None or abs(today - salt) <= 2.0 * value("salt_reading_sd"):
        return ()
    return (
        f"The head drawn begins at SALT {today:.0f}, {salt:.0f} was measured: the typical person "
        "with this past. The forecast weighs people who are as this one is today.",
    )


def _rounded(cell: Any) -> Any:
    if isinstance(cell, dict):
        return {name: _rounded(part) for name, part in cell.items()}
    return round(cell, DIGITS) if isinstance(cell, float) else cell


def print_readings(
    readings: Mapping[str, Sequence[Reading]],
    labels: Mapping[str, str],
    weeks: Sequence[int],
    console: Console,
    *,
    salt: bool,
) -> None:
    """One table an arm, its rows at `weeks`; `salt` as in `caption`."""
    for arm, course in readings.items():
        table = Table(
            title=f"\n{labels[arm]}", title_justify="left", title_style="bold",
            box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False,
        )  # fmt: skip
        staged = any(one.stage for one in course)
        names = ["Week", *(["SALT"] if salt else []), *(["Stage"] if staged else []), "Shed/day"]
        for name in (*names, "Terminal/cm2", "All/cm2", "Growing", "Width"):
            justify = "left" if name == "Stage" else "right"
            table.add_column(name, justify=justify, no_wrap=True)
        for one in course:
            if one.week not in weeks:
                continue
            target = one.target
            table.add_row(
                str(one.week),
                *([f"{one.salt:.0f}"] if salt else []),
                *([one.stage] if staged else []),
                f"{one.shed_per_day:.0f}",
                f"{target.terminal_per_cm2:.0f}",
                f"{target.total_per_cm2:.0f}",
                _shown(target.anagen_percent, " %"),
                _shown(target.mean_diameter_um, " um"),
            )
        console.print(table)
    counts = "Counts are of the target area (vertex in men, frontal and mid scalp in women)."
    for line in (counts, *LIMITS):
        console.print(Text(line, style="dim"))


def _shown(number: float | None, unit: str) -> str:
    return "no hair" if number is None else f"{number:.0f}{unit}"
