"""The twins of a forecast weighed by readings: enough of them, or no update."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from anagen.catalog.parameters import value
from anagen.observe.noise import READING_ERROR
from anagen.simulate.parameter_draws import PEOPLE_PER_SET
from anagen.simulate.result import FloatArray, Forecast
from anagen.simulate.update import (
    Seen,
    at_week,
    effective_sample_size,
    effective_sets,
    predictive_p,
    weighted_quantile,
    weights,
)

QUANTILES = (("q05", 0.05), ("q25", 0.25), ("q50", 0.5), ("q75", 0.75), ("q95", 0.95))
# Observable -> the row below which its relative error grows no smaller.
_FLOOR = {
    "terminal_density": "track_least_density",
    "total_density": "track_least_density",
    "daily_shed": "track_least_shed",
}


@dataclass(frozen=True, slots=True)
class Read:
    """One reading: its day, its week since the record, and its value in the observable's unit."""

    date: date
    week: float
    observable: str
    value: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """Twins and the weight that readings give each.

    `values` maps arm and observable to courses of shape (draw, week); `weight` (draw,) sums to 1.
    `effective` is how many equal twins would say as much, `sets` how many equal sets of parameters.
    `surprise` is the predictive probability of every reading, None where too few twins are left
    before it to tell.
    """

    values: dict[str, dict[str, FloatArray]]
    weight: FloatArray
    effective: float
    sets: float
    surprise: tuple[float | None, ...]

    @property
    def enough(self) -> bool:
        """Whether twins and sets carry an interval."""
        return self.effective >= value("track_least_effective_draws") and self.sets >= value(
            "track_least_effective_sets"
        )

    @property
    def misfit(self) -> bool:
        """Whether a reading was off the expected course."""
        limit = value("track_surprise")
        return any(p is not None and p < limit for p in self.surprise)


def weigh(
    forecasts: Callable[[int], Forecast],
    arm: str,
    observables: Iterable[str],
    readings: Sequence[Read],
) -> tuple[Forecast, Weighed]:
    """Twins enough to carry the readings: further batches are run until they do, or to the limit.

    `forecasts(n)` is batch n, all with the same arms. The first is returned too: it is the forecast
    without visits. The stop looks at the number of twins left and never at what they say.
    """
    names = tuple(observables)
    first = forecasts(0)
    values = {key: {name: [one.values[name]] for name in names} for key, one in first.arms.items()}
    wanted, most = value("track_wanted_effective_draws"), int(value("track_most_batches"))
    done = 1
    made = _weighed(values, arm, readings)
    while readings and done < most and not made.misfit:
        if made.enough and made.effective >= wanted:
            break
        batch = forecasts(done)
        for key, own in values.items():
            for name in names:
                own[name].append(batch.arms[key].values[name])
        done += 1
        made = _weighed(values, arm, readings)
    return first, made


def _weighed(
    parts: dict[str, dict[str, list[FloatArray]]], arm: str, readings: Sequence[Read]
) -> Weighed:
    values = {
        key: {name: np.concatenate(own) for name, own in found.items()}
        for key, found in parts.items()
    }
    courses = values[arm]
    draws = next(iter(courses.values())).shape[0]
    seen: list[Seen] = []
    for read in readings:
        predicted = at_week(courses[read.observable], read.week)
        seen.append(Seen(read.value, predicted, reading_sd(read.observable, predicted)))
    surprise: list[float | None] = []
    least = value("track_least_effective_draws")
    for read, one in zip(readings, seen, strict=True):
        earlier = [s for r, s in zip(readings, seen, strict=True) if r.date < read.date]
        before = weights(earlier, draws)
        told = effective_sample_size(before) >= min(least, draws)
        surprise.append(predictive_p(one, before) if told else None)
    weight = weights(seen, draws)
    return Weighed(
        values,
        weight,
        effective_sample_size(weight),
        effective_sets(weight, PEOPLE_PER_SET),
        tuple(surprise),
    )


def reading_sd(observable: str, predicted: FloatArray) -> FloatArray:
    """Error of one reading for every draw, in the unit of the observable. Shape: (draw,)."""
    row, relative = READING_ERROR[observable]
    if not relative:
        return np.full(predicted.shape, value(row))
    return value(row) * np.maximum(predicted, value(_FLOOR[observable]))


def quantiles(values: FloatArray, weight: FloatArray | None = None) -> dict[str, list[float]]:
    """Weekly quantiles by name; equal weights when none are given. `values`: (draw, week)."""
    draws = values.shape[0]
    weight = np.full(draws, 1.0 / draws) if weight is None else weight
    return {name: [float(x) for x in weighted_quantile(values, weight, q)] for name, q in QUANTILES}
