"""How one head came to be: pattern loss as far as its stage, then an episode or a shed, under what
was taken meanwhile.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import value
from anagen.model.drivers import DRIVER_INDEX
from anagen.model.scalp import REGIONS
from anagen.model.scalp_day import IMMUNE, PERSON_INDEX
from anagen.rng import generator, key
from anagen.simulate.advance import (
    DAYS_PER_YEAR,
    LEAST_AND_MOST_HAIR,
    LEAST_REFERENCE,
    neutral_drivers,
)
from anagen.simulate.episode import HOLDING_ATTACK
from anagen.simulate.head_days import SENSITIVITIES, advance
from anagen.simulate.head_geometry import QUADRANTS, HeadGeometry, head_geometry
from anagen.simulate.head_state import (
    Head,
    HeadState,
    salt_of,
    target_area,
    terminal,
    terminal_by_quadrant,
    visible,
    whole_scalp,
)
from anagen.simulate.parameter_draws import TYPICAL
from anagen.simulate.person import Person
from anagen.simulate.regimen import Arm
from anagen.simulate.releases import mechanism_drivers, unexplained
from anagen.simulate.run_in import run_in_days
from anagen.simulate.running import lived
from anagen.simulate.system import daily_drivers
from anagen.simulate.twins import (
    Group,
    Lanes,
    attack_days,
    build,
    hair_count,
    start_alopecia_areata,
    target_fraction,
)

FloatArray = NDArray[np.float64]

# A history of pattern loss is looked at this often and given up after so long.
HISTORY_STEP_DAYS, HISTORY_YEARS = 28, 60
# Standard normal scores of susceptibility that are tried, and how often the best is refined.
SUSCEPTIBILITY_SCORES = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)
SUSCEPTIBILITY_HALVINGS = 3


def start_head(
    person: Person, mechanisms: frozenset[str], *, follicles: int, cell_mm: float, seed: int
) -> Head:
    """The head today: pattern loss as far as its stage, then the past of an episode or a shed."""
    lanes = Lanes(person, np.array([0]), 1, TYPICAL, central=True)
    group = build(lanes, mechanisms)
    geometry = head_geometry(follicles, cell_mm)
    head = Head(
        person=person,
        group=group,
        geometry=geometry,
        sensitivity=_sensitivity(person, geometry),
        field=_susceptibility_field(person, geometry, seed),
        mark=key(seed, person.patient_id, "fate of follicles") % (1 << 63),
        state=_full_scalp(group, geometry, person, seed),
        release_scale=1.0,
        reference=np.full(len(QUADRANTS), float(group.full_visible[0])),
        last_shed=np.nan,
    )
    if "androgenetic" in mechanisms:
        head = _with_history(head, lanes)
    if "autoimmune" in mechanisms:
        # SALT scores what areata took, not what pattern loss had taken before.
        before = np.maximum(terminal_by_quadrant(head, head.state), LEAST_REFERENCE)
        return _with_episode(replace(head, reference=before), lanes)
    return _with_past(head)


def _sensitivity(person: Person, geometry: HeadGeometry) -> NDArray[np.int64]:
    """Class of androgen sensitivity of every follicle, passing smoothly between regions."""
    sex = "women" if person.sex == "female" else "men"
    of_region = np.array([value(f"sensitivity_{sex}_{name}") for name in REGIONS])
    cells = geometry.cell_x_cm.size
    count = np.maximum(np.bincount(geometry.cell, minlength=cells), 1)
    mean = np.bincount(geometry.cell, weights=of_region[geometry.region], minlength=cells) / count
    smooth = geometry.smooth(mean, value("head_sensitivity_blur_cm"))[geometry.cell]
    return np.clip(np.round(smooth * (SENSITIVITIES - 1)), 0, SENSITIVITIES - 1).astype(np.int64)


def _susceptibility_field(person: Person, geometry: HeadGeometry, seed: int) -> FloatArray:
    """Log susceptibility of every map cell about the person's own."""
    random = generator(seed, person.patient_id, "susceptibility of the map")
    noise = np.zeros(geometry.grid.shape)
    noise[:] = random.standard_normal(noise.shape)
    # White noise blurred by a Gaussian is correlated over that width times the root of two.
    width = value("head_field_correlation_mm") / 10.0 / np.sqrt(2.0)
    field = geometry.smooth(noise[geometry.grid], width)
    return value("susceptibility_field_log_sd") * field / field.std()


def _full_scalp(group: Group, geometry: HeadGeometry, person: Person, seed: int) -> HeadState:
    """Follicles spread over the stages of an undisturbed cycle."""
    random = generator(seed, person.patient_id, "stages at the start")
    count, starts = geometry.x_cm.size, group.layout.starts
    shares = np.cumsum(group.follicles[0, 0, :, 0])
    stage = np.searchsorted(shares / shares[-1], random.random(count)).astype(np.int64)
    stage = np.minimum(stage, group.layout.stages - 1)
    # Mean length of a hair is reached within the past that is run through anyway.
    mean_cm = value("linear_growth_mm_per_day") / 10.0 * value("anagen_days")
    length = np.where(
        (stage >= starts[1]) & (stage < starts[4]), random.random(count) * mean_cm, 0.0
    )
    immune = np.repeat(group.immune[:, 0], geometry.cell_x_cm.size, axis=1)
    alive = np.ones(count, dtype=bool)
    return HeadState(
        stage, np.zeros(count, dtype=np.int64), length.astype(np.float32), alive, immune
    )


def _with_history(head: Head, lanes: Lanes) -> Head:
    """Pattern loss from a full scalp until the target area, after what was taken, is as today."""
    person, group = head.person, head.group
    wanted = float(np.clip(target_fraction(lanes, group)[0], *LEAST_AND_MOST_HAIR))
    begun, day = wanted, _thin(head, wanted, -round(HISTORY_YEARS * DAYS_PER_YEAR))
    taken = person.running or person.ended
    if not taken or "autoimmune" in group.mechanisms:
        return head
    # Treatment thickens on the way to today, so hair was thinner when it began.
    days = run_in_days(person)
    drivers = drivers_of(head, lived(person), -days, 0)
    for _ in range(int(value("running_fits"))):
        trial = head.state.copy()
        advance(head, trial, drivers, -days)
        shown = max(_density(head, trial), LEAST_REFERENCE)
        begun = float(np.clip(begun * wanted / shown, *LEAST_AND_MOST_HAIR))
        day = _thin(head, begun, day)
    return head


def _thin(head: Head, wanted: float, first_day: int) -> int:
    """Untreated pattern loss from `first_day` on, in place, until the target area has this share
    of its hair or the time of a history is up. Returns the day it ends on."""
    neutral = neutral_drivers(1, HISTORY_STEP_DAYS)[0]
    for begin in range(first_day, 0, HISTORY_STEP_DAYS):
        if _density(head, head.state) <= wanted:
            return begin
        advance(head, head.state, neutral, begin)
    return 0


def _density(head: Head, state: HeadState) -> float:
    """Terminal hairs of the target area against those of a full scalp."""
    seen = terminal(head, state)[target_area(head)].mean()
    return float(seen / head.group.full_visible[0])


def _with_past(head: Head) -> Head:
    """The last months as they were: releases as strong as the shedding counted says."""
    person, group = head.person, head.group
    days = run_in_days(person)
    drivers = drivers_of(head, lived(person), -days, 0)
    counted, least = person.hairs_shed_per_day, value("explained_effect")
    if "effluvium" in group.mechanisms and counted is not None:
        shed = [
            advance(head, head.state.copy(), released(drivers, scale), -days)[-7:].mean()
            for scale in (0.0, 1.0)
        ]
        if shed[1] > shed[0] * (1.0 + least):
            scale = (counted / whole_scalp(head) - shed[0]) / (shed[1] - shed[0])
            total = max(float(drivers[:, DRIVER_INDEX["anagen_release"]].sum()), least)
            limit = value("largest_release") / total
            head = replace(head, release_scale=float(np.clip(scale, 0.0, limit)))
    drivers = released(drivers, head.release_scale)
    shed = advance(head, head.state, drivers, -days)
    if "androgenetic" in group.mechanisms:
        _meet_count(head)
    return replace(head, last_shed=float(shed[-7:].mean()) * whole_scalp(head))


def _meet_count(head: Head) -> None:
    """Makes follicles as dense as the hairs counted today ask for, in place."""
    group, counted = head.group, hair_count(head.person)
    if counted is None:
        return
    seen = visible if head.person.terminal_density is None else terminal
    shown = max(float(seen(head, head.state)[target_area(head)].mean()), LEAST_REFERENCE)
    ratio = counted / (group.density * shown)
    group.density = group.density * ratio
    if "effluvium" not in group.mechanisms or head.person.hairs_shed_per_day is None:
        group.head = group.head * ratio


def released(drivers: FloatArray, scale: float) -> FloatArray:
    """Drivers (day, driver) with every release of hairs made stronger or weaker."""
    scaled = drivers.copy()
    scaled[:, DRIVER_INDEX["anagen_release"]] *= scale
    return scaled


def _with_episode(head: Head, lanes: Lanes) -> Head:
    """An episode lived from its first patches, or as far back as the cohort lives it, to today.

    Susceptibility is what fits best: of a few trials the one least far from the usual and from the
    SALT measured, each against its spread, as the twins of the cohort are weighed.
    """
    person, group = head.person, head.group
    salt = value("salt_unknown") if person.salt is None else person.salt
    years = value("episode_years_unknown") if person.episode_years is None else person.episode_years
    days = np.array([max(years * DAYS_PER_YEAR, 7.0)])
    longest = 7 * int(value("run_in_weeks"))
    start_alopecia_areata(group, lanes, np.array([salt]), days, longest)
    episode = float(attack_days(lanes, np.array([years * DAYS_PER_YEAR]))[0])
    begin = _settled_patches if episode > longest else _first_patches
    days = int(np.clip(round(episode), 14, longest))
    drivers = drivers_of(head, lived(person), -days, 0)
    own = group.person[PERSON_INDEX["log_susceptibility"]]
    usual = float(own[0])
    limited = salt < value("limited_salt")
    spread = value("susceptibility_limited_log_sd" if limited else "susceptibility_log_sd")

    def misfit(score: float) -> float:
        """How far a susceptibility is from the usual one and its SALT today from the measured."""
        own[0] = usual + spread * score
        trial = head.state.copy()
        begin(head, trial, salt)
        advance(head, trial, drivers, -days)
        reached = salt_of(head, trial).mean_of_scalp
        # Susceptibility is searched finely, so only the reading's own error is allowed for.
        return score**2 + ((reached - salt) / value("salt_reading_sd")) ** 2

    scores = {score: misfit(score) for score in SUSCEPTIBILITY_SCORES}
    step = 0.5 * (SUSCEPTIBILITY_SCORES[1] - SUSCEPTIBILITY_SCORES[0])
    for _ in range(SUSCEPTIBILITY_HALVINGS):
        best = min(scores, key=lambda score: scores[score])
        for score in (best - step, best + step):
            scores[score] = misfit(score)
        step *= 0.5
    own[0] = usual + spread * min(scores, key=lambda score: scores[score])
    begin(head, head.state, salt)
    shed = advance(head, head.state, drivers, -days)
    return replace(head, last_shed=float(shed[-7:].mean()) * whole_scalp(head))


def _first_patches(head: Head, state: HeadState, lost: float) -> None:
    """Effector cells where susceptibility is highest, in as many places as an episode starts.

    Attack begins on a part of the skin that is bald today (`lost`, % of the scalp).
    """
    place = head.geometry
    x, y = place.cell_x_cm, place.cell_y_cm
    area = place.cell_x_cm.size * place.cell_cm**2
    begun = value("head_first_patch_share") * min(lost, 100.0) / 100.0 * area
    radius = np.sqrt(begun / np.pi / round(value("head_first_patches")))
    chosen: list[int] = []
    # Patches at the rim would hardly be seen from above.
    inner = (x / np.abs(x).max()) ** 2 + (y / np.abs(y).max()) ** 2 < 0.6
    order = np.argsort(-np.where(inner, head.field, -np.inf), kind="stable")
    for cell in order:
        if len(chosen) == round(value("head_first_patches")) or not inner[cell]:
            break
        apart = value("head_patch_distance_cm")
        if all(np.hypot(x[cell] - x[c], y[cell] - y[c]) > apart for c in chosen):
            chosen.append(int(cell))
    brought = head.group.person[PERSON_INDEX["new_patch_effector"], 0]
    for cell in chosen:
        near = np.hypot(x - x[cell], y - y[cell]) < radius
        state.immune[IMMUNE.index("effector"), near] += brought


def _settled_patches(head: Head, state: HeadState, lost: float) -> None:
    """Skin long bald: `lost` % of the scalp where susceptibility is highest, with its memory.

    The state of the skin is that in which the cohort starts a long episode.
    """
    cells = head.geometry.cell_x_cm.size
    order = np.argsort(-head.field, kind="stable")
    bald = np.zeros(cells, dtype=np.bool_)
    bald[order[: round(cells * min(lost, 100.0) / 100.0)]] = True
    # Rows of the cohort's first patch, set with the person's episode.
    state.immune[:, bald] = head.group.immune[:, 0]
    hit = bald[head.geometry.cell]
    state.stage[hit] = head.group.layout.starts[6]
    state.length_cm[hit] = 0.0


def attack_was_held(person: Person) -> bool:
    """Whether a drug holds the attack, or held it in the past that would be simulated."""
    days = run_in_days(person)
    past = daily_drivers(person, lived(person), start_day=-days, end_day=0, draws=1, seed=TYPICAL)
    return bool(past[0][:, HOLDING_ATTACK].any())


def drivers_of(head: Head, arm: Arm, first_day: int, end_day: int) -> FloatArray:
    """Drivers of this head, what its mechanisms switch included. Shape: (day, driver)."""
    raw = daily_drivers(
        head.person, arm, start_day=first_day, end_day=end_day, draws=1, seed=TYPICAL
    )
    if head.group.hidden is None and first_day < 0:
        head.group.hidden = unexplained(head.group, raw)
    return mechanism_drivers(head.group, raw, head.person, first_day, 1, TYPICAL)[0]
