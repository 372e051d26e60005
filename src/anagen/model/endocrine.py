"""Thyroid hormone, pregnancy and the months after birth, oestrogen and its loss at menopause."""

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


def protection_lost(
    days: FloatArray, menopause_day: FloatArray, ramp_days: FloatArray
) -> FloatArray:
    """Share of the protection by ovarian oestrogen that is gone: 0 before menopause, 1 after.

    Shape: (day, draw). `menopause_day` (draw,) counts from day 0 and is -inf for a woman long past
    it and inf for one who never comes there.
    """
    return np.clip((days[:, None] - menopause_day) / ramp_days, 0.0, 1.0)


def oestrogen_drive_log(
    lost: FloatArray, lost_today: FloatArray, replaced: FloatArray, loss_log: FloatArray
) -> FloatArray:
    """Log-effect on the drive of pattern loss, against the protection of today. (day, draw)

    `loss_log` (draw,) is what losing all protection adds; `replaced` (day, draw) is the share of
    the lost protection that hormone therapy gives back, 0..1. Nothing lost, nothing to give back.
    """
    return loss_log * (lost * (1.0 - replaced) - lost_today)
