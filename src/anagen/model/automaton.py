"""The follicular automaton of Halloy and colleagues: a three-phase special case of the cycle.

Every follicle goes anagen -> telogen -> latency -> anagen and waits an exponential time in each.
The deterministic form is the mean of many such follicles. Used to check the cycle against published
numbers, not to forecast. Source: Halloy_2002_follicular_automaton.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
PHASES = ("anagen", "telogen", "latency")


def transition_rates(stays: FloatArray) -> FloatArray:
    """Rates of dx/dt = K x for the shares x of `PHASES`, from their mean stays. Shape: (3, 3)."""
    rates = 1.0 / np.asarray(stays, float)
    matrix = np.zeros((3, 3))
    for phase in range(3):
        matrix[phase, phase] -= rates[phase]
        matrix[(phase + 1) % 3, phase] += rates[phase]
    return matrix


def shares_at(time: float, start: FloatArray, stays: FloatArray) -> FloatArray:
    """Phase shares after `time` (unit of `stays`) from `start`, exact. Shape: (3,)."""
    level, vectors = np.linalg.eig(transition_rates(stays))
    weights = np.linalg.solve(vectors, np.asarray(start, dtype=complex))
    return (vectors @ (weights * np.exp(level * time))).real


def steady_shares(stays: FloatArray) -> FloatArray:
    """Phase shares in the long run: each in proportion to its mean stay. Shape: (3,)."""
    stays = np.asarray(stays, float)
    return stays / stays.sum()


def simulate_follicles(
    start: FloatArray, stays: FloatArray, step: float, steps: int, follicles: int, seed: int
) -> FloatArray:
    """Phase shares of a finite number of follicles, step by step. Shape: (step + 1, 3)."""
    random = np.random.Generator(np.random.Philox(seed))
    leave = -np.expm1(-step / np.asarray(stays, float))
    count = random.multinomial(follicles, np.asarray(start) / np.sum(start))
    out = np.empty((steps + 1, 3))
    out[0] = count / follicles
    for i in range(steps):
        gone = random.binomial(count, leave)
        count = count - gone + np.roll(gone, 1)
        out[i + 1] = count / follicles
    return out
