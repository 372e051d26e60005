"""Each fitted study predicted from the others: the posterior drawn anew without its rows.

The emulator stands for the engine, so a layer takes minutes and not hours. A study is left out
together with all studies that share its people (independent), and, where others do, once more
alone (overlapping): the two are different questions and are scored apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from anagen.calibrate.fit import Effort, posterior_chains
from anagen.calibrate.likelihood import Block, Likelihood, block_covariance
from anagen.calibrate.targets import FittedTrial, from_scale, to_scale
from anagen.catalog.parameters import value
from anagen.catalog.studies import holds, load_studies
from anagen.rng import generator
from anagen.trials.arms import regimens_of
from anagen.trials.design import CONTROLS

FloatArray = NDArray[np.float64]
Progress = Callable[[int, int, str], None]
# Draws of the predictive distribution of each row.
SAMPLES = 4000


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One row of a study that was left out. Values are in the unit of the row.

    `shares_people` is true where another study with the same people stayed in the fit; `seen` is
    false for an arm with a drug that no study left in the fit holds.
    """

    study: str
    row: int
    shares_people: bool
    seen: bool
    published: float
    mean: float
    low_50: float
    high_50: float
    low_90: float
    high_90: float


def leave_out(
    found: Likelihood,
    *,
    seed: int = 0,
    effort: Effort | None = None,
    progress: Progress | None = None,
    narrowed: float = 1.0,
) -> tuple[LeftOut, ...]:
    """Every fitted row predicted without its study. Rows are numbered as in `found.targets`.

    `narrowed` below 1 makes every spread smaller, to show that the check of coverage can fail.
    """
    # Shorter chains than those of the release are enough for quantiles of a prediction.
    effort = effort or Effort(chains=2, draws=4000, burn_in=2500)
    trials = found.targets.trials
    cases = list(_cases(trials))
    rows: list[LeftOut] = []
    for done, (study, dropped, shares) in enumerate(cases):
        name = trials[study].trial.id
        if progress:
            progress(done, len(cases), name)
        kept = tuple(b for i, b in enumerate(found.blocks) if i not in dropped)
        own = replace(found, blocks=kept)
        purpose = f"left out {name}{' alone' if shares else ''}"
        chains = posterior_chains(own, effort, seed, purpose).reshape(-1, len(found.names))
        random = generator(seed, name, f"{purpose}: predictive")
        scores = chains[random.choice(chains.shape[0], SAMPLES, replace=True)]
        rows += _predicted(found, study, dropped, shares, scores, random, narrowed)
    if progress:
        progress(len(cases), len(cases), "done")
    return tuple(rows)


def _cases(trials: tuple[FittedTrial, ...]) -> Iterator[tuple[int, frozenset[int], bool]]:
    """Study, the studies dropped for it, and whether others with its people stay."""
    people = [load_studies()[fitted.trial.id].people for fitted in trials]
    for study, own in enumerate(people):
        group = frozenset(i for i, other in enumerate(people) if other == own)
        yield study, group, False
        if len(group) > 1:
            yield study, frozenset({study}), True


def _predicted(
    found: Likelihood,
    study: int,
    dropped: frozenset[int],
    shares: bool,
    scores: FloatArray,
    random: np.random.Generator,
    narrowed: float,
) -> Iterator[LeftOut]:
    targets, block = found.targets, found.blocks[study]
    percent = targets.percent[block.rows]
    expected = found.emulator.predict(scores)[:, block.rows]
    center = to_scale(expected, percent)
    seen = np.array([_seen(targets.trials, study, int(row), dropped) for row in block.rows])
    drawn = np.empty_like(center)
    for number, at in enumerate(scores):
        between, within = found.spreads(at)
        covariance = block_covariance(_wider(block, seen), between, within)
        away = np.linalg.cholesky(covariance) @ random.standard_normal(block.rows.size)
        drawn[number] = center[number] + away
    middle = center.mean(axis=0)
    drawn = from_scale(middle + narrowed * (drawn - middle), percent)
    edges = np.quantile(drawn, (0.05, 0.25, 0.75, 0.95), axis=0)
    name = targets.trials[study].trial.id
    for i, row in enumerate(block.rows):
        low_90, low_50, high_50, high_90 = (float(edge) for edge in edges[:, i])
        published = float(targets.rows[row].published or 0.0)
        mean = float(expected[:, i].mean())
        yield LeftOut(
            name, int(row), shares, bool(seen[i]), published, mean,
            low_50, high_50, low_90, high_90,
        )  # fmt: skip


def _wider(block: Block, seen: NDArray[np.bool_]) -> Block:
    """The block with the larger arm effect of drugs that no fitted study holds."""
    factor = np.where(seen, 1.0, value("trial_unseen_drug_factor"))
    return replace(block, same_arm=block.same_arm * np.outer(factor, factor))


def _seen(
    trials: tuple[FittedTrial, ...], study: int, row: int, dropped: frozenset[int]
) -> bool:
    """Whether a study left in the fit holds every drug of the arm of this row."""
    first = sum(len(fitted.asked) for fitted in trials[:study])
    fitted = trials[study]
    arm_id = fitted.asked[row - first].arm
    arm = next(arm for arm in fitted.trial.arms if arm.id == arm_id)
    if arm.role in CONTROLS:
        return True
    left = [other for i, other in enumerate(trials) if i not in dropped]
    studies = load_studies()
    return all(
        regimen.treatment == "watchful_waiting"
        or any(
            holds(own, regimen.treatment)
            for other in left
            for own in studies[other.trial.id].arms
            if own.id in {item.arm for item in other.asked}
        )
        for regimen in regimens_of(arm, fitted.trial.id, arm_id)
    )
