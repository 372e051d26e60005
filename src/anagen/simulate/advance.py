"""Moves twins of the cohort scalp on, day by day, in blocks of lanes that run on threads.

Lanes never mix, so block size, order and number of workers change nothing; only weekly records are
kept, which bounds memory.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from anagen.model.drivers import DRIVER_NAMES, DRIVERS
from anagen.model.scalp_day import FALLEN, RECORD, advance_scalp
from anagen.simulate.twins import Group

FloatArray = NDArray[np.float64]

DAYS_PER_WEEK = 7
DAYS_PER_YEAR = 365.25
# Lanes a block holds: its state stays in the second-level cache.
BLOCK = 32
# Share of its full density that a target area may start from.
LEAST_AND_MOST_HAIR = (0.02, 0.98)
# Skin that pattern loss has all but emptied still has a reference to lose.
LEAST_REFERENCE = 1e-3


def advance(
    group: Group,
    drivers: FloatArray,
    activity: FloatArray,
    seeds: NDArray[np.int16],
    *,
    substeps: int = 1,
    workers: int | None = None,
    block: int = BLOCK,
) -> FloatArray:
    """Moves a group on, in place, and returns its weekly record.

    `drivers` (lane, day, driver), `activity` and `seeds` (day, lane). Shape: (week, quantity, cell,
    lane) with `RECORD` as quantities; the first week's `fallen` is what the group last had.
    """
    days = drivers.shape[1]
    count, _, _, lanes = group.follicles.shape
    record = np.zeros((days // DAYS_PER_WEEK + 1, len(RECORD), count, lanes))
    if group.last_fallen is not None:
        record[0, FALLEN] = group.last_fallen

    def one(span: slice) -> None:
        n = np.ascontiguousarray(group.follicles[..., span])
        immune = np.ascontiguousarray(group.immune[..., span])
        deleted = np.ascontiguousarray(group.deleted[:, span])
        part = np.ascontiguousarray(record[..., span])
        advance_scalp(
            n,
            immune,
            deleted,
            group.layout.starts,
            group.diameters,
            np.ascontiguousarray(group.size_factor[:, span]),
            group.mass,
            group.terminal_sizes,
            np.ascontiguousarray(group.person[:, span]),
            np.ascontiguousarray(group.cells[..., span]),
            np.ascontiguousarray(np.moveaxis(drivers[span], 0, -1)),
            np.ascontiguousarray(activity[:, span]),
            np.ascontiguousarray(seeds[:, span]),
            part,
            substeps,
        )
        group.follicles[..., span] = n
        group.immune[..., span] = immune
        group.deleted[:, span] = deleted
        record[..., span] = part

    each_block(lanes, one, workers, block)
    return record


def each_block(
    lanes: int, work: Callable[[slice], None], workers: int | None, block: int = BLOCK
) -> None:
    spans = [slice(i, min(i + block, lanes)) for i in range(0, lanes, block)]
    workers = workers or os.cpu_count() or 1
    if workers == 1 or len(spans) == 1:
        for span in spans:
            work(span)
        return
    with ThreadPoolExecutor(workers) as threads:
        # list() waits and passes on the first error.
        list(threads.map(work, spans))


def neutral_drivers(draws: int, days: int) -> FloatArray:
    """Drivers that change nothing. Shape: (draw, day, driver)."""
    neutral = np.array([DRIVERS[name].neutral for name in DRIVER_NAMES])
    return np.broadcast_to(neutral, (draws, days, neutral.size)).copy()


def no_seeds(days: int, lanes: int) -> NDArray[np.int16]:
    return np.full((days, lanes), -1, dtype=np.int16)
