"""One observable over the visits: forecast before and after, readings with their error."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import altair as alt

from anagen.charts.labels import nice_domain, spread, time_ticks
from anagen.charts.style import INK, PLAN, QUIET, SHADE, UNTREATED, WIDTH
from anagen.charts.svg import configured, draw, specification

LEFT, TOP, RIGHT, BOTTOM = 34, 40, 74, 26
PLOT_WIDTH, PLOT_HEIGHT = WIDTH + 40 - LEFT - RIGHT, 200
MOST_POINTS = 80
LABEL_GAP = 15.0
# Name, colour, dash, and opacity of the outer and the inner band. The update lies on top.
SIDES = (
    ("before", UNTREATED, (7, 3), (0.10, 0.0)),
    ("after", PLAN, (1, 0), (0.16, 0.26)),
)
WORDS = {"before": "Before", "after": "With visits"}


@dataclass(frozen=True, slots=True)
class Point:
    """One reading and the span in which the truth lies nineteen times in twenty by its error."""

    week: float
    value: float
    low: float
    high: float
    off: bool


def course_chart(
    sides: Mapping[str, Mapping[str, Sequence[float]]],
    points: Sequence[Point],
    *,
    start: date,
    judge_week: float | None,
    too_early: bool,
    top: float | None,
    ident: str,
    title: str,
    description: str,
) -> str:
    """Bands by name (`before`, `after`), readings and the first week to judge, as SVG text.

    Quantiles of a side have one entry a week. Weeks before `judge_week` are shaded; with
    `too_early` the whole is, since the effect stays within noise. `top` caps the value axis.
    """
    last = float(len(next(iter(sides.values()))["q50"]) - 1)
    low, high = _domain(sides, points, top)
    datasets: dict[str, list[dict[str, Any]]] = {
        name: _rows(quantiles, int(last)) for name, quantiles in sides.items()
    }
    datasets["readings"] = [
        {"week": p.week, "mid": p.value, "low": max(low, p.low), "high": min(high, p.high)}
        for p in points
        if not p.off
    ]
    datasets["off"] = [
        {"week": p.week, "mid": p.value, "low": max(low, p.low), "high": min(high, p.high)}
        for p in points
        if p.off
    ]
    end = last if too_early else judge_week
    if end:
        words = "effect within noise" if too_early else "too early to judge"
        datasets["early"] = [{"week": 0.0, "end": end, "text": words}]
    if judge_week and not too_early:
        day = start + timedelta(weeks=judge_week)
        datasets["judge"] = [{"week": judge_week, "text": f"judge from {day:%d %b %Y}"}]
    datasets |= _end_labels(sides, (low, high), last)
    spec = _specification(tuple(sides), tuple(sorted(datasets)), start, last, (low, high))
    return draw({**spec, "datasets": datasets}, ident=ident, title=title, description=description)


def _domain(
    sides: Mapping[str, Mapping[str, Sequence[float]]], points: Sequence[Point], top: float | None
) -> tuple[float, float]:
    ends = [value for side in sides.values() for name in ("q05", "q95") for value in side[name]]
    ends += [value for point in points for value in (point.low, point.high)]
    low, high = nice_domain(min(ends), max(ends))
    return max(0.0, low), high if top is None else min(top, high)


def _rows(side: Mapping[str, Sequence[float]], last: int) -> list[dict[str, Any]]:
    step = max(1, math.ceil(last / MOST_POINTS))
    names = ("q05", "q25", "q75", "q95")
    return [
        {"week": float(i), "mid": side["q50"][i], **{name: side[name][i] for name in names}}
        for i in sorted({*range(0, last + 1, step), last})
    ]


def _end_labels(
    sides: Mapping[str, Mapping[str, Sequence[float]]], domain: tuple[float, float], last: float
) -> dict[str, list[dict[str, Any]]]:
    low, high = domain
    pixel = PLOT_HEIGHT / (high - low)
    ends = [(high - min(high, max(low, side["q50"][-1]))) * pixel for side in sides.values()]
    places = spread(ends, LABEL_GAP, 6.0, PLOT_HEIGHT - 6.0)
    return {
        "labels": [
            {
                "week": last * (1 + 8 / PLOT_WIDTH),
                "mid": high - place / pixel,
                "text": WORDS[name],
            }
            for name, place in zip(sides, places, strict=True)
        ]
    }


def _ticks(start: date, last: float) -> dict[str, str]:
    """Weeks of the axis as months of the calendar."""
    return {str(int(week)): f"{start + timedelta(weeks=week):%b %Y}" for week in time_ticks(last)}


@lru_cache(maxsize=16)
def _specification(
    sides: tuple[str, ...],
    named: tuple[str, ...],
    start: date,
    last: float,
    domain: tuple[float, float],
) -> dict[str, Any]:
    """The drawing without its rows."""
    ticks = _ticks(start, last)
    x = alt.X(
        "week:Q",
        scale=alt.Scale(domain=[0, last], nice=False),
        axis=alt.Axis(
            values=[float(week) for week in ticks],
            labelExpr=f"{json.dumps(ticks)}[datum.value]",
            title=None,
            grid=False,
            labelFlush=False,
        ),
    )
    scale = alt.Scale(domain=list(domain), nice=False, zero=False)
    axis = alt.Axis(title=None, tickCount=5, domain=False, format="~f")

    def data(name: str) -> alt.Chart:
        return alt.Chart(alt.NamedData(name))

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=scale, axis=axis)

    layers: list[alt.Chart] = []
    if "early" in named:
        layers.append(data("early").mark_rect(color=SHADE).encode(x=x, x2="end:Q"))
        layers.append(
            data("early")
            .mark_text(align="left", dx=1, color=QUIET, fontSize=11)
            .encode(x=x, y=alt.value(-9), text="text:N")
        )
    for name, color, _, shades in SIDES:
        if name in sides:
            for (bottom, top), shade in zip((("q05", "q95"), ("q25", "q75")), shades, strict=True):
                if shade:
                    band = data(name).mark_area(color=color, opacity=shade, clip=True)
                    layers.append(band.encode(x=x, y=y(bottom), y2=f"{top}:Q"))
    if "judge" in named:
        layers.append(data("judge").mark_rule(color=INK, strokeWidth=1).encode(x=x))
        layers.append(
            data("judge")
            .mark_text(align="left", dx=3, color=INK, fontSize=11)
            .encode(x=x, y=alt.value(-24), text="text:N")
        )
    for name, color, dash, _ in SIDES:
        if name in sides:
            line = data(name).mark_line(
                color=color, strokeDash=list(dash), strokeWidth=2.2, clip=True
            )
            layers.append(line.encode(x=x, y=y("mid")))
    for name, shape in (("readings", "circle"), ("off", "cross")):
        bar = data(name).mark_rule(color=INK, strokeWidth=1.4)
        layers.append(bar.encode(x=x, y=y("low"), y2="high:Q"))
        mark = data(name).mark_point(
            color=INK, fill=INK, shape=shape, size=30 if shape == "circle" else 80, opacity=1
        )
        layers.append(mark.encode(x=x, y=y("mid")))
    words = data("labels").mark_text(align="left", baseline="middle", color=INK)
    layers.append(words.encode(x=x, y=y("mid"), text="text:N"))
    chart = configured(alt.layer(*layers), width=PLOT_WIDTH, height=PLOT_HEIGHT)
    return specification(chart, padding=(LEFT, TOP, RIGHT, BOTTOM))
