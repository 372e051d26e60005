"""Rows of the parameter table that say how far studies, arms and visits differ."""

from __future__ import annotations

from anagen.catalog.parameters import load_parameters


def effect_row(part: str, scale: str) -> str:
    """Row with the SD of a `part` (study, arm, control, visit) on one scale of end points.

    Control arms differ as other arms do on scales without a row of their own.
    """
    row = f"trial_{part}_sd_{scale}"
    return effect_row("arm", scale) if part == "control" and row not in load_parameters() else row
