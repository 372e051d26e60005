"""Ketoconazole on the scalp: fewer yeasts, less inflammation, a doubtful gain in anagen."""

from __future__ import annotations

import numpy as np

from anagen.model.actions.exposure import Contribution, Exposure, Mechanism, Parameters


def antifungal(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
    """Log-effect on anagen duration in proportion to use, at most that of full use."""
    return {"anagen_log": np.minimum(exposure.day_mean(), 1.0) * p["anagen_log"]}


ANTIFUNGAL = Mechanism(antifungal, ("anagen_log",))
