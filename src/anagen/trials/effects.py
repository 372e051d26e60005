"""Rows of the parameter table that say how far studies, arms and visits differ."""

from __future__ import annotations

from anagen.simulate.exposure import action_blocks
from anagen.trials.arms import regimens_of
from anagen.trials.design import Trial

# On the study effect of hair counts where only women took part.
WOMEN_FACTOR = "trial_women_factor"
# On the arm effect of an arm of which no two trials give the same: a device, a kit, an extract.
PRODUCT_FACTOR = "trial_product_factor"


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
    """Whether an arm of a trial of pattern hair loss takes light, needles, platelets or an extract,
    which are not the same product from trial to trial."""
    if trial.condition == "alopecia_areata":
        return False
    return any(
        block["action"] == "growth_stimulus"
        for arm in trial.arms
        if arm.id == arm_id
        for regimen in regimens_of(arm, trial.id, arm.id)
        for block in action_blocks(regimen.treatment)
    )
