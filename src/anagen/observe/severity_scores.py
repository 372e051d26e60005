"""Severity scores read from the cells of a scalp. Pure functions on arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_NORWOOD = ("I", "II", "III", "III vertex", "IV", "V", "VI", "VII")


def salt(visible_terminal: FloatArray, reference: FloatArray, area: FloatArray) -> FloatArray:
    """SALT score, % of scalp hair lost, from visible terminal hair only. Shape: (week, lane).

    `visible_terminal` (week, cell, lane) and `reference` (lane,), (cell, lane) or with weeks, the
    hair that counts as no loss, are shares of each cell's follicles; `area` (cell, lane) sums to
    1. Area weighting equals the quadrant weights 40, 24, 18, 18 because regions carry those areas.
    More hair than the reference in one place does not make up for loss in another.
    Source: dermatopics_salt.
    """
    kept = np.minimum(visible_terminal / reference, 1.0)
    return 100.0 * np.clip(1.0 - np.einsum("wcl,cl->wl", kept, area), 0.0, 1.0)


def norwood(fraction: FloatArray, stage_fractions: dict[str, float]) -> list[str]:
    """The Norwood stage whose density fraction at the vertex is nearest, lane by lane.

    A readout of vertex density only: it cannot tell frontal patterns apart.
    """
    table = np.array([stage_fractions[stage] for stage in _NORWOOD])
    nearest = np.abs(np.asarray(fraction)[:, None] - table[None, :]).argmin(axis=1)
    return [_NORWOOD[i] for i in nearest]
