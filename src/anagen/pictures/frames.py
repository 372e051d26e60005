"""Which weeks are shown, and the heads of all arms at one of them as one panel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def even_weeks(weeks: int, count: int) -> tuple[int, ...]:
    """At most `count` weeks from 0 to `weeks`, evenly apart, both ends among them."""
    chosen = np.linspace(0, weeks, min(count, weeks + 1))
    return tuple(dict.fromkeys(int(week) for week in np.round(chosen)))


def shown_weeks(panels: Sequence[int], weeks: int, pictures: int) -> tuple[int, ...]:
    """The weeks to be drawn: those asked for and, for a movie of `pictures`, those in between."""
    return tuple(sorted({*panels, *(even_weeks(weeks, pictures) if pictures else ())}))
