"""Anti-androgens: the receptor is taken up, so DHT drives less whatever its level."""

from __future__ import annotations

import numpy as np

from anagen.model.actions.exposure import Contribution, Exposure, Mechanism, Parameters


def androgen_receptor_blockade(
    exposure: Exposure, p: Parameters, person: Parameters
) -> Contribution:
    """Share of the receptor blocked: largest * L / (half + L), L the day mean of the level.

    `largest` below zero counts as zero: no such drug is known to drive hair loss.
    """
    level = exposure.day_mean()
    largest = np.maximum(p["largest"], 0.0)
    return {"androgen_receptor_block": largest * level / (p["half_maximal"] + level)}


ANDROGEN_RECEPTOR_BLOCKADE = Mechanism(androgen_receptor_blockade, ("largest", "half_maximal"))
