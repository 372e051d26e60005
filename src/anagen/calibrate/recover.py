"""Does the calibration find what is known? Simulated truths, fitted as if they were published.

Recovery: parameters drawn inside the region the ensembles cover, trials of them simulated with many
people, the spread of studies, arms and visits and the chance of the real arm sizes added, and the
posterior drawn. Its 50 and 90 % intervals should hold the truth that often. `shrink` makes the
intervals narrower than they are, to show that the check can fail.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anagen.calibrate.fit import CHECKED, Effort, posterior_chains
from anagen.calibrate.likelihood import Likelihood
from anagen.calibrate.processes import side_by_side
from anagen.calibrate.simulation import run
from anagen.rng import generator

FloatArray = NDArray[np.float64]
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Recovery:
    """Ranks of the truth among the draws, 0 to 1. Shape: (truth, score)."""

    names: tuple[str, ...]
    ranks: FloatArray

    def cover(self, share: float, shrink: float = 1.0) -> float:
        """Share of truths inside the central interval that claims `share`.

        `shrink` below 1 narrows the interval about its middle in units of probability.
        """
        inside = np.abs(self.ranks - 0.5) <= 0.5 * share * shrink
        return float(inside.mean())


def published_like(
    found: Likelihood, scores: FloatArray, random: np.random.Generator
) -> FloatArray:
    """Rows that trials might publish if `scores` were the truth, on the fitting scale. (row,)."""
    predicted = found.targets.expected(found.predict(scores))
    lower = np.linalg.cholesky(found.covariance(scores))
    return predicted + lower @ random.standard_normal(predicted.size)


def simulated_rows(
    found: Likelihood,
    truths: FloatArray,
    *,
    sets_each: int,
    seed: int,
    folder: Path,
    progress: Progress | None = None,
) -> FloatArray:
    """Rows the engine itself finds at each truth, with the spread of real trials. (truth, row).

    Every truth is simulated with `sets_each` times the people of one set, without the emulator.
    What the chance of these people moves the rows by is taken off the spread that is added, and so
    is the error of the emulator, which these rows hold by being made without it: else the rows
    would vary more than any interval claims.
    """
    rows = np.empty((truths.shape[0], found.targets.observed.size))
    for number, truth in enumerate(truths):
        if progress:
            progress(number, truths.shape[0], f"truth {number + 1}")
        ensemble = run(
            found.targets.trials,
            found.parameters,
            np.repeat(truth[None, : len(found.parameters)], sets_each, axis=0),
            seed=seed + 10 * number,
            folder=folder,
        )
        random = generator(seed, f"truth {number}", "published rows")
        both = found.among(
            ensemble.mean, ensemble.unaided, np.repeat(truth[None], sets_each, axis=0)
        )
        mean, chance = mean_and_chance(found, both)
        # Where the people alone move the rows by more than is claimed, nothing is left to add.
        level, way = np.linalg.eigh(real_covariance(found, truth) - chance)
        spread = way * np.sqrt(np.maximum(level, 0.0))
        rows[number] = mean + spread @ random.standard_normal(mean.size)
    return rows


def real_covariance(found: Likelihood, scores: FloatArray) -> FloatArray:
    """Covariance of published rows about what the engine finds: that of the likelihood less the
    error of its emulator. Shape: (row, row)."""
    people = found.targets.people
    together = people[:, None] == people[None, :]
    return found.covariance(scores) - np.where(together, found.emulator.error, 0.0)


def mean_and_chance(found: Likelihood, both: FloatArray) -> tuple[FloatArray, FloatArray]:
    """What an arm reads on the fitting scale, and the covariance of it by the people simulated.

    `both` (set, row) in units, every set with the same parameters and other people. Shapes: (row,),
    (row, row).
    """
    middle = both.mean(axis=0)
    step = 1e-3 * (1.0 + np.abs(middle))
    above, below = (found.targets.expected(middle + side * step) for side in (1.0, -1.0))
    slope = (above - below) / (2.0 * step)
    chance = np.cov(both.T) / both.shape[0]
    return found.targets.expected(middle), chance * np.outer(slope, slope)


def recover(
    found: Likelihood,
    truths: FloatArray,
    *,
    seed: int = 0,
    effort: Effort | None = None,
    observed: FloatArray | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Recovery:
    """Fits each truth. `truths` (truth, score); `observed` (truth, row) when simulated.

    With more than one of `workers` truths are fitted in processes of their own, to the same bits,
    and a script that calls this needs a main guard.
    """
    count = truths.shape[0]
    given = [None] * count if observed is None else list(observed)
    tasks = [
        (found, number, truths[number], given[number], seed, effort or CHECKED)
        for number in range(count)
    ]
    ranks = np.empty(truths.shape)
    with side_by_side(min(workers, count)) as each:
        for done, (number, found_ranks) in enumerate(each(_ranks, tasks), start=1):
            ranks[number] = found_ranks
            if progress:
                progress(done, count, "truths fitted")
    return Recovery(found.names, ranks)


def _ranks(
    task: tuple[Likelihood, int, FloatArray, FloatArray | None, int, Effort],
) -> FloatArray:
    """Ranks of one truth among the draws of a fit to its rows. Shape: (score,)."""
    found, number, truth, rows, seed, effort = task
    if rows is None:
        rows = published_like(found, truth, generator(seed, f"truth {number}", "published rows"))
    own = replace(found, targets=replace(found.targets, observed=rows))
    chain = posterior_chains(own, effort, seed, f"truth {number}", workers=1)
    return (chain.reshape(-1, truth.size) < truth).mean(axis=0)
