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


def anagen_percent(growing: FloatArray, visible: FloatArray, target: FloatArray) -> FloatArray:
    """Growing hairs as % of the hairs of the target area, as a phototrichogram counts them.

    `growing` and `visible` (week, cell, lane), `target` (cell, lane); 0 where there is no hair.
    Shape: (week, lane).
    """
    return 100.0 * _per_hair(growing, visible, target)


def mean_diameter(
    width: FloatArray, visible: FloatArray, target: FloatArray, largest_um: float
) -> FloatArray:
    """Mean diameter of the hairs of the target area in um, vellus hairs included.

    `width` (week, cell, lane) sum of the diameters in those of the largest class, of `largest_um`;
    0 where there is no hair. Shape: (week, lane).
    """
    return largest_um * _per_hair(width, visible, target)


def _per_hair(quantity: FloatArray, visible: FloatArray, target: FloatArray) -> FloatArray:
    """What one visible hair of the target area has on average. Shape: (week, lane)."""
    top = np.einsum("wcl,cl->wl", quantity, target)
    hairs = np.einsum("wcl,cl->wl", visible, target)
    return top / np.maximum(hairs, np.finfo(float).tiny)
