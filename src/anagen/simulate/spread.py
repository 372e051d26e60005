"""Why a forecast is wide: people like this one differ, and the model does not know everything.

Draws come in sets of PEOPLE_PER_SET that share one set of parameters. What differs within a set is
people; what moves the mean of the sets, once the chance of few people in each is taken off, is what
is unknown of the model (whether a weakly tested treatment works at all included).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anagen.simulate.parameter_draws import PEOPLE_PER_SET, interval_of_mean

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spread:
    """Central intervals of one number, in its unit.

    `people_low`, `people_high` is how far people differ with the model at its middle; `model_low`,
    `model_high` how far the mean of all people may be off, by what is unknown of the model and by
    the chance of the draw. `model_share` estimates the part of the variance that is the model's, 0
    to 1; it needs a thousand draws and more, and is cut off at 0 with few.
    """

    people_low: float
    people_high: float
    model_low: float
    model_high: float
    model_share: float


def spread(values: FloatArray, share: float = 0.9) -> Spread:
    """Takes the spread of `values` (draw,) apart; `share` is what each interval holds.

    With less than two whole sets all spread is counted as people.
    """
    whole = values.size // PEOPLE_PER_SET * PEOPLE_PER_SET
    mean = float(values.mean())
    tails = (0.5 - share / 2.0, 0.5 + share / 2.0)
    if whole < 2 * PEOPLE_PER_SET:
        low, high = (float(edge) for edge in np.quantile(values, tails))
        return Spread(low, high, mean, mean, 0.0)
    sets = values[:whole].reshape(-1, PEOPLE_PER_SET)
    of_sets = sets.mean(axis=1, keepdims=True)
    # A set's own mean takes a part of each person with it: the rest is stretched back.
    stretch = math.sqrt(PEOPLE_PER_SET / (PEOPLE_PER_SET - 1.0))
    people = mean + stretch * (sets - of_sets).ravel()
    low, high = np.clip(np.quantile(people, tails), values.min(), values.max())
    model_low, model_high = interval_of_mean(values[:whole], share)
    within = float(sets.var(axis=1, ddof=1).mean())
    between = max(float(of_sets.var(ddof=1)) - within / PEOPLE_PER_SET, 0.0)
    total = within + between
    return Spread(
        float(low), float(high), model_low, model_high, between / total if total > 0.0 else 0.0
    )
