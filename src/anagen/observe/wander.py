"""How the count of one target area wanders by itself from year to year. Pure functions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def wander(z: FloatArray, log_sd: FloatArray, days: FloatArray, step_days: float) -> FloatArray:
    """Factor on a person's counts against their course without chance, 1 at the start.

    An Ornstein-Uhlenbeck process of log counts whose level at the start is not known, with mean
    factor 1 at every time. `z` (time, lane) standard normals, the first for the level at the
    start; `log_sd` and `days` (lane,) its long-run SD and memory. Shape: (time, lane).
    """
    keep = np.exp(-step_days / days)
    kick = log_sd * np.sqrt(1.0 - keep**2)
    level = log_sd * z[0]
    path = np.zeros(z.shape)
    for time in range(1, z.shape[0]):
        level = keep * level + kick * z[time]
        path[time] = level - log_sd * z[0]
    elapsed = step_days * np.arange(z.shape[0])[:, None]
    variance = 2.0 * log_sd**2 * (1.0 - np.exp(-elapsed / days))
    return np.exp(path - variance / 2.0)
