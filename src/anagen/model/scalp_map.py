"""The scalp as a map: thousands of cells of skin, effector and regulatory cells spreading.

Every cell runs the daily step of the cohort scalp (`scalp_day`), none of it written again. What is
new is space: the pool that mixes the few cells of a cohort is switched off, and between two days
effector and regulatory cells diffuse to the neighbors. Map cell m stands in row m // LANES and lane
m % LANES of every array, so that the compiler works on LANES cells at once.
"""

from __future__ import annotations

import numpy as np

from anagen.model.compiled import kernel, kernel_part
from anagen.model.scalp_day import (
    FALLEN,
    PERSON_INDEX,
    TILE,
    _observe,
    acting,
    day_of_person,
    move_cells,
    work_rows,
)

LANES = TILE
_P_EFFECTOR_MIXING = PERSON_INDEX["effector_mixing"]


@kernel_part()
def spread(level, neighbors, share, steps, work):
    """A day of diffusion in `steps` explicit steps, in place; what leaves a cell enters another.

    `level` (cell,); `neighbors` (cell, 4), a cell itself where the skin ends; `share` is
    diffusivity x step / cell area, stable and free of overshoot up to 1/4.
    """
    for _ in range(steps):
        for cell in range(neighbors.shape[0]):
            flow = -4.0 * level[cell]
            for side in range(4):
                flow += level[neighbors[cell, side]]
            work[cell] = level[cell] + share * flow
        for cell in range(neighbors.shape[0]):
            level[cell] = work[cell]


@kernel(nogil=True)
def advance_map(
    n,
    immune,
    deleted,
    starts,
    diameters,
    size_factor,
    mass,
    terminal_sizes,
    person,
    cells,
    drivers,
    activity,
    neighbors,
    shares,
    steps,
    record,
):
    """Runs all days of `drivers` (day, driver) and fills `record`. Changes state in place.

    Arrays are those of `scalp_day.advance_scalp` with rows for cells and LANES lanes: n (row, size,
    stage, lane), immune (quantity, row, lane), deleted (row, lane), size_factor (size, lane),
    person (parameter, lane) alike in all lanes and without mixing, cells (quantity, row, lane).
    `activity` (day,); `neighbors` (cell, 4); `shares` (2,) of `spread` for effector and regulatory
    cells and `steps` a day; lanes beyond the last cell are never read by another cell. `record`
    (week, quantity, row, lane): week 0 is the state at the start.
    """
    rows, sizes, _, lanes = n.shape
    days = drivers.shape[0]
    cell_count = rows * lanes
    effector = immune[0].reshape(cell_count)
    regulation = immune[2].reshape(cell_count)
    scratch = np.empty(cell_count)
    of_lanes = work_rows(lanes)
    work = np.empty((2 + sizes, lanes))
    signal = np.zeros((rows, lanes))
    attack = np.zeros((rows + 1, lanes))
    cycle_share = np.empty((5, sizes, lanes))
    side_share = np.empty((2, lanes))
    fallen = np.zeros((rows, lanes))
    driver = np.empty((drivers.shape[1], lanes))
    wandering = np.empty(lanes)
    any_immune, any_androgen, any_scar = acting(person)
    _observe(n, starts, terminal_sizes, mass, diameters, record[0])
    for day in range(days):
        for lane in range(lanes):
            driver[:, lane] = drivers[day]
            wandering[lane] = activity[day]
        any_impulse, any_loss = day_of_person(
            driver, person, starts, of_lanes, cycle_share, side_share, 1.0
        )
        if any_immune:
            spread(effector, neighbors, shares[0], steps, scratch)
            spread(regulation, neighbors, shares[1], steps, scratch)
        move_cells(
            n,
            starts,
            immune,
            deleted,
            fallen,
            diameters,
            size_factor,
            person,
            cells,
            driver,
            wandering,
            of_lanes,
            cycle_share,
            side_share,
            signal,
            attack,
            work,
            1.0,
            any_immune,
            any_androgen,
            any_impulse,
            any_loss or any_scar,
        )
        if (day + 1) % 7 == 0:
            week = (day + 1) // 7
            _observe(n, starts, terminal_sizes, mass, diameters, record[week])
            for row in range(rows):
                for lane in range(lanes):
                    record[week, FALLEN, row, lane] = fallen[row, lane] / 7.0
                    fallen[row, lane] = 0.0
