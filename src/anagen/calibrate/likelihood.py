"""How probable the published rows are at one parameter set.

Rows are normal on the fitting scale about what an arm of its size would read. Some of a trial's
people recover unaided; how many is a score of its own for each group of people. The covariance of
the rows has five parts: the chance of the people of an arm (rows of one arm share them), what the
studies of one group of people have in common beyond the model, what one arm has, what one visit
has, and what the emulator does not know (rows learned from the same people err together).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anagen.calibrate.density import (
    KINDS,
    Blocks,
    Learned,
    Rows,
    Scored,
    covariance,
    log_likelihood,
)
from anagen.calibrate.emulator import Emulator
from anagen.calibrate.simulation import Ensemble
from anagen.calibrate.targets import Targets
from anagen.catalog.parameters import value
from anagen.simulate.parameter_draws import from_normal, normal_scale
from anagen.trials.effects import (
    WOMEN_FACTOR,
    effect_row,
    only_women,
    product_factors,
)
from anagen.trials.endpoints import WORSE_IS_COUNTED
from anagen.trials.unaided import share_unaided

FloatArray = NDArray[np.float64]

# How many people of a trial recover unaided, and how far trials differ in it.
_UNAIDED = ("trial_unaided_percent", "trial_unaided_log_sd")


@dataclass(frozen=True, slots=True, eq=False)
class Spreads:
    """SD of what a study, an arm and a visit have of their own. (scale,); `women` is the factor on
    that of a study of women, `products` (kind,) those on the arm effect of arms on a product."""

    study: FloatArray
    arm: FloatArray
    visit: FloatArray
    women: float = 1.0
    products: float | FloatArray = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The rows of all studies of one group of people: `rows` (row,) numbers; `fixed` (row, row)
    covariance that no parameter moves, of which `chance` (row,) on its diagonal is that of the
    people of an arm; `scale` (row,) family of spread; `arm` (row,) number of the arm and `wider`
    (row,) how much larger what it has of its own is than in other arms; `net` (row,) 1 for a
    difference from a control arm; `towards` (row,) 1 where doing better raises the row, -1 where it
    lowers it; `study_part` (row,) as `towards`, 0 for a difference of two arms, which share the
    study's effect; `women` whether only women took part; `products` (row, kind) whether the arm
    takes a product of that kind."""

    rows: NDArray[np.int64]
    fixed: FloatArray
    chance: FloatArray
    scale: NDArray[np.int64]
    arm: NDArray[np.int64]
    wider: FloatArray
    net: FloatArray
    towards: FloatArray
    study_part: FloatArray
    women: bool
    products: NDArray[np.bool_]

    @property
    def same_scale(self) -> FloatArray:
        """1 where two rows are of one family of spread. Shape: (row, row)."""
        return (self.scale[:, None] == self.scale[None, :]).astype(float)

    @property
    def same_arm(self) -> FloatArray:
        """1 where two rows are of one arm. Shape: (row, row)."""
        return (self.arm[:, None] == self.arm[None, :]).astype(float)

    def part(self, wanted: NDArray[np.bool_]) -> Block:
        """Only the rows marked in `wanted` (row,)."""
        return Block(
            self.rows[wanted],
            self.fixed[np.ix_(wanted, wanted)],
            self.chance[wanted],
            self.scale[wanted],
            self.arm[wanted],
            self.wider[wanted],
            self.net[wanted],
            self.towards[wanted],
            self.study_part[wanted],
            self.women,
            self.products[wanted],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Unaided:
    """What is known of people who recover unaided: `emulator` of their rows, `counted` (row,) how
    often one of them is counted where others are once, `group` (row,) the people a row belongs to,
    `names` (group,) of the score that says how many there are."""

    emulator: Emulator
    counted: FloatArray
    group: NDArray[np.int64]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Likelihood:
    """`log(scores)` of one set of scores (score,): those of the `parameters`, and one for each
    group of people that says how many of it recover unaided."""

    targets: Targets
    parameters: tuple[str, ...]
    emulator: Emulator
    blocks: tuple[Block, ...]
    scales: tuple[str, ...]
    products: tuple[str, ...] = ()
    unaided: Unaided | None = None
    tables: tuple[Any, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Lays everything out for the compiled log-likelihood."""
        object.__setattr__(self, "tables", _tables(self))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all scores."""
        return self.parameters + (self.unaided.names if self.unaided else ())

    def spreads(self, scores: FloatArray) -> Spreads:
        """SD of study, arm and visit effects by scale, at these scores."""
        effects = _effects(self.scales)
        wanted = (*effects, WOMEN_FACTOR, *self.products)
        found = np.array([self._value(name, scores) for name in wanted])
        study, arm, visit = found[: len(effects)].reshape(3, len(self.scales))
        women, *products = found[len(effects) :]
        return Spreads(study, arm, visit, float(women), np.array(products))

    def predict(self, scores: FloatArray) -> FloatArray:
        """Expected rows in their units. `scores` (..., score). Shape: (..., row)."""
        own = scores[..., : len(self.parameters)]
        plain = self.emulator.predict(own)
        if self.unaided is None:
            return plain
        return self.among(plain, self.unaided.emulator.predict(own), scores)

    def among(self, plain: FloatArray, unaided: FloatArray, scores: FloatArray) -> FloatArray:
        """Rows of both kinds of people, as many recovering unaided as these scores say.

        `plain` and `unaided` (..., row) of either kind alone. Shape: (..., row).
        """
        if self.unaided is None:
            return plain
        percent, log_sd = (self._value(name, scores)[..., None] for name in _UNAIDED)
        z = scores[..., len(self.parameters) :]
        share = share_unaided(percent, log_sd, z)[..., self.unaided.group]
        share = share * self.unaided.counted / (1.0 - share + share * self.unaided.counted)
        return (1.0 - share) * plain + share * unaided

    def _value(self, name: str, scores: FloatArray) -> FloatArray:
        """A parameter at these scores, or as in its row when it is not fitted. (...)."""
        if name not in self.parameters:
            return np.full(scores.shape[:-1], value(name))
        return np.asarray(from_normal(name, scores[..., self.parameters.index(name)]))

    def log(self, scores: FloatArray) -> float:
        """Log-likelihood of all rows, up to a constant. Raises LinAlgError where a covariance is
        none."""
        return float(log_likelihood(np.ascontiguousarray(scores), *self.tables))

    def miss(self, scores: FloatArray) -> FloatArray:
        """Published less predicted, on the fitting scale. Shape: (row,)."""
        return self.targets.observed - self.targets.expected(self.predict(scores))

    def study_effects(self, scores: FloatArray) -> FloatArray:
        """What the rows of each group of people say together of its effect, on the fitting scale.

        The mean of the effect given its rows at these scores. Shape: (row,).
        """
        miss, spreads = self.miss(scores), self.spreads(scores)
        found = np.zeros(miss.size)
        for block in self.blocks:
            shared = study_covariance(block, spreads)
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
    # An arm on several kinds of product differs as the kind that differs most.
    largest = np.where(block.products, spreads.products, 0.0).max(axis=1, initial=0.0)
    return np.asarray(
        covariance(
            block.fixed,
            block.scale,
            block.arm,
            block.wider,
            block.net,
            block.towards,
            block.study_part,
            spreads.study,
            spreads.arm,
            spreads.visit,
            spreads.women if block.women else 1.0,
            np.where(largest > 0.0, largest, 1.0),
        )
    )


def study_covariance(block: Block, spreads: Spreads) -> FloatArray:
    """The part of it that the effect of the group of people has. Shape: (row, row)."""
    between = spreads.study[block.scale] * block.study_part
    if block.women:
        between = between * spreads.women
    return block.same_scale * np.outer(between, between)


def likelihood(
    targets: Targets,
    parameters: tuple[str, ...],
    emulator: Emulator,
    ensemble: Ensemble,
    unaided: Emulator | None = None,
) -> Likelihood:
    """Puts rows, emulators and the spread of people together; `unaided` is the emulator of people
    who recover unaided, where there are any."""
    scales = tuple(dict.fromkeys(targets.scale))
    taken = [
        product_factors(targets.trials[study].trial, row.arm)
        for study, row in zip(targets.study, targets.rows, strict=True)
    ]
    products = tuple(dict.fromkeys(name for names in taken for name in names))
    blocks = []
    for number in dict.fromkeys(targets.people.tolist()):
        rows = np.flatnonzero(targets.people == number)
        net = np.array([targets.rows[row].kind == "net" for row in rows])
        lower = np.array([targets.rows[row].endpoint in WORSE_IS_COUNTED for row in rows])
        towards = np.where(lower, -1.0, 1.0)
        scale = np.array([scales.index(targets.scale[row]) for row in rows])
        sampling = _sampling(targets, ensemble, rows)
        blocks.append(
            Block(
                rows=rows,
                fixed=sampling + emulator.error[np.ix_(rows, rows)],
                chance=np.diag(sampling),
                scale=scale,
                arm=targets.arm[rows],
                wider=np.ones(rows.size),
                net=net.astype(float),
                towards=towards,
                study_part=np.where(net, 0.0, towards),
                women=all(only_women(targets.trials[at].trial) for at in targets.study[rows]),
                products=np.array(
                    [[name in taken[row] for name in products] for row in rows], dtype=np.bool_
                ).reshape(rows.size, len(products)),
            )
        )
    found = Likelihood(targets, parameters, emulator, tuple(blocks), scales, products)
    if unaided is None:
        return found
    groups = tuple(dict.fromkeys(targets.people.tolist()))
    firsts = [int(np.flatnonzero(targets.people == group)[0]) for group in groups]
    names = tuple(f"unaided {targets.trials[targets.study[row]].trial.id}" for row in firsts)
    return replace(found, unaided=Unaided(unaided, ensemble.counted, targets.people, names))


def _effects(scales: tuple[str, ...]) -> tuple[str, ...]:
    """Rows with the SD of study, arm and visit effects by scale, in this order."""
    return tuple(effect_row(part, scale) for part in ("study", "arm", "visit") for scale in scales)


def _tables(found: Likelihood) -> tuple[Any, ...]:
    """The arguments of `log_likelihood` after the scores."""
    targets, blocks, unaided = found.targets, found.blocks, found.unaided
    size = len(targets.rows)

    def by_row(part: str, empty: NDArray[Any]) -> NDArray[Any]:
        for block in blocks:
            empty[block.rows] = getattr(block, part)
        return empty

    whole, zeros = np.zeros(size, dtype=np.int64), np.zeros(size)
    rows = Rows(
        observed=targets.observed,
        percent=targets.percent,
        readings=targets.readings,
        counted=unaided.counted if unaided else zeros,
        group=unaided.group if unaided else whole,
        scale=by_row("scale", whole.copy()),
        arm=by_row("arm", whole.copy()),
        wider=by_row("wider", zeros.copy()),
        net=by_row("net", zeros.copy()),
        towards=by_row("towards", zeros.copy()),
        study_part=by_row("study_part", zeros.copy()),
        products=by_row("products", np.zeros((size, len(found.products)), dtype=np.bool_)),
    )
    laid_out = Blocks(
        rows=np.concatenate([block.rows for block in blocks]),
        first=np.cumsum([0, *(block.rows.size for block in blocks)]),
        women=np.array([block.women for block in blocks]),
        fixed=np.concatenate([block.fixed.ravel() for block in blocks]),
    )
    own = _learned(found.emulator)
    return (
        len(found.parameters),
        own,
        _learned(unaided.emulator) if unaided else own,
        unaided is not None,
        value("trial_unaided_most_percent"),
        rows,
        laid_out,
        _scored((*_effects(found.scales), WOMEN_FACTOR, *_UNAIDED, *found.products), found),
        len(found.scales),
    )


def _learned(emulator: Emulator) -> Learned:
    return Learned(np.ascontiguousarray(emulator.coefficients), emulator.pairs)


def _scored(names: tuple[str, ...], found: Likelihood) -> Scored:
    at = [found.parameters.index(name) if name in found.parameters else -1 for name in names]
    scales = [normal_scale(name) for name in names]
    kind, center, below, above = zip(*scales, strict=True)
    return Scored(
        np.array(at),
        np.array([KINDS.index(name) for name in kind]),
        np.array(center),
        np.array(below),
        np.array(above),
    )


def _sampling(targets: Targets, ensemble: Ensemble, rows: NDArray[np.int64]) -> FloatArray:
    """Covariance of rows by the chance of the people of an arm. Shape: (row, row)."""
    people = ensemble.people[np.ix_(rows, rows)]
    sd = np.sqrt(np.maximum(np.diag(people), 1e-9))
    together = people / np.outer(sd, sd)
    n = targets.n[rows]
    own = np.where(targets.percent[rows], 0.5 / np.sqrt(n), sd / np.sqrt(n))
    # A row that shares people with another has no more than perfect correlation with it.
    return np.clip(together, -0.98, 0.98) * np.outer(own, own) + np.diag(0.02 * own**2)
