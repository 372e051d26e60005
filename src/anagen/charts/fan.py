"""One plan over time beside no treatment and stopping."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import altair as alt

from anagen.charts.labels import spread, tick_text, time_ticks
from anagen.charts.series import Curve
from anagen.charts.style import INK, LINE, QUIET, SHADE, WIDTH
from anagen.charts.svg import configured, draw, specification

LEFT, TOP, RIGHT, BOTTOM = 34, 24, 94, 26
PLOT_WIDTH = WIDTH - LEFT - RIGHT
PLOT_HEIGHT = 190
LABEL_GAP = 15.0
POINTS = 60
WORDS = {"plan": "This plan", "untreated": "No treatment", "stop": "If stopped"}
# Of a person who takes something now: no treatment stops it.
WORDS_IF_TAKEN = {**WORDS, "untreated": "Stopped now"}
# The stop arm equals the plan until it stops: a band there would only hide the plan's.
BANDS = {
    "plan": (("q05", "q95", 0.16), ("q25", "q75", 0.26)),
    "untreated": (("q25", "q75", 0.16),),
    "stop": (),
}


def fan_chart(
    curves: Sequence[Curve],
    *,
    ident: str,
    title: str,
    description: str,
    domain: tuple[float, float],
    weeks_to_judge: float | None = None,
    real_change: float | None = None,
    words: Mapping[str, str] = WORDS,
) -> str:
    """Median lines with 50 % and 90 % bands, as SVG text. At most one curve a role.

    `domain` is the value axis, the same for all charts of one report. Weeks before
    `weeks_to_judge` are shaded. `real_change` draws the span around today's value inside which a
    measurement cannot tell change from noise. `words` are those beside the ends, by role.
    """
    last = max(curve.weeks[-1] for curve in curves)
    datasets: dict[str, list[dict[str, Any]]] = {curve.role: _rows(curve) for curve in curves}
    if weeks_to_judge:
        datasets["early"] = [
            {"week": 0.0, "end": min(weeks_to_judge, last), "text": "too early to judge"}
        ]
    if real_change is not None:
        today = curves[0].q50[0]
        datasets["noise"] = [
            {"week": 0.0, "end": last, "mid": today + sign * real_change} for sign in (-1, 1)
        ]
    datasets |= _end_labels(curves, domain, last, words)
    roles = tuple(curve.role for curve in curves)
    spec = _specification(roles, last, domain, "early" in datasets, "noise" in datasets)
    return draw({**spec, "datasets": datasets}, ident=ident, title=title, description=description)


def _rows(curve: Curve) -> list[dict[str, Any]]:
    """At most POINTS weeks, first and last among them: more cannot be seen on this width."""
    last = len(curve.weeks) - 1
    step = max(1, math.ceil(last / POINTS))
    return [
        {
            "week": curve.weeks[i],
            "q05": curve.q05[i],
            "q25": curve.q25[i],
            "mid": curve.q50[i],
            "q75": curve.q75[i],
            "q95": curve.q95[i],
        }
        for i in sorted({*range(0, last + 1, step), last})
    ]


def _end_labels(
    curves: Sequence[Curve], domain: tuple[float, float], last: float, words: Mapping[str, str]
) -> dict[str, list[dict[str, Any]]]:
    """Words beside each line's end, kept apart, and the thin lines that lead to them.

    All in axis units past the right end: a second, unscaled axis would cost the first its ticks.
    """
    low, high = domain
    pixel = PLOT_HEIGHT / (high - low)
    ends = [(high - min(high, max(low, c.q50[-1]))) * pixel for c in curves]
    places = spread(ends, LABEL_GAP, 6.0, PLOT_HEIGHT - 6.0)
    labels: list[dict[str, Any]] = []
    found: dict[str, list[dict[str, Any]]] = {"labels": labels}
    for curve, end, place in zip(curves, ends, places, strict=True):
        beside = high - place / pixel
        found[f"lead_{curve.role}"] = [
            {"week": last, "mid": high - end / pixel},
            {"week": last * (1 + 10 / PLOT_WIDTH), "mid": beside},
        ]
        labels.append(
            {"week": last * (1 + 13 / PLOT_WIDTH), "mid": beside, "text": words[curve.role]}
        )
    return found


@lru_cache(maxsize=64)
def _specification(
    roles: tuple[str, ...], last: float, domain: tuple[float, float], early: bool, noise: bool
) -> dict[str, Any]:
    """The drawing without its rows: the charts of one report share it, and Altair is slow."""
    ticks = {str(int(week)): tick_text(week) for week in time_ticks(last)}
    x = alt.X(
        "week:Q",
        scale=alt.Scale(domain=[0, last], nice=False),
        axis=alt.Axis(
            values=time_ticks(last),
            labelExpr=f"{json.dumps(ticks)}[datum.value]",
            title=None,
            grid=False,
            labelFlush=False,
        ),
    )
    scale = alt.Scale(domain=list(domain), nice=False, zero=False)
    axis = alt.Axis(
        title=None, tickCount=5, domain=False, format="~s" if domain[1] >= 1000 else "~f"
    )

    def data(name: str) -> alt.Chart:
        return alt.Chart(alt.NamedData(name))

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=scale, axis=axis)

    layers: list[alt.Chart] = []
    if early:
        layers.append(data("early").mark_rect(color=SHADE).encode(x=x, x2="end:Q"))
        layers.append(
            data("early")
            .mark_text(align="left", dx=1, color=QUIET, fontSize=11)
            .encode(x=x, y=alt.value(-9), text="text:N")
        )
    for role in sorted(roles, key=list(BANDS).index, reverse=True):
        for low, high, opacity in BANDS[role]:
            band = data(role).mark_area(color=LINE[role][0], opacity=opacity, clip=True)
            layers.append(band.encode(x=x, y=y(low), y2=f"{high}:Q"))
    if noise:
        rule = data("noise").mark_rule(color=INK, strokeDash=[1, 3], strokeWidth=1, clip=True)
        layers.append(rule.encode(x=x, x2="end:Q", y=y("mid")))
    for role in roles:
        color, dash = LINE[role]
        line = data(role).mark_line(color=color, strokeDash=list(dash), strokeWidth=2.2, clip=True)
        layers.append(line.encode(x=x, y=y("mid")))
        lead = data(f"lead_{role}").mark_line(color=color, strokeWidth=1.2)
        layers.append(lead.encode(x=x, y=y("mid")))
    words = data("labels").mark_text(align="left", baseline="middle", color=INK)
    layers.append(words.encode(x=x, y=y("mid"), text="text:N"))
    chart = configured(alt.layer(*layers), width=PLOT_WIDTH, height=PLOT_HEIGHT)
    return specification(chart, padding=(LEFT, TOP, RIGHT, BOTTOM))
