"""One plan over time beside no treatment and stopping."""

from __future__ import annotations

import json
from collections.abc import Sequence

import altair as alt

from anagen.charts.labels import spread, tick_text, time_ticks
from anagen.charts.series import Curve
from anagen.charts.style import INK, LINE, QUIET, SHADE, WIDTH
from anagen.charts.svg import configured, render

LEFT, TOP, RIGHT, BOTTOM = 34, 24, 94, 26
PLOT_WIDTH = WIDTH - LEFT - RIGHT
PLOT_HEIGHT = 190
LABEL_GAP = 15.0


def fan_chart(
    curves: Sequence[Curve],
    *,
    ident: str,
    title: str,
    description: str,
    domain: tuple[float, float],
    weeks_to_judge: float | None = None,
    real_change: float | None = None,
    labels: dict[str, str] | None = None,
) -> str:
    """Median lines with 50 % and 90 % bands, as SVG text.

    `domain` is the value axis, the same for all charts of one report. Weeks before
    `weeks_to_judge` are shaded. `real_change` draws the span around today's value inside which a
    measurement cannot tell change from noise. `labels` gives the words beside each role's line.
    """
    words = {"plan": "This plan", "untreated": "No treatment", "stop": "If stopped"}
    words.update(labels or {})
    last = max(curve.weeks[-1] for curve in curves)
    x = alt.X(
        "week:Q",
        scale=alt.Scale(domain=[0, last], nice=False),
        axis=alt.Axis(
            values=time_ticks(last),
            labelExpr=_tick_expression(last),
            title=None,
            grid=False,
            labelFlush=False,
        ),
    )
    scale = alt.Scale(domain=list(domain), nice=False, zero=False)
    axis = alt.Axis(title=None, tickCount=5, domain=False)
    y = alt.Y("mid:Q", scale=scale, axis=axis)
    layers: list[alt.Chart] = []
    if weeks_to_judge:
        early = [{"week": 0.0, "end": min(weeks_to_judge, last), "text": "too early to judge"}]
        layers.append(
            alt.Chart(alt.Data(values=early)).mark_rect(color=SHADE).encode(x=x, x2="end:Q")
        )
        layers.append(
            alt.Chart(alt.Data(values=early))
            .mark_text(align="left", dx=1, color=QUIET, fontSize=11)
            .encode(x=x, y=alt.value(-9), text="text:N")
        )
    for curve in sorted(curves, key=lambda c: ("stop", "untreated", "plan").index(c.role)):
        layers.extend(_bands(curve, x, scale, axis))
    if real_change is not None:
        layers.extend(_noise(curves[0], real_change, x, y, last))
    for curve in curves:
        color, dash = LINE[curve.role]
        rows = [{"week": w, "mid": v} for w, v in zip(curve.weeks, curve.q50, strict=True)]
        layers.append(
            alt.Chart(alt.Data(values=rows))
            .mark_line(color=color, strokeDash=list(dash), strokeWidth=2.2, clip=True)
            .encode(x=x, y=y)
        )
    layers.extend(_end_labels(curves, words, x, y, domain, last))
    chart = configured(alt.layer(*layers), width=PLOT_WIDTH, height=PLOT_HEIGHT)
    return render(
        chart,
        ident=ident,
        title=title,
        description=description,
        padding=(LEFT, TOP, RIGHT, BOTTOM),
    )


def _tick_expression(last: float) -> str:
    words = {str(int(w)): tick_text(w) for w in time_ticks(last)}
    return f"{json.dumps(words)}[datum.value]"


def _bands(curve: Curve, x: alt.X, scale: alt.Scale, axis: alt.Axis) -> list[alt.Chart]:
    color = LINE[curve.role][0]
    # The stop arm equals the plan until it stops: a band there would only hide the plan's.
    spans = {"plan": ((0.05, 0.16), (0.25, 0.26)), "untreated": ((0.05, 0.12),), "stop": ()}
    layers = []
    for quantile, opacity in spans[curve.role]:
        low, high = (curve.q05, curve.q95) if quantile == 0.05 else (curve.q25, curve.q75)
        rows = [
            {"week": w, "low": a, "high": b} for w, a, b in zip(curve.weeks, low, high, strict=True)
        ]
        layers.append(
            alt.Chart(alt.Data(values=rows))
            .mark_area(color=color, opacity=opacity, clip=True)
            .encode(x=x, y=alt.Y("low:Q", scale=scale, axis=axis), y2="high:Q")
        )
    return layers


def _noise(curve: Curve, real_change: float, x: alt.X, y: alt.Y, last: float) -> list[alt.Chart]:
    today = curve.q50[0]
    rows = [{"week": 0.0, "end": last, "mid": today + sign * real_change} for sign in (-1, 1)]
    return [
        alt.Chart(alt.Data(values=rows))
        .mark_rule(color=INK, strokeDash=[1, 3], strokeWidth=1, clip=True)
        .encode(x=x, x2="end:Q", y=y)
    ]


def _end_labels(
    curves: Sequence[Curve],
    words: dict[str, str],
    x: alt.X,
    y: alt.Y,
    domain: tuple[float, float],
    last: float,
) -> list[alt.Chart]:
    low, high = domain
    pixel = PLOT_HEIGHT / (high - low)
    ends = [(high - min(high, max(low, c.q50[-1]))) * pixel for c in curves]
    places = spread(ends, LABEL_GAP, 6.0, PLOT_HEIGHT - 6.0)
    layers: list[alt.Chart] = []
    for curve, end, place in zip(curves, ends, places, strict=True):
        color, _ = LINE[curve.role]
        row = alt.Data(values=[{"week": last, "text": words[curve.role]}])
        # In axis units, past the right end: a second, unscaled axis would cost the first its ticks.
        leader = [
            {"week": last, "mid": high - end / pixel},
            {"week": last * (1 + 10 / PLOT_WIDTH), "mid": high - place / pixel},
        ]
        layers.append(
            alt.Chart(alt.Data(values=leader))
            .mark_line(color=color, strokeWidth=1.2)
            .encode(x=x, y=y)
        )
        layers.append(
            alt.Chart(row)
            .mark_text(align="left", baseline="middle", color=INK)
            .encode(x=alt.value(PLOT_WIDTH + 13), y=alt.value(place), text="text:N")
        )
    return layers
