"""The SYSTEM layer: the only place where hormones, nutrients, events and drugs meet.

Contributions of actions and of the person's own background become one value per driver and day.
Log-effects and impulses add; blocks of one receptor combine as independent chances.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from anagen.model.actions.exposure import GROWTH_SHARE, Contribution
from anagen.model.androgens import dht_ratio, free_enzyme, scalp_dht_ratio
from anagen.model.drivers import DRIVER_INDEX, DRIVERS
from anagen.model.nutrition import NUTRIENTS

FloatArray = NDArray[np.float64]
Parameters = Mapping[str, FloatArray]

BLOCKS = ("jak1_2_block", "jak1_3_block", "androgen_receptor_block", "inflammation_relief")
LARGEST = ("vehicle_response",)
ENZYME_LEVERS = (
    "type_1_inactivation",
    "type_2_inactivation",
    "local_type_1_inactivation",
    "local_type_2_inactivation",
)
# What a treatment gives to the body's own stores and hormones: amounts a day in the unit of its
# rows, and the share of the lost protection by oestrogen that is given back.
INTAKE_LEVERS = (
    "iron_intake",
    "vitamin_d_intake",
    "levothyroxine_intake",
    "zinc_intake",
    "oestrogen_replacement",
    *(f"{nutrient}_intake" for nutrient in NUTRIENTS),
)


def combine(contributions: Iterable[Contribution]) -> dict[str, FloatArray]:
    """All contributions to each lever as one. Shapes as given; a lever nobody touches is absent."""
    total: dict[str, FloatArray] = {}
    for contribution in _one_stimulus(tuple(contributions)):
        for lever, amount in contribution.items():
            if lever not in total:
                total[lever] = amount
            elif lever in BLOCKS:
                total[lever] = 1.0 - (1.0 - total[lever]) * (1.0 - amount)
            elif lever in LARGEST:
                total[lever] = np.maximum(total[lever], amount)
            else:
                total[lever] = total[lever] + amount
    return total


def _one_stimulus(contributions: tuple[Contribution, ...]) -> tuple[Contribution, ...]:
    """Several growth stimuli shrunk so that their sum is what they do together.

    They push the same step of the same follicles, so shares of the full effect combine as
    independent chances: two halves are three quarters, and nothing passes the full effect.
    """
    shares = [item[GROWTH_SHARE] for item in contributions if GROWTH_SHARE in item]
    if len(shares) < 2:
        return contributions
    left = np.ones_like(shares[0])
    for share in shares:
        left = left * (1.0 - share)
    apart = np.sum(shares, axis=0)
    shrink = np.divide(1.0 - left, apart, out=np.ones_like(apart), where=apart > 0.0)
    return tuple(
        {lever: amount * shrink for lever, amount in item.items()} if GROWTH_SHARE in item else item
        for item in contributions
    )


def dht_courses(levers: Mapping[str, FloatArray], p: Parameters) -> tuple[FloatArray, FloatArray]:
    """Serum and scalp DHT relative to untreated. Shapes: (day, draw).

    `p` holds `type_1_turnover`, `type_2_turnover` (1/h), `serum_type_2_share`,
    `scalp_type_2_share` and `local_share`.
    """
    shape = levers["type_2_inactivation"].shape
    free = {}
    done: dict[int, FloatArray] = {}
    for lever in ENZYME_LEVERS:
        rate = levers.get(lever)
        if rate is None:
            free[lever] = np.ones((shape[0], shape[2]))
            continue
        if id(rate) not in done:
            turnover = p["type_1_turnover" if "type_1" in lever else "type_2_turnover"]
            done[id(rate)] = free_enzyme(np.ascontiguousarray(rate), turnover)
        free[lever] = done[id(rate)]
    serum = dht_ratio(
        free["type_1_inactivation"], free["type_2_inactivation"], p["serum_type_2_share"]
    )
    made_in_scalp = dht_ratio(
        free["local_type_1_inactivation"],
        free["local_type_2_inactivation"],
        p["scalp_type_2_share"],
    )
    return serum, scalp_dht_ratio(serum, made_in_scalp, p["local_share"])


def assemble(levers: Mapping[str, FloatArray], days: int, draws: int) -> FloatArray:
    """Driver values, neutral where nothing acts. Shape: (draw, day, driver)."""
    neutral = np.array([driver.neutral for driver in DRIVERS.values()])
    result = np.empty((draws, days, len(neutral)))
    result[:] = neutral
    for lever, values in levers.items():
        index = DRIVER_INDEX.get(lever)
        if index is not None:
            result[:, :, index] = values.T
    return result
