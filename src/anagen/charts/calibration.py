"""Said probability against the share that was right, with the diagonal of perfect calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from anagen.charts.style import INK, PLAN, QUIET, WIDTH
from anagen.charts.svg import configured, render

HEIGHT = 260
PADDING = (52, 14, 34, 42)


@dataclass(frozen=True, slots=True)
class Mark:
    """One bin: mean said, share right with its interval (all 0 to 1), and how many it holds."""

    said: float
    right: float
    low: float
    high: float
    count: int


def calibration(marks: Sequence[Mark], *, ident: str, title: str, description: str) -> str:
    """Reliability diagram as SVG text; the count stands beside each mark."""
    width, height = WIDTH - PADDING[0] - PADDING[2], HEIGHT - PADDING[1] - PADDING[3]
    scale = alt.Scale(domain=[0, 100], nice=False)
    axis = alt.Axis(values=[0, 25, 50, 75, 100], grid=True)
    values = [
        {
            "said": 100 * mark.said,
            "right": 100 * mark.right,
            "low": 100 * mark.low,
            "high": 100 * mark.high,
            "count": str(mark.count),
        }
        for mark in marks
    ]
    data = alt.Chart(alt.Data(values=values))
    x = alt.X("said:Q", scale=scale, axis=axis, title="said, of 100")
    y = alt.Y("right:Q", scale=scale, axis=axis, title="right, of 100")
    corner = alt.Chart(alt.Data(values=[{"said": 0, "right": 0}, {"said": 100, "right": 100}]))
    chart = alt.layer(
        corner.mark_line(color=QUIET, strokeWidth=1, strokeDash=[6, 4]).encode(x=x, y=y),
        data.mark_rule(color=PLAN, strokeWidth=2).encode(
            x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q"
        ),
        data.mark_point(color=PLAN, filled=True, size=70, opacity=1).encode(x=x, y=y),
        data.mark_text(color=INK, align="left", dx=8, dy=8).encode(x=x, y=y, text="count:N"),
    )
    return render(
        configured(chart, width=width, height=height),
        ident=ident,
        title=title,
        description=description,
        padding=PADDING,
    )
