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
    carried,
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
    `share` is how much of the readings it holds: less than 1 where all of them would leave too few
    twins, 0 where no update can be carried. `effective` is how many equal twins say as much as the
    weight, `sets` how many equal sets of parameters; `full` is the former with all of the readings.
    `surprise` is the predictive probability of every reading given those before.
    """

    values: dict[str, dict[str, FloatArray]]
    weight: FloatArray
    share: float
    effective: float
    sets: float
    full: float
    surprise: tuple[float, ...]

    @property
    def enough(self) -> bool:
        """Whether twins and sets carry an interval."""
        return self.share >= value("track_least_share")

    @property
    def misfit(self) -> bool:
        """Whether a reading is further off than the worst of so many would be by chance."""
        least = min(self.surprise, default=1.0)
        return least * len(self.surprise) < value("track_surprise")


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
    while readings and done < most and not made.misfit and made.full < wanted:
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
    surprise: list[float] = []
    for read, one in zip(readings, seen, strict=True):
        earlier = [s for r, s in zip(readings, seen, strict=True) if r.date < read.date]
        before, _ = carried(earlier, draws, _carries)
        surprise.append(predictive_p(one, before))
    weight, share = carried(seen, draws, _carries)
    return Weighed(
        values,
        weight,
        share,
        effective_sample_size(weight),
        effective_sets(weight, PEOPLE_PER_SET),
        effective_sample_size(weights(seen, draws)),
        tuple(surprise),
    )


def _carries(weight: FloatArray) -> bool:
    """Whether twins and sets of parameters left are enough for an interval, or as many as drawn."""
    twins = min(value("track_least_effective_draws"), float(weight.size))
    sets = min(value("track_least_effective_sets"), weight.size / PEOPLE_PER_SET)
    close = 1.0 - 1e-9
    return (
        effective_sample_size(weight) >= close * twins
        and effective_sets(weight, PEOPLE_PER_SET) >= close * sets
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
