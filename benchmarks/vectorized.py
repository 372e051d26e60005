"""The daily step of the engine written with numpy over all cells and lanes at once.

Alopecia areata with one size class, no other mechanism: what a careful numpy user would write. It
must give what the compiled engine gives.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anagen.model.scalp_day import CELL_INDEX, PERSON_INDEX
from anagen.simulate.twins import Group

FloatArray = NDArray[np.float64]


def run(group: Group, block: FloatArray) -> FloatArray:
    """Visible share by week under a JAK block by day (day,). Shape: (week, cell, lane).

    Leaves the group as it was.
    """
    p = {name: group.person[i] for name, i in PERSON_INDEX.items()}
    n = np.ascontiguousarray(np.moveaxis(group.follicles[:, 0], 1, 0))
    effector, privilege, regulation, memory = group.immune.copy()
    area = group.cells[CELL_INDEX["area_share"]]
    healthy = group.cells[CELL_INDEX["healthy_growing"]]
    susceptibility = np.exp(p["log_susceptibility"] + group.cells[CELL_INDEX["log_susceptibility"]])
    layout = group.layout
    starts = layout.starts
    phases = ("new_anagen", "anagen", "catagen", "telogen", "latency")
    stages = np.repeat(np.arange(5), np.diff(starts)[:5])
    counts = np.diff(starts)[:5]
    base = np.stack([counts[i] / p[f"{name}_days"] for i, name in enumerate(phases)])
    shares = np.repeat(base[stages][:, None], effector.shape[0], axis=1)
    last, dystrophic, dormant = starts[5], starts[5], starts[6]
    fall = 1.0 / p["dystrophic_days"]
    loss = p["effector_mixing"] + p["effector_loss"]
    kept = np.exp(-0.5 / p["privilege_days"])
    kept_effector, kept_regulation = np.exp(-loss), np.exp(-p["regulation_loss"])
    shown = [*range(starts[1], starts[4]), dystrophic]
    record = [n[shown].sum(axis=0)]
    for day, blocked in enumerate(block):
        left = 1.0 - blocked
        pool = (area * effector).sum(axis=0)
        growing = n[: starts[2]].sum(axis=0)
        halfway = privilege + (
            1.0 / (1.0 + (effector * left / p["privilege_half"]) ** 4) - privilege
        ) * (1.0 - kept)
        induced = p["regulation_induction"] * effector
        regulated = regulation + 0.5 * (induced - p["regulation_loss"] * regulation)
        remembered = _memory(memory, effector, p, 0.5)
        present = growing / (1.0 + 0.5 * p["attack_rate"] * effector * (1.0 - privilege))
        antigen = p["antigen_floor"] + (1.0 - p["antigen_floor"]) * np.minimum(
            1.0, present / healthy
        )
        source = (
            p["effector_mixing"] * pool
            + p["effector_leak"]
            + p["memory_reactivation"] * remembered * left
            + p["recruitment"] * susceptibility * left * (1.0 - halfway) * antigen
            / (1.0 + regulated / p["regulation_half"])
        )  # fmt: skip
        after = effector * kept_effector + source * (1.0 - kept_effector) / loss
        mean = 0.5 * (effector + after)
        gamma = mean * left
        privilege = privilege + (1.0 / (1.0 + (gamma / p["privilege_half"]) ** 4) - privilege) * (
            1.0 - kept * kept
        )
        regulation = (
            regulation * kept_regulation
            + p["regulation_induction"] * mean * (1.0 - kept_regulation) / p["regulation_loss"]
        )
        memory = _memory(memory, mean, p, 1.0)
        effector = after
        attack = -np.expm1(-p["attack_rate"] * mean * (1.0 - halfway))
        slowed = 1.0 / (1.0 + (gamma / p["regrowth_arrest_half"]) ** 2)
        share = shares.copy()
        share[starts[4] : last] *= slowed
        wake = p["regrowth_rate"] * slowed
        # The cycle, by the midpoint rule.
        flow = share * n[:last]
        flow -= 0.5 * share * flow
        flow[1:] += 0.5 * share[1:] * share[:-1] * n[: last - 1]
        woken = wake * ((1.0 - 0.5 * wake) * n[dormant] + 0.5 * fall * n[dystrophic])
        fallen = fall * (1.0 - 0.5 * fall) * n[dystrophic]
        entering = flow[-1] + woken
        first = 0.5 * share[0] * entering
        flow[0] += first
        n[:last] -= flow
        n[1:last] += flow[:-1]
        n[0] += entering
        n[dormant] += fallen - woken
        n[dystrophic] -= fallen
        # The attack.
        hit = attack * n[: starts[2]]
        n[: starts[2]] -= hit
        n[dormant] += hit[: starts[1]].sum(axis=0)
        taken = hit[starts[1] :].sum(axis=0)
        early = p["attack_catagen_share"] * taken
        on = 0.5 * base[2] * early
        gone = 0.5 * fall * (taken - early)
        n[starts[2]] += early - on
        n[starts[2] + 1] += on
        n[dystrophic] += taken - early - gone
        n[dormant] += gone
        if (day + 1) % 7 == 0:
            record.append(n[shown].sum(axis=0))
    return np.array(record)


def _memory(memory: FloatArray, effector: FloatArray, p: dict[str, FloatArray], dt: float):
    rate = p["memory_formation"] * effector
    half = 0.5 * dt * (rate + p["memory_loss"])
    return (memory * (1.0 - half) + dt * rate) / (1.0 + half)
