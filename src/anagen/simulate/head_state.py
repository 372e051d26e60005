"""One head of single follicles: what it is, what changes from day to day, what is read from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anagen.model.scalp import REGIONS
from anagen.simulate.head_geometry import QUADRANTS, HeadGeometry
from anagen.simulate.person import Person
from anagen.simulate.twins import Group

FloatArray = NDArray[np.float64]
Float32Array = NDArray[np.float32]


@dataclass(slots=True)
class HeadState:
    """What changes from day to day: arrays (follicle,) and `immune` (quantity, cell)."""

    stage: NDArray[np.int64]
    size: NDArray[np.int64]
    length_cm: Float32Array
    alive: NDArray[np.bool_]
    immune: FloatArray

    def copy(self) -> HeadState:
        """The same state, free to go another way."""
        return HeadState(
            self.stage.copy(),
            self.size.copy(),
            self.length_cm.copy(),
            self.alive.copy(),
            self.immune.copy(),
        )


@dataclass(frozen=True, slots=True)
class Head:
    """One person's head today, from which every arm goes on. `reference` (quadrant,) is the share
    of follicles with a terminal hair that counts as SALT 0."""

    person: Person
    group: Group
    geometry: HeadGeometry
    sensitivity: NDArray[np.int64]
    field: FloatArray
    mark: int
    state: HeadState
    release_scale: float
    reference: FloatArray
    last_shed: float


@dataclass(frozen=True, slots=True)
class Salt:
    mean_of_scalp: float
    of_quadrant: FloatArray


def salt_of(head: Head, state: HeadState) -> Salt:
    """Terminal hair lost in %, against what counts as no loss; quadrants carry their area."""
    kept = np.minimum(terminal_by_quadrant(head, state) / head.reference, 1.0)
    lost = 100.0 * (1.0 - kept)
    share = np.bincount(head.geometry.quadrant, minlength=len(QUADRANTS))
    return Salt(float(lost @ share / share.sum()), lost)


def terminal_by_quadrant(head: Head, state: HeadState) -> FloatArray:
    seen = terminal(head, state)
    quadrant = head.geometry.quadrant
    return np.bincount(quadrant, weights=seen, minlength=len(QUADRANTS)) / np.bincount(
        quadrant, minlength=len(QUADRANTS)
    )


def visible(head: Head, state: HeadState) -> NDArray[np.bool_]:
    starts = head.group.layout.starts
    cycling = (state.stage >= starts[1]) & (state.stage < starts[4])
    return state.alive & (cycling | (state.stage == starts[5]))


def terminal(head: Head, state: HeadState) -> NDArray[np.bool_]:
    return visible(head, state) & (state.size < head.group.terminal_sizes)


def target_area(head: Head) -> NDArray[np.bool_]:
    """Where hair is counted: frontal and mid scalp in women, vertex in men."""
    women = ("frontal", "mid_scalp")
    wanted = women if head.person.sex == "female" else ("vertex",)
    return np.isin(head.geometry.region, [REGIONS.index(name) for name in wanted])


def whole_scalp(head: Head) -> float:
    """Follicles of the person's scalp for each follicle simulated."""
    return float(head.group.head[0]) / head.geometry.x_cm.size
