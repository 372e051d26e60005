"""5-alpha-reductase and dihydrotestosterone (DHT).

Type 1 and type 2 enzyme turn over; an inhibitor inactivates free enzyme in proportion to its
concentration. DHT lives two hours, so at a daily step it follows the free enzyme at once.
Source: FuzzyCat_dutasteride_code, a transcription of Gisleskog 1998 (structure and turnover).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anagen.model.compiled import kernel

FloatArray = NDArray[np.float64]


@kernel(error_model="numpy")
def free_enzyme(inactivation, turnover):  # pragma: no cover
    """Day-mean free share of an enzyme, 1 untreated. Shape: (day, draw).

    `inactivation` (day, segment, draw) and `turnover` (draw,) are 1/h. Within a segment the rates
    are constant and dE/dt = turnover (1 - E) - inactivation E is solved exactly.
    """
    days, segments, draws = inactivation.shape
    hours = 24.0 / segments
    result = np.empty((days, draws))
    free = np.ones(draws)
    for day in range(days):
        mean = np.zeros(draws)
        for s in range(segments):
            for i in range(draws):
                rate = turnover[i] + inactivation[day, s, i]
                rest = turnover[i] / rate
                kept = np.exp(-rate * hours)
                gap = free[i] - rest
                mean[i] += rest + gap * (1.0 - kept) / (rate * hours)
                free[i] = rest + gap * kept
        for i in range(draws):
            result[day, i] = mean[i] / segments
    return result


def dht_ratio(
    free_type_1: FloatArray, free_type_2: FloatArray, type_2_share: FloatArray
) -> FloatArray:
    """DHT relative to untreated, 1 when both enzymes are free. Shape as given."""
    return 1.0 - (1.0 - type_2_share) * (1.0 - free_type_1) - type_2_share * (1.0 - free_type_2)


def scalp_dht_ratio(
    serum_ratio: FloatArray, local_ratio: FloatArray, local_share: FloatArray
) -> FloatArray:
    """Scalp DHT relative to untreated: part arrives with blood, part is made in the scalp.

    Shape as given; 1 untreated.
    """
    return 1.0 - (1.0 - local_share) * (1.0 - serum_ratio) - local_share * (1.0 - local_ratio)
