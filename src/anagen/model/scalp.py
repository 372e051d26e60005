"""Where on the scalp: regions with their share of it, SALT quadrant and androgen sensitivity.

The cohort scalp stands for one person by a few representative cells: one a region for diffuse and
pattern loss; patches and spared skin, drawn from the person's susceptibility field, for alopecia
areata. Cells share effector cells through one well-mixed pool.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

REGIONS = ("frontal", "mid_scalp", "vertex", "parietal", "temporal", "occipital")
QUADRANTS: Mapping[str, tuple[str, ...]] = {
    "top": ("frontal", "mid_scalp", "vertex"),
    "back": ("occipital",),
    "sides": ("parietal", "temporal"),
}


@dataclass(frozen=True, slots=True)
class Region:
    """One region: share of the scalp (sums to 1) and androgen sensitivity (vertex of men = 1)."""

    name: str
    area_share: float
    sensitivity: float


def regions(
    area_shares: Mapping[str, float], sensitivity: Mapping[str, float]
) -> tuple[Region, ...]:
    """All regions in the order of `REGIONS`; area shares are scaled to sum to 1."""
    total = sum(area_shares[name] for name in REGIONS)
    return tuple(Region(name, area_shares[name] / total, sensitivity[name]) for name in REGIONS)
