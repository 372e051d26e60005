"""Difference between each option and no treatment, on one axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import altair as alt

from anagen.charts.rows import MARK, rows, text_layers
from anagen.charts.series import Interval
from anagen.charts.style import INK, PLAN, QUIET, WIDTH
from anagen.charts.svg import configured, render

MARGIN = 14
BELOW = 42


def effect_chart(
    intervals: Sequence[Interval],
    *,
    ident: str,
    title: str,
    description: str,
    domain: tuple[float, float],
    left_words: str,
    right_words: str,
) -> str:
    """One row an option: dot for the median, thick line 50 %, thin line 90 %, as SVG text.

    `left_words` and `right_words` say what a difference below and above zero means.
    """
    width = WIDTH - 2 * MARGIN
    laid = rows([item.label for item in intervals], [item.text for item in intervals], width)
    values = [
        {
            "middle": middle,
            "top": middle - MARK / 2,
            "bottom": middle + MARK / 2,
            "zero": 0.0,
            "median": item.median,
            "low50": item.low50,
            "high50": item.high50,
            "low90": item.low90,
            "high90": item.high90,
        }
        for item, middle in zip(intervals, laid.middles, strict=True)
    ]
    data = alt.Chart(alt.Data(values=values))
    scale = alt.Scale(domain=list(domain), nice=False)
    axis = alt.Axis(title=None, tickCount=5, grid=False, orient="bottom")
    middle = alt.Y("middle:Q", scale=None, axis=None)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=scale, axis=axis)

    def span(low: str, high: str, thickness: float) -> alt.Chart:
        return data.mark_rule(color=PLAN, strokeWidth=thickness, clip=True).encode(
            x=x(low), x2=f"{high}:Q", y=middle
        )

    ends: tuple[tuple[str, Literal["left", "right"], int], ...] = (
        (left_words, "left", 0),
        (right_words, "right", width),
    )
    sides = [
        alt.Chart(alt.Data(values=[{"text": words}]))
        .mark_text(align=align, baseline="middle", color=QUIET, fontSize=12)
        .encode(x=alt.value(place), y=alt.value(laid.height + 32), text="text:N")
        for words, align, place in ends
    ]
    chart = alt.layer(
        data.mark_rule(color=INK, strokeWidth=1.4).encode(
            x=x("zero"), y=alt.Y("top:Q", scale=None, axis=None), y2="bottom:Q"
        ),
        span("low90", "high90", 1.6),
        span("low50", "high50", 6),
        data.mark_point(
            color=PLAN, filled=True, opacity=1, size=64, stroke=INK, strokeWidth=1
        ).encode(x=x("median"), y=middle),
        *text_layers(laid, width),
        *sides,
    )
    return render(
        configured(chart, width=width, height=laid.height),
        ident=ident,
        title=title,
        description=description,
        padding=(MARGIN, 2, MARGIN, BELOW),
    )
