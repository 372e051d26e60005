"""What happened to the person: impulses that send anagen follicles to catagen, or break hairs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def release_impulse(
    days: FloatArray, event_day: float, fraction: FloatArray, duration: FloatArray
) -> FloatArray:
    """Release of anagen, fraction per day. Shape: (day, draw).

    From `event_day` on, over `duration` days, `fraction` of anagen follicles leave in all: the
    hazard is -ln(1 - fraction) spread evenly, as a share per day.
    """
    since = days[:, None] - event_day
    # Days that the window covers only in part carry their part of it.
    covered = np.clip(np.minimum(since + 1.0, duration) - np.maximum(since, 0.0), 0.0, 1.0)
    hazard = -np.log1p(-fraction) / duration
    return -np.expm1(-hazard * covered)


def cytotoxic_course(
    days: FloatArray, first_day: float, duration: FloatArray, tail: FloatArray, rate: FloatArray
) -> FloatArray:
    """Anagen hairs broken, fraction per day, while the drug is present and `tail` days after.

    Shape: (day, draw). `duration` and `tail` are days, `rate` is 1/day. Source: anagen_prototype.
    """
    since = days[:, None] - first_day
    present = (since >= 0.0) & (since < duration + tail)
    return np.where(present, rate, 0.0)
