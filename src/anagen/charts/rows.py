"""Rows of a horizontal chart: a label in as many lines as it needs, a number, then the mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import altair as alt

from anagen.charts.labels import text_width, wrapped
from anagen.charts.style import FONT_SIZE, INK, QUIET

LABEL_SIZE = 13
LINE = 16
MARK = 16
GAP = 12
SPACE = 10

Texts = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Where everything stands, px from the top: text lines and the middle of each mark."""

    labels: Texts
    numbers: Texts
    middles: tuple[float, ...]
    height: float


def rows(labels: Sequence[str], numbers: Sequence[str], width: float) -> Rows:
    """Lay out one row per label. The number stands right of the label's first line.

    A label wraps before it meets its number, so no text lies on another.
    """
    lines: list[tuple[str, float]] = []
    right: list[tuple[str, float]] = []
    middles: list[float] = []
    top = 0.0
    for label, number in zip(labels, numbers, strict=True):
        room = width - text_width(number, FONT_SIZE) - SPACE
        right.append((number, top + LINE / 2))
        first, *rest = wrapped(label, room, LABEL_SIZE)
        if rest:
            rest = wrapped(label.removeprefix(first).strip(), width, LABEL_SIZE)
        for line in (first, *rest):
            lines.append((line, top + LINE / 2))
            top += LINE
        middles.append(top + MARK / 2)
        top += MARK + GAP
    return Rows(tuple(lines), tuple(right), tuple(middles), top)


def text_layers(laid: Rows, width: float) -> list[alt.Chart]:
    """The labels at the left and the numbers at the right."""
    y = alt.Y("y:Q", scale=None, axis=None)
    layers = []
    sides: tuple[tuple[Texts, Literal["left", "right"], float, str, int], ...] = (
        (laid.labels, "left", 0.0, INK, LABEL_SIZE),
        (laid.numbers, "right", width, QUIET, FONT_SIZE),
    )
    for texts, align, place, color, size in sides:
        values = [{"text": text, "y": place_y} for text, place_y in texts]
        layers.append(
            alt.Chart(alt.Data(values=values))
            .mark_text(align=align, baseline="middle", color=color, fontSize=size)
            .encode(x=alt.value(place), y=y, text="text:N")
        )
    return layers
