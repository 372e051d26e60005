"""Shedding and the telogen share of the whole scalp. Pure functions on arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def hairs_shed_per_day(fallen: FloatArray, area: FloatArray, head: FloatArray) -> FloatArray:
    """Hairs shed per day from the whole scalp, mean of the week before. Shape: (week, lane).

    `fallen` (week, cell, lane) share of follicles per day, `head` (lane,) follicles of the scalp.
    """
    return head * np.einsum("wcl,cl->wl", fallen, area)


def telogen_percent(telogen: FloatArray, visible: FloatArray, area: FloatArray) -> FloatArray:
    """Telogen hairs as % of visible hairs; 0 where there is no hair. Shape: (week, lane)."""
    resting = np.einsum("wcl,cl->wl", telogen, area)
    seen = np.einsum("wcl,cl->wl", visible, area)
    return 100.0 * resting / np.maximum(seen, np.finfo(float).tiny)
