"""Contact sensitisers: a second, harmless inflammation that raises regulation over weeks."""

from __future__ import annotations

import numpy as np

from anagen.model.actions.exposure import Contribution, Exposure, Mechanism, Parameters
from anagen.model.pools import first_order_pool, rate_from_half_life


def antigenic_competition(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
    """Relative activity, building up and fading with one half-life (days)."""
    target = np.minimum(exposure.day_mean(), 1.0) * p["largest"]
    start = np.zeros(target.shape[1])
    rate = rate_from_half_life(p["build_up_half_life"])
    return {"antigenic_competition": first_order_pool(target, start, rate)}


ANTIGENIC_COMPETITION = Mechanism(antigenic_competition, ("largest", "build_up_half_life"))
