"""Vitamins and minerals: stores, what tablets add, what a lack and an excess do to hair.

Everything is exactly neutral in a person who is replete; most effects are assumptions. Beyond
replete, more is never better: it changes nothing, or, of vitamin A and selenium, it harms.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anagen.model.compiled import kernel
from anagen.model.pools import first_order_pool, rate_from_half_life

FloatArray = NDArray[np.float64]

# Nutrients with a level in blood below which hair may suffer, and those of too much.
LACKING = (
    "vitamin_b12",
    "folate",
    "biotin",
    "vitamin_a",
    "vitamin_c",
    "vitamin_e",
    "magnesium",
)
EXCESSIVE = ("vitamin_a", "selenium")
NUTRIENTS = (*LACKING, "selenium")


@kernel(error_model="numpy")
def ferritin_course(intake, start, gain, half_absorption, return_days):  # pragma: no cover
    """Ferritin at the end of each day, ug/L. Shape: (day, draw).

    dF/dt = gain * intake / (1 + (F / half_absorption)^2) - (F - start) / return_days: the gut takes
    up less iron as stores fill, and without tablets stores drift back to what the diet holds.
    `intake` (day, draw) is elemental iron, mg/day; `gain` ug/L per mg.
    """
    days, draws = intake.shape
    result = np.empty((days, draws))
    ferritin = start.copy()
    for day in range(days):
        for i in range(draws):
            ratio = ferritin[i] / half_absorption[i]
            gained = gain[i] * intake[day, i] / (1.0 + ratio * ratio)
            ferritin[i] += gained - (ferritin[i] - start[i]) / return_days[i]
            result[day, i] = ferritin[i]
    return result


def vitamin_d_course(
    intake: FloatArray,
    start: FloatArray,
    largest_rise: FloatArray,
    half_dose: FloatArray,
    half_life: FloatArray,
) -> FloatArray:
    """25-hydroxyvitamin D at the end of each day, nmol/L. Shape: (day, draw).

    `intake` (day, draw) IU/day raises the level it settles at by rise * dose / (half_dose + dose):
    each further unit adds less.
    """
    target = start + largest_rise * intake / (half_dose + intake)
    return first_order_pool(
        np.ascontiguousarray(target), np.ascontiguousarray(start), rate_from_half_life(half_life)
    )


def iron_anagen_log(
    ferritin: FloatArray, lost_share: FloatArray, half_effect: FloatArray, replete: FloatArray
) -> FloatArray:
    """Log-effect of low iron stores on anagen duration: 0 from `replete` ug/L up, never positive.

    Without any iron anagen keeps `1 - lost_share` of its length; `half_effect` is the ferritin
    (ug/L) at half of that loss. Shape: (day, draw).
    """

    def kept(level: FloatArray) -> FloatArray:
        return 1.0 - lost_share / (1.0 + (level / half_effect) ** 2)

    return np.log(kept(np.minimum(ferritin, replete)) / kept(replete))


def vitamin_d_regulatory_log(
    vitamin_d: FloatArray, exponent: FloatArray, sufficient: FloatArray
) -> FloatArray:
    """Log-effect of low 25-hydroxyvitamin D on regulatory tone: 0 from `sufficient` nmol/L up.

    Shape: (day, draw).
    """
    return exponent * np.log(np.minimum(vitamin_d, sufficient) / sufficient)


def zinc_anagen_log(
    zinc: FloatArray, largest_log: FloatArray, lower_limit: FloatArray
) -> FloatArray:
    """Log-effect of low serum zinc on anagen duration: 0 from `lower_limit` umol/L up.

    Shape: (draw,).
    """
    lack = np.clip(1.0 - zinc / lower_limit, 0.0, 1.0)
    return largest_log * lack


def lack_anagen_log(
    level: FloatArray, lower_limit: FloatArray, largest_log: FloatArray
) -> FloatArray:
    """Log-effect of a lack on anagen duration: `largest_log` with nothing left, 0 from the limit.

    Never positive, whatever the draw of `largest_log`: a lack does not make hair grow. Shape:
    (day, draw).
    """
    lack = np.clip(1.0 - level / lower_limit, 0.0, 1.0)
    return np.minimum(largest_log, 0.0) * lack


def excess_release(
    level: FloatArray, upper_limit: FloatArray, full_effect: FloatArray, largest: FloatArray
) -> FloatArray:
    """Release of anagen by an excess, fraction per day: 0 up to the limit, then rising.

    `largest` is reached at the level `full_effect`. Shape: (day, draw).
    """
    return largest * np.clip((level - upper_limit) / (full_effect - upper_limit), 0.0, 1.0)


def level_course(
    intake: FloatArray, start: FloatArray, rise: FloatArray, half_life: FloatArray
) -> FloatArray:
    """Level in blood at the end of each day. Shape: (day, draw).

    `intake` (day, draw) beyond the diet raises the level it settles at by `rise` a unit a day;
    without it the level stays at `start`. `half_life` in days.
    """
    target = start + rise * intake
    return first_order_pool(
        np.ascontiguousarray(target), np.ascontiguousarray(start), rate_from_half_life(half_life)
    )
