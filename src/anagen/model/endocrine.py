"""Thyroid hormone, pregnancy and the months after birth, as log-effects on the hair cycle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anagen.model.pools import first_order_pool, rate_from_half_life

FloatArray = NDArray[np.float64]


def thyroxine_from_tsh(
    tsh: FloatArray, lower: FloatArray, upper: FloatArray, slope: FloatArray
) -> FloatArray:
    """Thyroxine relative to normal from TSH (mIU/L); exactly 1 inside the reference range.

    Free T4 falls with the logarithm of TSH: ratio = (TSH / nearest limit)^-slope. Shape: (draw,).
    """
    outside = tsh / np.clip(tsh, lower, upper)
    return outside ** (-slope)


def thyroxine_from_free_t4(free_t4: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Thyroxine relative to normal from free T4 (pmol/L), exactly 1 inside the range. (draw,)"""
    return free_t4 / np.clip(free_t4, lower, upper)


def thyroxine_course(
    own: FloatArray, intake: FloatArray, full_replacement: FloatArray, half_life: FloatArray
) -> FloatArray:
    """Thyroxine relative to normal at the end of each day. Shape: (day, draw).

    `own` (draw,) is what the gland gives untreated, relative to normal; `intake` (day, draw) is
    levothyroxine, ug/day; `full_replacement` the dose of a gland that gives nothing. A low gland is
    driven to its limit until the sum is normal; a normal gland yields to the tablet; a high gland
    does not listen.
    """
    tablet = intake / full_replacement
    low_or_normal = np.maximum(tablet, np.minimum(own + tablet, 1.0))
    target = np.where(own > 1.0, own + tablet, low_or_normal)
    return first_order_pool(
        np.ascontiguousarray(target), np.ascontiguousarray(own), rate_from_half_life(half_life)
    )


def thyroid_effects(
    thyroxine: FloatArray,
    anagen_exponent: FloatArray,
    telogen_log: FloatArray,
    lack_release: FloatArray,
    full_effect_below: FloatArray,
    excess_limit: FloatArray,
    excess_release: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Log-effect on anagen, log-effect on telogen exit, release of anagen (1/day).

    All are exactly 0 at normal thyroxine. `telogen_log` and `lack_release` are reached when
    thyroxine has fallen to `full_effect_below`; `excess_release` happens only above
    `excess_limit`. Shapes: (day, draw).
    """
    deficit = np.minimum(thyroxine, 1.0)
    anagen_log = anagen_exponent * np.log(deficit)
    depth = np.clip((1.0 - deficit) / (1.0 - full_effect_below), 0.0, 1.0)
    release = lack_release * depth + np.where(thyroxine > excess_limit, excess_release, 0.0)
    return anagen_log, telogen_log * depth, release


def pregnancy_effects(
    days: FloatArray,
    delivery_day: FloatArray,
    anagen_log_at_term: FloatArray,
    ramp_start: FloatArray,
    ramp_end: FloatArray,
    gestation: FloatArray,
    release: FloatArray,
    release_days: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Log-effect on anagen before birth and release of anagen after it (1/day). (day, draw)

    `days` has shape (day,), the rest (draw,), in days; `delivery_day` NaN means never pregnant.
    """
    since_conception = days[:, None] - (delivery_day - gestation)[None, :]
    since_delivery = days[:, None] - delivery_day[None, :]
    rise = np.clip((since_conception - ramp_start) / (ramp_end - ramp_start), 0.0, 1.0)
    anagen_log = np.where(since_delivery < 0.0, rise * anagen_log_at_term, 0.0)
    after = (since_delivery >= 0.0) & (since_delivery < release_days)
    return anagen_log, np.where(after, release, 0.0)
