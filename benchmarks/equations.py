"""One cell of skin under a JAK inhibitor in continuous time, for solvers of others.

The same equations as `model/`, written once more as plain loops so that they run compiled and not.
State: effector, privilege, regulation, memory, then the follicle stages.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from anagen.model.scalp_day import CELL_INDEX, PERSON_INDEX
from anagen.simulate.twins import Group

FloatArray = NDArray[np.float64]
NAMES = (
    "antigen_floor", "recruitment", "log_susceptibility", "regulation_half", "effector_leak",
    "memory_reactivation", "effector_loss", "privilege_half", "privilege_days",
    "regulation_induction", "regulation_loss", "memory_formation", "memory_loss",
    "regrowth_arrest_half", "attack_rate", "attack_catagen_share", "dystrophic_days",
    "regrowth_rate",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """Numbers of one cell: parameters, stage rates (1/day), phase starts and the state today."""

    parameters: FloatArray
    rates: FloatArray
    starts: NDArray[np.int64]
    state: FloatArray


def cell_of(group: Group) -> Cell:
    """The first cell of the first lane of a group with one size class."""
    person = group.person[:, 0]
    parameters = [person[PERSON_INDEX[name]] for name in NAMES]
    parameters.append(group.cells[CELL_INDEX["healthy_growing"], 0, 0])
    layout = group.layout
    counts = np.diff(layout.starts)[:5]
    phases = ("new_anagen", "anagen", "catagen", "telogen", "latency")
    stays = np.array([person[PERSON_INDEX[f"{name}_days"]] for name in phases])
    state = np.concatenate((group.immune[:, 0, 0], group.follicles[0, 0, :, 0]))
    return Cell(np.array(parameters), counts / stays, layout.starts, state)


def slope(t, y, parameters, rates, starts, block):
    """dy/dt at time t (days); `block` (day,) is the share of JAK signaling blocked that day."""
    (
        floor, recruitment, log_susceptibility, regulation_half, leak, reactivation, loss, half,
        days, induction, regulation_loss, formation, memory_loss, arrest, attack_rate, early,
        dystrophic_days, regrowth, healthy,
    ) = parameters  # fmt: skip
    effector, privilege, regulation, memory = y[0], y[1], y[2], y[3]
    n, dy = y[4:], np.zeros(y.size)
    dn = dy[4:]
    left = 1.0 - block[min(int(t), block.size - 1)]
    gamma = effector * left
    growing = 0.0
    for stage in range(starts[0], starts[2]):
        growing += n[stage]
    presented = floor + (1.0 - floor) * min(1.0, growing / healthy)
    recruited = recruitment * np.exp(log_susceptibility) * left * (1.0 - privilege) * presented
    recruited /= 1.0 + regulation / regulation_half
    dy[0] = leak + reactivation * memory * left + recruited - loss * effector
    dy[1] = (1.0 / (1.0 + (gamma / half) ** 4) - privilege) / days
    dy[2] = induction * effector - regulation_loss * regulation
    dy[3] = formation * effector * (1.0 - memory) - memory_loss * memory
    slowed = 1.0 / (1.0 + (gamma / arrest) ** 2)
    attack = attack_rate * effector * (1.0 - privilege)
    into = 0.0
    for phase in range(5):
        rate = rates[phase] * (slowed if phase == 4 else 1.0)
        for stage in range(starts[phase], starts[phase + 1]):
            flow = rate * n[stage]
            dn[stage] += into - flow
            into = flow
    dystrophic, dormant = starts[5], starts[6]
    woken = regrowth * slowed * n[dormant]
    fallen = n[dystrophic] / dystrophic_days
    dn[0] += into + woken
    dn[dormant] += fallen - woken
    dn[dystrophic] -= fallen
    for stage in range(starts[0], starts[1]):
        hit = attack * n[stage]
        dn[stage] -= hit
        dn[dormant] += hit
    for stage in range(starts[1], starts[2]):
        hit = attack * n[stage]
        dn[stage] -= hit
        dn[starts[2]] += early * hit
        dn[dystrophic] += (1.0 - early) * hit
    return dy


compiled_slope = njit(slope)
