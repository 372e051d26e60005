"""Shares of 100 with their intervals: how likely each cause is."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from anagen.charts.rows import rows, text_layers
from anagen.charts.series import Bar
from anagen.charts.style import INK, PLAN, SHADE, WIDTH
from anagen.charts.svg import configured, render

MARGIN = 4
THICKNESS = 12


def cause_bars(bars: Sequence[Bar], *, ident: str, title: str, description: str) -> str:
    """One row a bar: label and number above, bar 0-100 with its interval below, as SVG text."""
    width = WIDTH - 2 * MARGIN
    laid = rows([bar.label for bar in bars], [bar.text for bar in bars], width)
    values = [
        {
            "top": middle - THICKNESS / 2,
            "bottom": middle + THICKNESS / 2,
            "middle": middle,
            "zero": 0,
            "full": 100,
            "value": bar.percent,
            "low": bar.low,
            "high": bar.high,
        }
        for bar, middle in zip(bars, laid.middles, strict=True)
    ]
    data = alt.Chart(alt.Data(values=values))
    scale = alt.Scale(domain=[0, 100], nice=False)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=scale, axis=None)

    top = alt.Y("top:Q", scale=None, axis=None)
    middle = alt.Y("middle:Q", scale=None, axis=None)
    chart = alt.layer(
        data.mark_rect(color=SHADE).encode(x=x("zero"), x2="full:Q", y=top, y2="bottom:Q"),
        data.mark_rect(color=PLAN, opacity=0.75).encode(
            x=x("zero"), x2="value:Q", y=top, y2="bottom:Q"
        ),
        data.mark_rule(color=INK, strokeWidth=1.6).encode(x=x("low"), x2="high:Q", y=middle),
        *(
            data.mark_tick(orient="vertical", color=INK, thickness=1.6, size=8).encode(
                x=x(side), y=middle
            )
            for side in ("low", "high")
        ),
        *text_layers(laid, width),
    )
    return render(
        configured(chart, width=width, height=laid.height),
        ident=ident,
        title=title,
        description=description,
        padding=(MARGIN, 2, MARGIN, 0),
    )
