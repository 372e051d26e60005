"""Side effects per 100 people, with the treatment and without it."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from anagen.charts.rows import rows, text_layers
from anagen.charts.series import Pair
from anagen.charts.style import INK, SHADE, UNTREATED, WIDTH
from anagen.charts.svg import configured, render

MARGIN = 14
BELOW = 26


def harm_chart(
    pairs: Sequence[Pair], *, ident: str, title: str, description: str, highest: float
) -> str:
    """One row an event: diamond with the treatment, open circle in the control group.

    `highest` is the right end of the axis, per 100 people, shared by all charts of a report.
    Returns SVG text.
    """
    width = WIDTH - 2 * MARGIN
    laid = rows([pair.label for pair in pairs], [pair.text for pair in pairs], width)
    values = [
        {
            "middle": middle,
            "zero": 0,
            "full": highest,
            "treated": pair.treated,
            "control": pair.control if pair.control is not None else pair.treated,
        }
        for pair, middle in zip(pairs, laid.middles, strict=True)
    ]
    known = [row for row, pair in zip(values, pairs, strict=True) if pair.control is not None]
    data = alt.Chart(alt.Data(values=values))
    scale = alt.Scale(domain=[0, highest], nice=False)
    axis = alt.Axis(title=None, tickCount=5, grid=False, orient="bottom")
    middle = alt.Y("middle:Q", scale=None, axis=None)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=scale, axis=axis)

    layers = [
        data.mark_rule(color=SHADE, strokeWidth=8).encode(x=x("zero"), x2="full:Q", y=middle),
        data.mark_rule(color=UNTREATED, strokeWidth=2).encode(
            x=x("control"), x2="treated:Q", y=middle
        ),
    ]
    if known:
        layers.append(
            alt.Chart(alt.Data(values=known))
            .mark_point(color=INK, filled=False, size=64, strokeWidth=1.6)
            .encode(x=x("control"), y=middle)
        )
    layers.append(
        data.mark_point(color=UNTREATED, filled=True, opacity=1, size=64, shape="diamond").encode(
            x=x("treated"), y=middle
        )
    )
    return render(
        configured(alt.layer(*layers, *text_layers(laid, width)), width=width, height=laid.height),
        ident=ident,
        title=title,
        description=description,
        padding=(MARGIN, 2, MARGIN, BELOW),
    )
