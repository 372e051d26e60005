"""Treatments that leave attack alone and strengthen what holds it: regulation and privilege."""

from __future__ import annotations

import numpy as np

from anagen.model.actions.exposure import Contribution, Exposure, Mechanism, Parameters


def regulatory_support(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
    """Log-effect on regulatory tone, largest * L / (half + L); below zero counts as zero."""
    level = exposure.day_mean()
    largest = np.maximum(p["largest_log"], 0.0)
    return {"regulatory_tone_log": largest * level / (p["half_maximal"] + level)}


def privilege_support(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
    """Log-effect on the signal that breaks privilege, in proportion to use; never below zero."""
    used = np.minimum(exposure.day_mean(), 1.0)
    return {"privilege_guard": used * np.maximum(p["largest_log"], 0.0)}


REGULATORY_SUPPORT = Mechanism(regulatory_support, ("largest_log", "half_maximal"))
PRIVILEGE_SUPPORT = Mechanism(privilege_support, ("largest_log",))
