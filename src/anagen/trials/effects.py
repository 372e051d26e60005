"""Rows of the parameter table that say how far studies, arms and visits differ."""

from __future__ import annotations

from anagen.trials.design import Trial

# On the study effect of hair counts where only women took part.
WOMEN_FACTOR = "trial_women_factor"


def effect_row(part: str, scale: str) -> str:
    """Row with the SD of a `part` (study, arm, visit) on one scale of end points."""
    return f"trial_{part}_sd_{scale}"


def only_women(trial: Trial) -> bool:
    """Whether a trial of pattern hair loss let only women in."""
    if trial.condition == "alopecia_areata":
        return False
    sexes = {trial.population_of(arm).sex for arm in trial.arms}
    return trial.condition == "female_pattern_hair_loss" or sexes == {"female"}
