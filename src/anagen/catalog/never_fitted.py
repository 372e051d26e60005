"""Treatments that are predicted but never fitted: `data/calibration/outside.csv`."""

from __future__ import annotations

from functools import cache

from anagen.catalog.tables import read_table


@cache
def never_fitted() -> frozenset[str]:
    """Ids of treatments whose own trials may not narrow a parameter, each with its reason there."""
    return frozenset(row["treatment"] for row in read_table("calibration/outside.csv"))
