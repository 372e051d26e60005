"""The daily engine against the same equations in continuous time, solved by LSODA.

The reference is written from the equations, not from the engine: one cell of skin with its hair
cycle, under a JAK inhibitor from day 100 on.
"""

from __future__ import annotations

import numpy as np
from scipy.integrate import solve_ivp

from anagen.model.drivers import DRIVER_INDEX
from anagen.model.scalp_day import CELL_INDEX, PERSON_INDEX, RECORD
from anagen.simulate.advance import advance, neutral_drivers
from anagen.simulate.person import Person
from anagen.simulate.twins import Lanes, build

START, DAYS, BLOCKED = 100, 364, 0.35


def _group():
    person = Person("lsoda", "female", 30.0, {"autoimmune": 1.0}, salt=50.0)
    group = build(Lanes(person, np.array([0]), 1, 0, central=True), frozenset({"autoimmune"}))
    group.person[PERSON_INDEX["log_susceptibility"]] = np.log(4.0)
    group.person[PERSON_INDEX["effector_mixing"]] = 0.0
    group.immune[0, 0] = 0.6
    group.immune[3, 0] = 0.2
    return group


def _engine(substeps: int) -> tuple[np.ndarray, np.ndarray]:
    """Visible share of cell 0 by week and its immune state at the end."""
    group = _group()
    drivers = neutral_drivers(1, DAYS)
    drivers[:, START:, DRIVER_INDEX["jak1_2_block"]] = BLOCKED
    drivers[:, START:, DRIVER_INDEX["jak1_3_block"]] = BLOCKED
    calm, seeds = np.zeros((DAYS, 1)), np.full((DAYS, 1), -1, np.int16)
    record = advance(group, drivers, calm, seeds, substeps=substeps)
    return record[:, RECORD.index("visible_total"), 0, 0], group.immune[:, 0, 0]


def _reference() -> tuple[np.ndarray, np.ndarray]:
    group = _group()
    p = {name: float(group.person[i, 0]) for name, i in PERSON_INDEX.items()}
    layout = group.layout
    phase = {
        name: layout.phase(name)
        for name in (
            "new_anagen", "anagen", "catagen", "telogen", "latency", "dystrophic", "dormant",
        )
    }  # fmt: skip
    healthy = float(group.cells[CELL_INDEX["healthy_growing"], 0, 0])
    rate = {
        "new_anagen": layout.new_anagen / p["new_anagen_days"],
        "anagen": layout.anagen / p["anagen_days"],
        "catagen": layout.catagen / p["catagen_days"],
        "telogen": layout.telogen / p["telogen_days"],
        "latency": layout.latency / p["latency_days"],
        "dystrophic": 1.0 / p["dystrophic_days"],
        "dormant": p["regrowth_rate"],
    }

    def slope(t: float, y: np.ndarray) -> np.ndarray:
        effector, privilege, regulation, memory = y[:4]
        n, dn = y[4:], np.zeros(y.size - 4)
        open_3 = open_1 = 1.0 - (BLOCKED if t >= START else 0.0)
        gamma = effector * open_1
        growing = n[phase["new_anagen"]].sum() + n[phase["anagen"]].sum()
        floor = p["antigen_floor"]
        presented = floor + (1.0 - floor) * min(1.0, growing / healthy)
        recruited = (
            p["recruitment"] * np.exp(p["log_susceptibility"] + 0.0) * open_3
            * (1.0 - privilege) * presented / (1.0 + regulation / p["regulation_half"])
        )  # fmt: skip
        d_effector = (
            p["effector_leak"] + p["memory_reactivation"] * memory * open_3 + recruited
            - p["effector_loss"] * effector
        )  # fmt: skip
        target = 1.0 / (1.0 + (gamma / p["privilege_half"]) ** 4)
        d_privilege = (target - privilege) / p["privilege_days"]
        d_regulation = p["regulation_induction"] * effector - p["regulation_loss"] * regulation
        d_memory = p["memory_formation"] * effector * (1.0 - memory) - p["memory_loss"] * memory
        slowed = 1.0 / (1.0 + (gamma / p["regrowth_arrest_half"]) ** 2)
        attack = p["attack_rate"] * effector * (1.0 - privilege)
        into = 0.0
        for name in ("new_anagen", "anagen", "catagen", "telogen", "latency"):
            span = phase[name]
            k = rate[name] * (slowed if name == "latency" else 1.0)
            flow = k * n[span]
            dn[span] -= flow
            dn[span.start] += into
            dn[span.start + 1 : span.stop] += flow[:-1]
            into = flow[-1]
        dn[phase["new_anagen"].start] += into
        woken = rate["dormant"] * slowed * n[phase["dormant"]].sum()
        fallen = rate["dystrophic"] * n[phase["dystrophic"]].sum()
        dn[phase["dormant"]] += fallen - woken
        dn[phase["dystrophic"]] -= fallen
        dn[phase["new_anagen"].start] += woken
        hit_new, hit = attack * n[phase["new_anagen"]], attack * n[phase["anagen"]]
        dn[phase["new_anagen"]] -= hit_new
        dn[phase["dormant"]] += hit_new.sum()
        dn[phase["anagen"]] -= hit
        early = p["attack_catagen_share"] * hit.sum()
        dn[phase["catagen"].start] += early
        dn[phase["dystrophic"]] += hit.sum() - early
        return np.concatenate(([d_effector, d_privilege, d_regulation, d_memory], dn))

    y = np.concatenate((group.immune[:, 0, 0], group.follicles[0, 0, :, 0]))
    weeks = np.arange(0, DAYS + 1, 7.0)
    parts = []
    # The block begins between two steps of the solver, not inside one.
    for low, high in ((0, START), (START, DAYS)):
        at = [t for t in weeks if low <= t <= high]
        grid = sorted({low, high, *at})
        run = solve_ivp(
            slope, (low, high - (1e-9 if high == START else 0.0)), y, method="LSODA",
            t_eval=[min(t, high - 1e-9) if high == START else t for t in grid],
            rtol=1e-9, atol=1e-12,
        )  # fmt: skip
        y = run.y[:, -1]
        parts += [(t, run.y[:, i]) for i, t in enumerate(grid) if t in weeks]
    course = np.array([state for _, state in sorted(dict(parts).items())])
    shown = course[:, 4:]
    visible = sum(
        shown[:, phase[name]].sum(axis=1) for name in ("anagen", "catagen", "telogen", "dystrophic")
    )
    return np.asarray(visible), course[-1, :4]


def test_daily_steps_are_near_the_continuous_solution() -> None:
    visible, immune = _reference()
    assert visible.min() < 0.5 < visible[0]
    for substeps, hair_error, immune_error in ((1, 1e-3, 1e-3), (4, 3e-4, 3e-4)):
        daily, state = _engine(substeps)
        assert np.abs(daily - visible).max() < hair_error
        assert np.abs(state - immune).max() < immune_error
