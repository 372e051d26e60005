"""How results differ between places beyond what the model knows: studies, clinics, ways to count.

The same treatment in like people gave different results in different studies. What was calibrated
from the study tables (SD of study and arm effects on the arcsine scale) belongs to a forecast too:
nobody knows which of those places a person's own is like.
"""

from __future__ import annotations

import math

import numpy as np

from anagen.catalog.parameters import value
from anagen.simulate.parameter_sets import released


def difference_sd(with_treatment: float, without: float) -> float:
    """SD of the difference of two shares (0 to 1) between places; 0 when both are the same.

    The treated share carries study and arm effects, the untreated one its arm effect: what both
    have in common cancels.
    """
    if with_treatment == without:
        return 0.0
    study, arm = _mean_square("trial_study_sd_percent"), _mean_square("trial_arm_sd_percent")
    treated = _slope(with_treatment) ** 2 * (study + arm)
    return math.sqrt(treated + _slope(without) ** 2 * arm)


def _slope(share: float) -> float:
    """Change of a share per unit of its arcsine square root."""
    return 2.0 * math.sqrt(max(share * (1.0 - share), 0.0))


def _mean_square(parameter_id: str) -> float:
    for sets in released().values():
        column = sets.column(parameter_id, np.arange(sets.values.shape[0]))
        if column is not None:
            return float(np.mean(column**2))
    return value(parameter_id) ** 2
