"""Glucocorticoids: faster loss of effector T cells, in all lesions or only where injected."""

from __future__ import annotations

import numpy as np

from anagen.model.actions.exposure import Contribution, Exposure, Mechanism, Parameters


def glucocorticoid(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
    """Relative activity: largest * L^h / (half^h + L^h), L the day mean of the local level."""
    ratio = (exposure.day_mean() / p["half_maximal"]) ** p["hill"]
    return {"glucocorticoid": p["largest"] * ratio / (1.0 + ratio)}


def intralesional_glucocorticoid(
    exposure: Exposure, p: Parameters, person: Parameters
) -> Contribution:
    """As `glucocorticoid`, times the share of the bald area that one session can reach.

    `session_area` and `scalp_area` are cm2; the bald area is the affected percent of the scalp.
    """
    activity = glucocorticoid(exposure, p, person)["glucocorticoid"]
    bald = np.maximum(person["affected_percent"], 0.1) / 100.0 * p["scalp_area"]
    return {"glucocorticoid": activity * np.minimum(p["session_area"] / bald, 1.0)}


GLUCOCORTICOID = Mechanism(glucocorticoid, ("largest", "half_maximal", "hill"))
INTRALESIONAL_GLUCOCORTICOID = Mechanism(
    intralesional_glucocorticoid, ("largest", "half_maximal", "hill", "session_area", "scalp_area")
)
