"""Light, needles, platelets and lotions whose way of acting nobody has measured.

They are given the one profile of a growth stimulus that trials have measured, that of minoxidil,
and one number of their own: how large, against minoxidil at full effect. That number may be zero.
"""

from __future__ import annotations

import numpy as np

from anagen.model.actions.exposure import (
    GROWTH_SHARE,
    Contribution,
    Exposure,
    Mechanism,
    Parameters,
)
from anagen.model.actions.follicle_stimulation import LEVERS


def growth_stimulus(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
    """Each lever at `strength` times its full effect, in proportion to use up to the usual one.

    `strength` below zero counts as zero and above one as one: such a treatment does nothing rather
    than thin hair, and no more than a stimulus of this kind is known to do.
    """
    used = np.minimum(exposure.day_mean(), 1.0) * np.clip(p["strength"], 0.0, 1.0)
    return {GROWTH_SHARE: used} | {lever: used * p[lever] for lever in LEVERS}


GROWTH_STIMULUS = Mechanism(growth_stimulus, ("strength", *LEVERS))
