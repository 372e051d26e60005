"""How probable the published rows are at one parameter set.

Rows are normal on the fitting scale about what an arm of its size would read. Their covariance has
five parts: the chance of the people of an arm (rows of one arm share them), what one study has in
common beyond the model, what one arm has, what one visit has, and what the emulator does not know.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anagen.calibrate.emulator import Emulator
from anagen.calibrate.priors import parameter_sets
from anagen.calibrate.simulation import Ensemble
from anagen.calibrate.targets import Targets
from anagen.catalog.parameters import value

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The rows of one study: `rows` (row,) numbers; `fixed` (row, row) covariance that no parameter
    moves, of which `chance` (row,) on its diagonal is that of the people of an arm; `same_scale`,
    `same_arm` (row, row) 0 or 1."""

    rows: NDArray[np.int64]
    fixed: FloatArray
    chance: FloatArray
    same_scale: FloatArray
    same_arm: FloatArray
    scale: NDArray[np.int64]
    study_part: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Likelihood:
    """`log(scores)` of one set of scores (parameter,)."""

    targets: Targets
    names: tuple[str, ...]
    emulator: Emulator
    blocks: tuple[Block, ...]
    scales: tuple[str, ...]

    def spreads(self, scores: FloatArray) -> tuple[FloatArray, FloatArray]:
        """SD of study and of arm effects by scale, at these scores. Shape of each: (scale,)."""
        wanted = [f"trial_{part}_sd_{s}" for part in ("study", "arm") for s in self.scales]
        at = [self.names.index(name) if name in self.names else -1 for name in wanted]
        own = tuple(name for name, i in zip(wanted, at, strict=True) if i >= 0)
        known = {}
        if own:
            columns = scores[None, [i for i in at if i >= 0]]
            known = dict(zip(own, parameter_sets(own, columns).values[0], strict=True))
        found = np.array([known.get(name) or value(name) for name in wanted])
        return found[: len(self.scales)], found[len(self.scales) :]

    def log(self, scores: FloatArray) -> float:
        """Log-likelihood of all rows, up to a constant."""
        miss = self.miss(scores)
        study, arm = self.spreads(scores)
        total = 0.0
        for block in self.blocks:
            lower = np.linalg.cholesky(block_covariance(block, study, arm))
            away = np.linalg.solve(lower, miss[block.rows])
            total -= 0.5 * float(away @ away) + float(np.log(np.diag(lower)).sum())
        return total

    def miss(self, scores: FloatArray) -> FloatArray:
        """Published less predicted, on the fitting scale. Shape: (row,)."""
        return self.targets.observed - self.targets.expected(self.emulator.predict(scores))

    def covariance(self, scores: FloatArray) -> FloatArray:
        """Covariance of all rows. Shape: (row, row)."""
        study, arm = self.spreads(scores)
        whole = np.zeros((len(self.targets.rows), len(self.targets.rows)))
        for block in self.blocks:
            whole[np.ix_(block.rows, block.rows)] = block_covariance(block, study, arm)
        return whole


def block_covariance(block: Block, study: FloatArray, arm: FloatArray) -> FloatArray:
    """Covariance of the rows of one study at SDs of study and arm by scale. Shape: (row, row)."""
    between = study[block.scale] * block.study_part
    within = arm[block.scale]
    return (
        block.fixed
        + block.same_scale * np.outer(between, between)
        + block.same_scale * block.same_arm * np.outer(within, within)
    )


def likelihood(
    targets: Targets, names: tuple[str, ...], emulator: Emulator, ensemble: Ensemble
) -> Likelihood:
    """Puts rows, emulator and the spread of people together."""
    scales = tuple(dict.fromkeys(targets.scale))
    blocks = []
    for number in range(len(targets.trials)):
        rows = np.flatnonzero(targets.study == number)
        net = np.array([targets.rows[row].kind == "net" for row in rows])
        scale = np.array([scales.index(targets.scale[row]) for row in rows])
        visit = np.array([value(f"trial_visit_sd_{targets.scale[row]}") for row in rows])
        sampling = _sampling(targets, ensemble, rows)
        fixed = sampling + np.diag(visit**2 + emulator.error[rows] ** 2)
        arms = targets.arm[rows]
        same_arm = (arms[:, None] == arms[None, :]).astype(float)
        # Two arms of one study share its effect; their difference holds two arm effects.
        same_arm += np.diag(net.astype(float))
        blocks.append(
            Block(
                rows=rows,
                fixed=fixed,
                chance=np.diag(sampling),
                same_scale=(scale[:, None] == scale[None, :]).astype(float),
                same_arm=same_arm,
                scale=scale,
                study_part=np.where(net, 0.0, 1.0),
            )
        )
    return Likelihood(targets, names, emulator, tuple(blocks), scales)


def _sampling(targets: Targets, ensemble: Ensemble, rows: NDArray[np.int64]) -> FloatArray:
    """Covariance of rows by the chance of the people of an arm. Shape: (row, row)."""
    people = ensemble.people[np.ix_(rows, rows)]
    sd = np.sqrt(np.maximum(np.diag(people), 1e-9))
    together = people / np.outer(sd, sd)
    n = targets.n[rows]
    own = np.where(targets.percent[rows], 0.5 / np.sqrt(n), sd / np.sqrt(n))
    # A row that shares people with another has no more than perfect correlation with it.
    return np.clip(together, -0.98, 0.98) * np.outer(own, own) + np.diag(0.02 * own**2)
