"""From an Altair chart to one accessible SVG element, offline."""

from __future__ import annotations

import html
import re
from typing import Any

import altair as alt
import vl_convert

from anagen.charts.style import FONT_SIZE, GRID, INK, QUIET, THEME

# What `alt.layer` may return; ours are never faceted.
Layered = alt.LayerChart | alt.FacetChart
_OPENING = re.compile(r"^<svg [^>]*?width=\"([\d.]+)\" height=\"([\d.]+)\"[^>]*>")
_ARIA = re.compile(r' (?:aria-[a-z]+|role)="[^"]*"')


def configured(chart: Layered, *, width: float, height: float) -> Layered:
    """The chart with the house style: no frame, quiet axes, transparent ground."""
    return (
        chart.properties(width=width, height=height, background="transparent")
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=QUIET,
            labelFontSize=FONT_SIZE,
            titleColor=QUIET,
            titleFontSize=FONT_SIZE,
            titleFontWeight="normal",
            domainColor=GRID,
            tickColor=GRID,
            gridColor=GRID,
            labelOverlap=True,
        )
        .configure_text(color=INK, fontSize=FONT_SIZE)
    )


def specification(chart: Layered, *, padding: tuple[int, int, int, int]) -> dict[str, Any]:
    """The chart as a Vega-Lite document.

    `padding` is left, top, right, bottom in px: fixed, so that charts side by side share their
    frame.
    """
    left, top, right, bottom = padding
    framed = chart.properties(
        padding={"left": left, "top": top, "right": right, "bottom": bottom},
        autosize=alt.AutoSizeParams(type="none"),
    )
    # Altair has checked each part already; checking the whole again costs more than the drawing.
    return framed.to_dict(validate=False)


def draw(spec: dict[str, Any], *, ident: str, title: str, description: str) -> str:
    """SVG text of a Vega-Lite document, named by `title` and told by `description`.

    `ident` must be unique on the page: it prefixes every id inside.
    """
    drawn = vl_convert.vegalite_to_svg(spec)
    return accessible(drawn, ident=ident, title=title, description=description)


def render(
    chart: Layered,
    *,
    ident: str,
    title: str,
    description: str,
    padding: tuple[int, int, int, int],
) -> str:
    """SVG text of a chart: `specification` and `draw` in one."""
    spec = specification(chart, padding=padding)
    return draw(spec, ident=ident, title=title, description=description)


def accessible(drawn: str, *, ident: str, title: str, description: str) -> str:
    """One image for a screen reader, ids unique to it, colours open to a page's theme."""
    opening = _OPENING.match(drawn)
    if opening is None:
        raise ValueError(f"no <svg> with a width and a height at the start of chart {ident}")
    width, height = opening.group(1), opening.group(2)
    body = _ARIA.sub("", drawn[opening.end() :])
    # The renderer counts its ids over the life of the process; ours depend on the chart alone.
    for i, own in enumerate(dict.fromkeys(re.findall(r'\bid="([^"]+)"', body))):
        body = body.replace(f'id="{own}"', f'id="{ident}-{i}"')
        body = body.replace(f"url(#{own})", f"url(#{ident}-{i})")
    for color, variable in THEME.items():
        body = body.replace(f'"{color}"', f'"{variable}"')
    return head(ident, width, height, title, description) + body


def head(ident: str, width: str, height: str, title: str, description: str) -> str:
    """The opening tag of an image that says its name and what it shows."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}" aria-labelledby="{ident}-t {ident}-d">'
        f'<title id="{ident}-t">{html.escape(title)}</title>'
        f'<desc id="{ident}-d">{html.escape(description)}</desc>'
    )
