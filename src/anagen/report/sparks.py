"""Bars and small curves made of letters, for a terminal; plain ASCII where blocks cannot print."""

from __future__ import annotations

from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"
ASCII = "_.,-~=*#"
EIGHTHS = " ▏▎▍▌▋▊▉"


def spark(values: Sequence[float], low: float, high: float, width: int, *, plain: bool) -> str:
    """A curve of `width` letters on the axis low..high (all of one report share it)."""
    letters = ASCII if plain else BLOCKS
    span = high - low if high > low else 1.0
    last = len(values) - 1
    picked = [values[round(i * last / max(1, width - 1))] for i in range(width)]
    levels = (min(7, max(0, int(8 * (value - low) / span))) for value in picked)
    return "".join(letters[level] for level in levels)


def bar(percent: float, width: int, *, plain: bool) -> str:
    """A bar of 0-100 in `width` letters, padded with dots."""
    eighths = round(max(0.0, min(100.0, percent)) / 100 * width * 8)
    if plain:
        return ("#" * (eighths // 8)).ljust(width, ".")
    full, part = divmod(eighths, 8)
    return ("█" * full + (EIGHTHS[part] if part else "")).ljust(width, "·")


def people_bar(better: int, worse: int, width: int) -> str:
    """Better, same and worse of 100 as letters: + for better, . for the same, - for worse."""
    first = round(better / 100 * width)
    last = round(worse / 100 * width)
    last = min(last, width - first)
    return "+" * first + "." * (width - first - last) + "-" * last
