"""Contact sensitisers: a second, harmless inflammation beside the attack.

Two ways are described: regulation rises over weeks, and effector cells drawn into the second
reaction are used up by it. The second one is faster, for regulation is slow to build and active
lesions have much of it already.
"""

from __future__ import annotations

import numpy as np

from anagen.model.actions.exposure import Contribution, Exposure, Mechanism, Parameters
from anagen.model.pools import first_order_pool, rate_from_half_life


def antigenic_competition(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
    """Relative activity, building up and fading with one half-life (days).

    `effector_loss` is in units of glucocorticoid activity, which is that of effector loss.
    """
    target = np.minimum(exposure.day_mean(), 1.0) * np.ones_like(p["largest"])
    start = np.zeros(target.shape[1])
    reached = first_order_pool(target, start, rate_from_half_life(p["build_up_half_life"]))
    return {
        "antigenic_competition": p["largest"] * reached,
        "glucocorticoid": p["effector_loss"] * reached,
    }


ANTIGENIC_COMPETITION = Mechanism(
    antigenic_competition, ("largest", "build_up_half_life", "effector_loss")
)
