"""Measurement error: what one reading adds to the truth, and the smallest change that is real."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def real_change(reading_sd: float, z: float) -> float:
    """Smallest change between two readings that exceeds their error: z x sqrt 2 x SD."""
    return z * float(np.sqrt(2.0)) * reading_sd


def read_with_error(
    truth: FloatArray, sd: float, relative: bool, random: np.random.Generator
) -> FloatArray:
    """One reading of each value; never below zero. `relative` makes `sd` a share of the truth."""
    scale = sd * truth if relative else np.full(np.shape(truth), sd)
    return np.maximum(truth + scale * random.standard_normal(np.shape(truth)), 0.0)
