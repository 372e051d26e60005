"""One plan's forecast as JSON and on a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from anagen.assess.records import RedFlag
from anagen.catalog.treatments import load_treatments
from anagen.plan.single import SinglePlan
from anagen.provenance import Stamp
from anagen.report.citations import Citations
from anagen.report.options import harm_text
from anagen.report.text import flag_panel
from anagen.report.why import flag_items
from anagen.report.words import number, when
from anagen.simulate.regimen import Regimen
from anagen.simulate.result import (
    NO_CHANGE,
    OBSERVABLES,
    TOLD,
    ArmForecast,
    Forecast,
)
from anagen.simulate.spread import spread

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
TABLE_WEEKS = (0, 12, 24, 36, 52, 60, 76, 104, 156, 208, 260, 312, 416, 520)
# As in the document of `anagen track show`, and why.
RED_FLAG_FIELDS = ("rule", "label", "why", "action", "urgency", "stops_planning")
HARMS_SHOWN = 6
HARMS_NOTICE = (
    "How many of 100 people in studies had each effect, at usual doses; not fitted to this person."
)
HARMS_UNKNOWN = "rates not known here; that does not mean none"
NOTICE = "Not medical advice. Bring this to a clinician; a forecast is not a promise."


def as_document(made: SinglePlan, stamp: Stamp) -> dict[str, Any]:
    """The result as plain JSON values; no numbers at all when `silent` or `refused` is given."""
    document: dict[str, Any] = {
        "format": "anagen-forecast/1",
        "patient": made.patient_id,
        "plan": made.label,
        "regimens": [_regimen(regimen, made) for regimen in made.regimens],
        "red_flags": flags_as_json(made.red_flags),
        "unchecked": list(made.unchecked),
        "taken_above": list(made.taken_above),
        "tier": made.tier,
        "tier_basis": list(made.tier_basis),
        "verdicts": [asdict(verdict) for verdict in made.verdicts],
        "refused": list(made.refused),
        "silent": made.silent,
        "notice": NOTICE,
        "stamp": asdict(stamp),
    }
    batch = made.forecast
    if batch is not None:
        document["weeks"] = [float(week) for week in batch.weeks]
        document["individualised"] = list(batch.individualised)
        document["not_individualised"] = list(batch.not_individualised)
        document["arms"] = {
            name: {
                "label": arm.arm.label,
                "outcomes": [asdict(outcome) for outcome in made.outcomes[name]],
                "spread": {name: _spreads(arm, name) for name in made.observables},
                "quantiles": {
                    observable: _quantiles(arm, observable)
                    for observable in arm.values
                    if observable in TOLD
                },
            }
            for name, arm in batch.arms.items()
        }
        document["harms"] = {
            "notice": HARMS_NOTICE,
            "treatments": {
                name: {
                    "known": bool(rates),
                    "rates": [asdict(rate) for rate in rates],
                    **({} if rates else {"note": HARMS_UNKNOWN}),
                }
                for name, rates in made.harms.items()
            },
        }
    return document


def flags_as_json(flags: Iterable[RedFlag]) -> list[dict[str, Any]]:
    """Red flags as plain JSON values, the same in every document that has any."""
    return [{name: getattr(flag, name) for name in RED_FLAG_FIELDS} for flag in flags]


def print_flags(flags: Iterable[RedFlag], console: Console) -> None:
    """Print the box of red flags; nothing where there are none."""
    for part in flag_panel(flag_items(flags, Citations()), ()):
        console.print(part)


def _regimen(regimen: Regimen, made: SinglePlan) -> dict[str, Any]:
    """As taken; the chance that it does anything is a number, said only where one may be."""
    told = asdict(regimen)
    if made.silent or made.refused:
        del told["credence"]
    return told


def _quantiles(arm: ArmForecast, observable: str) -> dict[str, list[float]]:
    courses = arm.quantiles(observable, QUANTILES)
    return {
        f"{round(100 * q)}": [round(float(value), 4) for value in course]
        for q, course in zip(QUANTILES, courses, strict=True)
    }


def _spreads(arm: ArmForecast, observable: str) -> dict[str, list[float]]:
    """Week by week, what people differ and what is unknown of the model (`simulate.spread`)."""
    weekly = [asdict(spread(values)) for values in arm.values[observable].T]
    shown = ("people_low", "people_high", "model_low", "model_high")
    return {key: [round(week[key], 4) for week in weekly] for key in shown}


def print_single(made: SinglePlan, stamp: Stamp, console: Console) -> None:
    """Print red flags and safety, then courses and people per 100 of all arms, widths from 60."""
    print_flags([flag for flag in made.red_flags if not flag.stops_planning], console)
    for sentence in made.unchecked:
        console.print(Text(sentence, style="bold"))
    console.print(Text(made.label, style="bold"))
    if made.refused:
        console.print(Text("Refused for safety; nothing was forecast.", style="bold red"))
        for text in made.refused:
            console.print(Text(f"- {text}"))
        console.print(Text(NOTICE, style="dim"))
        return
    known = load_treatments()
    for verdict in made.verdicts:
        for condition in verdict.conditions:
            console.print(Text(f"- {known[verdict.treatment].name}: {condition}"))
    tier = made.tier.replace("_", " ")
    console.print(Text(f"\nTier: {tier}. {' '.join(made.tier_basis)}"))
    if made.forecast is None:
        console.print(Text(made.silent, style="bold"))
        console.print(Text(NOTICE, style="dim"))
        return
    for sentence in made.taken_above:
        console.print(Text(sentence, style="bold"))
    told = made.forecast.arms["plan"].arm.label
    if told != made.label:
        console.print(Text(f"The plan: {told}"))
    for observable in made.observables:
        _print_courses(made, made.forecast, observable, console)
    _print_people(made, made.forecast, console)
    _print_spread(made, made.forecast, console)
    _print_harms(made, console)
    for title, lines in (
        ("Fitted to this person", made.forecast.individualised),
        ("Not fitted to this person", made.forecast.not_individualised),
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


def _arm_table(title: str, first: str, made: SinglePlan, batch: Forecast) -> Table:
    """An empty table with a column of row names and one per arm."""
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
    table.add_column(first)
    for arm in batch.arms.values():
        table.add_column(_column(arm, made), justify="right")
    return table


def _print_courses(made: SinglePlan, batch: Forecast, observable: str, console: Console) -> None:
    label, unit = OBSERVABLES[observable]
    title = f"\n{label}, {unit}: median (90 of 100 lie within)"
    table = _arm_table(title, "After", made, batch)
    weeks = list(batch.weeks)
    shown = [week for week in TABLE_WEEKS if week in weeks]
    for week in shown:
        index = weeks.index(week)
        cells = []
        for arm in batch.arms.values():
            quantiles = (arm.quantile(observable, q)[index] for q in (0.05, 0.5, 0.95))
            low, middle, high = (round(float(value), 1) for value in quantiles)
            cells.append(f"{number(middle)} ({number(low)} to {number(high)})")
        table.add_row("now" if week == 0 else when(week), *cells)
    console.print(table)


def _column(arm: ArmForecast, made: SinglePlan) -> str:
    if not arm.arm.regimens:
        return arm.arm.label
    if arm.arm.id == NO_CHANGE:
        return "No change"
    if arm.arm.id == "plan":
        return "With the plan"
    return f"Stopped at week {made.stop_week:g}"


def _print_people(made: SinglePlan, batch: Forecast, console: Console) -> None:
    table = Table(
        title="\nOf 100 people like this one: better / same / worse",
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
    table.add_column("Outcome", overflow="fold")
    table.add_column("After")
    for arm in batch.arms.values():
        table.add_column(_column(arm, made), justify="right")
    for place, first in enumerate(made.outcomes["untreated"]):
        cells = [made.outcomes[name][place] for name in batch.arms]
        table.add_row(
            first.label,
            when(first.week),
            *(f"{item.better} / {item.same} / {item.worse}" for item in cells),
        )
    console.print(table)


def _print_harms(made: SinglePlan, console: Console) -> None:
    """The serious and the most frequent side effects of each treatment."""
    console.print(Text("\nSide effects", style="bold"))
    console.print(Text(HARMS_NOTICE))
    known = load_treatments()
    for name, rates in made.harms.items():
        label = known[name].name
        if not rates:
            console.print(Text(f"- {label}: {HARMS_UNKNOWN}."))
            continue
        # A rate beside a control says more than one without.
        order = sorted(rates, key=lambda r: (r.per_100_control is None, -(r.n_treated or 0)))
        best = {rate.event: rate for rate in reversed(order)}
        frequent = sorted(best.values(), key=lambda rate: -rate.per_100_treated)
        serious = [rate for rate in frequent if rate.severity == "serious"]
        others = [rate for rate in frequent if rate.severity != "serious"]
        console.print(Text(f"{label}:"))
        for rate in (*serious, *others[:HARMS_SHOWN]):
            console.print(Text(f"- {rate.event}: {harm_text(rate)}; {rate.time_frame}"))
        if len(others) > HARMS_SHOWN:
            more = len(others) - HARMS_SHOWN
            console.print(Text(f"- and {more} more: anagen evidence show {name}", style="dim"))


def _print_spread(made: SinglePlan, batch: Forecast, console: Console) -> None:
    """Why the ranges are wide, at the last time that an outcome is counted, if there is one."""
    if not made.outcomes["untreated"]:
        return
    week = made.outcomes["untreated"][-1].week
    index = list(batch.weeks).index(week)
    observable = made.observables[0]
    label, unit = OBSERVABLES[observable]
    title = f"\nWhy the range is wide: {label}, {unit}, after {when(week)}"
    table = _arm_table(title, "", made, batch)
    apart = [spread(arm.values[observable][:, index]) for arm in batch.arms.values()]
    table.add_row(
        "People differ: 9 of 10 between",
        *(f"{number(one.people_low)} to {number(one.people_high)}" for one in apart),
    )
    table.add_row(
        "Their mean, with the unknown of the model: between",
        *(f"{number(one.model_low)} to {number(one.model_high)}" for one in apart),
    )
    console.print(table)
