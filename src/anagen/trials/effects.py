"""Rows of the parameter table that say how far studies, arms and visits differ."""

from __future__ import annotations

from anagen.simulate.places import PRODUCT_FACTOR, takes_a_product
from anagen.trials.arms import regimens_of
from anagen.trials.design import Trial

# On the study effect of hair counts where only women took part.
WOMEN_FACTOR = "trial_women_factor"

__all__ = ["PRODUCT_FACTOR", "WOMEN_FACTOR", "effect_row", "on_a_product", "only_women"]


def effect_row(part: str, scale: str) -> str:
    """Row with the SD of a `part` (study, arm, visit) on one scale of end points."""
    return f"trial_{part}_sd_{scale}"


def only_women(trial: Trial) -> bool:
    """Whether a trial of pattern hair loss let only women in."""
    if trial.condition == "alopecia_areata":
        return False
    sexes = {trial.population_of(arm).sex for arm in trial.arms}
    return trial.condition == "female_pattern_hair_loss" or sexes == {"female"}


def on_a_product(trial: Trial, arm_id: str) -> bool:
    """Whether an arm takes a product: light, needles, platelets or an extract."""
    return any(
        takes_a_product(regimens_of(arm, trial.id, arm.id))
        for arm in trial.arms
        if arm.id == arm_id
    )
