"""Immune attack on a map of skin: the equations of one cell, with neighbors instead of a pool."""

from __future__ import annotations

import numpy as np

from anagen.model.compiled import kernel, kernel_part
from anagen.model.immune import (
    antigen,
    effector_source,
    memory_step,
    privilege_step,
    reentry_factor,
    relaxing_step,
)


@kernel_part()
def _spread(level, neighbors, share, work):
    """What diffusion moves in one step: `share` of the difference to each neighbor, in place."""
    for cell in range(level.size):
        flow = 0.0
        for side in range(4):
            flow += level[neighbors[cell, side]] - level[cell]
        work[cell] = level[cell] + share * flow
    for cell in range(level.size):
        level[cell] = work[cell]


@kernel(nogil=True)
def advance_immune_map(
    immune,
    neighbors,
    growing,
    healthy_growing,
    susceptibility,
    person,
    signals,
    spread,
    substeps,
    attack,
    reentry,
):
    """One day of all map cells, in place; fills `attack` and `reentry` (cell,).

    `immune` (effector, privilege, regulation, memory; cell); `neighbors` (cell, 4), a cell at the
    rim naming itself where the scalp ends; `growing` (cell,) share of follicles growing now and
    `healthy_growing` that without disease; `person` in the order of `head_days.IMMUNE_ROWS`;
    `signals` are privilege half, regulatory tone, effector loss, added regulation, and what passes
    JAK1/2 and JAK1/3; `spread` (2,) diffusion of effector and regulatory cells x day / cell area.
    """
    half, tone, loss, added, signal_1, signal_3 = signals
    days = person[0]
    relaxed = 1.0 - np.exp(-1.0 / days)
    kept = np.exp(-loss)
    kept_regulation = np.exp(-person[1])
    work = np.empty(growing.size)
    for _ in range(substeps):
        _spread(immune[0], neighbors, spread[0] / substeps, work)
        _spread(immune[2], neighbors, spread[1] / substeps, work)
    for cell in range(growing.size):
        effector, privilege = immune[0, cell], immune[1, cell]
        regulation, memory = immune[2, cell], immune[3, cell]
        halfway = privilege_step(privilege, effector * signal_1, half, 0.5 * relaxed)
        source = effector_source(
            person[5],
            memory,
            person[6],
            person[7],
            susceptibility[cell],
            halfway,
            antigen(growing[cell], healthy_growing, person[8]),
            regulation * tone,
            person[9],
            signal_3,
        )
        after = relaxing_step(effector, source, loss, kept)
        mean = 0.5 * (effector + after)
        immune[0, cell] = after
        immune[1, cell] = privilege_step(privilege, mean * signal_1, half, relaxed)
        immune[2, cell] = relaxing_step(
            regulation, person[2] * mean + added, person[1], kept_regulation
        )
        immune[3, cell] = memory_step(memory, mean, person[3], person[4], 1.0)
        attack[cell] = 1.0 - np.exp(-person[10] * mean * (1.0 - halfway))
        reentry[cell] = reentry_factor(mean * signal_1, person[11])
