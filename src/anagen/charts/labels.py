"""Where labels go so that none lies on another; how ticks of time read."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

# Mean advance of a letter in units of the font size, for a wide sans-serif: text is laid out before
# a browser picks its font, so the estimate must err on the wide side.
LETTER_WIDTH = 0.6
WEEKS_PER_MONTH = 365.25 / 12 / 7
WEEKS_PER_YEAR = 52


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions near `wanted`, at least `gap` apart and inside low..high where there is room.

    Order is kept; ties keep the order given. All in the same unit.
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    placed: list[float] = []
    for i in order:
        position = max(low, min(high, wanted[i]))
        placed.append(max(position, placed[-1] + gap) if placed else position)
    if placed and placed[-1] > high:
        placed[-1] = high
        for k in range(len(placed) - 2, -1, -1):
            placed[k] = min(placed[k], placed[k + 1] - gap)
    result = [0.0] * len(wanted)
    for k, i in enumerate(order):
        result[i] = placed[k]
    return result


def text_width(text: str, font_size: float) -> float:
    """Estimated width of one line of text, px."""
    return LETTER_WIDTH * font_size * len(text)


def wrapped(text: str, width: float, font_size: float) -> list[str]:
    """The text in lines that fit `width` px; a single longer word is cut with an ellipsis."""
    most = max(4, int(width / (LETTER_WIDTH * font_size)))
    lines = textwrap.wrap(text, most, break_long_words=False) or [""]
    return [line if len(line) <= most else f"{line[: most - 1]}…" for line in lines]


def time_ticks(last_week: float) -> list[float]:
    """Ticks in weeks that fall on whole months or years, five at most after zero."""
    for step in (4, 13, 26, 52, 104, 260, 520):
        if last_week / step <= 4.5:
            return [float(w) for w in range(0, math.floor(last_week) + 1, step)]
    return [0.0, float(last_week)]


def tick_text(week: float) -> str:
    """A tick of time in words short enough for an axis."""
    if week == 0:
        return "now"
    if week % WEEKS_PER_YEAR == 0:
        return f"{week / WEEKS_PER_YEAR:g} yr"
    if week % 13 == 0:
        return f"{week / 13 * 3:g} mo"
    return f"{week:g} wk"


def nice_domain(low: float, high: float) -> tuple[float, float]:
    """Rounded limits that hold low..high with a little air."""
    if not high > low:
        low, high = low - 1.0, high + 1.0
    step = 10 ** math.floor(math.log10((high - low) / 2))
    for factor in (1, 2, 5):
        if (high - low) / (step * factor) <= 6:
            step *= factor
            break
    return math.floor(low / step) * step, math.ceil(high / step) * step
