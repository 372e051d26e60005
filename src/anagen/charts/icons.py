"""A hundred people, each better, about the same or worse: shape and colour both tell."""

from __future__ import annotations

from anagen.charts.style import THEME, UNTREATED
from anagen.charts.svg import head

CELL = 18
PER_ROW = 10
BETTER = "#00734f"


def symbols() -> str:
    """The three people, once a page. They differ in grey: full, outline, full with a bar."""
    body = '<circle cx="9" cy="4.6" r="2.7"/><path d="M4 16.4v-4.2a5 4 0 0 1 10 0v4.2z"/>'
    better = f"var(--better, {BETTER})"
    worse = THEME[UNTREATED]
    quiet = "var(--quiet, #5a5a5f)"
    return (
        '<svg width="0" height="0" aria-hidden="true" focusable="false" class="symbols"><defs>'
        f'<g id="person-better" fill="{better}">{body}</g>'
        f'<g id="person-same" fill="none" stroke="{quiet}" stroke-width="1.1">{body}</g>'
        f'<g id="person-worse" fill="{worse}">{body}'
        '<path d="M3 16.5L15 2.5" fill="none" stroke="var(--card, #fff)" stroke-width="2.6"/>'
        f'<path d="M3 16.5L15 2.5" fill="none" stroke="{worse}" stroke-width="1.2"/></g>'
        "</defs></svg>"
    )


def icon_array(
    better: int, same: int, worse: int, *, ident: str, title: str, description: str
) -> str:
    """Ten rows of ten people as SVG text, better first.

    The page must hold `symbols()` once. Raises ValueError unless the counts add to 100.
    """
    if min(better, same, worse) < 0 or better + same + worse != PER_ROW * PER_ROW:
        raise ValueError(f"{better} + {same} + {worse} people are not 100")
    kinds = ["better"] * better + ["same"] * same + ["worse"] * worse
    people = "".join(
        f'<use href="#person-{kind}" x="{i % PER_ROW * CELL}" y="{i // PER_ROW * CELL}"/>'
        for i, kind in enumerate(kinds)
    )
    size = str(CELL * PER_ROW)
    return head(ident, size, size, title, description).replace('"chart"', '"chart people"') + (
        people + "</svg>"
    )


def icon_key() -> str:
    """The key to the three people, as an HTML list."""
    words = (("better", "better"), ("same", "about the same"), ("worse", "worse"))
    return (
        '<ul class="key">'
        + "".join(
            f'<li><svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">'
            f'<use href="#person-{kind}"/></svg>{text}</li>'
            for kind, text in words
        )
        + "</ul>"
    )
