"""Every system of the body: what a lack, an excess, the year and the years may and may not do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anagen.catalog.parameters import load_parameters, value
from anagen.model import endocrine, events, nutrition
from anagen.model.drivers import DRIVER_INDEX, DRIVERS
from anagen.model.scalp import REGIONS
from anagen.model.scalp_day import CELL_INDEX, PERSON_INDEX, RECORD
from anagen.simulate.advance import advance, neutral_drivers
from anagen.simulate.cohort import start_cohort
from anagen.simulate.forecast import UNTREATED, forecast
from anagen.simulate.parameter_draws import TYPICAL
from anagen.simulate.person import Person, Perturbation
from anagen.simulate.regimen import Arm, Regimen
from anagen.simulate.releases import mechanism_drivers
from anagen.simulate.system import daily_drivers
from anagen.simulate.twins import Lanes, build, patch_regions, start_alopecia_areata

REPLETE = Person(
    "replete", "female", 30.0, {"effluvium": 1.0}, ferritin_ug_per_l=90.0,
    vitamin_d_nmol_per_l=80.0, zinc_umol_per_l=14.0, tsh_miu_per_l=1.5,
)  # fmt: skip
NEUTRAL = np.array([driver.neutral for driver in DRIVERS.values()])
YEAR = 365.25


def drivers(person: Person, arm: Arm = UNTREATED, *, draws: int = 25, seed: int = 0, days=100):
    return daily_drivers(person, arm, start_day=-10, end_day=days, draws=draws, seed=seed)


def column(person: Person, name: str, **options) -> np.ndarray:
    return drivers(person, **options)[:, :, DRIVER_INDEX[name]]


def limit(nutrient: str) -> float:
    return value(f"{nutrient}_lower_limit")


# Nutrients.


@given(st.sampled_from(nutrition.LACKING), st.floats(1.0, 1.8), st.integers(0, 3))
@settings(max_examples=20, deadline=None)
def test_a_replete_nutrient_is_no_nutrient_to_the_bit(nutrient, times, seed) -> None:
    person = replace(REPLETE, nutrients={nutrient: times * limit(nutrient)})
    assert np.array_equal(drivers(person, seed=seed), drivers(REPLETE, seed=seed))


@pytest.mark.parametrize("nutrient", nutrition.LACKING)
def test_a_lack_never_lengthens_anagen_and_a_deeper_one_shortens_it_more(nutrient: str) -> None:
    levels = [
        column(replace(REPLETE, nutrients={nutrient: share * limit(nutrient)}), "anagen_log")
        for share in (1.0, 0.6, 0.2)
    ]
    assert np.all(levels[0] == 0.0)
    assert np.all(levels[1] <= 0.0)
    assert np.all(levels[2] <= levels[1])
    assert levels[2].min() < levels[1].min() < 0.0


@pytest.mark.parametrize(
    ("field", "low", "enough", "driver"),
    [
        ("ferritin_ug_per_l", 8.0, "iron_replete", "anagen_log"),
        ("zinc_umol_per_l", 6.0, "zinc_lower_limit", "anagen_log"),
        ("vitamin_d_nmol_per_l", 15.0, "vitamin_d_sufficient", "regulatory_tone_log"),
    ],
)
def test_iron_zinc_and_vitamin_d_lower_when_low_and_do_nothing_beyond_enough(
    field: str, low: float, enough: str, driver: str
) -> None:
    typical = {"draws": 1, "seed": TYPICAL}
    assert column(replace(REPLETE, **{field: low}), driver, **typical).max() < 0.0
    for times in (1.0, 2.0, 10.0):
        person = replace(REPLETE, **{field: times * value(enough)})
        assert np.array_equal(drivers(person), drivers(REPLETE))


@pytest.mark.parametrize("nutrient", nutrition.EXCESSIVE)
def test_an_excess_releases_hair_and_a_larger_one_no_less(nutrient: str) -> None:
    upper = value(f"{nutrient}_upper_limit")
    full = value(f"{nutrient}_excess_full")
    at = {
        level: column(replace(REPLETE, nutrients={nutrient: level}), "anagen_release")
        for level in (upper, (upper + full) / 2.0, full, 3.0 * full)
    }
    none, some, most, beyond = at.values()
    assert np.all(none == 0.0)
    assert np.all(some > 0.0)
    assert np.all(most > some)
    assert np.array_equal(beyond, most), "full is full"


def test_too_many_supplements_release_hair_and_usual_ones_do_nothing() -> None:
    usual = replace(REPLETE, nutrient_intakes={"vitamin_a": 800.0, "selenium": 55.0})
    assert np.array_equal(drivers(usual), drivers(REPLETE))
    for nutrient, amount in (("vitamin_a", 15_000.0), ("selenium", 1000.0)):
        released = [
            column(replace(REPLETE, nutrient_intakes={nutrient: dose}), "anagen_release")
            for dose in (amount, 2.0 * amount)
        ]
        assert released[0].mean() > 0.0
        assert np.all(released[1] >= released[0])
    measured = replace(REPLETE, nutrients={"selenium": 90.0}, nutrient_intakes={"selenium": 1000.0})
    assert np.array_equal(drivers(measured), drivers(REPLETE)), "a level holds what is taken"


@given(st.floats(0.0, 1e4), st.floats(0.0, 1e4), st.floats(0.1, 50.0))
@settings(max_examples=50, deadline=None)
def test_tablets_raise_a_level_and_none_leave_it_exactly(dose, more, start) -> None:
    low, high = sorted((dose, more))
    rows = (np.array([start]), np.array([0.3]), np.array([20.0]))
    one, two, none = (
        nutrition.level_course(np.full((40, 1), intake), *rows) for intake in (low, high, 0.0)
    )
    assert np.all(none == start)
    assert np.all(two >= one)
    assert np.all(one >= start)


def test_a_lack_is_mended_by_tablets_and_never_turned_into_a_gain() -> None:
    intake = np.full((2000, 1), 1000.0)
    level = nutrition.level_course(intake, np.array([60.0]), np.array([2.0]), np.array([360.0]))
    effect = nutrition.lack_anagen_log(level, np.array([148.0]), np.array([-0.1]))
    assert effect[0] < 0.0
    assert np.all(effect[-1] == 0.0)
    assert np.all(effect <= 0.0)


def test_biotin_for_somebody_who_has_enough_does_nothing() -> None:
    person = replace(REPLETE, nutrients={"biotin": 500.0})
    biotin = Arm("b", "b", (Regimen("biotin", 5.0, "mg", 1.0),))
    assert np.array_equal(drivers(person, biotin), drivers(REPLETE))


# Season and age.


@given(st.floats(0.0, YEAR), st.floats(0.01, 0.9), st.floats(-400.0, 400.0))
@settings(max_examples=50, deadline=None)
def test_the_season_has_the_period_of_a_year_and_turns_at_the_equator(visit, amplitude, day):
    rows = (np.array([130.0]), np.array([amplitude]))
    north, south = np.zeros(1), np.ones(1)
    here = events.season_log(np.array([day]), visit, north, *rows)
    assert events.season_log(np.array([day + YEAR]), visit, north, *rows) == pytest.approx(here)
    half = events.season_log(np.array([day + YEAR / 2]), visit, south, *rows)
    assert half == pytest.approx(here)
    year = np.arange(0.0, YEAR, YEAR / 1461)
    hazard = np.exp(-events.season_log(year, visit, north, *rows))
    assert hazard.mean() == pytest.approx(1.0, rel=1e-9), "the year as a whole changes nothing"


def test_no_date_no_season_and_the_same_season_in_every_arm() -> None:
    assert np.all(column(REPLETE, "season_log") == 0.0)
    dated = replace(REPLETE, visit_day_of_year=200.0, southern=False)
    arm = Arm("f", "f", (Regimen("finasteride", 1.0, "mg", 1.0),))
    season = column(dated, "season_log", days=400)
    assert np.array_equal(season, drivers(dated, arm, days=400)[:, :, DRIVER_INDEX["season_log"]])
    assert np.ptp(season, axis=1).min() > 0.0


def test_telogen_is_highest_in_july_in_the_north_and_in_january_in_the_south() -> None:
    healthy = replace(REPLETE, mechanism_mixtures=(((), 1.0),), visit_day_of_year=0.0)
    month = {}
    for southern in (False, True):
        person = replace(healthy, southern=southern)
        values = forecast(person, (UNTREATED,), weeks=52, draws=20).arms["untreated"].values
        week = int(values["telogen_percent"].mean(axis=0)[1:].argmax()) + 1
        month[southern] = 12.0 * 7.0 * week / YEAR
    # Between mid June and mid August, and half a year away.
    assert 5.5 < month[False] < 7.5
    assert abs((month[True] - month[False]) % 12.0 - 6.0) < 1.0


def test_a_healthy_scalp_has_thick_hairs_most_of_which_grow() -> None:
    healthy = replace(REPLETE, mechanism_mixtures=(((), 1.0),))
    values = forecast(healthy, (UNTREATED,), weeks=52, draws=50).arms["untreated"].values
    assert values["hair_diameter"] == pytest.approx(value("size_class_1_um"))
    # 80 to 90 % in textbooks; growing and resting hairs leave a few in catagen.
    assert 80.0 < values["anagen_percent"].mean() < 92.0
    rest = values["anagen_percent"] + values["telogen_percent"]
    assert rest.min() > 90.0
    assert rest.max() < 100.0


def test_age_takes_follicles_from_an_age_on_and_never_gives_any() -> None:
    young = replace(REPLETE, age_years=30.0, ages=True)
    old = replace(REPLETE, age_years=60.0, ages=True)
    assert np.all(column(young, "follicle_loss") == 0.0)
    assert np.all(column(old, "follicle_loss") > 0.0)
    assert np.all(column(replace(old, ages=False), "follicle_loss") == 0.0)
    turning = replace(REPLETE, age_years=value("ageing_onset_years") - 0.1, ages=True)
    loss = column(turning, "follicle_loss")
    assert np.all(loss[:, 0] == 0.0)
    assert np.all(loss[:, -1] > 0.0)


def test_age_is_not_added_to_losses_whose_fitted_course_holds_it() -> None:
    for mechanism, counted in (("androgenetic", 0), ("autoimmune", 0), ("effluvium", 1)):
        person = replace(
            REPLETE, age_years=60.0, ages=True, mechanism_probability={mechanism: 1.0}, salt=20.0
        )
        group = build(Lanes(person, np.arange(5), 5, 0), frozenset({mechanism}))
        own = mechanism_drivers(group, drivers(person, draws=5), person, 0, 5, 0)
        assert np.any(own[:, :, DRIVER_INDEX["follicle_loss"]] > 0.0) == bool(counted)


# Hormones.


def test_losing_the_protection_by_oestrogen_never_thickens_hair() -> None:
    woman = Person(
        "w", "female", 49.0, {"androgenetic": 1.0}, sinclair_stage=2, postmenopausal=False
    )
    kept = forecast(woman, (UNTREATED,), weeks=104, draws=15).arms["untreated"].values
    near = replace(woman, menopause_ahead="near")
    lost = forecast(near, (UNTREATED,), weeks=104, draws=15).arms["untreated"].values
    for name in ("hair_mass", "terminal_density"):
        assert np.all(lost[name] <= kept[name] + 1e-9), name
    assert lost["hair_mass"][:, -1].mean() < kept["hair_mass"][:, -1].mean()


def test_menopause_acts_on_women_who_are_told_to_be_before_it() -> None:
    woman = Person("w", "female", 49.0, {"androgenetic": 1.0})
    drive = {
        "unknown": column(woman, "androgen_drive_log", days=1500),
        "past": column(replace(woman, postmenopausal=True), "androgen_drive_log", days=1500),
        "near": column(replace(woman, menopause_ahead="near"), "androgen_drive_log", days=1500),
        "later": column(replace(woman, menopause_ahead="later"), "androgen_drive_log", days=1500),
        "young": column(
            replace(woman, age_years=25.0, menopause_ahead="later"), "androgen_drive_log", days=1500
        ),
        "man": column(
            replace(woman, sex="male", menopause_ahead="near"), "androgen_drive_log", days=1500
        ),
    }
    for name in ("unknown", "past", "young", "man"):
        assert np.all(drive[name] == 0.0), name
    for name in ("near", "later"):
        assert np.all(np.diff(drive[name], axis=1) >= 0.0), name
        assert drive[name][:, -1].mean() > 0.0, name
    assert drive["near"].mean() > drive["later"].mean()


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
@settings(max_examples=50, deadline=None)
def test_hormone_therapy_gives_back_at_most_what_was_lost(lost, today, replaced) -> None:
    lost, today = max(lost, today), min(lost, today)
    gone, now, back = (np.array([[x]]) for x in (lost, today, replaced))
    full = np.array([0.2])
    log = endocrine.oestrogen_drive_log(gone, now, back, full)
    without = endocrine.oestrogen_drive_log(gone, now, np.zeros((1, 1)), full)
    assert without >= 0.0
    assert log <= without
    assert log >= -0.2 * today - 1e-12


def test_a_stronger_drive_never_thickens_and_a_weaker_one_never_thins() -> None:
    person = Person("d", "female", 45.0, {"androgenetic": 1.0}, sinclair_stage=3)
    group = start_cohort(person, neutral_drivers(6, 182), 6, 0, workers=1)[0]
    mass = []
    for log in (-0.5, 0.0, 0.5):
        twin = group.take(np.arange(6), group.draws)
        course = neutral_drivers(6, 364)
        course[:, :, DRIVER_INDEX["androgen_drive_log"]] = log
        calm, none = np.zeros((364, 6)), np.full((364, 6), -1, np.int16)
        record = advance(twin, course, calm, none, workers=1)
        mass.append(record[-1, RECORD.index("growing_mass")])
    assert np.all(mass[0] >= mass[1] - 1e-12)
    assert np.all(mass[1] >= mass[2] - 1e-12)
    assert mass[0].sum() > mass[2].sum()


def _after_years_of_pattern_loss(sex: str, gain: float = 1.0) -> np.ndarray:
    """Growing mass of each region after four years, share of the full scalp. Shape: (cell,)."""
    person = Person("genes", sex, 40.0, {"androgenetic": 1.0})
    lanes = Lanes(person, np.array([0]), 1, 0, central=True)
    group = build(lanes, frozenset({"androgenetic"}))
    group.person[PERSON_INDEX["androgen_gain"]] *= gain
    days = 4 * 364
    record = advance(
        group, neutral_drivers(1, days), np.zeros((days, 1)),
        np.full((days, 1), -1, np.int16), workers=1,
    )  # fmt: skip
    mass = record[:, RECORD.index("growing_mass"), :, 0]
    return mass[-1] / mass[0]


def test_a_stronger_inherited_gain_thins_faster() -> None:
    weak, usual, strong = (_after_years_of_pattern_loss("male", gain) for gain in (0.7, 1.0, 1.3))
    assert np.all(weak >= usual)
    assert np.all(usual >= strong)
    assert weak[REGIONS.index("vertex")] > 1.1 * strong[REGIONS.index("vertex")]


def test_women_thin_over_the_midline_and_men_at_front_and_vertex() -> None:
    men = dict(zip(REGIONS, _after_years_of_pattern_loss("male"), strict=True))
    women = dict(zip(REGIONS, _after_years_of_pattern_loss("female"), strict=True))
    assert min(men, key=men.__getitem__) in ("vertex", "frontal")
    assert min(women, key=women.__getitem__) == "mid_scalp"
    assert max(men, key=men.__getitem__) == max(women, key=women.__getitem__) == "occipital"
    assert men["occipital"] > 0.98
    # The back is not quite spared in women, and the front thins less than the midline.
    assert women["occipital"] < men["occipital"]
    assert women["frontal"] > women["mid_scalp"]


@pytest.mark.parametrize("tsh", [40.0, 0.01])
def test_thyroid_lack_and_excess_shed_more_than_a_normal_thyroid(tsh: float) -> None:
    ill = replace(REPLETE, tsh_miu_per_l=tsh, free_t4_pmol_per_l=5.0 if tsh > 1.0 else 45.0)
    well = replace(REPLETE, tsh_miu_per_l=1.5)
    shed = {
        name: forecast(person, (UNTREATED,), weeks=1, draws=10).arms["untreated"].values
        for name, person in (
            ("ill", replace(ill, episode_years=1.0)),
            ("well", replace(well, mechanism_probability={}, mechanism_mixtures=(((), 1.0),))),
        )
    }
    assert np.all(shed["ill"]["shed_ratio"][:, -1] > shed["well"]["shed_ratio"][:, -1])


# Events.


@pytest.mark.parametrize(
    "kind",
    sorted(
        row.removeprefix("release_")
        for row in load_parameters()
        if row.startswith("release_") and row != "release_days"
    ),
)
def test_every_event_releases_hair_once_and_then_it_is_over(kind: str) -> None:
    person = replace(REPLETE, perturbations=(Perturbation(kind, 40.0),))
    course = daily_drivers(person, UNTREATED, start_day=-400, end_day=100, draws=25, seed=0)
    release = course[:, :, DRIVER_INDEX["anagen_release"]]
    assert np.all(release[:, :120] == 0.0), "nothing before it"
    assert np.all(release.sum(axis=1) > 0.0)
    assert np.all(release[:, -1] == 0.0)
    assert np.all(1.0 - np.prod(1.0 - release, axis=1) < 0.6)


def test_a_course_of_cytotoxics_is_a_train_of_impulses_that_ends() -> None:
    one, two = Perturbation("chemotherapy", 60.0), Perturbation("chemotherapy", 20.0)
    person = replace(REPLETE, perturbations=(one, two))
    course = daily_drivers(person, UNTREATED, start_day=-500, end_day=200, draws=5, seed=0)
    broken = course[:, :, DRIVER_INDEX["anagen_destruction"]]
    started = (broken[:, 1:] > 0.0) & (broken[:, :-1] == 0.0)
    assert np.all((started.sum(axis=1) >= 1) & (started.sum(axis=1) <= 2))
    assert np.all(broken[:, -1] == 0.0)
    assert np.all(broken < 1.0)


# The scalp.


def test_an_inflamed_scalp_carries_less_hair_and_calming_it_is_as_if_it_were_not() -> None:
    names = frozenset({"inflammation"})
    person = replace(REPLETE, mechanism_probability={"inflammation": 1.0})
    group = build(Lanes(person, np.arange(8), 8, 0), names)
    shown = [
        build(Lanes(person, np.arange(8), 8, 0), which).follicles[
            :, :, group.layout.phase("anagen")
        ]
        for which in (names, frozenset())
    ]
    assert np.all(shown[0].sum(axis=(1, 2)) < shown[1].sum(axis=(1, 2)))
    calm, none = np.zeros((182, 8)), np.full((182, 8), -1, np.int16)
    courses = {}
    for name, relief, inflamed in (("ill", 0.0, 1.0), ("calmed", 1.0, 1.0), ("well", 0.0, 0.0)):
        twin = group.take(np.arange(8), group.draws)
        course = neutral_drivers(8, 182)
        course[:, :, DRIVER_INDEX["perifollicular_inflammation"]] = inflamed
        course[:, :, DRIVER_INDEX["inflammation_relief"]] = relief
        courses[name] = advance(twin, course, calm, none, workers=1)
    assert np.array_equal(courses["calmed"], courses["well"])
    shown_hair = RECORD.index("visible_total")
    assert np.all(courses["ill"][-1, shown_hair] < courses["calmed"][-1, shown_hair])


def test_inflammation_acts_only_where_it_is_at_work() -> None:
    person = replace(REPLETE, mechanism_probability={"inflammation": 0.5})
    for name, level in ((frozenset({"inflammation"}), 1.0), (frozenset({"effluvium"}), 0.0)):
        group = build(Lanes(person, np.arange(5), 5, 0), name)
        own = mechanism_drivers(group, drivers(person, draws=5), person, 0, 5, 0)
        assert np.all(own[:, :, DRIVER_INDEX["perifollicular_inflammation"]] == level)


BEST = (
    Regimen("clobetasol_topical", 1.0, "application", 1.0),
    Regimen("minoxidil_topical", 5.0, "%", 0.5),
)


@pytest.mark.parametrize("arm", [UNTREATED, Arm("best", "best", BEST)], ids=lambda arm: arm.id)
def test_scarring_never_regrows_and_treatment_only_slows_it(arm: Arm) -> None:
    person = Person("s", "female", 55.0, {"scarring": 1.0}, salt=25.0)
    result = forecast(person, (UNTREATED, arm), weeks=104, draws=10)
    # Hair of the spared scalp cycles, so only what was bald at the start is held against it.
    salt = result.arms[arm.id].values["salt"]
    assert np.all(salt >= 25.0 - 1e-9)
    untreated = result.arms["untreated"].values["salt"]
    assert np.all(salt[:, -1] <= untreated[:, -1] + 1e-9)
    assert untreated[:, -1].mean() > untreated[:, 0].mean()


@given(st.floats(0.0, 0.2), st.floats(-1.0, 1.0), st.floats(0.0, 3.0))
@settings(max_examples=15, deadline=None)
def test_a_follicle_that_is_gone_stays_gone(loss, growth, glucocorticoid) -> None:
    person = Person("g", "male", 50.0, {"scarring": 1.0}, salt=20.0)
    group = build(Lanes(person, np.arange(3), 3, 0), frozenset({"scarring"}))
    group.cells[4] = 1.0
    course = neutral_drivers(3, 70)
    course[:, :, DRIVER_INDEX["follicle_loss"]] = loss
    course[:, :, DRIVER_INDEX["anagen_log"]] = growth
    course[:, :, DRIVER_INDEX["latency_exit_log"]] = growth
    course[:, :, DRIVER_INDEX["glucocorticoid"]] = glucocorticoid
    before = group.deleted.copy()
    for span in (slice(0, 35), slice(35, 70)):
        calm, none = np.zeros((35, 3)), np.full((35, 3), -1, np.int16)
        advance(group, course[:, span], calm, none, workers=1)
        assert np.all(group.deleted >= before)
        before = group.deleted.copy()


# Alopecia areata from one patch to all hair.


@pytest.mark.parametrize("salt", [2.0, 30.0, 80.0, 100.0])
def test_areata_starts_where_it_was_measured_from_one_patch_to_all_hair(salt: float) -> None:
    person = Person("aa", "female", 30.0, {"autoimmune": 1.0}, salt=salt, episode_years=1.0)
    start = forecast(person, (UNTREATED,), weeks=1, draws=20).arms["untreated"].values["salt"][:, 0]
    assert abs(np.median(start) - salt) < 6.0


def test_ophiasis_lies_along_the_margin_and_is_harder_to_calm() -> None:
    patches = int(value("patch_cells"))
    assert set(patch_regions(ophiasis=True)[:patches]) == {"occipital", "temporal"}
    assert len(patch_regions(ophiasis=True)) == len(patch_regions())
    spared = Person("oph", "female", 30.0, {"autoimmune": 1.0}, salt=30.0, episode_years=1.0)
    raised = []
    for person in (spared, replace(spared, ophiasis=True)):
        lanes = Lanes(person, np.arange(5), 5, 0)
        group = build(lanes, frozenset({"autoimmune"}))
        start_alopecia_areata(group, lanes, np.full(5, 30.0), np.full(5, YEAR), 182)
        raised.append(group.cells[CELL_INDEX["log_susceptibility"]])
    more = raised[1] - raised[0]
    assert np.allclose(more[:patches], lanes.parameter("ophiasis_susceptibility_log"))
    assert np.all(more[patches:] == 0.0), "spared skin is as it is"


def test_first_patches_clear_in_some_and_stay_in_others() -> None:
    person = Person("first", "male", 25.0, {"autoimmune": 1.0}, salt=4.0, episode_years=0.15)
    salt = forecast(person, (UNTREATED,), weeks=104, draws=40).arms["untreated"].values["salt"]
    cleared = salt.min(axis=1) < 0.5
    assert 0.05 < cleared.mean() < 0.95
    assert np.any(salt[:, -1] > 4.0), "some spread"
    low = np.minimum.accumulate(salt, axis=1)
    assert np.any((low[:, :-1] < 1.0) & (salt[:, 1:] > 3.0)), "and some come back"
