"""The cohort scalp of one person: start states, shared run-in, then every arm from the same state.

Work is cut into blocks of lanes that run on threads. Lanes never mix, so block size, order and
number of workers change nothing. Arms are simulated one after the other and only weekly records
are kept, which bounds memory whatever the number of arms.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import value
from anagen.model.drivers import DRIVER_INDEX, DRIVER_NAMES, DRIVERS
from anagen.model.scalp_day import (
    CELL_INDEX,
    FALLEN,
    PERSON_INDEX,
    RECORD,
    advance_scalp,
    miniaturize,
)
from anagen.observe.shedding import hairs_shed_per_day
from anagen.rng import generator
from anagen.simulate.parameter_draws import PEOPLE_PER_SET, from_normal, sample_trait
from anagen.simulate.person import Person
from anagen.simulate.twins import (
    Group,
    Lanes,
    attack_days,
    build,
    sample_mechanisms,
    set_patch_area,
    start_alopecia_areata,
    start_fixed_loss,
    target_fraction,
    uses_patches,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Lanes a block holds: its state stays in the second-level cache.
BLOCK = 32
# Years of history after which the lanes that go on are put together in new blocks.
REGROUPED_AFTER_YEARS = 2.0
# A history this much above the target share still counts as there: density is read monthly.
TARGET_TOLERANCE = 0.02
# Share of its full density that a target area may start from.
LEAST_AND_MOST_HAIR = (0.02, 0.98)
# A cell that pattern loss has all but emptied still has a reference to lose.
LEAST_REFERENCE = 1e-3
# Drivers that drugs alone move and that hold an attack on the hair; 0 without them.
HOLDING_ATTACK = [
    DRIVER_INDEX[name]
    for name in ("jak1_2_block", "jak1_3_block", "glucocorticoid", "antigenic_competition")
]
DAYS_PER_WEEK = 7
DAYS_PER_YEAR = 365.25


def run_in_days(person: Person) -> int:
    """Days simulated before the forecast: as far back as hair cycle or treatment reaches."""
    weeks = value("history_weeks") if _remembers(person) else value("run_in_weeks")
    treated = _treated_weeks(person)
    if person.salt_before is not None:
        # Back to the untreated course before the first treatment.
        return int(max(weeks, treated + value("run_in_weeks"))) * DAYS_PER_WEEK
    return int(max(weeks, treated)) * DAYS_PER_WEEK


def _treated_weeks(person: Person) -> float:
    """Weeks since the first treatment began, of those that are simulated."""
    taken = (*person.running, *person.ended)
    longest = max((-regimen.start_week for regimen in taken), default=0.0)
    return min(longest, value("running_weeks"))


def _remembers(person: Person) -> bool:
    possible = person.mechanism_probability.get("effluvium", 1.0) > 0.0
    return possible or person.weeks_since_delivery is not None


def start(
    person: Person, drivers: FloatArray, draws: int, seed: int, workers: int | None = None
) -> list[Group]:
    """Twins at day 0, by mechanism. `drivers` (draw, day, driver) are those of the run-in."""
    mechanisms = sample_mechanisms(person, draws, seed)
    groups = []
    for names in sorted(set(mechanisms), key=sorted):
        lanes = np.array([d for d in range(draws) if mechanisms[d] == names], dtype=np.int64)
        # A scarred follicle cannot be attacked again, so scarring decides the cells.
        acting = names - {"autoimmune"} if "scarring" in names else names
        groups.append(_start_group(person, lanes, draws, acting, drivers, seed, workers))
    return groups


def _start_group(
    person: Person,
    lanes: IntArray,
    draws: int,
    mechanisms: frozenset[str],
    drivers: FloatArray,
    seed: int,
    workers: int | None,
) -> Group:
    if "autoimmune" in mechanisms:
        known = "candidates_per_draw" if person.salt_before is None else "candidates_with_a_past"
        candidates = int(value(known))
    elif "androgenetic" in mechanisms:
        candidates = int(value("history_candidates"))
    else:
        candidates = 1
    pool = draws * candidates
    wide = (lanes[None, :] + draws * np.arange(candidates)[:, None]).ravel()
    source = Lanes(person, wide, pool, seed, draws=draws)
    group = build(source, mechanisms)
    own = drivers[wide % draws]
    group.hidden = unexplained(group, own)
    own = mechanism_drivers(group, own, person, -drivers.shape[1], draws, seed)
    if "androgenetic" in mechanisms:
        # Candidates of an episode are weighed later, so all of them are kept here.
        count = wide.size if "autoimmune" in mechanisms else lanes.size
        group, fitting = _run_pattern_history(group, source, drivers.shape[1], count, workers)
        if "autoimmune" in mechanisms:
            group = group.take(np.argsort(fitting), wide)
        else:
            group.draws, own = lanes, own[fitting]
            source = Lanes(person, wide[fitting], pool, seed, draws=draws)
            if person.running or person.ended:
                group = _thinned_before_treatment(group, source, own, workers)
    if "autoimmune" in mechanisms:
        if mechanisms - {"autoimmune"}:
            group.without_areata = _without_areata(group)
        group = _run_episode(group, source, lanes, own, workers)
    else:
        if uses_patches(person, mechanisms):
            _scar(group, source, mechanisms)
        # The scar as measured is the start; it must not grow on the way there.
        margin = group.cells[CELL_INDEX["scarred"]].copy()
        group.cells[CELL_INDEX["scarred"]] = 0.0
        if "effluvium" in mechanisms and person.hairs_shed_per_day is not None:
            group.release_scale = _release_scale(group, source, own, workers)
            own = _scaled_release(own, group.release_scale)
        _advance_run_in(group, own, workers)
        group.cells[CELL_INDEX["scarred"]] = margin
    return group


def _scar(group: Group, source: Lanes, mechanisms: frozenset[str]) -> None:
    if source.person.salt is not None:
        share = np.full(source.index.size, min(source.person.salt, 100.0) / 100.0)
    else:
        share = source.trait("scarred_share_unknown")
    margin = source.parameter("scarring_margin_share")
    start_fixed_loss(group, share, margin if "scarring" in mechanisms else 0.0 * margin)


def _run_pattern_history(
    group: Group, source: Lanes, run_in: int, count: int, workers: int | None
) -> tuple[Group, IntArray]:
    """Lets pattern loss run until `run_in` days before it fits the person.

    Returns the group at that time and the lanes kept: all in the order of their fit, or of `count`
    draws the candidate that fits best. A twin whose drive is too weak to thin that far by this age
    contradicts the person.
    """
    person = source.person
    wanted = target_fraction(source, group)
    longest = value("longest_history_years")
    if person.age_years is not None:
        longest = min(longest, max(1.0, person.age_years - value("earliest_onset_years")))
    now = group.take(np.arange(source.index.size), group.draws)
    years, reached = _miniaturize(now, wanted, np.full(wanted.size, longest), workers)
    miss = np.maximum(reached - wanted, 0.0)
    miss = np.where(miss > TARGET_TOLERANCE, miss, 0.0)
    if count == miss.size:
        chosen = np.argsort(miss, kind="stable")
    else:
        # Each draw keeps its own best candidate, the first of those that fit.
        best = np.argmin(miss.reshape(-1, count), axis=0)
        chosen = best * count + np.arange(count)
    then = group.take(chosen, group.draws[chosen])
    before = np.maximum(years[chosen] - run_in / DAYS_PER_YEAR, 0.0)
    # A target no scalp reaches: the time decides.
    _miniaturize(then, np.full(count, -1.0), before, workers)
    return then, chosen


def _thinned_before_treatment(
    group: Group, source: Lanes, drivers: FloatArray, workers: int | None
) -> Group:
    """Twins as thin at the start of the run-in as makes them fit the person after it.

    Treatment thickens on the way to today, so they began thinner than they are. Shedding and
    thickness answer almost in proportion, so a few corrections of the share to start from do.
    """
    fresh = build(source, group.mechanisms)
    fresh.hidden, fresh.draws = group.hidden, group.draws
    wanted = target_fraction(source, fresh)
    days, lanes = drivers.shape[1], group.draws.size
    longest = np.full(lanes, value("longest_history_years"))
    calm, none = np.zeros((days, lanes)), _no_seeds(days, lanes)
    begun = wanted
    for _ in range(int(value("running_fits"))):
        trial = fresh.take(np.arange(lanes), group.draws)
        _miniaturize(trial, begun, longest, workers)
        then = trial.take(np.arange(lanes), group.draws)
        record = advance(trial, drivers, calm, none, workers=workers)
        shown = (trial.target * record[-1, RECORD.index("visible_terminal")]).sum(axis=0)
        begun = np.clip(
            begun * wanted * trial.full_visible / np.maximum(shown, LEAST_REFERENCE),
            *LEAST_AND_MOST_HAIR,
        )
        group = then
    return group


def _miniaturize(
    group: Group, wanted: FloatArray, longest: FloatArray, workers: int | None
) -> tuple[FloatArray, FloatArray]:
    """Runs untreated pattern loss in place; returns the years it took and the share reached.

    A block runs until its last lane has stopped, so those that go on are put together anew now and
    then: some scalps thin in five years, others never.
    """
    years, reached = np.zeros(wanted.size), np.ones(wanted.size)
    going, time = np.arange(wanted.size), 0.0
    while going.size:
        through, time = _history_span(group, wanted, longest, going, time, years, reached, workers)
        going = going[~through]
    return years, reached


def _history_span(
    group: Group,
    wanted: FloatArray,
    longest: FloatArray,
    going: IntArray,
    time: float,
    years: FloatArray,
    reached: FloatArray,
    workers: int | None,
) -> tuple[NDArray[np.bool_], float]:
    """Runs the lanes `going` a few years on; says which of them stopped and what time it is.

    Fills `years` and `reached` of those that stopped.
    """
    stopped = np.zeros(going.size, dtype=np.bool_)
    times = np.zeros(going.size)

    def one(block: slice) -> None:
        at = going[block]
        n = np.ascontiguousarray(group.follicles[..., at])
        deleted = np.ascontiguousarray(group.deleted[:, at])
        through, block_years, block_reached = stopped[block], years[at], reached[at]
        times[block] = miniaturize(
            n,
            deleted,
            group.layout.starts,
            group.diameters,
            np.ascontiguousarray(group.size_factor[:, at]),
            group.terminal_sizes,
            np.ascontiguousarray(group.person[:, at]),
            np.ascontiguousarray(group.cells[..., at]),
            np.ascontiguousarray(group.target[:, at]),
            wanted[at],
            group.full_visible[at],
            value("history_step_days"),
            longest[at],
            time,
            time + REGROUPED_AFTER_YEARS,
            through,
            block_years,
            block_reached,
        )
        group.follicles[..., at] = n
        group.deleted[:, at] = deleted
        years[at], reached[at] = block_years, block_reached

    _each_block(going.size, one, workers)
    return stopped, float(times.max())


def _run_episode(
    group: Group, source: Lanes, draws: IntArray, drivers: FloatArray, workers: int | None
) -> Group:
    """Candidates of an episode of alopecia areata run up to today, kept by fit to its SALT.

    A SALT from before treatment is met as well, by those whose hair answered as this person's did.
    """
    person, wide = source.person, source.index
    if person.salt is not None:
        salt = np.full(wide.size, float(np.clip(person.salt, 0.5, 100.0)))
    else:
        salt = np.clip(from_normal("salt_unknown", source.normal("unknown SALT")), 0.5, 100.0)
    if person.episode_years is not None:
        days = np.full(wide.size, person.episode_years * DAYS_PER_YEAR)
    else:
        days = from_normal("episode_years_unknown", source.normal("unknown episode"))
        days = days * DAYS_PER_YEAR
    days = np.maximum(days, float(DAYS_PER_WEEK))
    before = person.salt_before
    span = drivers.shape[1]
    if before is None:
        span = min(int(value("run_in_weeks")) * DAYS_PER_WEEK, span)
    begun = salt if before is None else np.full(wide.size, float(np.clip(before, 0.5, 100.0)))
    start_alopecia_areata(group, source, begun, days, span)
    random = generator(source.seed, person.patient_id, "disease activity before the visit")
    past = wandering(group, random.standard_normal((source.pool, span))[wide])
    if person.attack_ceased:
        u = generator(source.seed, person.patient_id, "attack ceased").random(source.pool)[wide]
        past -= value("remission_log_activity") * (np.arange(span)[:, None] >= span * u)
    seeds = _no_seeds(span, wide.size)
    begin = np.round(span - attack_days(source, days)).astype(np.int64)
    fresh = np.flatnonzero(begin >= 0)
    for patch in range(group.patch_cells):
        seeds[np.minimum(begin[fresh] + patch, span - 1), fresh] = patch
    record = advance(group, drivers[:, -span:], past, seeds, workers=workers)
    if group.without_areata is not None:
        group.salt_reference = pattern_only(group.without_areata, drivers[:, -span:], workers)[-1]
    loss_in, loss_out = _loss(group, record[-1])
    share = np.clip((salt / 100.0 - loss_out) / np.maximum(loss_in - loss_out, 1e-6), 0.002, 1.0)
    reached = 100.0 * (share * loss_in + (1.0 - share) * loss_out)
    distance = ((reached - salt) / value("salt_match_sd")) ** 2
    held = np.flatnonzero([drivers[:, day, HOLDING_ATTACK].any() for day in range(-span, 0)])
    if before is not None:
        treated = span - held[0] if held.size else int(_treated_weeks(person)) * DAYS_PER_WEEK
        loss_in, loss_out = _loss(group, record[(span - treated) // DAYS_PER_WEEK])
        was = 100.0 * (share * loss_in + (1.0 - share) * loss_out)
        distance = distance + ((was - begun) / value("salt_match_sd")) ** 2
    # Patches are bald, unless a drug that holds the attack lets hair return in them.
    if person.patches is not False and (before is not None or not held.size):
        distance = distance + ((1.0 - loss_in) / value("patch_baldness_sd")) ** 2
    random = generator(source.seed, person.patient_id, "twins kept")
    chosen = _twins_kept(distance, wide % source.draws_per_pool, draws, random)
    set_patch_area(group, share)
    group.last_fallen = record[-1, FALLEN]
    return group.take(chosen, draws)


def _loss(group: Group, week: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Share of terminal hair lost in the patches and outside them in one week. (lane,) each."""
    terminal = week[RECORD.index("visible_terminal")] / group.salt_reference
    kept = np.minimum(terminal, 1.0)
    patches = group.patch_cells
    return 1.0 - kept[:patches].mean(axis=0), 1.0 - kept[patches:].mean(axis=0)


def _without_areata(group: Group) -> Group:
    twins = group.take(np.arange(group.draws.size), group.draws)
    twins.mechanisms = group.mechanisms - {"autoimmune"}
    twins.person[PERSON_INDEX["autoimmune"]] = 0.0
    return twins


def pattern_only(group: Group, drivers: FloatArray, workers: int | None) -> FloatArray:
    """Moves twins without areata on and returns their visible terminal hair, never quite none.

    SALT scores what areata took: hair that pattern loss or an effluvium takes, or their treatment
    brings back, does not count. Shape: (week, cell, lane).
    """
    days, lanes = drivers.shape[1], group.draws.size
    calm, none = np.zeros((days, lanes)), _no_seeds(days, lanes)
    record = advance(group, drivers, calm, none, workers=workers)
    return np.maximum(record[:, RECORD.index("visible_terminal")], LEAST_REFERENCE)


def _twins_kept(
    distance: FloatArray, candidate_draw: IntArray, draws: IntArray, random: np.random.Generator
) -> IntArray:
    """The candidate each draw keeps, chosen among those of its own set of parameters.

    Drug and disease of a twin so belong to one set, and the spread between sets stays what it is.
    `distance` and `candidate_draw` (candidate,); `draws` (draw,) in rising order. Shape: (draw,).
    """
    set_of_candidate, set_of_draw = candidate_draw // PEOPLE_PER_SET, draws // PEOPLE_PER_SET
    order = np.argsort(set_of_candidate, kind="stable")
    edges = np.searchsorted(set_of_candidate[order], set_of_draw, side="left")
    ends = np.searchsorted(set_of_candidate[order], set_of_draw, side="right")
    chosen = np.empty(draws.size, dtype=np.int64)
    first = 0
    while first < draws.size:
        last = int(np.searchsorted(set_of_draw, set_of_draw[first], side="right"))
        own = order[edges[first] : ends[first]]
        chosen[first:last] = own[_resample(distance[own], last - first, random)]
        first = last
    return chosen


def _resample(distance: FloatArray, count: int, random: np.random.Generator) -> IntArray:
    """Systematic resampling by exp(-distance / 2), widened until enough candidates count."""
    spread = 1.0
    while True:
        weight = np.exp(-0.5 * (distance - distance.min()) / spread)
        weight /= weight.sum()
        if 1.0 / np.sum(weight**2) >= 0.5 * count or spread > 64.0:
            break
        spread *= 2.0
    points = (np.arange(count) + random.random()) / count
    return np.minimum(np.searchsorted(np.cumsum(weight), points), weight.size - 1)


def wandering(group: Group, z: FloatArray) -> FloatArray:
    """Ornstein-Uhlenbeck path of log disease activity from the group's present level, in place.

    `z` (lane, day) standard normals; returns (day, lane) and leaves the last level in the group.
    """
    keep = np.exp(-1.0 / group.activity_days)
    kick = group.activity_sd * np.sqrt(1.0 - keep**2)
    path = np.empty((z.shape[1], z.shape[0]))
    level = group.activity
    for day in range(z.shape[1]):
        level = keep * level + kick * z[:, day]
        path[day] = level
    group.activity = level
    return path


def _no_seeds(days: int, lanes: int) -> NDArray[np.int16]:
    return np.full((days, lanes), -1, dtype=np.int16)


def new_patches(
    group: Group, person: Person, days: int, draws: int, seed: int
) -> NDArray[np.int16]:
    """Cell where a trigger starts a new patch that day, or -1: same in every arm.

    Shape: (day, lane).
    """
    seeds = _no_seeds(days, group.draws.size)
    if "autoimmune" not in group.mechanisms:
        return seeds
    random = generator(seed, person.patient_id, "new patches")
    spared = group.cells.shape[1] - group.patch_cells
    first = random.exponential(size=(draws, spared))[group.draws]
    day = first / group.new_patch_rate[:, None] * spared
    for cell in range(spared):
        hit = np.flatnonzero(day[:, cell] < days)
        seeds[day[hit, cell].astype(np.int64), hit] = group.patch_cells + cell
    return seeds


def _advance_run_in(group: Group, drivers: FloatArray, workers: int | None) -> None:
    days, lanes = drivers.shape[1], group.draws.size
    calm = np.zeros((days, lanes))
    record = advance(group, drivers, calm, _no_seeds(days, lanes), workers=workers)
    group.last_fallen = record[-1, FALLEN]


def _release_scale(
    group: Group, source: Lanes, drivers: FloatArray, workers: int | None
) -> FloatArray:
    """How much stronger every lane's releases must be to shed today what was counted.

    Shedding rises in proportion to what was released, so two run-ins, with and without the
    release, give the answer. The count is taken with its reading error; 1 where nothing is
    released. Shape: (lane,).
    """
    counted = float(source.person.hairs_shed_per_day or 0.0)
    error = source.parameter("shed_reading_cv") * source.normal("error of the shedding counted")
    wanted = counted * np.exp(error)
    quiet, drawn = (
        _shed_today(group, _scaled_release(drivers, np.full(wanted.size, scale)), workers)
        for scale in (0.0, 1.0)
    )
    released = drivers[:, :, DRIVER_INDEX["anagen_release"]].sum(axis=1)
    least = value("explained_effect")
    acts = (released > least) & (drawn > (1.0 + least) * quiet)
    gain = np.where(acts, drawn - quiet, 1.0)
    scale = np.clip(
        (wanted - quiet) / gain, 0.0, value("largest_release") / np.maximum(released, least)
    )
    return np.where(acts, scale, 1.0)


def _shed_today(group: Group, drivers: FloatArray, workers: int | None) -> FloatArray:
    """Hairs a day at the end of a trial run-in that leaves the group as it was. Shape: (lane,)."""
    trial = group.take(np.arange(group.draws.size), group.draws)
    days, lanes = drivers.shape[1], group.draws.size
    record = advance(
        trial, drivers, np.zeros((days, lanes)), _no_seeds(days, lanes), workers=workers
    )
    area = trial.cells[CELL_INDEX["area_share"]]
    return hairs_shed_per_day(record[-1:, FALLEN], area, trial.head)[0]


def _scaled_release(drivers: FloatArray, scale: FloatArray) -> FloatArray:
    """Drivers with every release of a lane made stronger or weaker. Shape: (lane, day, driver)."""
    scaled = drivers.copy()
    scaled[:, :, DRIVER_INDEX["anagen_release"]] *= scale[:, None]
    return scaled


def unexplained(group: Group, drivers: FloatArray) -> NDArray[np.bool_]:
    """Lanes where effluvium is at work but nothing in the history brings it about.

    `drivers` (lane, day, driver) are those of the run-in. Shape: (lane,).
    """
    if "effluvium" not in group.mechanisms:
        return np.zeros(group.draws.size, dtype=np.bool_)
    released = drivers[:, :, DRIVER_INDEX["anagen_release"]].sum(axis=1)
    shortened = drivers[:, :, DRIVER_INDEX["anagen_log"]].mean(axis=1)
    least = value("explained_effect")
    return (released < least) & (np.abs(shortened) < least)


def mechanism_drivers(
    group: Group, drivers: FloatArray, person: Person, first_day: int, draws: int, seed: int
) -> FloatArray:
    """Drivers of the group's lanes, those that belong to one mechanism switched with it.

    An inflamed scalp is inflamed every day. Pattern loss and alopecia areata were fitted to people
    who grew older, so age takes no follicles on top of them. Releases belong to effluvium: where it
    is at work but nothing in the history explains it, an unknown trigger is drawn, one impulse for
    a short course, a steady release for a chronic one. Shape: (lane, day, driver).
    """
    drivers = _with_hidden_trigger(group, drivers, person, first_day, draws, seed)
    lost = DRIVER_INDEX["follicle_loss"]
    if group.mechanisms & {"androgenetic", "autoimmune"} and np.any(drivers[:, :, lost]):
        drivers = drivers.copy()
        drivers[:, :, lost] = 0.0
    if "inflammation" in group.mechanisms:
        drivers = drivers.copy()
        # The unit of the driver: one is a scalp as inflamed as its rows were set for.
        drivers[:, :, DRIVER_INDEX["perifollicular_inflammation"]] = 1.0
    if group.release_scale is None:
        return drivers
    return _scaled_release(drivers, group.release_scale)


def _with_hidden_trigger(
    group: Group, drivers: FloatArray, person: Person, first_day: int, draws: int, seed: int
) -> FloatArray:
    release = DRIVER_INDEX["anagen_release"]
    if "effluvium" not in group.mechanisms:
        if "effluvium" not in person.mechanism_probability:
            return drivers
        drivers = drivers.copy()
        drivers[:, :, release] = 0.0
        drivers[:, :, DRIVER_INDEX["anagen_destruction"]] = 0.0
        return drivers
    if group.hidden is None or not group.hidden.any():
        return drivers
    drivers = drivers.copy()
    hidden, draw = group.hidden, group.draws % draws

    def parameter(name: str) -> FloatArray:
        return sample_trait(name, draws, seed, person.patient_id)[draw]

    weeks = None
    if person.episode_years is not None:
        weeks = person.episode_years * DAYS_PER_YEAR / DAYS_PER_WEEK
    if weeks is not None and weeks > value("chronic_effluvium_weeks"):
        steady = np.where(hidden, parameter("chronic_release_per_day"), 0.0)
        drivers[:, :, release] = np.maximum(drivers[:, :, release], steady[:, None])
        return drivers
    if weeks is None:
        ago = parameter("hidden_release_weeks")
    else:
        ago = weeks + parameter("shedding_lag_weeks")
    day = np.round(-DAYS_PER_WEEK * ago).astype(np.int64) - first_day
    hit = np.flatnonzero(hidden & (day >= 0) & (day < drivers.shape[1]))
    share = np.minimum(parameter("hidden_release_fraction"), value("largest_release"))
    drivers[hit, day[hit], release] = np.maximum(drivers[hit, day[hit], release], share[hit])
    return drivers


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

    _each_block(lanes, one, workers, block)
    return record


def _each_block(
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
