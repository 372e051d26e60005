"""First-order pools: a level that moves towards a target at one rate, exact for daily targets."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anagen.model.compiled import kernel

FloatArray = NDArray[np.float64]


@kernel(error_model="numpy")
def first_order_pool(target, start, rate):  # pragma: no cover
    """Level at the end of each day, in the unit of `target`. Shape: (day, draw).

    `target` (day, draw) is held over a day, `start` (draw,) is the level before the first day and
    `rate` (draw,) is 1/day. A pool that starts at its target stays there exactly.
    """
    days, draws = target.shape
    level = np.empty((days, draws))
    now = start.copy()
    kept = np.exp(-rate)
    for day in range(days):
        for i in range(draws):
            now[i] = target[day, i] + (now[i] - target[day, i]) * kept[i]
            level[day, i] = now[i]
    return level


def rate_from_half_life(half_life_days: FloatArray) -> FloatArray:
    """Loss rate, 1/day, of a pool with this half-life in days. Shape as given."""
    return np.log(2.0) / half_life_days
