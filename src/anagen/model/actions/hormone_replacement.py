"""Hormones given back: levothyroxine fills the thyroid pool, oestrogen the lost protection."""

from __future__ import annotations

import numpy as np

from anagen.model.actions.exposure import Contribution, Exposure, Mechanism, Parameters


def thyroid_replacement(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
    """Levothyroxine, ug/day."""
    return {"levothyroxine_intake": exposure.amount}


def oestrogen_replacement(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
    """Share of the lost protection given back, in proportion to the usual dose up to `largest`."""
    return {"oestrogen_replacement": p["largest"] * np.minimum(exposure.day_mean(), 1.0)}


THYROID_REPLACEMENT = Mechanism(thyroid_replacement, ())
OESTROGEN_REPLACEMENT = Mechanism(oestrogen_replacement, ("largest",))
