"""One head of single follicles on a map: how it came to be, and how it goes on under one arm.

The person is the typical one who fits the record: every parameter at its central value, chance only
in what happens to each follicle. Drivers and hazards are those of the cohort scalp; effector and
regulatory cells spread through the skin where the cohort mixes them in one pool.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import value
from anagen.errors import AnagenError, InputProblems, Problem
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
from anagen.model.scalp import REGIONS
from anagen.model.scalp_day import CELL_INDEX, IMMUNE, PERSON_INDEX
from anagen.rng import generator, key
from anagen.simulate.advance import DAYS_PER_YEAR, LEAST_REFERENCE, neutral_drivers
from anagen.simulate.head_geometry import QUADRANTS, HeadGeometry, head_geometry
from anagen.simulate.parameter_draws import TYPICAL
from anagen.simulate.person import Person
from anagen.simulate.regimen import Arm
from anagen.simulate.releases import mechanism_drivers, unexplained
from anagen.simulate.run_in import run_in_days
from anagen.simulate.system import daily_drivers
from anagen.simulate.twins import (
    MECHANISMS,
    Group,
    Lanes,
    attack_days,
    build,
    stage_parameter,
    start_alopecia_areata,
)

FloatArray = NDArray[np.float64]
Float32Array = NDArray[np.float32]
Progress = Callable[[int, int, str], None]

FOLLICLES = (1_000, 200_000)
WEEKS = (1, 2080)
CELL_MM = (1.0, 5.0)
# Classes of androgen sensitivity from none to the largest; finer than any row is known.
SENSITIVITIES = 33
# Below this share of the area of a cell, diffusion over one day is stable.
STABLE = 0.2
UNTREATED = Arm("untreated", "No treatment", as_in_trial=False)
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
    "privilege_collapse_days",
)
# A history of pattern loss is looked at this often and given up after so long.
HISTORY_STEP_DAYS, HISTORY_YEARS = 28, 60
# Standard normal scores of susceptibility that are tried, and how often the best is refined.
SUSCEPTIBILITY_SCORES = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)
SUSCEPTIBILITY_HALVINGS = 3
LARGEST_RELEASE_SCALE = 20.0


@dataclass(slots=True)
class HeadState:
    """What changes from day to day: arrays (follicle,) and `immune` (quantity, cell)."""

    stage: NDArray[np.int64]
    size: NDArray[np.int64]
    length_cm: Float32Array
    alive: NDArray[np.bool_]
    immune: FloatArray

    def copy(self) -> HeadState:
        """The same state, free to go another way."""
        return HeadState(
            self.stage.copy(),
            self.size.copy(),
            self.length_cm.copy(),
            self.alive.copy(),
            self.immune.copy(),
        )


@dataclass(frozen=True, slots=True)
class HeadRun:
    """One arm of one head. `weeks` are those asked for; arrays have shape (week, follicle).

    `visible` hairs stand out of the skin, `growing` are in anagen; `length_cm` and `diameter_um`
    are of the hair where there is one. `shed_per_day` (week,) is the mean of the week before over
    the whole scalp, `salt` (week,) and `salt_by_quadrant` (week, quadrant) in %. `target` marks the
    follicles of the target area; `follicles_per_cm2` before any loss; `full_visible` is the share
    of follicles that show a terminal hair without loss. `mechanisms` are those at work.
    """

    geometry: HeadGeometry
    mechanisms: frozenset[str]
    weeks: tuple[int, ...]
    visible: NDArray[np.bool_]
    growing: NDArray[np.bool_]
    length_cm: Float32Array
    diameter_um: Float32Array
    shed_per_day: FloatArray
    salt: FloatArray
    salt_by_quadrant: FloatArray
    target: NDArray[np.bool_]
    follicles_per_cm2: float
    full_visible: float
    terminal_um: float


@dataclass(frozen=True, slots=True)
class Head:
    """One person's head today, from which every arm goes on. `reference` (quadrant,) is the share
    of follicles with a terminal hair that counts as SALT 0."""

    person: Person
    group: Group
    geometry: HeadGeometry
    sensitivity: NDArray[np.int64]
    field: FloatArray
    mark: int
    state: HeadState
    release_scale: float
    reference: FloatArray
    last_shed: float


def mechanisms_of(person: Person) -> frozenset[str]:
    """The mechanisms of the person's most probable mixture of causes."""
    if person.mechanism_mixtures:
        names, _ = max(person.mechanism_mixtures, key=lambda item: item[1])
        return frozenset(names) & frozenset(MECHANISMS)
    likely = {n for n, p in person.mechanism_probability.items() if p >= 0.5}
    return frozenset(likely) & frozenset(MECHANISMS)


def simulate_head(
    person: Person,
    arms: Sequence[Arm],
    *,
    weeks: int,
    frames: Sequence[int],
    follicles: int = 100_000,
    cell_mm: float = 2.0,
    seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, HeadRun]:
    """Every arm from the same head of today, by id of the arm, at the weeks `frames`.

    Raises InputProblems for a request out of bounds and AnagenError when no mechanism of the person
    can be put on a map, both before any work.
    """
    _check(weeks, frames, follicles, cell_mm)
    acting = mechanisms_of(person)
    if not acting:
        raise AnagenError("the most probable cause of this hair loss has no model: nothing to draw")
    if "scarring" in acting:
        raise AnagenError("scarring has no map yet: nothing to draw")
    total = len(arms) * weeks + weeks
    if progress:
        progress(0, total, "the past up to today (a first run also compiles the model)")
    head = start_head(person, acting, follicles=follicles, cell_mm=cell_mm, seed=seed)
    runs = {}
    for number, arm in enumerate(arms, start=1):

        def told(week: int, begun: int = number, label: str = arm.label) -> None:
            if progress:
                progress(begun * weeks + week, total, label)

        runs[arm.id] = run_arm(head, arm, frames=frames, weeks=weeks, told=told)
    return runs


def _check(weeks: int, frames: Sequence[int], follicles: int, cell_mm: float) -> None:
    asked = {
        "weeks": (weeks, WEEKS),
        "follicles": (follicles, FOLLICLES),
        "cell_mm": (cell_mm, CELL_MM),
        **{f"frames[{i}]": (week, (0, weeks)) for i, week in enumerate(frames)},
    }
    problems = [
        Problem("head", name, f"{number:g}", "is out of bounds", f"{low:g} to {high:g}")
        for name, (number, (low, high)) in asked.items()
        if not low <= number <= high
    ]
    if not frames:
        problems.append(Problem("head", "frames", "", "is empty", "one week or more"))
    if problems:
        raise InputProblems(problems)


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
        head = _with_history(head)
    if "autoimmune" in mechanisms:
        # SALT scores what areata took, not what pattern loss had taken before.
        before = np.maximum(_terminal_by_quadrant(head, head.state), LEAST_REFERENCE)
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


def _with_history(head: Head) -> Head:
    """Untreated pattern loss from a full scalp until the target area is as thin as today."""
    person, group = head.person, head.group
    if person.terminal_density is not None:
        full = float(group.density[0] * group.full_visible[0])
        wanted = float(np.clip(person.terminal_density / full, 0.02, 0.98))
    else:
        wanted = value(stage_parameter(person))
    neutral = neutral_drivers(1, HISTORY_STEP_DAYS)[0]
    target = _target(head)
    first = -round(HISTORY_YEARS * DAYS_PER_YEAR)
    for begin in range(first, 0, HISTORY_STEP_DAYS):
        seen = _terminal(head, head.state)[target].mean() / group.full_visible[0]
        if seen <= wanted:
            break
        advance(head, head.state, neutral, begin)
    return head


def _with_past(head: Head) -> Head:
    """The last months as they were: releases as strong as the shedding counted says."""
    person, group = head.person, head.group
    days = run_in_days(person)
    drivers = _drivers(head, UNTREATED, -days, 0)
    counted = person.hairs_shed_per_day
    if "effluvium" in group.mechanisms and counted is not None:
        shed = [
            advance(head, head.state.copy(), _released(drivers, scale), -days)[-7:].mean()
            for scale in (0.0, 1.0)
        ]
        if shed[1] > shed[0] * (1.0 + value("explained_effect")):
            scale = (counted / _whole(head) - shed[0]) / (shed[1] - shed[0])
            most = drivers[:, DRIVER_INDEX["anagen_release"]].max()
            limit = min(LARGEST_RELEASE_SCALE, value("largest_release") / max(most, 1e-9))
            head = replace(head, release_scale=float(np.clip(scale, 0.0, limit)))
    drivers = _released(drivers, head.release_scale)
    shed = advance(head, head.state, drivers, -days)
    return replace(head, last_shed=float(shed[-7:].mean()) * _whole(head))


def _released(drivers: FloatArray, scale: float) -> FloatArray:
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
    drivers = _drivers(head, UNTREATED, -days, 0)
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
        reached = _salt(head, trial).mean_of_scalp
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
    return replace(head, last_shed=float(shed[-7:].mean()) * _whole(head))


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


def _drivers(head: Head, arm: Arm, first_day: int, end_day: int) -> FloatArray:
    """Drivers of this head, what its mechanisms switch included. Shape: (day, driver)."""
    raw = daily_drivers(
        head.person, arm, start_day=first_day, end_day=end_day, draws=1, seed=TYPICAL
    )
    if head.group.hidden is None and first_day < 0:
        head.group.hidden = unexplained(head.group, raw)
    return mechanism_drivers(head.group, raw, head.person, first_day, 1, TYPICAL)[0]


def run_arm(
    head: Head, arm: Arm, *, frames: Sequence[int], weeks: int, told: Callable[[int], None]
) -> HeadRun:
    """One arm from today to `weeks`; `told` is called after every week."""
    state = head.state.copy()
    drivers = _released(_drivers(head, arm, 0, 7 * weeks), head.release_scale)
    chosen = tuple(sorted(set(frames)))
    taken: list[dict[str, Any]] = []
    shed, salt = [], []
    last = head.last_shed
    for week in range(weeks + 1):
        if week in chosen:
            taken.append(_picture(head, state))
            shed.append(last)
            salt.append(_salt(head, state))
        if week == weeks:
            break
        span = slice(7 * week, 7 * week + 7)
        last = float(advance(head, state, drivers[span], 7 * week).mean()) * _whole(head)
        told(week + 1)
    return HeadRun(
        geometry=head.geometry,
        mechanisms=head.group.mechanisms,
        weeks=chosen,
        visible=np.array([one["visible"] for one in taken]),
        growing=np.array([one["growing"] for one in taken]),
        length_cm=np.array([one["length_cm"] for one in taken]),
        diameter_um=np.array([one["diameter_um"] for one in taken]),
        shed_per_day=np.array(shed),
        salt=np.array([one.mean_of_scalp for one in salt]),
        salt_by_quadrant=np.array([one.of_quadrant for one in salt]),
        target=_target(head),
        follicles_per_cm2=float(head.group.density[0]),
        full_visible=float(head.group.full_visible[0]),
        terminal_um=value("terminal_diameter_um"),
    )


def _picture(head: Head, state: HeadState) -> dict[str, Any]:
    starts = head.group.layout.starts
    return {
        "visible": _visible(head, state),
        "growing": state.alive & (state.stage >= starts[1]) & (state.stage < starts[2]),
        "length_cm": state.length_cm.copy(),
        "diameter_um": head.group.diameters[state.size].astype(np.float32),
    }


@dataclass(frozen=True, slots=True)
class _Salt:
    mean_of_scalp: float
    of_quadrant: FloatArray


def _salt(head: Head, state: HeadState) -> _Salt:
    """Terminal hair lost in %, against what counts as no loss; quadrants carry their area."""
    kept = np.minimum(_terminal_by_quadrant(head, state) / head.reference, 1.0)
    lost = 100.0 * (1.0 - kept)
    share = np.bincount(head.geometry.quadrant, minlength=len(QUADRANTS))
    return _Salt(float(lost @ share / share.sum()), lost)


def _terminal_by_quadrant(head: Head, state: HeadState) -> FloatArray:
    seen = _terminal(head, state)
    quadrant = head.geometry.quadrant
    return np.bincount(quadrant, weights=seen, minlength=len(QUADRANTS)) / np.bincount(
        quadrant, minlength=len(QUADRANTS)
    )


def _visible(head: Head, state: HeadState) -> NDArray[np.bool_]:
    starts = head.group.layout.starts
    cycling = (state.stage >= starts[1]) & (state.stage < starts[4])
    return state.alive & (cycling | (state.stage == starts[5]))


def _terminal(head: Head, state: HeadState) -> NDArray[np.bool_]:
    return _visible(head, state) & (state.size < head.group.terminal_sizes)


def _target(head: Head) -> NDArray[np.bool_]:
    """Where hair is counted: frontal and mid scalp in women, vertex in men."""
    women = ("frontal", "mid_scalp")
    wanted = women if head.person.sex == "female" else ("vertex",)
    return np.isin(head.geometry.region, [REGIONS.index(name) for name in wanted])


def _whole(head: Head) -> float:
    """Follicles of the person's scalp for each follicle simulated."""
    return float(head.group.head[0]) / head.geometry.x_cm.size


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
