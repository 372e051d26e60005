"""Ketoconazole on the scalp: fewer yeasts, less inflammation, a doubtful gain in anagen."""

from __future__ import annotations

import numpy as np

from anagen.model.actions.exposure import Contribution, Exposure, Mechanism, Parameters


def antifungal(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
    """Log-effect on anagen duration and share of inflammation taken away, in proportion to use.

    Both are at most those of full use. Where there is no inflammation there is none to take away.
    """
    used = np.minimum(exposure.day_mean(), 1.0)
    return {
        "anagen_log": used * p["anagen_log"],
        "inflammation_relief": used * np.clip(p["inflammation_relief"], 0.0, 1.0),
    }


ANTIFUNGAL = Mechanism(antifungal, ("anagen_log", "inflammation_relief"))
