"""From priors and study rows to the released sets: simulate, learn, draw, and look closer.

Round after round an ensemble is simulated where the posterior lies so far, the emulator is learned
again from all rounds, nearer ones counting more, and the posterior is drawn anew. A last ensemble
of the released sets themselves says what they predict without any emulator.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anagen.calibrate.diagnose import demand_convergence
from anagen.calibrate.emulator import learn
from anagen.calibrate.likelihood import Likelihood, likelihood
from anagen.calibrate.priors import calibrated
from anagen.calibrate.processes import side_by_side
from anagen.calibrate.sampler import draw, normal_approximation
from anagen.calibrate.simulation import Ensemble, run
from anagen.calibrate.targets import Targets, fitted_trials, targets
from anagen.rng import generator
from anagen.simulate.parameter_draws import PEOPLE_PER_SET

FloatArray = NDArray[np.float64]
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is computed. `sets` of each round, and of the release."""

    rounds: tuple[int, ...] = (400, 400, 600, 600)
    released: int = 400
    chains: int = 4
    draws: int = 20000
    burn_in: int = 2000
    # Between rounds it is enough to know roughly where the posterior lies.
    draws_between: int = 3000
    # How often the sampler adapts to its burn-in, and how much of the covariance it moves about
    # is then the curvature at the mean: few draws alone would make it narrower each time.
    adaptations: int = 5
    curvature: float = 0.5
    # How much wider than the posterior they come from the ensembles after the first are drawn.
    wider: tuple[float, ...] = (1.4, 1.4, 1.2)
    # What an ensemble counts for beside the next one.
    fading: float = 0.5


# Many posteriors are drawn to check one, so their chains are shorter.
CHECKED = Effort(chains=2, draws=5000)


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """The released sets of one layer, `scores` (set, score), and how they came about.

    Scores, `chains` (chain, draw, score) too, are those of `likelihood.names`, which holds rows and
    emulators; `ensemble` is what the released sets predict, simulated; `diagnostics` the numbers of
    the chains.
    """

    layer: str
    scores: FloatArray
    chains: FloatArray
    ensemble: Ensemble
    likelihood: Likelihood
    diagnostics: dict[str, float]


def fit(
    layer: str,
    *,
    folder: Path,
    seed: int = 0,
    effort: Effort | None = None,
    progress: Progress | None = None,
    workers: int | None = None,
) -> Posterior:
    """Fits one layer. Finished simulations in `folder` are used again.

    Raises AnagenError when the chains do not converge.
    """
    effort = effort or Effort()
    trials, names = fitted_trials(layer), calibrated(layer)
    wanted = targets(trials)
    random = generator(seed, layer, "first ensemble")
    scores = random.standard_normal((effort.rounds[0], len(names)))
    rounds: list[Ensemble] = []
    while True:
        number = len(rounds)
        rounds.append(
            run(
                trials,
                names,
                scores,
                seed=1000 * (number + 1) + seed,
                folder=folder / layer,
                progress=labeled(progress, f"round {number + 1} of {len(effort.rounds)}"),
                workers=workers,
            )
        )
        found = _learn(rounds, wanted, names, effort)
        last = len(rounds) == len(effort.rounds)
        if progress:
            progress(0, 1, "drawing from the posterior so far")
        own = effort if last else replace(effort, draws=effort.draws_between)
        chains = posterior_chains(found, own, seed, f"round {number}")
        flat = chains.reshape(-1, len(found.names))
        if last:
            break
        random = generator(seed, layer, f"ensemble {number + 1}")
        picked = flat[random.choice(flat.shape[0], effort.rounds[number + 1], replace=False)]
        picked, center = picked[:, : len(names)], flat[:, : len(names)].mean(axis=0)
        scores = center + effort.wider[number] * (picked - center)
    diagnostics = demand_convergence(chains, found.names)
    random = generator(seed, layer, "released sets")
    kept = flat[random.choice(flat.shape[0], effort.released, replace=False)]
    simulated = run(
        trials,
        names,
        kept[:, : len(names)],
        seed=release_seed(effort, seed),
        folder=folder / layer,
        progress=labeled(progress, "the released sets"),
        workers=workers,
    )
    return Posterior(layer, kept, chains, simulated, found, diagnostics)


def release_seed(effort: Effort, seed: int) -> int:
    """The seed with which the released sets are simulated."""
    return 1000 * (len(effort.rounds) + 1) + seed


def _learn(
    rounds: list[Ensemble], wanted: Targets, names: tuple[str, ...], effort: Effort
) -> Likelihood:
    ensemble, weights = rounds[0], np.ones(0)
    for number, part in enumerate(rounds):
        if number:
            ensemble = ensemble.join(part)
        age = len(rounds) - 1 - number
        weights = np.concatenate([weights, np.full(part.scores.shape[0], effort.fading**age)])
    return learned(wanted, names, ensemble, weights)


def learned(
    wanted: Targets, names: tuple[str, ...], ensemble: Ensemble, weights: FloatArray
) -> Likelihood:
    """The likelihood of the rows with emulators learned from an ensemble; `weights` (set,)."""
    emulator, unaided = learn(ensemble, wanted.percent, weights), None
    if ensemble.counted.any():
        # One kind of person in each set; few of a trial are such, so lines and squares do.
        alone = replace(
            ensemble,
            mean=ensemble.unaided,
            people_seen=np.full(wanted.percent.size, float(PEOPLE_PER_SET)),
        )
        unaided = learn(alone, wanted.percent, weights, strongest=0)
    return likelihood(wanted, names, emulator, ensemble, unaided)


def posterior_chains(
    found: Likelihood, effort: Effort, seed: int, purpose: str, workers: int | None = None
) -> FloatArray:
    """Chains of scores from the posterior of one likelihood. Shape: (chain, draw, parameter).

    The normal approximation the sampler moves about is made again from the draws of the burn-in.
    Several chains run in processes of their own (as many as there are cores, or `workers`), so a
    script that calls this needs a main guard.
    """
    workers = min(effort.chains, workers or os.cpu_count() or 1)
    size = len(found.names)
    rows = np.concatenate([block.rows for block in found.blocks])
    randoms = [generator(seed, f"chain {chain}", purpose) for chain in range(effort.chains)]

    def normal(at: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Center and covariance of the approximation with the spreads of these scores."""
        return normal_approximation(
            lambda scores: found.miss(scores)[rows], found.covariance(at)[np.ix_(rows, rows)], size
        )

    def chains(draws: int) -> FloatArray:
        nonlocal randoms
        burn_in = effort.burn_in // 4
        tasks = [(found, center, covariance, draws, burn_in, random) for random in randoms]
        done = dict(each(_chain, tasks))
        randoms = [done[number][1] for number in range(effort.chains)]
        return np.stack([done[number][0] for number in range(effort.chains)])

    center, covariance = normal(np.zeros(size))
    # A chain is thousands of small systems: threads would wait for each other.
    with side_by_side(workers) as each:
        for _ in range(effort.adaptations):
            first = chains(effort.burn_in).reshape(-1, size)
            # A share of the prior's spread keeps directions that few draws have seen open.
            center = first.mean(axis=0)
            covariance = (0.95 - effort.curvature) * np.cov(first.T) + 0.05 * np.eye(size)
            if effort.curvature:
                covariance += effort.curvature * normal(center)[1]
        return chains(effort.draws)


def _chain(
    task: tuple[Likelihood, FloatArray, FloatArray, int, int, np.random.Generator],
) -> tuple[FloatArray, np.random.Generator]:
    """One chain, and its random numbers where it left them."""
    found, center, covariance, draws, burn_in, random = task
    chain = draw(found.log, center, covariance, draws=draws, burn_in=burn_in, random=random)
    return chain, random


def labeled(progress: Progress | None, label: str) -> Progress | None:
    """`progress` with a label before what it says; None where there is none."""
    if progress is None:
        return None
    return lambda done, total, what: progress(done, total, f"{label}: {what}")
