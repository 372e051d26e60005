"""How close the engine is to what the machine could do: operations counted, then timed at peak.

Counted by hand from the kernels for one cell of one twin and one day, one size class.
"""

from __future__ import annotations

import statistics

import numpy as np
from numba import njit

from anagen.model.hair_cycle import advance_cycle, attack_anagen
from anagen.model.scalp_day import TILE, _immune_step
from benchmarks.cohort import DAYS, LANES, drivers_of, engine, group_of, missed
from benchmarks.machine import probes
from benchmarks.race import race

STAGES, GROWING_STAGES = 20, 6
# advance_cycle: 8 flops a stage, 12 for the side ways. attack_anagen: 4 a growing stage and 12.
# _immune_step: 78, with 6 to sum the growing stages.
FLOPS = 8 * STAGES + 12 + 4 * GROWING_STAGES + 12 + 78 + GROWING_STAGES
# Privilege twice (ratio and share), presence, antigen, regulation, E and R relaxing, memory twice;
# re-entry twice; two stays.
DIVISIONS = 4 + 1 + 1 + 1 + 2 + 2 + 2 + 2
EXPONENTIALS = 2
# State and parameters read once and state written once, 8 bytes each; were they not in the cache.
BYTES = 8 * (2 * (STAGES + 4) + 30)


COUNTED = {"flops": FLOPS, "divisions": DIVISIONS, "exponentials": EXPONENTIALS}


def cohort_floor(turns: int) -> dict[str, float]:
    """Least time of one cell and year, us, and the engine in multiples of what must be computed.

    Engine and probes of the machine take turns, so that other work slows both.
    """
    lanes, asked = LANES, probes()
    ours = engine(group_of(lanes), drivers_of(missed(), lanes))
    timings = race({"engine": ours, **{name: work for name, (work, _) in asked.items()}}, turns)
    cells = lanes * group_of(1).cells.shape[1]

    def micro(name: str, count: int, turn: int) -> float:
        return 1e6 * DAYS * count * timings[name].turns[turn] / asked[name][1]

    each = [
        sum(micro(name, count, turn) for name, count in COUNTED.items()) for turn in range(turns)
    ]
    spent = [1e6 * seconds / cells for seconds in timings["engine"].turns]
    result = {
        f"{name}, us per cell and year": min(micro(name, count, turn) for turn in range(turns))
        for name, count in (*COUNTED.items(), ("bytes", BYTES))
    }
    result["computing, us per cell and year"] = min(each)
    result["engine, us per cell and year"] = min(spent)
    result["engine, times the floor"] = statistics.median(
        s / e for s, e in zip(spent, each, strict=True)
    )
    return result


@njit(nogil=True)
def _immune_often(n, starts, immune, person, cells, driver, activity, signal, attack, times):
    for _ in range(times):
        _immune_step(n, starts, immune, person, cells, driver, activity, signal, attack, 1.0)


@njit(nogil=True)
def _cycle_often(n, starts, leaving, side, none, work, times):
    for _ in range(times):
        for cell in range(n.shape[0]):
            advance_cycle(n[cell], starts, leaving, side, none, none, none, none, none, work)


@njit(nogil=True)
def _attack_often(n, starts, leaving, side, share, none, work, times):
    for _ in range(times):
        for cell in range(n.shape[0]):
            attack_anagen(n[cell], starts, share, share, leaving, side, none, work)


def profile(turns: int, times: int = 2000) -> dict[str, float]:
    """Where the time of one cell and year goes, us: the three kernels on their own."""
    group = group_of(TILE)
    n, starts = np.ascontiguousarray(group.follicles), group.layout.starts
    count = n.shape[0]
    driver = np.ascontiguousarray(np.moveaxis(drivers_of(np.zeros(7), TILE), 0, -1))[0]
    none, signal, attack = np.zeros(TILE), np.zeros((count, TILE)), np.zeros((count + 1, TILE))
    leaving, side = np.full((5, 1, TILE), 0.01), np.full((2, TILE), 0.03)
    work, share = np.zeros((5, TILE)), np.full(TILE, 0.01)
    timings = race(
        {
            "immune step": lambda: _immune_often(
                n, starts, group.immune, group.person, group.cells, driver, none, signal, attack,
                times,
            ),
            "hair cycle": lambda: _cycle_often(n, starts, leaving, side, none, work, times),
            "attack": lambda: _attack_often(n, starts, leaving, side, share, none, work, times),
        },
        turns,
    )  # fmt: skip
    return {
        f"{name}, us per cell and year": 1e6 * DAYS * timing.least / (times * count * TILE)
        for name, timing in timings.items()
    }
