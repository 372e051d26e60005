"""Watchful waiting: nothing is done, and the forecast is that of the person untreated."""

from __future__ import annotations

from anagen.model.actions.exposure import Contribution, Exposure, Mechanism, Parameters


def no_action(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
    """Nothing."""
    return {}


NO_ACTION = Mechanism(no_action, ())
