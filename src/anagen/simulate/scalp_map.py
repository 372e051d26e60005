"""One person's scalp as a map of skin: the cells of the cohort, as many as wanted, side by side.

Follicles are shares of each cell, so a map has no noise: it is the mean of what single follicles do
under the same hazards. Biology is that of `model.scalp_day`; only the exchange between cells is
another: diffusion to the neighbors instead of one pool.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import value
from anagen.errors import InputProblems, Problem
from anagen.model.scalp_day import CELL, CELL_INDEX, IMMUNE, PERSON_INDEX, RECORD
from anagen.model.scalp_map import LANES, advance_map
from anagen.simulate.twins import Group

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Explicit diffusion is stable up to 1/4 of the cell area a step; stay clear of it.
LARGEST_SHARE = 0.2
# What a request may ask for: a whole scalp in cells of 1 mm, half a century.
MOST_CELLS, CELL_MM, MOST_DAYS = 100_000, (0.5, 10.0), 20_000
DAYS_PER_WEEK = 7
# Rows of cells whose state stays in the second-level cache.
ROWS_AT_ONCE = 8


@dataclass(slots=True)
class ScalpMap:
    """State and constants of one map, laid out as `model.scalp_map.advance_map` wants them.

    `follicles` (row, size, stage, lane) shares of each cell's own follicles; `immune` (quantity,
    row, lane); `deleted` (row, lane); `cells` (quantity, row, lane); `person` (parameter, lane);
    `neighbors` (cell, 4). Cell m stands in row m // LANES, lane m % LANES.
    """

    group: Group
    cell_mm: float
    neighbors: IntArray
    follicles: FloatArray
    immune: FloatArray
    deleted: FloatArray
    cells: FloatArray
    person: FloatArray
    size_factor: FloatArray

    @property
    def count(self) -> int:
        """Cells of skin."""
        return self.neighbors.shape[0]

    def field(self, array: FloatArray) -> FloatArray:
        """An array that ends in (row, lane) as one that ends in (cell,)."""
        return array.reshape(*array.shape[:-2], -1)[..., : self.count]

    def light(self, where: NDArray[np.bool_]) -> None:
        """Brings effector cells into some cells, as the trigger of a new patch does, in place.

        `where` (cell,).
        """
        at = np.flatnonzero(where)
        trigger = self.person[PERSON_INDEX["new_patch_effector"], 0]
        self.immune[IMMUNE.index("effector"), at // LANES, at % LANES] += trigger


def skin(height: int, width: int) -> IntArray:
    """Neighbors of a rectangle of skin, row by row; a cell itself at the rim. Shape: (cell, 4)."""
    number = np.arange(height * width).reshape(height, width)
    padded = np.pad(number, 1, mode="edge")
    beside = (padded[2:, 1:-1], padded[:-2, 1:-1], padded[1:-1, 2:], padded[1:-1, :-2])
    return np.stack([side.ravel() for side in beside], axis=1).astype(np.int64)


def memory_bytes(cells: int, sizes: int, stages: int, weeks: int) -> int:
    """Memory a map and its weekly record take, in bytes."""
    state = sizes * stages + len(IMMUNE) + len(CELL) + 1 + 4
    return 8 * cells * (state + (weeks + 1) * len(RECORD))


def scalp_map(
    group: Group,
    neighbors: IntArray,
    cell_mm: float,
    *,
    sensitivity: FloatArray | None = None,
    log_susceptibility: FloatArray | None = None,
) -> ScalpMap:
    """A map of the first lane of `group`, every cell as the group's first cell is now.

    `sensitivity` (to androgens) and `log_susceptibility` (to attack) are fields (cell,); without
    them all cells are alike. Raises InputProblems for cells that are too many, too small, too large
    or fields of another length.
    """
    count = neighbors.shape[0]
    _check(count, cell_mm, sensitivity, log_susceptibility)
    rows = -(-count // LANES)
    person = np.repeat(group.person[:, :1], LANES, axis=1)
    person[PERSON_INDEX["effector_mixing"]] = 0.0
    cells = np.empty((len(CELL), rows, LANES))
    cells[:] = group.cells[:, 0, :1, None]
    cells[CELL_INDEX["area_share"]] = 1.0 / count
    for name, given in (
        ("sensitivity", sensitivity),
        ("log_susceptibility", log_susceptibility),
    ):
        if given is not None:
            cells[CELL_INDEX[name]].ravel()[:count] = given
    immune = np.empty((len(IMMUNE), rows, LANES))
    immune[:] = group.immune[:, 0, :1, None]
    follicles = np.empty((rows, *group.follicles.shape[1:3], LANES))
    follicles[:] = group.follicles[0, :, :, :1]
    return ScalpMap(
        group=group,
        cell_mm=cell_mm,
        neighbors=np.ascontiguousarray(neighbors),
        follicles=follicles,
        immune=immune,
        deleted=np.full((rows, LANES), group.deleted[0, 0]),
        cells=cells,
        person=person,
        size_factor=np.repeat(group.size_factor[:, :1], LANES, axis=1),
    )


def _check(count: int, cell_mm: float, *fields: FloatArray | None) -> None:
    problems = []
    if not 1 <= count <= MOST_CELLS:
        allowed = f"1 to {MOST_CELLS:,}"
        problems.append(Problem("map", "cells", f"{count:,}", "is out of bounds", allowed))
    if not CELL_MM[0] <= cell_mm <= CELL_MM[1]:
        allowed = f"{CELL_MM[0]:g} to {CELL_MM[1]:g}"
        problems.append(Problem("map", "cell_mm", f"{cell_mm:g}", "is out of bounds", allowed))
    for given in fields:
        if given is not None and given.shape != (count,):
            allowed = f"({count},)"
            problems.append(
                Problem("map", "field", str(given.shape), "has another shape than cells", allowed)
            )
    if problems:
        raise InputProblems(problems)


def advance(
    skin_map: ScalpMap, drivers: FloatArray, activity: FloatArray | None = None
) -> FloatArray:
    """Moves a map on, in place, and returns its weekly record.

    `drivers` (day, driver), `activity` (day,) log disease activity, 0 when not given. Shape: (week,
    quantity, cell) with `scalp_day.RECORD` as quantities; `fallen` of the first week is 0. Raises
    InputProblems for more days than a life has.
    """
    days = drivers.shape[0]
    if days > MOST_DAYS:
        problem = Problem("map", "days", f"{days:,}", "is too many", f"at most {MOST_DAYS:,}")
        raise InputProblems([problem])
    rows = skin_map.deleted.shape[0]
    record = np.zeros((days // DAYS_PER_WEEK + 1, len(RECORD), rows, LANES))
    wandering = np.zeros(days) if activity is None else np.ascontiguousarray(activity)
    if "autoimmune" in skin_map.group.mechanisms:
        parts = [slice(0, rows)]
    else:
        # Nothing spreads: a few rows at a time stay in the cache for all days.
        parts = [slice(i, i + ROWS_AT_ONCE) for i in range(0, rows, ROWS_AT_ONCE)]
    for part in parts:
        _advance_rows(skin_map, part, np.ascontiguousarray(drivers), wandering, record)
    return skin_map.field(record)


def _advance_rows(
    skin_map: ScalpMap, part: slice, drivers: FloatArray, activity: FloatArray, record: FloatArray
) -> None:
    group = skin_map.group
    shares, steps = diffusion(skin_map.cell_mm)
    immune = np.ascontiguousarray(skin_map.immune[:, part])
    own_record = np.ascontiguousarray(record[:, :, part])
    advance_map(
        skin_map.follicles[part],
        immune,
        skin_map.deleted[part],
        group.layout.starts,
        group.diameters,
        skin_map.size_factor,
        group.mass,
        group.terminal_sizes,
        skin_map.person,
        np.ascontiguousarray(skin_map.cells[:, part]),
        drivers,
        activity,
        skin_map.neighbors,
        shares,
        steps,
        own_record,
    )
    skin_map.immune[:, part] = immune
    record[:, :, part] = own_record


def diffusion(cell_mm: float) -> tuple[FloatArray, int]:
    """Share of a cell that diffusion moves to each neighbor in a step, (2,), and steps a day.

    For effector and regulatory cells, from their rows in mm2/d.
    """
    names = ("head_effector_diffusion", "head_regulation_diffusion")
    shares = np.array([value(name) for name in names]) / cell_mm**2
    steps = max(1, int(np.ceil(shares.max() / LARGEST_SHARE)))
    return shares / steps, steps
