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

from anagen.calibrate.fit import CHECKED, Effort, posterior_chains
from anagen.calibrate.likelihood import Block, Likelihood, block_covariance
from anagen.calibrate.processes import side_by_side
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

    def holds(self, share: int, shrink: float = 1.0) -> bool:
        """Whether the 50 or 90 % interval, made narrower by `shrink`, holds what was published."""
        low, high = (self.low_50, self.high_50) if share == 50 else (self.low_90, self.high_90)
        middle = 0.5 * (self.low_50 + self.high_50)
        return (
            middle + shrink * (low - middle) <= self.published <= middle + shrink * (high - middle)
        )


def leave_out(
    found: Likelihood,
    *,
    seed: int = 0,
    effort: Effort | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> tuple[LeftOut, ...]:
    """Every fitted row predicted without its study. Rows are numbered as in `found.targets`.

    With more than one of `workers` studies are predicted in processes of their own, to the same
    bits, and a script that calls this needs a main guard.
    """
    cases = list(_cases(found.targets.trials))
    tasks = [(found, *case, seed, effort or CHECKED) for case in cases]
    rows: dict[int, tuple[LeftOut, ...]] = {}
    with side_by_side(min(workers, len(cases))) as each:
        for number, predicted in each(_rows, tasks):
            rows[number] = predicted
            if progress:
                name = found.targets.trials[cases[number][0]].trial.id
                progress(len(rows), len(cases), f"without {name}")
    return tuple(row for number in range(len(cases)) for row in rows[number])


def _rows(
    task: tuple[Likelihood, int, frozenset[int], bool, int, Effort],
) -> tuple[LeftOut, ...]:
    """The rows of one study from a fit without the studies dropped with it."""
    found, study, dropped, shares, seed, effort = task
    trials = found.targets.trials
    name = trials[study].trial.id
    purpose = f"left out {name}{' alone' if shares else ''}"
    own_rows = np.flatnonzero(found.targets.study == study)
    seen = [_seen(trials, study, int(row), dropped) for row in own_rows]
    own = without(found, study, dropped, np.array(seen), effort, seed, purpose)
    return tuple(
        LeftOut(
            study=name,
            row=int(row),
            shares_people=shares,
            seen=seen[i],
            published=float(found.targets.rows[row].published or 0.0),
            mean=float(own.mean[i]),
            low_50=float(own.edges[1, i]),
            high_50=float(own.edges[2, i]),
            low_90=float(own.edges[0, i]),
            high_90=float(own.edges[3, i]),
        )
        for i, row in enumerate(own_rows)
    )


def _cases(trials: tuple[FittedTrial, ...]) -> Iterator[tuple[int, frozenset[int], bool]]:
    """Study, the studies dropped for it, and whether others with its people stay."""
    people = [load_studies()[fitted.trial.id].people for fitted in trials]
    for study, own in enumerate(people):
        group = frozenset(i for i, other in enumerate(people) if other == own)
        yield study, group, False
        if len(group) > 1:
            yield study, frozenset({study}), True


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """Rows of one study in their units: `mean` (row,), `edges` (5, 25, 75 and 95 %, row)."""

    mean: FloatArray
    edges: FloatArray


def without(
    found: Likelihood,
    study: int,
    dropped: frozenset[int],
    seen: NDArray[np.bool_],
    effort: Effort,
    seed: int,
    purpose: str,
) -> Prediction:
    """The rows of one study from a fit without the `dropped` ones; `seen` (row,) as in LeftOut."""
    left = ~np.isin(found.targets.study, list(dropped))
    parts = (block.part(left[block.rows]) for block in found.blocks)
    own = replace(found, blocks=tuple(part for part in parts if part.rows.size))
    chains = posterior_chains(own, effort, seed, purpose, workers=1).reshape(-1, len(found.names))
    random = generator(seed, purpose, "predictive")
    scores = chains[random.choice(chains.shape[0], SAMPLES, replace=True)]
    block = next(
        block.part(found.targets.study[block.rows] == study)
        for block in found.blocks
        if study in found.targets.study[block.rows]
    )
    percent = found.targets.percent[block.rows]
    expected = found.predict(scores)[:, block.rows]
    drawn = to_scale(expected, percent)
    wider = _wider(block, seen)
    for number, at in enumerate(scores):
        spread = np.diag(block_covariance(wider, found.spreads(at)))
        # Responders are counted below, as in `trial predict`: near none chance is lopsided.
        spread = np.sqrt(np.maximum(np.where(percent, spread - block.chance, spread), 0.0))
        drawn[number] += spread * random.standard_normal(block.rows.size)
    values = from_scale(drawn, percent)
    people = found.targets.n[block.rows][percent].round().astype(np.int64)
    values[:, percent] = 100.0 * random.binomial(people, values[:, percent] / 100.0) / people
    edges = np.quantile(values, (0.05, 0.25, 0.75, 0.95), axis=0)
    return Prediction(expected.mean(axis=0), edges)


def _wider(block: Block, seen: NDArray[np.bool_]) -> Block:
    """The block with the larger arm effect of drugs that no fitted study holds; a product has a
    factor of its own."""
    factor = np.where(seen | block.products.any(axis=1), 1.0, value("trial_unseen_drug_factor"))
    return replace(block, wider=factor)


def _seen(trials: tuple[FittedTrial, ...], study: int, row: int, dropped: frozenset[int]) -> bool:
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
