"""Rows of the parameter table that say how far studies, arms and visits differ."""

from __future__ import annotations

from anagen.catalog.parameters import load_parameters
from anagen.simulate.exposure import action_blocks
from anagen.trials.arms import regimens_of
from anagen.trials.design import Trial

# On the study effect of hair counts where only women took part.
WOMEN_FACTOR = "trial_women_factor"
# On the arm effect of an arm of which no two trials give the same: a device, a kit, an extract. A
# kind of product whose trials are fitted has a row of its own.
ANY_PRODUCT_FACTOR = "trial_product_factor"


def effect_row(part: str, scale: str) -> str:
    """Row with the SD of a `part` (study, arm, visit) on one scale of end points."""
    return f"trial_{part}_sd_{scale}"


def only_women(trial: Trial) -> bool:
    """Whether a trial of pattern hair loss let only women in."""
    if trial.condition == "alopecia_areata":
        return False
    sexes = {trial.population_of(arm).sex for arm in trial.arms}
    return trial.condition == "female_pattern_hair_loss" or sexes == {"female"}


def product_factors(trial: Trial, arm_id: str) -> tuple[str, ...]:
    """Rows with the factor on the arm effect of an arm of a trial of pattern hair loss that takes
    light, needles, platelets or an extract, which are not the same product from trial to trial.

    One for each kind the arm takes, of which the largest counts; none for other arms.
    """
    if trial.condition == "alopecia_areata":
        return ()
    found = [
        _product_factor(str(block["strength"]))
        for arm in trial.arms
        if arm.id == arm_id
        for regimen in regimens_of(arm, trial.id, arm.id)
        for block in action_blocks(regimen.treatment)
        if block["action"] == "growth_stimulus"
    ]
    return tuple(dict.fromkeys(found))


def _product_factor(strength: str) -> str:
    """Row with the factor of the kind of product whose strength is in this row."""
    own = f"{strength.removesuffix('_strength')}_product_factor"
    return own if own in load_parameters() else ANY_PRODUCT_FACTOR
