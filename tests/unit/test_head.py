"""Single follicles do in the mean what the cohort scalp does, and patches stay patches."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from anagen.errors import AnagenError, InputProblems
from anagen.model.drivers import DRIVER_INDEX
from anagen.model.scalp import REGIONS
from anagen.model.scalp_day import CELL_INDEX, IMMUNE, RECORD
from anagen.pictures.readings import caption, read, stage
from anagen.simulate.advance import advance as advance_cohort
from anagen.simulate.advance import neutral_drivers
from anagen.simulate.head import HeadRun, mechanisms_of, simulate_head
from anagen.simulate.head_days import SENSITIVITIES, advance
from anagen.simulate.head_geometry import QUADRANTS, head_geometry
from anagen.simulate.head_past import start_head
from anagen.simulate.parameter_draws import TYPICAL
from anagen.simulate.person import Person
from anagen.simulate.plan import parse_plan
from anagen.simulate.regimen import Arm
from anagen.simulate.running import no_change
from anagen.simulate.twins import Lanes, build

MAN = Person("man", "male", 30.0, {"androgenetic": 1.0}, norwood="III vertex")
PATCHES = Person(
    "patches", "male", 27.0, {"autoimmune": 1.0}, salt=9.0, episode_years=0.23, patches=True
)
UNTREATED = Arm("untreated", "No treatment", as_in_trial=False)


def _arm(plan: str) -> Arm:
    return Arm("plan", plan, parse_plan(plan), as_in_trial=False)


@cache
def _patches() -> dict[str, HeadRun]:
    plan = "triamcinolone 5 mg/ml intralesional every 4 weeks x 4"
    return simulate_head(
        PATCHES, [UNTREATED, _arm(plan)], weeks=30, frames=[0, 30], follicles=30_000, cell_mm=3.0
    )


@cache
def _man() -> dict[str, HeadRun]:
    arms = [UNTREATED, _arm("finasteride 1 mg daily")]
    return simulate_head(MAN, arms, weeks=104, frames=[0, 52, 104], follicles=20_000)


@pytest.mark.parametrize("mechanism", ["effluvium", "androgenetic"])
def test_follicles_do_in_the_mean_what_the_cohort_does(mechanism: str) -> None:
    person = Person("mean", "male", 30.0, {mechanism: 1.0})
    acting = frozenset({mechanism})
    head = start_head(
        Person("mean", "male", 30.0, {}), frozenset(), follicles=60_000, cell_mm=5.0, seed=1
    )
    group = build(Lanes(person, np.array([0]), 1, TYPICAL, central=True), acting)
    # One sensitivity everywhere, so that all cells of the cohort are the same cell.
    head.group.mechanisms, head.group.diameters = acting, group.diameters
    head.group.size_factor, head.group.person = group.size_factor, group.person
    head.group.terminal_sizes = group.terminal_sizes
    head.sensitivity[:] = SENSITIVITIES - 1
    group.cells[CELL_INDEX["sensitivity"]] = 1.0
    drivers = neutral_drivers(1, 728)
    if mechanism == "effluvium":
        drivers[0, 30, DRIVER_INDEX["anagen_release"]] = 0.4
    state = head.state.copy()
    state.size[:] = 0
    shed = advance(head, state, drivers[0], 0).reshape(-1, 7).mean(axis=1) / state.stage.size
    none = np.full((728, 1), -1, dtype=np.int16)
    record = advance_cohort(group, drivers, np.zeros((728, 1)), none)
    fallen = record[1:, RECORD.index("fallen"), 0, 0]
    starts = group.layout.starts
    shown = state.alive & (
        ((state.stage >= starts[1]) & (state.stage < starts[4])) | (state.stage == starts[5])
    )
    expected = record[-1, RECORD.index("visible_total"), 0, 0]
    terminal = shown & (state.size < group.terminal_sizes)
    error = 5.0 / np.sqrt(state.stage.size)
    assert abs(shown.mean() - expected) < error
    assert abs(terminal.mean() - record[-1, RECORD.index("visible_terminal"), 0, 0]) < error
    assert shed[20:].mean() == pytest.approx(fallen[20:].mean(), rel=0.03)
    if mechanism == "effluvium":
        # Both heaps are largest at about the same week.
        assert abs(int(shed.argmax()) - int(fallen.argmax())) <= 2
        assert shed.max() == pytest.approx(fallen.max(), rel=0.15)


def test_regions_have_their_share_and_quadrants_their_side() -> None:
    place = head_geometry(20_000, 3.0)
    share = np.bincount(place.region, minlength=len(REGIONS)) / 20_000
    assert share == pytest.approx([0.13, 0.14, 0.13, 0.18, 0.18, 0.24], abs=1e-3)
    weights = np.bincount(place.quadrant) / 20_000
    assert weights == pytest.approx([0.40, 0.24, 0.18, 0.18], abs=0.01)
    assert (place.x_cm[place.quadrant == QUADRANTS.index("left")] < 0.0).all()
    assert place.y_cm[place.region == REGIONS.index("frontal")].mean() > 5.0
    assert np.array_equal(place.neighbors[place.neighbors[5, 0], 1], 5)


def test_a_smooth_field_keeps_a_constant() -> None:
    place = head_geometry(5_000, 5.0)
    assert place.smooth(np.full(place.cell_x_cm.size, 3.0), 1.2) == pytest.approx(3.0)


def test_pattern_loss_starts_at_its_stage_and_finasteride_keeps_hair() -> None:
    runs = _man()
    readings = {name: read(run, female=False) for name, run in runs.items()}
    untreated, plan = readings["untreated"], readings["plan"]
    assert untreated[0] == plan[0]
    assert untreated[0].stage == "Norwood III vertex"
    assert untreated[-1].target.terminal_per_cm2 < untreated[0].target.terminal_per_cm2
    assert plan[-1].target.terminal_per_cm2 > untreated[-1].target.terminal_per_cm2 + 10.0
    back = runs["untreated"].geometry.region == REGIONS.index("occipital")
    kept = runs["untreated"].visible[:, back].mean(axis=1)
    assert kept.min() > 0.85, "the back of the head keeps its hair"
    assert caption(untreated[0], salt=False)[0] == "Norwood III vertex"


def test_patches_start_at_their_salt_and_are_bald_inside() -> None:
    run = _patches()["untreated"]
    reading = read(run, female=False)[0]
    assert reading.salt == pytest.approx(9.0, abs=1.5)
    assert reading.stage == ""
    assert caption(reading, salt=True)[0] == f"SALT {reading.salt:.0f}"
    place = run.geometry
    count = np.bincount(place.cell)
    bare = 1.0 - np.bincount(place.cell, weights=run.visible[0]) / np.maximum(count, 1)
    assert (bare[count > 3] > 0.8).mean() < 0.12
    # Loss lies together, not scattered: beside a bald cell are bald cells.
    bald = bare > 0.7
    assert bald[place.neighbors[bald]].mean() > 4.0 * bald.mean()


def test_treatment_never_makes_an_area_worse_than_none_and_both_start_alike() -> None:
    runs = _patches()
    untreated, plan = (read(runs[name], female=False) for name in ("untreated", "plan"))
    assert untreated[0] == plan[0]
    assert plan[1].salt < untreated[1].salt


def test_the_same_request_gives_the_same_bits_in_any_company() -> None:
    alone = simulate_head(
        PATCHES, [UNTREATED], weeks=30, frames=[30, 0, 30], follicles=30_000, cell_mm=3.0
    )["untreated"]
    beside = _patches()["untreated"]
    assert alone.weeks == (0, 30)
    for name in ("visible", "length_cm", "diameter_um", "shed_per_day", "salt"):
        assert np.array_equal(getattr(alone, name), getattr(beside, name)), name


def test_immune_state_stays_within_bounds_and_a_calm_map_stays_calm() -> None:
    head = start_head(
        Person("calm", "male", 30.0, {}), frozenset(), follicles=5_000, cell_mm=5.0, seed=0
    )
    head.group.mechanisms = frozenset({"autoimmune"})
    state = head.state.copy()
    advance(head, state, neutral_drivers(1, 200)[0], 0)
    assert (state.immune >= 0.0).all()
    assert state.immune[IMMUNE.index("privilege")].min() > 0.99
    assert state.alive.all()


def test_a_shed_as_heavy_as_counted() -> None:
    mother = Person(
        "mother", "female", 30.0, {"effluvium": 1.0},
        weeks_since_delivery=18.0, hairs_shed_per_day=250.0,
    )  # fmt: skip
    run = simulate_head(mother, [UNTREATED], weeks=40, frames=[0, 40], follicles=30_000)
    reading = read(run["untreated"], female=True)
    assert reading[0].shed_per_day == pytest.approx(250.0, rel=0.1)
    assert reading[1].shed_per_day < 130.0


@pytest.mark.parametrize(
    "request_", [
        {"follicles": 10**9}, {"weeks": 26_000}, {"cell_mm": -2.0}, {"frames": [5]}, {"frames": []},
    ],
)  # fmt: skip
def test_requests_out_of_bounds_are_refused(request_: dict) -> None:
    given = {"weeks": 4, "frames": [0]} | request_
    with pytest.raises(InputProblems):
        simulate_head(MAN, [UNTREATED], **given)


def test_what_has_no_map_is_refused() -> None:
    for mechanisms in ({}, {"scarring": 1.0}):
        with pytest.raises(AnagenError, match="nothing to draw"):
            simulate_head(Person("x", "male", 30.0, mechanisms), [UNTREATED], weeks=4, frames=[0])


def test_an_attack_that_a_drug_holds_has_no_map() -> None:
    (drug,) = parse_plan("baricitinib 4 mg daily")
    running = replace(PATCHES, running=(replace(drug, start_week=-40.0),))
    ended = replace(PATCHES, ended=(replace(drug, start_week=-40.0, stop_week=-8.0),))
    for person in (running, ended):
        with pytest.raises(AnagenError, match="nothing is drawn"):
            simulate_head(person, [UNTREATED], weeks=4, frames=[0])


def test_a_running_treatment_is_in_the_past_of_a_head_and_stops_where_it_is_not_named() -> None:
    (drug,) = parse_plan("finasteride 1 mg daily")
    person = replace(MAN, running=(replace(drug, start_week=-80.0),))
    runs = simulate_head(
        person, [UNTREATED, no_change(person)], weeks=104, frames=[0, 104], follicles=20_000
    )

    def terminal(run: HeadRun) -> tuple[float, float]:
        course = [reading.target.terminal_per_cm2 for reading in read(run, female=False)]
        return course[0], course[-1]

    begun, stopped = terminal(runs["untreated"])
    same, held = terminal(runs["no_change"])
    without, _ = terminal(_man()["untreated"])
    # The head is as thin today as the person is, whatever was taken; what is stopped is lost.
    assert same == begun == pytest.approx(without, rel=0.06)
    assert stopped < held - 5.0


def test_the_most_probable_mixture_acts() -> None:
    person = Person(
        "x", "male", 30.0, {},
        mechanism_mixtures=((("androgenetic",), 0.3), (("androgenetic", "autoimmune"), 0.7)),
    )  # fmt: skip
    assert mechanisms_of(person) == {"androgenetic", "autoimmune"}


def test_stages_read_from_density() -> None:
    assert stage(0.97, "Norwood") == "Norwood I"
    assert stage(0.22, "Norwood") == "Norwood VI"
    assert stage(0.99, "Ludwig") == "Ludwig 0"
    assert stage(0.52, "Ludwig") == "Ludwig II"


@pytest.mark.parametrize("counted", ["total", "terminal"])
def test_a_head_has_the_hair_that_was_counted(counted: str) -> None:
    man = replace(MAN, **{f"{counted}_density": 120.0})
    run = simulate_head(man, [UNTREATED], weeks=1, frames=[0], follicles=20_000)["untreated"]
    target = read(run, female=False)[0].target
    assert getattr(target, f"{counted}_per_cm2") == pytest.approx(120.0)
