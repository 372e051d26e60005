"""What a layer is fitted to: every row marked `fit` of a study whose split is `train`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.never_fitted import never_fitted
from anagen.catalog.studies import load_studies
from anagen.trials.arms import regimens_of
from anagen.trials.asked import Asked
from anagen.trials.design import Trial
from anagen.trials.endpoints import RULES
from anagen.trials.published import published_trial

FloatArray = NDArray[np.float64]

# The conditions whose trials a layer answers to.
LAYERS: Mapping[str, tuple[str, ...]] = {
    "areata": ("alopecia_areata",),
    "pattern": ("male_pattern_hair_loss", "female_pattern_hair_loss", "pattern_hair_loss"),
}


# Steps of the angle, 0 to a right angle, at which the expected reading of a share is tabulated.
ANGLES = 512


@dataclass(frozen=True, slots=True)
class FittedTrial:
    """One study and its rows that are fitted; all of them have a value and a number of people."""

    trial: Trial
    asked: tuple[Asked, ...]


def fitted_trials(layer: str) -> tuple[FittedTrial, ...]:
    """The studies of one layer, in the order of their ids. Raises KeyError for an unknown layer.

    Arms on a treatment of `data/calibration/outside.csv` are left out: they are predicted only.
    """
    found = []
    for study in sorted(load_studies().values(), key=lambda study: study.id):
        if study.split != "train" or study.condition not in LAYERS[layer]:
            continue
        published = published_trial(study)
        rows = tuple(
            item
            for item in published.asked
            if item.use == "fit" and item.published is not None and item.n is not None
        )
        if published.trial is not None and rows:
            found.append(FittedTrial(published.trial, rows))
    return tuple(filter(None, map(_inside, found)))


def _inside(fitted: FittedTrial) -> FittedTrial | None:
    """A study without the arms that are predicted but never fitted; None when no row is left."""
    arms = {arm.id: arm for arm in fitted.trial.arms}
    kept = {
        name: arm
        for name, arm in arms.items()
        if never_fitted().isdisjoint(regimen.treatment for regimen in regimens_of(arm, "", arm.id))
    }
    if len(kept) == len(arms):
        return fitted
    rows = tuple(item for item in fitted.asked if item.arm in kept)
    trial = fitted.trial.model_copy(update={"arms": tuple(kept.values())})
    return FittedTrial(trial, rows) if rows else None


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """All rows of a layer as numbers. Shape of every array: (row,).

    `observed` is on the fitting scale (`to_scale`); `percent` marks shares of responders; `study`
    and `arm` number the study and the arm a row belongs to and `people` the group of people, which
    studies may share; `scale` names its family of spread;
    `n` is people in the arm; `readings` (row, angle) is what `n` people read on average when the
    true share lies at an angle.
    """

    trials: tuple[FittedTrial, ...]
    rows: tuple[Asked, ...]
    observed: FloatArray
    percent: NDArray[np.bool_]
    study: NDArray[np.int64]
    people: NDArray[np.int64]
    arm: NDArray[np.int64]
    scale: tuple[str, ...]
    n: FloatArray
    readings: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        """Tabulates the readings; arms of one size share theirs."""
        found = [expected_readings(max(round(n), 1)) for n in self.n]
        object.__setattr__(self, "readings", np.stack(found))

    def expected(self, predicted: FloatArray) -> FloatArray:
        """What an arm of its size reads on average, on the fitting scale. Shape: (..., row).

        A share of none reads as a little more than none (`observed_on_scale`), and a prediction of
        none must be held against that: else every early zero of a trial asks for more responders.
        """
        angle = to_scale(predicted, self.percent)
        step = np.where(self.percent, angle, 0.0) * (2.0 * ANGLES / np.pi)
        below = np.minimum(step.astype(np.int64), ANGLES - 1)
        rows = np.arange(self.n.size)
        low, high = self.readings[rows, below], self.readings[rows, below + 1]
        return np.where(self.percent, low + (step - below) * (high - low), predicted)


@cache
def expected_readings(n: int) -> FloatArray:
    """Mean of `observed_on_scale` over the chance of `n` people, at angles of the true share.

    Shape: (ANGLES + 1,), radians.
    """
    share = np.sin(np.linspace(0.0, np.pi / 2.0, ANGLES + 1)) ** 2
    share = np.clip(share, 1e-12, 1.0 - 1e-12)[:, None]
    count = np.arange(n + 1)
    factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    ways = factorial[n] - factorial - factorial[::-1]
    chance = np.exp(ways + count * np.log(share) + (n - count) * np.log1p(-share))
    read = np.array([observed_on_scale(100.0 * k / n, float(n)) for k in range(n + 1)])
    return chance @ read


def targets(trials: tuple[FittedTrial, ...]) -> Targets:
    """The rows of these studies, study by study."""
    rows, observed, percent, study, people, arm, scale, size = [], [], [], [], [], [], [], []
    arms: dict[tuple[str, str], int] = {}
    groups: dict[str, int] = {}
    for number, fitted in enumerate(trials):
        group = groups.setdefault(load_studies()[fitted.trial.id].people, len(groups))
        for item in fitted.asked:
            rule = RULES[item.endpoint, item.unit]
            share = rule.scale == "percent" and item.kind != "net"
            n, published = float(item.n or 0), float(item.published or 0.0)
            rows.append(item)
            observed.append(observed_on_scale(published, n) if share else published)
            percent.append(share)
            study.append(number)
            people.append(group)
            arm.append(arms.setdefault((fitted.trial.id, item.arm), len(arms)))
            scale.append(rule.scale)
            size.append(n)
    return Targets(
        trials,
        tuple(rows),
        np.array(observed),
        np.array(percent),
        np.array(study),
        np.array(people),
        np.array(arm),
        tuple(scale),
        np.array(size),
    )


def observed_on_scale(percent: float, n: float) -> float:
    """Arcsine square root of a share of `n` people, with Anscombe's correction, in radians."""
    count = min(max(percent / 100.0, 0.0), 1.0) * n
    return math.asin(math.sqrt((count + 0.375) / (n + 0.75)))


def to_scale(predicted: FloatArray, percent: NDArray[np.bool_]) -> FloatArray:
    """Predicted values on the fitting scale; shares are in percent. Shape: (..., row)."""
    share = np.clip(predicted / 100.0, 0.0, 1.0)
    return np.where(percent, np.arcsin(np.sqrt(share)), predicted)


def from_scale(values: FloatArray, percent: NDArray[np.bool_]) -> FloatArray:
    """Values on the fitting scale in the unit of their row. Shape: (..., row)."""
    share = 100.0 * np.sin(np.clip(values, 0.0, np.pi / 2.0)) ** 2
    return np.where(percent, share, values)
