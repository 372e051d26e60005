"""Map and follicles beside the same algorithms in C, numpy day by day, and agents.

The task: 100,000 follicles on 64 x 64 cells of skin with spreading immune attack, day by day. One
year is measured and stands for ten: every day costs the same.
"""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import value
from anagen.model.immune_map import advance_immune_map
from anagen.model.single_follicles import advance_follicles
from anagen.simulate.twins import hair_layout
from benchmarks.race import race, ratio

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FOLLICLES, SIDE, MAP_SIDE, DAYS, YEARS = 100_000, 64, 128, 364, 10
AGENTS, AGENT_DAYS = 2_000, 20
CELL_MM, DIFFUSION, SUBSTEPS = 2.0, (0.8, 1.0), 2
SIZES, PHASES = 1, 7
SOURCE = Path(__file__).parent / "peers" / "scalp.c"
FLAGS = ("-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC")
PERSON = (
    "privilege_days", "regulation_loss", "regulation_induction", "memory_formation",
    "memory_loss", "effector_leak_ratio", "memory_reactivation_ratio", "recruitment_ratio",
    "antigen_floor", "regulation_half", "attack_rate", "regrowth_arrest_half",
)  # fmt: skip


@dataclass(slots=True)
class Field:
    """A square map with one active patch in the middle."""

    immune: FloatArray
    neighbors: IntArray
    growing: FloatArray
    susceptibility: FloatArray
    person: FloatArray
    signals: FloatArray
    spread: FloatArray
    attack: FloatArray
    reentry: FloatArray
    healthy: float

    def given(self) -> tuple:
        """Arguments of the kernel."""
        return (
            self.immune, self.neighbors, self.growing, self.healthy, self.susceptibility,
            self.person, tuple(self.signals), self.spread, SUBSTEPS, self.attack, self.reentry,
        )  # fmt: skip


@dataclass(slots=True)
class Hairs:
    """Follicles spread evenly over the cells, and the chances of a day."""

    stage: IntArray
    size: IntArray
    length_cm: FloatArray
    alive: NDArray[np.bool_]
    kind: IntArray
    cell: IntArray
    starts: IntArray
    phase: IntArray
    chance: FloatArray
    side_chance: FloatArray

    def given(self, field: Field) -> tuple:
        """Arguments of the kernel after mark and day."""
        none = np.zeros(1)
        return (
            self.stage, self.size, self.length_cm, self.alive, self.kind, self.cell, self.starts,
            self.phase, self.chance, self.side_chance, none, none, none, none, none,
            field.attack, field.reentry, 0.3, 0.0, 0.0, 0.0, np.full(SIZES, 0.035),
        )  # fmt: skip


def field_of(side: int) -> Field:
    """A map of side x side cells."""
    cells = side * side
    index = np.arange(cells).reshape(side, side)
    around = [
        np.roll(index, shift, axis).ravel() for shift, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1))
    ]
    person = np.array([value(name) for name in PERSON])
    loss = value("effector_loss")
    person[5:8] *= loss
    immune = np.zeros((4, cells))
    immune[1] = 1.0
    immune[0].reshape(side, side)[side // 2 - 3 : side // 2 + 3, side // 2 - 3 : side // 2 + 3] = (
        0.6
    )
    return Field(
        immune=immune,
        neighbors=np.ascontiguousarray(np.stack(around, axis=1)),
        growing=np.full(cells, 0.85),
        susceptibility=np.full(cells, 2.0),
        person=person,
        signals=np.array([value("privilege_half"), 1.0, loss, 0.0, 1.0, 1.0]),
        spread=np.array(DIFFUSION) / CELL_MM**2,
        attack=np.zeros(cells),
        reentry=np.ones(cells),
        healthy=0.85,
    )


def hairs_of(count: int, cells: int) -> Hairs:
    """Follicles at the steady state of an undisturbed cycle."""
    layout = hair_layout()
    names = ("new_anagen", "anagen", "catagen", "telogen", "latency")
    counts = np.diff(layout.starts)
    stays = np.array([value(f"{name}_days") for name in names])
    weight = np.repeat(stays / counts[:5], counts[:5])
    random = np.random.default_rng(2)
    chance = np.zeros((1, PHASES, SIZES))
    chance[0, :5, 0] = counts[:5] / stays
    return Hairs(
        stage=random.choice(weight.size, count, p=weight / weight.sum()),
        size=np.zeros(count, np.int64),
        length_cm=np.zeros(count),
        alive=np.ones(count, np.bool_),
        kind=np.zeros(count, np.int64),
        cell=np.arange(count) * cells // count,
        starts=layout.starts,
        phase=np.repeat(np.arange(PHASES), counts),
        chance=chance,
        side_chance=np.array([1.0 / value("dystrophic_days"), value("regrowth_rate")]),
    )


def map_days(field: Field, days: int) -> Callable[[], float]:
    """Days of the map alone, ours."""

    def run() -> float:
        for _ in range(days):
            advance_immune_map(*field.given())
        return float(field.attack.sum())

    return run


def scalp_days(field: Field, hairs: Hairs, days: int) -> Callable[[], int]:
    """Days of map and follicles, ours; gives the hairs shed."""
    given = hairs.given(field)

    def run() -> int:
        shed = 0
        for day in range(days):
            advance_immune_map(*field.given())
            shed += advance_follicles(np.uint64(7), day, *given)
        return shed

    return run


class Peer:
    """The C source, built once; its functions take the same records."""

    def __init__(self, folder: Path) -> None:
        library = folder / "scalp.so"
        subprocess.run(["gcc", *FLAGS, "-o", str(library), str(SOURCE), "-lm"], check=True)
        loaded = ctypes.CDLL(str(library))
        self._map, self._follicles = loaded.advance_immune_map, loaded.advance_follicles
        self._follicles.restype = ctypes.c_int64

    def map_days(self, field: Field, days: int) -> Callable[[], float]:
        """Days of the map alone."""
        given = self._map_given(field)

        def run() -> float:
            for _ in range(days):
                self._map(*given)
            return float(field.attack.sum())

        return run

    def scalp_days(self, field: Field, hairs: Hairs, days: int) -> Callable[[], int]:
        """Days of map and follicles; gives the hairs shed."""
        of_map = self._map_given(field)
        given = [_c(argument) for argument in hairs.given(field)]
        count, sizes = hairs.stage.size, SIZES
        lengths = [ctypes.c_int64(number) for number in (count, sizes, PHASES)]

        def run() -> int:
            shed = 0
            for day in range(days):
                self._map(*of_map)
                shed += self._follicles(ctypes.c_uint64(7), ctypes.c_int64(day), *lengths, *given)
            return shed

        return run

    @staticmethod
    def _map_given(field: Field) -> list[object]:
        given = list(field.given())
        given[6] = field.signals
        cells = ctypes.c_int64(field.growing.size)
        return [cells, *(_c(argument) for argument in given)]


def _c(argument: object) -> object:
    if isinstance(argument, np.ndarray):
        return ctypes.c_void_p(argument.ctypes.data)
    if isinstance(argument, int):
        return ctypes.c_int64(argument)
    return ctypes.c_double(float(argument))  # type: ignore[arg-type]


def numpy_days(field: Field, hairs: Hairs, days: int) -> Callable[[], int]:
    """Follicles day by day with numpy over all of them (the map as ours)."""
    random = np.random.default_rng(3)
    starts, phase, stage = hairs.starts, hairs.phase, hairs.stage
    rate = np.append(hairs.chance[0, :5, 0], hairs.side_chance)

    def run() -> int:
        shed = 0
        for _ in range(days):
            advance_immune_map(*field.given())
            u, v = random.random(stage.size), random.random(stage.size)
            part = phase[stage]
            growing = part <= 1
            hairs.length_cm[part == 1] += 0.035
            hit = growing & (v < field.attack[hairs.cell])
            share = rate[part]
            late = (part == 4) | (part == 6)
            share[late] *= field.reentry[hairs.cell[late]]
            leave = ~hit & (u < share)
            shed += int((leave & ((part == 5) | (stage + 1 == starts[4]))).sum())
            after = np.where(leave, stage + 1, stage)
            after[leave & ((stage == starts[5] - 1) | (part == 6))] = starts[0]
            early = hit & (v < 0.3 * field.attack[hairs.cell])
            after[hit] = np.where(part[hit] == 0, starts[6], starts[5])
            after[early & (part == 1)] = starts[2]
            hairs.length_cm[(after == starts[4]) | (after == starts[0])] = 0.0
            stage[:] = after
        return shed

    return run


def agent_days(field: Field, hairs: Hairs, agents: int, days: int) -> Callable[[], object] | None:
    """Follicles as mesa agents; None where mesa is not installed."""
    try:
        import mesa
    except ImportError:
        return None
    starts, phase = [int(s) for s in hairs.starts], [int(p) for p in hairs.phase]
    rate = [*hairs.chance[0, :5, 0], *hairs.side_chance]

    class Follicle(mesa.Agent):
        def __init__(self, model, stage: int, cell: int) -> None:
            super().__init__(model)
            self.stage, self.cell, self.length = stage, cell, 0.0

        def step(self) -> None:
            part = phase[self.stage]
            if part == 1:
                self.length += 0.035
            if part <= 1 and self.random.random() < field.attack[self.cell]:
                self.stage = starts[6] if part == 0 else starts[5]
                return
            share = rate[part]
            if part in (4, 6):
                share *= field.reentry[self.cell]
            if self.random.random() < share:
                last = self.stage == starts[5] - 1 or part == 6
                self.stage = starts[0] if last else self.stage + 1
                if self.stage in (starts[0], starts[4]):
                    self.length = 0.0

    class Scalp(mesa.Model):
        def __init__(self) -> None:
            super().__init__(seed=4)
            for i in range(agents):
                Follicle(self, int(hairs.stage[i]), int(hairs.cell[i]))

        def step(self) -> None:
            self.agents.do("step")

    model = Scalp()

    def run() -> None:
        for _ in range(days):
            model.step()

    return run


def measure(turns: int) -> dict[str, dict[str, float]]:
    """Seconds of ten years and ratios, follicles with map and the map alone."""
    few = max(3, turns // 2)
    with tempfile.TemporaryDirectory() as folder:
        peer = Peer(Path(folder))
        cells = SIDE * SIDE
        fields = [field_of(SIDE) for _ in range(4)]
        hairs = [hairs_of(FOLLICLES, cells) for _ in range(3)]
        contestants: dict[str, Callable[[], object]] = {
            "engine": scalp_days(fields[0], hairs[0], DAYS),
            "C": peer.scalp_days(fields[1], hairs[1], DAYS),
            "numpy": numpy_days(fields[2], hairs[2], DAYS // 14),
        }
        agents = agent_days(fields[3], hairs_of(AGENTS, cells), AGENTS, AGENT_DAYS)
        if agents is not None:
            contestants["mesa"] = agents
        scalp = race(contestants, few)
        large = [field_of(MAP_SIDE) for _ in range(2)]
        alone = race({"engine": map_days(large[0], DAYS), "C": peer.map_days(large[1], DAYS)}, few)
    longer = YEARS * 365.25 / DAYS
    part = DAYS / (DAYS // 14)
    found = {
        "engine, s for 10 years": longer * scalp["engine"].least,
        "C, s for 10 years": longer * scalp["C"].least,
        "engine, times C": ratio(scalp["engine"], scalp["C"]),
        "numpy, times the engine": part * ratio(scalp["numpy"], scalp["engine"]),
        "compiling and first year, s": scalp["engine"].first,
    }
    if agents is not None:
        more = FOLLICLES / AGENTS * DAYS / AGENT_DAYS
        found["mesa, times the engine"] = more * ratio(scalp["mesa"], scalp["engine"])
    return {
        "scalp": found,
        "map": {
            "cells": float(MAP_SIDE**2),
            "engine, s for 10 years": longer * alone["engine"].least,
            "C, s for 10 years": longer * alone["C"].least,
            "engine, times C": ratio(alone["engine"], alone["C"]),
        },
    }
