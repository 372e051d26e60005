"""The mean-field core of one virtual twin, ready to be written in another language.

One cell of one twin: its parameters, its state today and its drivers week by week. Random numbers
end here: what is exported is one twin as drawn, under a calm disease activity.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import load_parameters
from anagen.model.drivers import DRIVER_INDEX
from anagen.model.scalp_day import CELL_INDEX, IMMUNE, PERSON, PERSON_INDEX
from anagen.simulate.advance import DAYS_PER_WEEK, advance, neutral_drivers
from anagen.simulate.cohort import start_cohort
from anagen.simulate.parameter_draws import PEOPLE_PER_SET
from anagen.simulate.person import Person
from anagen.simulate.regimen import Arm
from anagen.simulate.releases import mechanism_drivers
from anagen.simulate.run_in import run_in_days
from anagen.simulate.running import from_today, lived
from anagen.simulate.system import daily_drivers
from anagen.simulate.twins import Group, Lanes, build

FloatArray = NDArray[np.float64]

# Drivers whose daily value is a share taken at once; in continuous time it is a rate.
SHARES_PER_DAY = ("anagen_release", "anagen_destruction", "follicle_loss")
# Drivers that only observations use.
OBSERVED_ONLY = ("vehicle_response",)
# Person parameters that are worked out of rows with other names.
ROWS: Mapping[str, tuple[str, ...]] = {
    "new_anagen_days": ("new_anagen_days", "areata_new_anagen_days"),
    "effector_loss": ("effector_loss", "effector_loss_log_sd"),
    "recruitment": ("recruitment_ratio", "effector_loss"),
    "effector_leak": ("effector_leak_ratio", "effector_loss"),
    "memory_reactivation": ("memory_reactivation_ratio", "effector_loss"),
    "androgen_gain": ("androgen_gain_men", "androgen_gain_women", "androgen_gain_sd"),
    "androgen_independent_share": (
        "androgen_independent_share_men",
        "androgen_independent_share_premenopausal",
        "androgen_independent_share_postmenopausal",
    ),
    "log_susceptibility": ("susceptibility", "susceptibility_log_sd"),
    "regrowth_rate": ("regrowth_rate", "regrowth_rate_log_sd"),
}
# Rows of the person array that say which parts act, or that only start something.
SWITCHES = (
    "autoimmune",
    "androgenetic",
    "effluvium",
    "scarring",
    "inflammation",
    "new_patch_effector",
)


@dataclass(frozen=True, slots=True)
class Core:
    """One cell of one twin. Times are days from today, rates 1/day, follicles shares of the cell.

    `parameters` by name of the person array; `drivers` maps a driver to its mean of each week,
    shape (week,), or (1,) when it never changes; `follicles` (size, stage); `immune` by name;
    `phases` maps a phase to its stages on the stage axis; `pool` (week,) is the effector level of
    the whole scalp under the same plan. Inputs that change do so every `input_days`.
    """

    patient_id: str
    label: str
    origin: str
    mechanisms: tuple[str, ...]
    parameters: Mapping[str, float]
    drivers: Mapping[str, FloatArray]
    follicles: FloatArray
    immune: Mapping[str, float]
    phases: Mapping[str, slice]
    relative_diameter: FloatArray
    size_factor: FloatArray
    terminal_sizes: int
    sensitivity: float
    log_susceptibility: float
    healthy_growing: float
    scarred: float
    deleted: float
    pool: FloatArray
    weeks: int
    input_days: int = DAYS_PER_WEEK


def core_of(person: Person, arm: Arm, *, weeks: int, draws: int, seed: int) -> Core:
    """The core of the most typical twin of a person, as `forecast` with these draws has it."""
    group, drivers = typical_twin(person, arm, weeks=weeks, draws=draws, seed=seed)
    origin = (
        f"virtual twin {int(group.draws[0])} of {draws} drawn with seed {seed}: of the twins "
        f"with the most frequent mechanisms, the one nearest to their middle"
    )
    return reduce(group, drivers[0], person.patient_id, arm.label, origin)


def typical_twin(
    person: Person, arm: Arm, *, weeks: int, draws: int, seed: int
) -> tuple[Group, FloatArray]:
    """A group of one lane, the most typical twin today, and its drivers (1, day, driver)."""
    past = daily_drivers(
        person, lived(person), start_day=-run_in_days(person), end_day=0, draws=draws, seed=seed
    )
    groups = start_cohort(person, past, draws, seed)
    group = max(groups, key=lambda candidate: candidate.draws.size)
    days = weeks * DAYS_PER_WEEK
    taken = replace(arm, regimens=from_today(person, arm.regimens))
    drivers = daily_drivers(person, taken, start_day=0, end_day=days, draws=draws, seed=seed)
    own = mechanism_drivers(group, drivers[group.draws], person, 0, draws, seed)
    lane = np.array([typical_lane(group)])
    return group.take(lane, group.draws[lane]), own[lane]


def typical_core(sex: str, weeks: int) -> Core:
    """A full scalp with every parameter at its central value, able to develop alopecia areata."""
    person = Person("typical", sex, None, {"autoimmune": 1.0})
    group = build(Lanes(person, np.array([0]), 1, 0, central=True), frozenset({"autoimmune"}))
    drivers = neutral_drivers(1, weeks * DAYS_PER_WEEK)[0]
    origin = "no person: every parameter at the central value of its row, a full scalp"
    return reduce(group, drivers, person.patient_id, "No treatment", origin)


def typical_lane(group: Group) -> int:
    """The lane whose parameters lie nearest to the middle of the group's, by rank."""
    spread = group.person[np.ptp(group.person, axis=1) > 0.0]
    lanes = group.draws.size
    if lanes < PEOPLE_PER_SET or spread.shape[0] == 0:
        return 0
    rank = spread.argsort(axis=1).argsort(axis=1) / (lanes - 1)
    return int(((rank - 0.5) ** 2).sum(axis=0).argmin())


def shown_cell(group: Group) -> int:
    """The cell exported: the first patch, or the one that weighs most in the target area."""
    return 0 if group.patch_cells else int(group.target[:, 0].argmax())


def reduce(group: Group, drivers: FloatArray, patient_id: str, label: str, origin: str) -> Core:
    """One cell of a group of one lane; `drivers` (day, driver) become means of weeks."""
    cell, lane = shown_cell(group), 0
    layout = group.layout
    names = ("new_anagen", "anagen", "catagen", "telogen", "latency", "dystrophic", "dormant")

    def of_cell(name: str) -> float:
        return float(group.cells[CELL_INDEX[name], cell, lane])

    return Core(
        patient_id=patient_id,
        label=label,
        origin=origin,
        mechanisms=tuple(sorted(group.mechanisms)),
        parameters={
            name: float(group.person[PERSON_INDEX[name], lane])
            for name in PERSON
            if name not in SWITCHES
        },
        drivers=weekly(drivers),
        follicles=group.follicles[cell, :, :, lane].copy(),
        immune={name: float(group.immune[i, cell, lane]) for i, name in enumerate(IMMUNE)},
        phases={name: layout.phase(name) for name in names},
        relative_diameter=group.diameters / group.diameters[0],
        size_factor=group.size_factor[:, lane].copy(),
        terminal_sizes=group.terminal_sizes,
        sensitivity=of_cell("sensitivity"),
        log_susceptibility=of_cell("log_susceptibility"),
        healthy_growing=of_cell("healthy_growing"),
        scarred=of_cell("scarred"),
        deleted=float(group.deleted[cell, lane]),
        pool=effector_pool(group, drivers),
        weeks=drivers.shape[0] // DAYS_PER_WEEK,
    )


def weekly(drivers: FloatArray) -> dict[str, FloatArray]:
    """Means of the weeks of every driver (day, driver); shares a day become rates first.

    Shape of each: (week,), or (1,) for a driver that never changes.
    """
    result = {}
    for name, index in DRIVER_INDEX.items():
        if name in OBSERVED_ONLY:
            continue
        course = drivers[:, index]
        if name in SHARES_PER_DAY:
            course = -np.log1p(-course)
        if np.ptp(course) == 0.0:
            result[name] = course[:1].copy()
            continue
        weeks = course.size // DAYS_PER_WEEK
        result[name] = course[: weeks * DAYS_PER_WEEK].reshape(weeks, -1).mean(axis=1)
    return result


def effector_pool(group: Group, drivers: FloatArray) -> FloatArray:
    """Mean effector level of the whole scalp of one twin in each week of its plan. Shape: (week,).

    Cells share effector cells; a model of one cell takes what the others send as input.
    """
    days, twin = DAYS_PER_WEEK, group.take(np.array([0]), group.draws)
    calm, none = np.zeros((days, 1)), np.full((days, 1), -1, np.int16)
    area = group.cells[CELL_INDEX["area_share"], :, 0]
    level = [float(area @ twin.immune[IMMUNE.index("effector"), :, 0])]
    for week in range(drivers.shape[0] // days):
        advance(twin, drivers[None, week * days : (week + 1) * days], calm, none, workers=1)
        level.append(float(area @ twin.immune[IMMUNE.index("effector"), :, 0]))
    return 0.5 * (np.array(level[:-1]) + np.array(level[1:]))


def rows_of(name: str) -> tuple[str, ...]:
    """The parameter rows a person parameter comes from."""
    return tuple(row for row in ROWS.get(name, (name,)) if row in load_parameters())
