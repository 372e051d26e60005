"""Hormones by mouth: levothyroxine fills the thyroid pool."""

from __future__ import annotations

from anagen.model.actions.exposure import Contribution, Exposure, Mechanism, Parameters


def thyroid_replacement(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
    """Levothyroxine, ug/day."""
    return {"levothyroxine_intake": exposure.amount}


THYROID_REPLACEMENT = Mechanism(thyroid_replacement, ())
