"""What happens to everybody or happened to this person: impulses, cytotoxics, season, age."""

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


def season_log(
    days: FloatArray,
    day_of_year: float,
    southern: FloatArray,
    peak_day: FloatArray,
    amplitude: FloatArray,
) -> FloatArray:
    """Log-effect of the season on mean anagen. Shape: (day, draw).

    The hazard of leaving anagen is 1 + amplitude * cos(...) times its yearly mean, highest on
    `peak_day` of the year (half a year later where `southern` is 1). `day_of_year` is that of day
    0; `amplitude` 0..1 (draw,). The period is a year of 365.25 days.
    """
    year = 365.25
    since_peak = days[:, None] + day_of_year - peak_day - 0.5 * year * southern
    return -np.log1p(amplitude * np.cos(2.0 * np.pi * since_peak / year))


def ageing_loss(
    days: FloatArray, age_years: float, onset_years: FloatArray, per_year: FloatArray
) -> FloatArray:
    """Follicles lost for good with age, fraction per day: none before the onset.

    Shape: (day, draw). `age_years` is the age on day 0; `per_year` the yearly log-loss.
    """
    age = age_years + days[:, None] / 365.25
    return np.where(age >= onset_years, -np.expm1(-per_year / 365.25), 0.0)
