"""Heads beside each other with what is read from them and a bar of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFont

from anagen.rng import generator

PAPER = "#ffffff"
INK = "#1b1b1d"
QUIET = "#5a5a5f"
GRID = "#dcdcdf"
TREATED = "#0072b2"
STRAND = "#3a2c24"
GAP = 14
# The heap of shed hairs is this share of a head's width, and no larger than this many strands.
HEAP = 0.20
MOST_STRANDS = 1_000
WEEKS_PER_YEAR = 365.25 / 7.0


@dataclass(frozen=True, slots=True)
class Side:
    """One head of a panel: its picture, its title, its lines of reading, and its weeks treated.

    `treated` holds first and last week of every treatment; `shed_per_day` hairs lie as strands at
    the lower left.
    """

    title: str
    lines: tuple[str, ...]
    picture: Image.Image
    treated: tuple[tuple[float, float], ...] = ()
    shed_per_day: float = 0.0


def draw_panel(sides: Sequence[Side], *, week: int, weeks: int, note: str) -> Image.Image:
    """Heads in a row, above them their arms, below what was read, a note and the bar of time."""
    width, height = sides[0].picture.size
    size = max(width // 24, 10)
    plain, large = _font(size), _font(round(size * 1.15))
    step = round(size * 1.35)
    titles = [_wrapped(side.title, large, width - GAP) for side in sides]
    head_at = GAP + step * max(len(title) for title in titles) + GAP // 2
    lines_at = head_at + height + GAP // 2
    bar_at = lines_at + step * max(len(side.lines) for side in sides) + GAP
    total_width = width * len(sides) + GAP * (len(sides) + 1)
    total_height = bar_at + 5 * step
    panel = Image.new("RGB", (total_width, total_height), PAPER)
    pen = ImageDraw.Draw(panel)
    for number, (side, title) in enumerate(zip(sides, titles, strict=True)):
        left = GAP + number * (width + GAP)
        middle = left + width / 2
        for row, text in enumerate(title):
            pen.text((middle, GAP + row * step), text, font=large, fill=INK, anchor="mt")
        panel.paste(side.picture, (left, head_at))
        heap = round(HEAP * width)
        _strands(panel, (left, head_at + height - heap), heap, round(side.shed_per_day))
        for row, text in enumerate(side.lines):
            font, fill = (large, INK) if row == 0 else (plain, QUIET)
            pen.text((middle, lines_at + row * step), text, font=font, fill=fill, anchor="mt")
    _time_bar(pen, sides, (GAP, bar_at, total_width - GAP), week, weeks, note, size)
    return panel


def _time_bar(
    pen: ImageDraw.ImageDraw,
    sides: Sequence[Side],
    place: tuple[int, int, int],
    week: int,
    weeks: int,
    note: str,
    size: int,
) -> None:
    left, top, right = place
    step = round(size * 1.35)
    font, small = _font(round(size * 1.15)), _font(round(size * 0.85))
    pen.text((left, top), when(week), font=font, fill=INK, anchor="lt")
    high = max(size // 2, 4)
    line = top + round(step * 1.2)
    span = max(weeks, 1)

    def at(moment: float) -> float:
        return left + (right - left) * min(max(moment / span, 0.0), 1.0)

    pen.rectangle((left, line, right, line + high), fill=GRID)
    pen.rectangle((left, line, at(week), line + high), fill=QUIET)
    for moment, text in ticks(weeks):
        x = at(moment)
        pen.line((x, line, x, line + high + 3), fill=INK, width=1)
        anchor = "lt" if moment == 0 else "rt" if x > right - 3 * size else "mt"
        pen.text((x, line + high + 5), text, font=small, fill=QUIET, anchor=anchor)
    under = line + high + 5 + round(size * 1.1)
    treated = [span for side in sides for span in side.treated]
    for first, last in treated:
        pen.rectangle((at(first), under, at(last), under + max(high // 2, 2)), fill=TREATED)
    if treated:
        first = min(start for start, _ in treated)
        pen.text(
            (at(first), under + high // 2 + 3), "treated", font=small, fill=TREATED, anchor="lt"
        )

    pen.text((right, under + step), note, font=small, fill=QUIET, anchor="rt")


def _strands(panel: Image.Image, corner: tuple[int, int], side: int, count: int) -> None:
    """The hairs shed in a day as that many strands lying in a corner, `side` pixels wide."""
    random = generator(0, "", "shed hairs in pictures")
    # The first hairs lie where they lay before, so that a heap grows and shrinks.
    middle = random.normal(0.5, 0.17, (MOST_STRANDS, 2))
    turn = random.uniform(0.0, 2.0 * np.pi, MOST_STRANDS)
    bend = random.normal(0.0, 0.9, MOST_STRANDS)
    finer = 2
    heap = Image.new("RGB", (side * finer, side * finer), PAPER)
    pen = ImageDraw.Draw(heap)
    along = np.linspace(-0.5, 0.5, 6)
    for i in range(min(count, MOST_STRANDS)):
        angle = turn[i] + bend[i] * along
        step = 0.30 / along.size
        x = middle[i, 0] + np.cumsum(np.cos(angle)) * step
        y = middle[i, 1] + np.cumsum(np.sin(angle)) * step
        points = np.column_stack([x, y]) * side * finer
        pen.line([tuple(point) for point in points], fill=STRAND, width=1)
    heap = heap.reduce(finer)
    box = (*corner, corner[0] + heap.width, corner[1] + heap.height)
    panel.paste(ImageChops.darker(panel.crop(box), heap), corner)


def when(week: int) -> str:
    """A week in words: with years where there are two and more."""
    years = week / WEEKS_PER_YEAR
    if week < 0:
        return f"{-week} weeks before today"
    if years < 2.0:
        return f"Week {week}"
    return f"Week {week} ({years:.1f} years)"


def ticks(weeks: int) -> list[tuple[float, str]]:
    """About six round moments along the bar, in weeks or in years."""
    if weeks >= 4 * WEEKS_PER_YEAR:
        years = weeks / WEEKS_PER_YEAR
        step = next((step for step in (1, 2, 5, 10, 20) if years / step <= 7), 50)
        return [(n * step * WEEKS_PER_YEAR, f"{n * step} y") for n in range(int(years / step) + 1)]
    step = next((step for step in (1, 2, 4, 13, 26) if weeks / step <= 8), 52)
    return [(float(n), f"{n} wk") for n in range(0, weeks + 1, step)]


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _wrapped(
    text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: float
) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines or [""]
