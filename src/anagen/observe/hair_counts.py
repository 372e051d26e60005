"""Hair counts and hair mass of the target area. Pure functions on arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def density_per_cm2(
    visible: FloatArray, target: FloatArray, density: FloatArray, vehicle: FloatArray
) -> FloatArray:
    """Visible hairs per cm2 of the target area, vehicle response included. Shape: (week, lane).

    `visible` (week, cell, lane) share of follicles with a visible hair; `target` (cell, lane)
    weights summing to 1; `density` (lane,) follicles per cm2; `vehicle` (week, lane) hairs per cm2.
    """
    return np.maximum(density * np.einsum("wcl,cl->wl", visible, target) + vehicle, 0.0)


def hair_mass_percent(
    growing_mass: FloatArray, target: FloatArray, full_mass: FloatArray
) -> FloatArray:
    """Hair mass that grows in the target area, % of a full scalp's. Shape: (week, lane).

    What a clip after a fixed time weighs: growing hairs x d^2 x growth rate.
    """
    return 100.0 * np.einsum("wcl,cl->wl", growing_mass, target) / full_mass
