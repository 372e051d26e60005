"""Draws of model parameters from the parameter table: what we do not know widens the forecast.

One parameter, one person, one seed give one sequence, whatever else is drawn and in which order;
the first n of more draws are the same n draws.

A few neighboring draws are different people under one set of parameters. Between sets lies what
we do not know of the model, within a set how people differ, and so the two can be told apart.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import Parameter, load_parameters
from anagen.errors import AnagenError, nearest_name
from anagen.rng import generator
from anagen.simulate.parameter_sets import ParameterSets, SeedWithSets, released

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# The seed of the typical person: nothing is drawn, every parameter is at its central value, every
# dose is taken. Facts about the average of a trial are computed with it.
TYPICAL = -1

# `low` and `high` bound the central 90 %, so they lie this many standard deviations out.
Z_90 = NormalDist().inv_cdf(0.95)

# People under one set of parameters: enough to see their spread, few enough to leave many sets.
PEOPLE_PER_SET = 5


def sample(parameter_id: str, draws: int, seed: int, patient_id: str) -> FloatArray:
    """Draws of one parameter of the model, in its own unit, one value a set. Shape: (draw,).

    A calibrated parameter comes from the released posterior, where all parameters of a set belong
    together. Any other is drawn from its row: `value` is the median and `low`/`high` are the 5 %
    and 95 % points exactly, also when they lie unevenly: each half of the bell has its own width
    (on the log or logit scale where the distribution says so). Raises AnagenError for an unknown
    id or bounds that cannot be used.
    """
    sets = -(-draws // PEOPLE_PER_SET)
    drawn = _calibrated(parameter_id, sets, seed, patient_id)
    if drawn is None:
        drawn = sample_trait(parameter_id, sets, seed, patient_id)
    return np.repeat(drawn, PEOPLE_PER_SET)[:draws]


def _calibrated(parameter_id: str, count: int, seed: int, patient_id: str) -> FloatArray | None:
    """Values of `count` sets, or None for a parameter that was not calibrated. Shape: (set,)."""
    if seed == TYPICAL:
        return None
    if isinstance(seed, SeedWithSets):
        return seed.sets.column(parameter_id, np.arange(count))
    for name, sets in released().items():
        if parameter_id in sets.names:
            return sets.column(parameter_id, _order(sets, name, count, seed, patient_id))
    return None


def _order(sets: ParameterSets, name: str, count: int, seed: int, patient_id: str) -> IntArray:
    """Which sets of the posterior a person meets: shuffled, and again from the start when used up.

    The same for every parameter, so that what was fitted together stays together.
    """
    random = generator(seed, patient_id, f"posterior sets:{name}")
    return np.resize(random.permutation(sets.values.shape[0]), count)


def sample_trait(parameter_id: str, draws: int, seed: int, patient_id: str) -> FloatArray:
    """Draws of a row that differs from person to person: a lab nobody measured. Shape: (draw,)."""
    parameter = _parameter(parameter_id)
    if parameter.distribution == "fixed" or seed == TYPICAL:
        return np.full(draws, parameter.value)
    random = generator(seed, patient_id, f"parameter:{parameter_id}")
    if parameter.distribution == "uniform":
        return _uniform(parameter, random.random(draws))
    return from_normal(parameter_id, random.standard_normal(draws))


def sets_off_mean(values: FloatArray) -> tuple[FloatArray, float]:
    """How far each set of parameters lies off the mean, and the SD of the mean by chance.

    `values` has shape (draw,), draws in sets of PEOPLE_PER_SET. The spread between sets, once the
    chance of few people in each is taken off (one-way analysis of variance), is what is unknown of
    the model. The sets are shrunk to that spread, so a lopsided spread stays lopsided. With less
    than two whole sets nothing is told of parameters: one set, on the mean. Shape: (set,).
    """
    whole = values.size // PEOPLE_PER_SET * PEOPLE_PER_SET
    if whole < 2 * PEOPLE_PER_SET:
        return np.zeros(1), float(values.std()) / math.sqrt(values.size)
    sets = values[:whole].reshape(-1, PEOPLE_PER_SET)
    within = float(sets.var(axis=1, ddof=1).mean())
    of_sets = sets.mean(axis=1)
    seen = float(of_sets.var(ddof=1))
    between = max(seen - within / PEOPLE_PER_SET, 0.0)
    kept = math.sqrt(between / seen) if seen > 0.0 else 0.0
    return kept * (of_sets - of_sets.mean()), math.sqrt(within / whole)


def interval_of_mean(values: FloatArray, share: float, beyond: float = 0.0) -> tuple[float, float]:
    """Central interval of a mean over people: unknown parameters and the chance of the draw.

    `values` has shape (draw,), draws in sets of PEOPLE_PER_SET; `share` is what the interval holds,
    such as 0.9; `beyond` is the SD of what else the mean may be off by, such as how places differ.
    Quantiles are taken of the sets as `sets_off_mean` shrinks them.
    """
    mean = float(values.mean())
    z = NormalDist().inv_cdf(0.5 + share / 2.0)
    off, sd = sets_off_mean(values)
    low, high = np.quantile(off, (0.5 - share / 2.0, 0.5 + share / 2.0))
    chance = z * math.hypot(sd, beyond)
    return mean - math.hypot(low, chance), mean + math.hypot(high, chance)


def normal_scores(draws: int, seed: int, patient_id: str, purpose: str) -> FloatArray:
    """Standard normal scores of one purpose, 0 in the typical person. Shape: (draw,)."""
    if seed == TYPICAL:
        return np.zeros(draws)
    return generator(seed, patient_id, purpose).standard_normal(draws)


def from_normal(parameter_id: str, z: FloatArray) -> FloatArray:
    """The parameter's distribution at standard normal scores `z`, any shape.

    For what varies between people with its own random key (a lab nobody measured, a clearance).
    """
    parameter = _parameter(parameter_id)
    if parameter.distribution == "fixed":
        return np.full(np.shape(z), parameter.value)
    distribution, center, below, above = normal_scale(parameter_id)
    return _SCALES[distribution][1](center + z * np.where(z > 0.0, above, below))


def normal_scale(parameter_id: str) -> tuple[str, float, float, float]:
    """Distribution of a parameter and, on its normal scale, the center and the SD of either half.

    A fixed one is normal without spread. Raises AnagenError where there is no normal score.
    """
    parameter = _parameter(parameter_id)
    if parameter.distribution == "fixed":
        return "normal", parameter.value, 0.0, 0.0
    low, high = _bounds(parameter)
    if parameter.distribution not in _SCALES:
        raise AnagenError(
            f"{parameter.row}: {parameter_id}: no normal score for '{parameter.distribution}'"
        )
    forward = _SCALES[parameter.distribution][0]
    try:
        center, bottom, top = forward(parameter.value), forward(low), forward(high)
    except ValueError as error:
        raise AnagenError(
            f"{parameter.row}: {parameter_id}: value, low and high do not fit a "
            f"{parameter.distribution} distribution"
        ) from error
    return parameter.distribution, center, (center - bottom) / Z_90, (top - center) / Z_90


def _uniform(parameter: Parameter, u: FloatArray) -> FloatArray:
    low, high = _bounds(parameter)
    return low + (high - low) * (u - 0.05) / 0.9


def _parameter(parameter_id: str) -> Parameter:
    table = load_parameters()
    if parameter_id not in table:
        hint = nearest_name(parameter_id, table)
        tail = f"; did you mean '{hint}'?" if hint else ""
        raise AnagenError(f"data/parameters: no parameter '{parameter_id}'{tail}")
    return table[parameter_id]


def _bounds(parameter: Parameter) -> tuple[float, float]:
    if parameter.low is None or parameter.high is None:
        raise AnagenError(
            f"{parameter.row}: {parameter.id}: a {parameter.distribution} distribution needs "
            "low and high"
        )
    if not parameter.low <= parameter.value <= parameter.high:
        raise AnagenError(f"{parameter.row}: {parameter.id}: value lies outside low..high")
    return parameter.low, parameter.high


def _logit(p: float) -> float:
    return math.log(p) - math.log1p(-p)


def _expit(x: FloatArray) -> FloatArray:
    return 1.0 / (1.0 + np.exp(-x))


def _same(x: FloatArray) -> FloatArray:
    return x


_SCALES = {
    "normal": (float, _same),
    "lognormal": (math.log, np.exp),
    "logitnormal": (_logit, _expit),
}
