"""Measurement error: what one reading adds to the truth, and the smallest change that is real."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import value

FloatArray = NDArray[np.float64]


# Observable -> the row with the error of one reading, and whether it is a share of the value.
READING_ERROR: Mapping[str, tuple[str, bool]] = {
    "salt": ("salt_reading_sd", False),
    "terminal_density": ("hair_count_reading_cv", True),
    "terminal_relative": ("hair_count_reading_cv", True),
    "total_density": ("hair_count_reading_cv", True),
    "hair_mass": ("hair_mass_reading_cv", True),
    "daily_shed": ("shed_reading_cv", True),
    "shed_ratio": ("shed_reading_cv", True),
    "telogen_percent": ("telogen_reading_sd", False),
    "anagen_percent": ("telogen_reading_sd", False),
    "hair_diameter": ("hair_diameter_reading_cv", True),
}


def smallest_real_change(observable: str, start: float) -> float:
    """Smallest change between two readings that exceeds their error (95 %), in its own unit.

    `start` is the first reading. Raises KeyError for an observable without a reading error.
    """
    row, relative = READING_ERROR[observable]
    return real_change(value(row) * (start if relative else 1.0), value("real_change_z"))


def real_change(reading_sd: float, z: float) -> float:
    """Smallest change between two readings that exceeds their error: z x sqrt 2 x SD."""
    return z * float(np.sqrt(2.0)) * reading_sd


def read_with_error(
    truth: FloatArray, sd: float, relative: bool, random: np.random.Generator
) -> FloatArray:
    """One reading of each value; never below zero. `relative` makes `sd` a share of the truth."""
    scale = sd * truth if relative else np.full(np.shape(truth), sd)
    return np.maximum(truth + scale * random.standard_normal(np.shape(truth)), 0.0)
