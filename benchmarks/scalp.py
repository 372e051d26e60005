"""Map and follicles beside the same algorithms in C, numpy day by day, and agents."""

from __future__ import annotations


def measure(turns: int) -> dict[str, dict[str, float]]:
    """Nothing yet: the kernels of the map are not part of the package."""
    del turns
    return {}
