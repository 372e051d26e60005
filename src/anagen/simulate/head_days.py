"""The days of one head: drivers and hazards are those of the cohort scalp, chance only in what
happens to each follicle; effector and regulatory cells spread through the skin.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import value
from anagen.model.drivers import DRIVER_INDEX
from anagen.model.follicle_events import grow_to, pass_day
from anagen.model.immune_map import advance_immune_map
from anagen.model.miniaturization import (
    anagen_factor,
    androgen_drive,
    latency_factor,
    step_down_probability,
    step_up_probability,
)
from anagen.model.scalp_day import CELL_INDEX, PERSON_INDEX
from anagen.simulate.head_state import Head, HeadState
from anagen.simulate.twins import Group

FloatArray = NDArray[np.float64]

# Classes of androgen sensitivity from none to the largest; finer than any row is known.
SENSITIVITIES = 33
# Below this share of the area of a cell, diffusion over one day is stable.
STABLE = 0.2
IMMUNE_ROWS = (
    "privilege_days",
    "regulation_loss",
    "regulation_induction",
    "memory_formation",
    "memory_loss",
    "effector_leak",
    "memory_reactivation",
    "recruitment",
    "antigen_floor",
    "regulation_half",
    "attack_rate",
    "regrowth_arrest_half",
)


def advance(head: Head, state: HeadState, drivers: FloatArray, first_day: int) -> FloatArray:
    """All days of `drivers` (day, driver), in place. Returns hairs shed, simulated (day,)."""
    group, place = head.group, head.geometry
    starts = group.layout.starts
    phase = np.repeat(np.arange(7), np.diff(starts))
    cells = place.cell_x_cm.size
    follicles = np.maximum(np.bincount(place.cell, minlength=cells), 1)
    attack, reentry = np.zeros(cells), np.ones(cells)
    areata = "autoimmune" in group.mechanisms
    growth = (
        value("linear_growth_mm_per_day")
        / 10.0
        * (group.diameters / group.diameters[0]) ** value("growth_diameter_exponent")
    ).astype(np.float32)
    person = group.person[:, 0]
    row_of = {name: person[PERSON_INDEX[name]] for name in IMMUNE_ROWS}
    immune_rows = np.array([row_of[name] for name in IMMUNE_ROWS])
    susceptibility = np.exp(person[PERSON_INDEX["log_susceptibility"]] + head.field)
    area_mm2 = (10.0 * place.cell_cm) ** 2
    spread = (
        np.array([value("head_effector_diffusion"), value("head_regulation_diffusion")]) / area_mm2
    )
    substeps = int(np.ceil(spread.max() / STABLE))
    healthy = float(group.cells[CELL_INDEX["healthy_growing"], 0, 0])
    shed = np.zeros(drivers.shape[0])
    # Days counted from before any past, so that none is negative.
    begun = first_day + (1 << 20)
    grows = (state.stage < starts[2]) & state.alive
    growing = np.bincount(place.cell, weights=grows, minlength=cells)
    # Sixteen bits hold every cell of CELL_MM and sort in linear time.
    member = np.argsort(place.cell.astype(np.uint16), kind="stable")
    first = np.searchsorted(place.cell[member], np.arange(cells + 1))
    due = np.zeros(state.stage.size, dtype=np.int32)
    since = np.full(state.stage.size, begun, dtype=np.int32)
    log_stay, bound = np.zeros((2, SENSITIVITIES, 7, group.diameters.size))
    log_spared, attack_bound = np.zeros((2, cells))
    tables: Mapping[str, FloatArray] = {}
    before: FloatArray | None = None
    for day, row in enumerate(drivers):
        if before is None or not np.array_equal(row, before):
            tables, before = _tables(group, row), row
        if areata:
            advance_immune_map(
                state.immune, place.neighbors, growing / follicles, healthy, susceptibility,
                immune_rows, _signals(person, row), spread, substeps, attack, reentry,
            )  # fmt: skip
        shed[day] = pass_day(
            np.uint64(head.mark),
            begun + day,
            state.stage, state.size, state.length_cm, state.alive,
            head.sensitivity, place.cell, starts, phase,
            tables["chance"], tables["side_chance"], tables["step_down"], tables["step_up"],
            tables["death"], tables["thicker"], tables["thinner"], attack, reentry,
            float(person[PERSON_INDEX["attack_catagen_share"]]),
            float(row[DRIVER_INDEX["anagen_release"]]),
            float(row[DRIVER_INDEX["anagen_destruction"]]),
            float(row[DRIVER_INDEX["follicle_loss"]]),
            growth, due, since, growing, log_stay, bound, log_spared, attack_bound, first, member,
        )  # fmt: skip
    end = begun + drivers.shape[0]
    grow_to(end, state.stage, state.size, state.length_cm, state.alive, starts, growth, since)
    return shed


def _signals(person: FloatArray, row: FloatArray) -> tuple[float, ...]:
    def driver(name: str) -> float:
        return float(row[DRIVER_INDEX[name]])

    def own(name: str) -> float:
        return float(person[PERSON_INDEX[name]])

    return (
        own("privilege_half") * float(np.exp(driver("privilege_guard"))),
        float(np.exp(driver("regulatory_tone_log"))),
        own("effector_loss")
        * (1.0 + own("glucocorticoid_effector_loss") * driver("glucocorticoid")),
        own("sensitizer_regulation") * driver("antigenic_competition"),
        1.0 - driver("jak1_2_block"),
        1.0 - driver("jak1_3_block"),
    )


def _tables(group: Group, row: FloatArray) -> dict[str, FloatArray]:
    """Chances of one day by class of sensitivity, phase and size; as `advance_scalp` has them."""
    person = group.person[:, 0]
    sizes, counts = group.diameters, np.diff(group.layout.starts)

    def driver(name: str) -> float:
        return float(row[DRIVER_INDEX[name]])

    def own(name: str) -> float:
        return float(person[PERSON_INDEX[name]])

    inflamed = driver("perifollicular_inflammation") * (1.0 - driver("inflammation_relief"))
    to_growth = np.exp(driver("latency_exit_log") - own("inflammation_latency") * inflamed)
    anagen = own("anagen_days") * np.exp(
        driver("anagen_log") + driver("season_log") - own("inflammation_anagen") * inflamed
    )
    shape = (SENSITIVITIES, sizes.size)
    chance = np.empty((SENSITIVITIES, 5, sizes.size))
    side = np.array([1.0 / own("dystrophic_days"), own("regrowth_rate") * to_growth])
    zero = np.zeros(SENSITIVITIES)
    out = {name: zero.copy() for name in ("step_down", "step_up", "death", "thicker", "thinner")}
    pattern = "androgenetic" in group.mechanisms
    for kind in range(SENSITIVITIES):
        drive = 0.0
        if pattern:
            drive = androgen_drive(
                kind / (SENSITIVITIES - 1.0),
                own("androgen_gain"),
                driver("scalp_dht_ratio") ** own("dht_exponent"),
                driver("androgen_receptor_block"),
                own("androgen_independent_share"),
            ) * np.exp(driver("androgen_drive_log"))
            down = step_down_probability(drive, own("step_down"))
            out["step_down"][kind] = down
            out["step_up"][kind] = step_up_probability(
                drive, own("step_up"), np.exp(driver("size_step_up_log")), down
            )
            out["death"][kind] = min(1.0, own("smallest_class_death") * drive)
            gain = own("caliber_gain") * max(0.0, 1.0 - drive) + driver("thickening")
            out["thicker"][kind] = -np.expm1(-gain)
            out["thinner"][kind] = -np.expm1(-own("caliber_loss") * drive)
        stay = anagen * (anagen_factor(drive, own("anagen_shortening")) if pattern else 1.0)
        chance[kind, 0] = counts[0] / own("new_anagen_days")
        chance[kind, 1] = counts[1] / (stay * group.size_factor[:, 0])
        chance[kind, 2] = counts[2] / own("catagen_days")
        chance[kind, 3] = counts[3] * np.exp(driver("telogen_exit_log")) / own("telogen_days")
        for size in range(shape[1]):
            longer = latency_factor(
                drive,
                own("latency_lengthening"),
                own("latency_offset"),
                sizes[size] / sizes[0],
            )
            chance[kind, 4, size] = counts[4] * to_growth / (own("latency_days") * longer)
    return out | {"chance": np.minimum(chance, 1.0), "side_chance": np.minimum(side, 1.0)}
