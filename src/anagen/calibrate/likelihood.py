"""How probable the published rows are at one parameter set.

Rows are normal on the fitting scale about what an arm of its size would read. Their covariance has
five parts: the chance of the people of an arm (rows of one arm share them), what the studies of one
group of people have in common beyond the model, what one arm has, what one visit has, and what the
emulator does not know.
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
from anagen.trials.design import CONTROLS
from anagen.trials.effects import effect_row
from anagen.trials.endpoints import WORSE_IS_COUNTED

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Spreads:
    """SD of what a study, a drug arm, a control arm and a visit have of their own. (scale,)."""

    study: FloatArray
    arm: FloatArray
    control: FloatArray
    visit: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The rows of all studies of one group of people: `rows` (row,) numbers; `fixed` (row, row)
    covariance that no parameter moves, of which `chance` (row,) on its diagonal is that of the
    people of an arm; `same_scale`, `same_arm` (row, row) 0 or 1; `scale` (row,) family of spread;
    `control` (row,) 1 for a control arm; `net` (row,) 1 for a difference from one; `towards` (row,)
    1 where doing better raises the row, -1 where it lowers it; `study_part` (row,) as `towards`, 0
    for a difference of two arms, which share the study's effect."""

    rows: NDArray[np.int64]
    fixed: FloatArray
    chance: FloatArray
    same_scale: FloatArray
    same_arm: FloatArray
    scale: NDArray[np.int64]
    control: FloatArray
    net: FloatArray
    towards: FloatArray
    study_part: FloatArray

    def part(self, wanted: NDArray[np.bool_]) -> Block:
        """Only the rows marked in `wanted` (row,)."""
        both = np.ix_(wanted, wanted)
        return Block(
            self.rows[wanted],
            self.fixed[both],
            self.chance[wanted],
            self.same_scale[both],
            self.same_arm[both],
            self.scale[wanted],
            self.control[wanted],
            self.net[wanted],
            self.towards[wanted],
            self.study_part[wanted],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Likelihood:
    """`log(scores)` of one set of scores (parameter,)."""

    targets: Targets
    names: tuple[str, ...]
    emulator: Emulator
    blocks: tuple[Block, ...]
    scales: tuple[str, ...]

    def spreads(self, scores: FloatArray) -> Spreads:
        """SD of study, arm, control and visit effects by scale, at these scores."""
        parts = ("study", "arm", "control", "visit")
        wanted = [effect_row(part, scale) for part in parts for scale in self.scales]
        at = [self.names.index(name) if name in self.names else -1 for name in wanted]
        own = tuple(name for name, i in zip(wanted, at, strict=True) if i >= 0)
        known = {}
        if own:
            columns = scores[None, [i for i in at if i >= 0]]
            known = dict(zip(own, parameter_sets(own, columns).values[0], strict=True))
        found = np.array([known.get(name) or value(name) for name in wanted])
        return Spreads(*found.reshape(len(parts), len(self.scales)))

    def log(self, scores: FloatArray) -> float:
        """Log-likelihood of all rows, up to a constant."""
        miss = self.miss(scores)
        spreads = self.spreads(scores)
        total = 0.0
        for block in self.blocks:
            lower = np.linalg.cholesky(block_covariance(block, spreads))
            away = np.linalg.solve(lower, miss[block.rows])
            total -= 0.5 * float(away @ away) + float(np.log(np.diag(lower)).sum())
        return total

    def miss(self, scores: FloatArray) -> FloatArray:
        """Published less predicted, on the fitting scale. Shape: (row,)."""
        return self.targets.observed - self.targets.expected(self.emulator.predict(scores))

    def study_effects(self, scores: FloatArray) -> FloatArray:
        """What the rows of each group of people say together of its effect, on the fitting scale.

        The mean of the effect given its rows at these scores. Shape: (row,).
        """
        miss, spreads = self.miss(scores), self.spreads(scores)
        found = np.zeros(miss.size)
        for block in self.blocks:
            shared = study_covariance(block, spreads.study)
            covariance = block_covariance(block, spreads)
            found[block.rows] = shared @ np.linalg.solve(covariance, miss[block.rows])
        return found

    def covariance(self, scores: FloatArray) -> FloatArray:
        """Covariance of all rows. Shape: (row, row)."""
        spreads = self.spreads(scores)
        whole = np.zeros((len(self.targets.rows), len(self.targets.rows)))
        for block in self.blocks:
            whole[np.ix_(block.rows, block.rows)] = block_covariance(block, spreads)
        return whole


def block_covariance(block: Block, spreads: Spreads) -> FloatArray:
    """Covariance of the rows of one group of people at these spreads. Shape: (row, row)."""
    control = spreads.control[block.scale] * block.towards
    arm = np.where(block.control > 0.0, control, spreads.arm[block.scale] * block.towards)
    # Two arms of one study share its effect; their difference holds what both have of their own.
    both = np.outer(arm, arm) + np.outer(control * block.net, control * block.net)
    return (
        block.fixed
        + np.diag(spreads.visit[block.scale] ** 2)
        + study_covariance(block, spreads.study)
        + block.same_scale * block.same_arm * both
    )


def study_covariance(block: Block, study: FloatArray) -> FloatArray:
    """The part of it that the effect of the group of people has. Shape: (row, row)."""
    between = study[block.scale] * block.study_part
    return block.same_scale * np.outer(between, between)


def likelihood(
    targets: Targets, names: tuple[str, ...], emulator: Emulator, ensemble: Ensemble
) -> Likelihood:
    """Puts rows, emulator and the spread of people together."""
    scales = tuple(dict.fromkeys(targets.scale))
    blocks = []
    for number in dict.fromkeys(targets.people.tolist()):
        rows = np.flatnonzero(targets.people == number)
        net = np.array([targets.rows[row].kind == "net" for row in rows])
        lower = np.array([targets.rows[row].endpoint in WORSE_IS_COUNTED for row in rows])
        towards = np.where(lower, -1.0, 1.0)
        scale = np.array([scales.index(targets.scale[row]) for row in rows])
        sampling = _sampling(targets, ensemble, rows)
        arms = targets.arm[rows]
        same_arm = (arms[:, None] == arms[None, :]).astype(float)
        blocks.append(
            Block(
                rows=rows,
                fixed=sampling + np.diag(emulator.error[rows] ** 2),
                chance=np.diag(sampling),
                same_scale=(scale[:, None] == scale[None, :]).astype(float),
                same_arm=same_arm,
                scale=scale,
                control=np.array([float(_is_control(targets, int(row))) for row in rows]),
                net=net.astype(float),
                towards=towards,
                study_part=np.where(net, 0.0, towards),
            )
        )
    return Likelihood(targets, names, emulator, tuple(blocks), scales)


def _is_control(targets: Targets, row: int) -> bool:
    arms = targets.trials[targets.study[row]].trial.arms
    return any(arm.id == targets.rows[row].arm and arm.role in CONTROLS for arm in arms)


def _sampling(targets: Targets, ensemble: Ensemble, rows: NDArray[np.int64]) -> FloatArray:
    """Covariance of rows by the chance of the people of an arm. Shape: (row, row)."""
    people = ensemble.people[np.ix_(rows, rows)]
    sd = np.sqrt(np.maximum(np.diag(people), 1e-9))
    together = people / np.outer(sd, sd)
    n = targets.n[rows]
    own = np.where(targets.percent[rows], 0.5 / np.sqrt(n), sd / np.sqrt(n))
    # A row that shares people with another has no more than perfect correlation with it.
    return np.clip(together, -0.98, 0.98) * np.outer(own, own) + np.diag(0.02 * own**2)
