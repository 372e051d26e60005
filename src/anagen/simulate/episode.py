"""An episode of alopecia areata: candidates run up to today, kept by fit; what is to come."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import value
from anagen.model.drivers import DRIVER_INDEX
from anagen.model.scalp_day import FALLEN, PERSON_INDEX, RECORD
from anagen.rng import generator
from anagen.simulate.advance import (
    DAYS_PER_WEEK,
    DAYS_PER_YEAR,
    LEAST_REFERENCE,
    advance,
    no_seeds,
)
from anagen.simulate.parameter_draws import PEOPLE_PER_SET, from_normal
from anagen.simulate.person import Person
from anagen.simulate.run_in import treated_weeks
from anagen.simulate.twins import (
    Group,
    Lanes,
    attack_days,
    set_patch_area,
    start_alopecia_areata,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Drivers that drugs alone move and that hold an attack on the hair; 0 without them.
HOLDING_ATTACK = [
    DRIVER_INDEX[name]
    for name in ("jak1_2_block", "jak1_3_block", "glucocorticoid", "antigenic_competition")
]


def run_episode(
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
    seeds = no_seeds(span, wide.size)
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
    held = np.flatnonzero(np.any([drivers[:, -span:, d].any(axis=0) for d in HOLDING_ATTACK], 0))
    if before is not None:
        treated = span - held[0] if held.size else int(treated_weeks(person)) * DAYS_PER_WEEK
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


def without_areata(group: Group) -> Group:
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
    calm, none = np.zeros((days, lanes)), no_seeds(days, lanes)
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


def new_patches(
    group: Group, person: Person, days: int, draws: int, seed: int
) -> NDArray[np.int16]:
    """Cell where a trigger starts a new patch that day, or -1: same in every arm.

    Shape: (day, lane).
    """
    seeds = no_seeds(days, group.draws.size)
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
