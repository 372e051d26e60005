"""What readings say about the twins of a forecast: a weight for every draw. Pure functions.

Every draw is one possible person who fits the record. A reading makes those more probable whose
course passes near it, by the published error of one reading; errors of readings are independent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
STEPS = 12


@dataclass(frozen=True, slots=True)
class Seen:
    """One reading beside what every draw would have shown.

    `value` was read; `predicted` and the reading error `sd` have shape (draw,), all in one unit.
    An infinite `sd` says nothing about any draw.
    """

    value: float
    predicted: FloatArray
    sd: FloatArray


def at_week(course: FloatArray, week: float) -> FloatArray:
    """Values between weekly ones, on a straight line. `course`: (draw, week); result: (draw,).

    Raises ValueError for a week outside the course.
    """
    last = course.shape[1] - 1
    if not 0.0 <= week <= last:
        raise ValueError(f"week {week:g} lies outside 0 to {last}")
    before = min(math.floor(week), max(last - 1, 0))
    part = week - before
    if part == 0.0:
        return course[:, before]
    return (1.0 - part) * course[:, before] + part * course[:, before + 1]


def weights(readings: Iterable[Seen], draws: int, share: float = 1.0) -> FloatArray:
    """Weight of every draw after all readings, summing to 1. Shape: (draw,).

    Without a reading all are equal. The order of readings changes no bit. All zero when no draw
    can have shown the readings at all. `share` below 1 lets the readings count for that much of
    what they say (a likelihood to a power): the result lies between no reading and all of it.
    """
    return _normal(_summed(readings, draws), share)


def carried(
    readings: Iterable[Seen], draws: int, carries: Callable[[FloatArray], bool]
) -> tuple[FloatArray, float]:
    """Weights that `carries` accepts, with the largest share of the readings that allows it.

    Too few draws near all readings would claim more than they know. Counting the readings for less
    leaves more draws, and bands that are wider than they need be instead of too narrow. The share
    is found to one part in 2**STEPS; 0 when not even that carries.
    """
    log = _summed(readings, draws)
    whole = _normal(log, 1.0)
    if carries(whole):
        return whole, 1.0
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        if carries(_normal(log, middle)):
            low = middle
        else:
            high = middle
    return _normal(log, low), low


def _summed(readings: Iterable[Seen], draws: int) -> FloatArray:
    """Log likelihood of all readings. Shape: (draw,)."""
    terms = [_log_likelihood(reading) for reading in readings]
    if not terms:
        return np.zeros(draws)
    # Sorted draw by draw, so that rounding cannot depend on the order of the readings.
    return np.sort(np.stack(terms), axis=0).sum(axis=0)


def _normal(log: FloatArray, share: float) -> FloatArray:
    top = float(log.max())
    if not math.isfinite(top):
        return np.zeros(log.size)
    if share == 0.0 or not np.any(log != log[0]):
        return np.full(log.size, 1.0 / log.size)
    raw = np.exp(share * (log - top))
    return raw / raw.sum()


def _log_likelihood(reading: Seen) -> FloatArray:
    known = np.isfinite(reading.sd)
    sd = np.where(known, reading.sd, 1.0)
    distance = (reading.value - reading.predicted) / sd
    return np.where(known, -0.5 * distance * distance - np.log(sd), 0.0)


def effective_sample_size(weight: FloatArray) -> float:
    """How many equal draws would say as much: 1 / sum of squares; 0 when all weights are 0.

    Draws under one set of parameters resemble each other: see `effective_sets`.
    """
    squares = float(np.sum(weight * weight))
    return 0.0 if squares == 0.0 else float(weight.sum()) ** 2 / squares


def effective_sets(weight: FloatArray, per_set: int) -> float:
    """How many equal sets of parameters carry the weight, whoever lives under them.

    Neighboring draws, `per_set` of them, share one set: many draws of one set say much about how
    people differ and little about the parameters.
    """
    pad = -weight.size % per_set
    by_set = np.concatenate([weight, np.zeros(pad)]).reshape(-1, per_set).sum(axis=1)
    return effective_sample_size(by_set)


def weighted_mean(values: FloatArray, weight: FloatArray) -> FloatArray:
    """Mean over draws. `values`: (draw, ...); result: (...). Equal weights: the plain mean."""
    if _equal(weight):
        return values.mean(axis=0)
    return np.tensordot(weight, values, axes=(0, 0)) / weight.sum()


def weighted_quantile(values: FloatArray, weight: FloatArray, q: float) -> FloatArray:
    """Quantile over draws. `values`: (draw, week); result: (week,).

    Equal weights give numpy's quantile, bit by bit. Else each draw stands at the middle of its
    share of the weight, with straight lines between.
    """
    if _equal(weight):
        return np.quantile(values, q, axis=0)
    kept = weight > 0.0
    part, share = values[kept], weight[kept] / weight[kept].sum()
    order = np.argsort(part, axis=0, kind="stable")
    found = np.empty(part.shape[1])
    for week in range(part.shape[1]):
        place = order[:, week]
        own = share[place]
        found[week] = np.interp(q, np.cumsum(own) - 0.5 * own, part[place, week])
    return found


def _equal(weight: FloatArray) -> bool:
    return bool(np.all(weight == weight[0]))


def predictive_p(reading: Seen, weight: FloatArray) -> float:
    """Two-sided probability of a reading at least as far out, reading error included.

    `weight` are the draws' weights before this reading. Infinite errors give 1.
    """
    if not np.all(np.isfinite(reading.sd)):
        return 1.0
    z = (reading.value - reading.predicted) / reading.sd
    below = np.array([0.5 * math.erfc(-float(x) / math.sqrt(2.0)) for x in z])
    share = float(np.sum(weight * below) / weight.sum())
    return min(1.0, 2.0 * min(share, 1.0 - share))
