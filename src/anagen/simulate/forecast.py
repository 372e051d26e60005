"""The forecast of one person: the same twins, state and keys in every arm."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import value
from anagen.model.drivers import DRIVER_INDEX
from anagen.model.scalp_day import CELL_INDEX, RECORD
from anagen.observe import hair_counts, severity_scores, shedding
from anagen.observe.wander import wander
from anagen.rng import generator
from anagen.simulate.advance import DAYS_PER_WEEK, advance
from anagen.simulate.cohort import start_cohort
from anagen.simulate.episode import new_patches, pattern_only, wandering
from anagen.simulate.parameter_draws import sample
from anagen.simulate.person import Person
from anagen.simulate.regimen import Arm, regimen_text
from anagen.simulate.releases import mechanism_drivers
from anagen.simulate.result import NO_CHANGE, ArmForecast, Forecast
from anagen.simulate.run_in import run_in_days
from anagen.simulate.running import from_today, lived, named, no_change
from anagen.simulate.system import daily_drivers
from anagen.simulate.twins import Group

FloatArray = NDArray[np.float64]
Progress = Callable[[int, int, str], None]

UNTREATED = Arm("untreated", "No treatment")
# What is counted or weighed in one target area, and so wanders by chance.
COUNTED = ("terminal_density", "total_density", "hair_mass")
# Up to so many draws arms are simulated side by side.
FEW_DRAWS = 500


def forecast(
    person: Person,
    arms: Sequence[Arm],
    *,
    weeks: int = 104,
    draws: int = 200,
    seed: int = 0,
    progress: Progress | None = None,
    workers: int | None = None,
) -> Forecast:
    """Weekly values of all observables for all arms, `untreated` first when it is there.

    Draw d is the same twin with the same fate in every arm; readings are free of measurement error.
    For a person with running treatments an arm is all that is taken from today on: what it does not
    name is stopped today. The arm `no_change`, in which they go on, is added.
    `progress(done, total, label)` is called before each step.
    """
    ordered = sorted((named(arm, person) for arm in arms), key=lambda arm: arm.id != UNTREATED.id)
    if person.running and all(arm.id != NO_CHANGE for arm in ordered):
        ordered.append(no_change(person))
    total = len(ordered) + 1
    if progress:
        progress(0, total, "the past up to today (a first run also compiles the model)")
    past = -run_in_days(person)
    drivers = daily_drivers(
        person, lived(person), start_day=past, end_day=0, draws=draws, seed=seed
    )
    groups = start_cohort(person, drivers, draws, seed, workers)
    days = weeks * DAYS_PER_WEEK
    fates = [_fate(group, person, days, draws, seed) for group in groups]
    counted = count_wander(person, weeks, draws, seed)
    workers = workers or os.cpu_count() or 1
    # Groups of few twins leave cores idle, so their arms run side by side; many fill them alone,
    # and two arms of them would take twice the memory.
    arms_at_once = min(workers, len(ordered)) if draws <= FEW_DRAWS else 1

    def course(arm: Arm) -> ArmForecast:
        taken = replace(arm, regimens=from_today(person, arm.regimens))
        drivers = daily_drivers(person, taken, start_day=0, end_day=days, draws=draws, seed=seed)
        each = workers // arms_at_once
        made = _arm(arm, person, groups, fates, drivers, weeks, draws, seed, each)
        return _counted(made, counted)

    results: dict[str, ArmForecast] = {}
    with closing(_side_by_side(course, ordered, arms_at_once)) as courses:
        for done, arm in enumerate(ordered, start=1):
            if progress:
                progress(done, total, arm.label)
            results[arm.id] = next(courses)
    if progress:
        progress(total, total, "done")
    used, unused = individualised(person)
    return Forecast(
        patient_id=person.patient_id,
        seed=seed,
        weeks=np.arange(weeks + 1, dtype=float),
        arms=results,
        individualised=used,
        not_individualised=unused,
    )


def _side_by_side(
    work: Callable[[Arm], ArmForecast], arms: Sequence[Arm], at_once: int
) -> Generator[ArmForecast]:
    """What `work` makes of each arm, in order; those not begun are dropped when it is closed."""
    if at_once == 1:
        yield from map(work, arms)
        return
    threads = ThreadPoolExecutor(at_once)
    try:
        yield from threads.map(work, arms)
    finally:
        threads.shutdown(cancel_futures=True)


def _counted(course: ArmForecast, wandering: FloatArray) -> ArmForecast:
    """The arm with counts that wander, and terminal hairs as % of today."""
    values = dict(course.values)
    for name in COUNTED:
        values[name] = values[name] * wandering
    today = values["terminal_density"][:, :1]
    change = values["terminal_density"] - today
    against = np.maximum(today, value("least_density_today"))
    values["terminal_relative"] = 100.0 + 100.0 * change / against
    return ArmForecast(arm=course.arm, values=values)


def count_wander(person: Person, weeks: int, draws: int, seed: int) -> FloatArray:
    """How the counts of every draw wander by chance, the same in every arm. Shape: (draw, week)."""

    def row(name: str) -> FloatArray:
        return sample(name, draws, seed, person.parameters_id)

    z = _yearly_normals(person.patient_id, "count wander", weeks + 1, 53, draws, seed)
    step = float(DAYS_PER_WEEK)
    return wander(z.T, row("count_wander_log_sd"), row("count_wander_days"), step).T


def _yearly_normals(
    patient_id: str, purpose: str, count: int, block: int, draws: int, seed: int
) -> FloatArray:
    """Standard normals drawn in blocks of time. Shape: (draw, count).

    Neither the horizon nor the number of draws changes what a draw meets at a given time.
    """
    parts = [
        generator(seed, patient_id, f"{purpose}:{number}").standard_normal((draws, block))
        for number in range(-(-count // block))
    ]
    return np.concatenate(parts, axis=1)[:, :count]


def _fate(
    group: Group, person: Person, days: int, draws: int, seed: int
) -> tuple[FloatArray, NDArray[np.int16]]:
    """Disease activity (day, lane) and new patches (day, lane): the same in every arm."""
    lanes = group.draws
    if "autoimmune" not in group.mechanisms:
        return np.zeros((days, lanes.size)), new_patches(group, person, days, draws, seed)
    z = _yearly_normals(person.patient_id, "disease activity", days, 366, draws, seed)
    level = group.activity
    path = wandering(group, z[lanes])
    group.activity = level
    if person.attack_ceased:
        mean = sample("remission_days", draws, seed, person.parameters_id)
        random = generator(seed, person.patient_id, "remission ends")
        ends = (mean * random.standard_exponential(draws))[lanes]
        path -= value("remission_log_activity") * (np.arange(days)[:, None] < ends)
    return path, new_patches(group, person, days, draws, seed)


def _arm(
    arm: Arm,
    person: Person,
    groups: list[Group],
    fates: list[tuple[FloatArray, NDArray[np.int16]]],
    drivers: FloatArray,
    weeks: int,
    draws: int,
    seed: int,
    workers: int | None,
) -> ArmForecast:
    values: dict[str, FloatArray] = {}
    for group, (activity, seeds) in zip(groups, fates, strict=True):
        # Every arm starts from its own copy of the same state.
        twin = group.take(np.arange(group.draws.size), group.draws)
        own = mechanism_drivers(twin, drivers[twin.draws], person, 0, draws, seed)
        record = advance(twin, own, activity, seeds, workers=workers)
        if twin.without_areata is not None:
            twin.salt_reference = pattern_only(twin.without_areata, own, workers)
        for name, course in observables(twin, record, weekly_vehicle(own, weeks)).items():
            values.setdefault(name, np.zeros((draws, weeks + 1)))[twin.draws] = course.T
    return ArmForecast(arm=arm, values=values)


def weekly_vehicle(drivers: FloatArray, weeks: int) -> FloatArray:
    """Vehicle response at each week in hairs/cm2; none before the start. Shape: (week, lane)."""
    course = drivers[:, :, DRIVER_INDEX["vehicle_response"]].T
    out = np.zeros((weeks + 1, course.shape[1]))
    out[1:] = course[DAYS_PER_WEEK - 1 :: DAYS_PER_WEEK][:weeks]
    return out


def observables(group: Group, record: FloatArray, vehicle: FloatArray) -> dict[str, FloatArray]:
    """Every observable of a group's weekly record, by id. Shape of each: (week, lane)."""
    area = group.cells[CELL_INDEX["area_share"]]
    terminal = record[:, RECORD.index("visible_terminal")]
    visible = record[:, RECORD.index("visible_total")]
    shed = shedding.hairs_shed_per_day(record[:, RECORD.index("fallen")], area, group.head)
    return {
        "salt": severity_scores.salt(terminal, group.salt_reference, area),
        "terminal_density": hair_counts.density_per_cm2(
            terminal, group.target, group.density, vehicle
        ),
        "total_density": hair_counts.density_per_cm2(visible, group.target, group.density, vehicle),
        "hair_mass": hair_counts.hair_mass_percent(
            record[:, RECORD.index("growing_mass")], group.target, group.full_mass
        ),
        "daily_shed": shed,
        "shed_ratio": shed / group.usual_shed,
        "telogen_percent": shedding.telogen_percent(
            record[:, RECORD.index("visible_telogen")], visible, area
        ),
        "anagen_percent": hair_counts.anagen_percent(
            record[:, RECORD.index("visible_growing")], visible, group.target
        ),
        "hair_diameter": hair_counts.mean_diameter(
            record[:, RECORD.index("visible_width")],
            visible,
            group.target,
            float(group.diameters[0]),
        ),
    }


# Person field, mechanism it matters to ("" for all), name, sentence when known.
_USED = (
    ("salt", "autoimmune scarring", "SALT", "SALT {:.0f}: twins start at it"),
    (
        "salt_before", "autoimmune", "",
        "SALT {:.0f} before treatment: twins came from there to today's",
    ),
    (
        "episode_years", "autoimmune effluvium", "length of the episode",
        "length of the episode, {:.1f} years: immune memory and history of shedding",
    ),
    ("norwood", "androgenetic", "", "Norwood stage {}: how far pattern loss has gone"),
    ("ludwig", "androgenetic", "", "Ludwig grade {}: how far pattern loss has gone"),
    ("sinclair_stage", "androgenetic", "", "Sinclair stage {}: how far pattern loss has gone"),
    (
        "terminal_density", "androgenetic effluvium", "hair density of the target area",
        "terminal density {:.0f} per cm2",
    ),
    (
        "total_density", "androgenetic effluvium", "",
        "total density {:.0f} per cm2",
    ),
    (
        "hairs_shed_per_day",
        "effluvium",
        "",
        "{:.0f} hairs shed a day: how strong the release behind it was",
    ),
    ("age_years", "androgenetic", "age", "age {:.0f}: how long pattern loss can have run"),
    ("sex", "", "sex", "sex {}: pattern and response to androgens"),
    (
        "postmenopausal", "women", "menopause",
        "menopause: share of thinning that does not answer to DHT",
    ),
    ("weeks_since_delivery", "", "", "delivery {:.0f} weeks ago"),
    ("ferritin_ug_per_l", "", "ferritin", "ferritin {:.0f} ug/L"),
    ("vitamin_d_nmol_per_l", "", "vitamin D", "vitamin D {:.0f} nmol/L"),
    ("zinc_umol_per_l", "", "zinc", "zinc {:.0f} umol/L"),
    ("tsh_miu_per_l", "", "TSH", "TSH {:.2f} mIU/L"),
    ("ancestry", "", "", "ancestry {}: how densely hair stands"),
    ("weight_kg", "", "body weight", "weight {:.0f} kg: drug exposure"),
    ("egfr_ml_min", "", "kidney function", "eGFR {:.0f}: drug exposure"),
)  # fmt: skip
_STAGES = ("norwood", "ludwig", "sinclair_stage")


def individualised(person: Person) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What of the person changed the forecast, and what could not, in plain words."""
    used, unmet, missing = [], [], []
    for name, matters, label, words in _USED:
        known = getattr(person, name)
        if not _matters(person, matters):
            continue
        if name == "total_density" and known is not None and person.terminal_density is not None:
            unmet.append(f"total density {known:.0f} per cm2: the terminal hairs counted decide")
            continue
        if known is not None:
            used.append(words.format(known))
        elif label:
            missing.append(label)
    androgenetic = person.mechanism_probability.get("androgenetic", 0.0) > 0.0
    if androgenetic and all(getattr(person, name) is None for name in _STAGES):
        missing.append("stage of pattern loss")
    used.extend(
        f"{p.kind.replace('_', ' ')} {p.weeks_ago:.0f} weeks ago" for p in person.perturbations
    )
    used.extend(text for key, text in person.notes.items() if key.startswith("used"))
    unused = unmet + [text for key, text in person.notes.items() if key.startswith("not used")]
    if missing:
        unused.append(f"unknown, sampled from the population or left out: {', '.join(missing)}")
    for regimen in person.running:
        words = regimen_text(replace(regimen, start_week=0.0))
        used.append(
            f"{words} for {-regimen.start_week:.0f} weeks: today's hair has grown under it; where "
            "an option or plan does not name it, and without treatment, it is stopped today"
        )
    for regimen in person.ended:
        assert regimen.stop_week is not None
        words = regimen_text(replace(regimen, start_week=0.0, stop_week=None))
        used.append(
            f"{words} for {regimen.stop_week - regimen.start_week:.0f} weeks until "
            f"{-regimen.stop_week:.0f} weeks ago: today's hair has grown under it and what falls "
            "after it goes on to fall"
        )
    if len(person.current_treatments) > len(person.running):
        which = "other medicines" if person.running else "medicines"
        unused.append(
            f"{which} taken now: the forecast starts from the hair as it is and does not know "
            "their part in it"
        )
    if _matters(person, "autoimmune"):
        unused.append(
            "susceptibility, regulation and memory of the immune system: sampled, kept by fit"
        )
    if androgenetic:
        unused.append("sensitivity to androgens and genes: sampled, kept by fit")
    unused.append("response to each drug beyond exposure: sampled from the population")
    return tuple(used), tuple(unused)


def _matters(person: Person, matters: str) -> bool:
    if matters == "women":
        return person.sex == "female" and _matters(person, "androgenetic")
    return not matters or any(
        person.mechanism_probability.get(name, 0.0) > 0.0 for name in matters.split()
    )
