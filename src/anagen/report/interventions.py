"""The table of interventions as JSON, as a page of documentation and on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from anagen.plan.interventions import WEEKS, Intervention, NetEffect
from anagen.provenance import Stamp
from anagen.report.words import signed, spoken
from anagen.simulate.result import OBSERVABLES

NOTICE = "Not medical advice. Made-up people, one a cause; nobody is exactly like them."
HOW_TO_READ = (
    "Net effect is against no treatment in the same simulated twins. Nothing is credited to a "
    "vehicle, a sham or to being watched. First the people of 100 who reach the outcome only "
    "because of the treatment, then the median change of the measure; in brackets the central "
    "90 % interval. That of the people of 100 holds what is unknown of the model; that of the "
    "change also holds how people differ. Plausible treatments carry an assumed chance that they "
    "do nothing at all, so their numbers are pulled towards none. Safety is not part of this table."
)
MODEL_ROWS = (
    "The parameter rows named by a treatment's own exposure and actions. What iron, vitamin D and "
    "thyroid hormone do once they are in the body is in the rows of nutrition and endocrine."
)
TIERS = (
    ("forecast", "a fair controlled trial in people showed benefit, and there is a model"),
    ("plausible", "human evidence without such a trial, or no model yet"),
    ("no_evidence", "nothing in people speaks for it here, so no number is shown"),
)


def as_document(rows: Sequence[Intervention], stamp: Stamp) -> dict[str, Any]:
    """The table as plain JSON values; a row without evidence has no number in its effects."""
    return {
        "format": "anagen-interventions/1",
        "interventions": [asdict(row) for row in rows],
        "how_to_read": HOW_TO_READ,
        "notice": NOTICE,
        "stamp": asdict(stamp),
    }


def effect_text(row: Intervention, week: float) -> str:
    """The net effect at one week as a cell, or why there is none."""
    found = next((effect for effect in row.effects if effect.week == week), None)
    return _numbers(found) if found else row.silent or "no number"


def _numbers(effect: NetEffect) -> str:
    people = _with_interval((effect.points, effect.points_low, effect.points_high), digits=1)
    change = _with_interval((effect.change, effect.change_low, effect.change_high), digits=2)
    return f"{people} of 100; {change}"


def _with_interval(middle_low_high: tuple[float, float, float], *, digits: int) -> str:
    middle, low, high = (signed(round(value, digits)) for value in middle_low_high)
    return f"{middle} ({low} to {high})"


def as_markdown(rows: Sequence[Intervention], stamp: Stamp) -> str:
    """The table as a page of documentation, one section a person, the rest in a last one."""
    lines = [
        "# All interventions",
        "",
        "Written by `make interventions`; do not edit by hand.",
        "",
        NOTICE,
        "",
        HOW_TO_READ,
        "",
        *(f"- **{spoken(tier)}**: {meaning}" for tier, meaning in TIERS),
        "",
    ]
    for label, group in _groups(rows):
        lines += [f"## {label or 'No number for anybody'}", ""]
        if heads := _measured(group):
            lines += [heads, ""]
        lines += _section(group) if label else _rest(group)
        lines.append("")
    lines += ["## Rows of the model", "", MODEL_ROWS, "", *_model_rows(rows), ""]
    lines += [
        f"Anagen {stamp.anagen_version}, evidence {stamp.data_hash}, posterior {stamp.posterior}, "
        f"seed {stamp.seed}, {stamp.draws} draws.",
        "",
    ]
    return "\n".join(lines)


def _groups(rows: Iterable[Intervention]) -> Iterator[tuple[str, list[Intervention]]]:
    for label, group in groupby(rows, key=lambda row: row.person_label):
        yield label, list(group)


def _measured(group: Sequence[Intervention]) -> str:
    """Outcome and measure of a group in words; empty when nothing was simulated."""
    loud = next((row for row in group if row.effects), None)
    if loud is None:
        return ""
    label, unit = OBSERVABLES[loud.observable]
    return f"Outcome: {loud.outcome}. Measure: {label} ({unit})."


def _section(group: Sequence[Intervention]) -> list[str]:
    weeks = (f"Net effect at {week:g} weeks" for week in WEEKS)
    head = ("Treatment", "As taken", "Tier", *weeks, "Why this tier", "Evidence rows", "Elsewhere")
    return _table(
        head,
        (
            (
                f"{row.name} (`{row.treatment}`)",
                row.regimen,
                spoken(row.tier),
                *(effect_text(row, week) for week in WEEKS),
                row.basis,
                _keys(row.sources),
                _elsewhere(row.elsewhere),
            )
            for row in group
        ),
    )


def _rest(group: Sequence[Intervention]) -> list[str]:
    head = ("Treatment", "For", "Tier", "Net effect", "Why this tier", "Evidence rows", "Elsewhere")
    return _table(
        head,
        (
            (
                f"{row.name} (`{row.treatment}`)",
                _causes(row.causes),
                spoken(row.tier),
                row.silent,
                row.basis,
                _keys(row.sources),
                _elsewhere(row.elsewhere),
            )
            for row in sorted(group, key=lambda row: row.name.lower())
        ),
    )


def _model_rows(rows: Iterable[Intervention]) -> list[str]:
    named = {row.treatment: row for row in rows if row.model_rows and "+" not in row.treatment}
    return _table(
        ("Treatment", "Parameter rows of its exposure and actions"),
        ((row.name, _keys(row.model_rows)) for row in named.values()),
    )


def _keys(keys: Iterable[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _causes(causes: Iterable[str]) -> str:
    return ", ".join(spoken(cause.rstrip("*")) or "any hair loss" for cause in causes)


def _elsewhere(tiers: Mapping[str, str]) -> str:
    """Causes by tier: 'forecast: female pattern hair loss'."""
    grouped: dict[str, list[str]] = {}
    for cause, tier in tiers.items():
        grouped.setdefault(tier, []).append(cause)
    return "; ".join(f"{spoken(tier)}: {_causes(causes)}" for tier, causes in grouped.items())


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    def line(cells: Iterable[str]) -> str:
        return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"

    return [line(head), line("---" for _ in head), *(line(row) for row in rows)]


def print_interventions(rows: Sequence[Intervention], stamp: Stamp, console: Console) -> None:
    """Print one table a person, then the treatments for which nobody gets a number."""
    console.print(Text(HOW_TO_READ))
    for label, group in _groups(rows):
        console.print(Text(f"\n{label or 'No number for anybody'}", style="bold"))
        if heads := _measured(group):
            console.print(Text(heads))
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
        for head in ("Treatment", "Tier", *((f"Week {w:g}" for w in WEEKS) if label else ("",))):
            table.add_column(head, overflow="fold")
        for row in group:
            cells = [effect_text(row, week) for week in WEEKS] if row.effects else [row.silent]
            table.add_row(row.name, spoken(row.tier), *cells)
        console.print(table)
    console.print(Text(f"\n{NOTICE}", style="dim"))
    console.print(
        Text(
            f"Anagen {stamp.anagen_version}, evidence {stamp.data_hash}, seed {stamp.seed}, "
            f"{stamp.draws} draws.",
            style="dim",
        )
    )
