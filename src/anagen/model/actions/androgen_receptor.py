"""Anti-androgens: the receptor is taken up, so DHT drives less whatever its level."""

from __future__ import annotations

from anagen.model.actions.exposure import Contribution, Exposure, Mechanism, Parameters


def androgen_receptor_blockade(
    exposure: Exposure, p: Parameters, person: Parameters
) -> Contribution:
    """Share of the receptor blocked: largest * L / (half + L), L the day mean of the level."""
    level = exposure.day_mean()
    return {"androgen_receptor_block": p["largest"] * level / (p["half_maximal"] + level)}


ANDROGEN_RECEPTOR_BLOCKADE = Mechanism(androgen_receptor_blockade, ("largest", "half_maximal"))
