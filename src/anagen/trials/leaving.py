"""When people leave a trial."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import value

FloatArray = NDArray[np.float64]
WEEKS_PER_YEAR = 365.25 / 7.0


def leaving(
    condition: str, salt: FloatArray, begin: NDArray[np.int64], random: np.random.Generator
) -> FloatArray:
    """Week at which each person leaves, counted as the columns of `salt` are; infinity for who
    stays to the end.

    `salt` (draw, week) is the true course, `begin` (draw,) the week of entry. Shape: (draw,).
    Hazards are rows of `parameters/trials.csv`. In alopecia areata who is not helped leaves sooner,
    most of all after a year: late observed cases are then better than the arm. Elsewhere nothing is
    known that would tell one person from another.
    """
    draws, weeks = salt.shape
    # Column w of the hazard holds from week w to w + 1; before entry nobody leaves.
    week = np.arange(1, weeks + 1)
    if condition == "alopecia_areata":
        unhelped = np.where(
            week <= WEEKS_PER_YEAR,
            value("trial_dropout_unhelped_per_year"),
            value("trial_dropout_unhelped_later_per_year"),
        )
        helped = salt <= value("trial_response_salt")
        hazard = np.where(helped, value("trial_dropout_helped_per_year"), unhelped)
    else:
        hazard = np.full((draws, weeks), value("trial_dropout_per_year"))
    hazard = np.where(week > begin[:, None], hazard, 0.0) / WEEKS_PER_YEAR
    together = np.concatenate([np.zeros((draws, 1)), hazard.cumsum(axis=1)], axis=1)
    enough = random.exponential(1.0, draws)
    whole = (together <= enough[:, None]).sum(axis=1) - 1
    stays = whole >= weeks
    people, whole = np.arange(draws), np.minimum(whole, weeks - 1)
    part = (enough - together[people, whole]) / np.maximum(hazard[people, whole], 1e-12)
    return np.where(stays, np.inf, whole + part)
