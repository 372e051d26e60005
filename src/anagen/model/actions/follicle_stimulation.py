"""Minoxidil: earlier re-entry into anagen, longer anagen, larger and thickening follicles."""

from __future__ import annotations

from anagen.model.actions.exposure import (
    GROWTH_SHARE,
    Contribution,
    Exposure,
    Mechanism,
    Parameters,
)

LEVERS = ("telogen_exit_log", "latency_exit_log", "anagen_log", "size_step_up_log", "thickening")


def follicle_stimulation(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
    """Each lever at its full effect times S / (half + S).

    S is the level on the common scale of percent applied twice daily: `equivalent` percent for each
    unit of the level. `response` is how strongly this person activates the drug (1 = typical).
    """
    strength = exposure.day_mean() * p["equivalent"] * p["response"]
    effect = strength / (p["half_maximal"] + strength)
    return {GROWTH_SHARE: effect} | {lever: effect * p[lever] for lever in LEVERS}


FOLLICLE_STIMULATION = Mechanism(
    follicle_stimulation, ("equivalent", "half_maximal", "response", *LEVERS)
)
