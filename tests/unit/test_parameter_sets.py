"""Parameters in sets, intervals of means, wander of counts, treatments that may do nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from anagen.catalog.parameters import value
from anagen.observe.wander import wander
from anagen.simulate.forecast import forecast
from anagen.simulate.parameter_draws import (
    PEOPLE_PER_SET,
    interval_of_mean,
    sample,
    sample_trait,
)
from anagen.simulate.person import Person
from anagen.simulate.places import difference_sd
from anagen.simulate.plan import parse_plan
from anagen.simulate.regimen import Arm
from anagen.simulate.system import daily_drivers

SETS = 4000
MAN = Person("someone", "male", 40.0, {"androgenetic": 1.0}, norwood="III vertex")


def test_people_of_one_set_share_the_parameters_of_the_model_but_no_trait() -> None:
    drawn = sample("finasteride_clearance", 50, 1, "x").reshape(-1, PEOPLE_PER_SET)
    assert (drawn == drawn[:, :1]).all()
    assert np.unique(drawn[:, 0]).size == 50 // PEOPLE_PER_SET
    assert np.unique(sample_trait("ferritin_unknown_women", 50, 1, "x")).size == 50


def test_more_draws_begin_with_the_same_draws() -> None:
    few, many = (sample("finasteride_clearance", n, 3, "x") for n in (23, 200))
    assert (few == many[:23]).all()


@pytest.mark.parametrize(("between", "within"), [(0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.8, 2.0)])
def test_interval_of_a_mean_is_that_of_what_is_unknown(between: float, within: float) -> None:
    random = np.random.default_rng(5)
    sets = random.normal(0.0, between, SETS)
    values = np.repeat(sets, PEOPLE_PER_SET) + random.normal(0.0, within, SETS * PEOPLE_PER_SET)
    low, high = interval_of_mean(values, 0.9)
    assert (high - low) / 2.0 == pytest.approx(1.645 * between, abs=0.06)


def test_interval_of_a_mean_covers_the_truth_of_few_draws() -> None:
    """Of many small runs the interval must hold the mean of the one world it happened in."""
    random = np.random.default_rng(6)
    worlds = random.normal(0.0, 1.0, 400)
    held = []
    for world in worlds:
        sets = np.append(random.normal(0.0, 1.0, 39), world)
        people = np.repeat(sets, PEOPLE_PER_SET) + random.normal(0.0, 2.0, 40 * PEOPLE_PER_SET)
        low, high = interval_of_mean(people, 0.9)
        held.append(low <= world <= high)
    assert 0.83 <= np.mean(held) <= 0.97


def test_an_interval_of_a_lopsided_spread_is_lopsided() -> None:
    works = np.repeat(np.arange(100) < 70, PEOPLE_PER_SET).astype(float)
    low, high = interval_of_mean(works, 0.9)
    assert low == pytest.approx(0.0, abs=1e-9)
    assert high == pytest.approx(1.0, abs=1e-9)


def test_counts_wander_around_their_course_as_widely_as_the_row_says() -> None:
    people, sd, days = 20_000, 0.07, 365.0
    z = np.random.default_rng(1).standard_normal((105, people))
    path = wander(z, np.full(people, sd), np.full(people, days), 7.0)
    assert (path[0] == 1.0).all()
    assert path.mean(axis=1) == pytest.approx(np.ones(105), abs=0.004)
    year = np.log(path[52]).std()
    assert year == pytest.approx(sd * np.sqrt(2.0 * (1.0 - np.exp(-364.0 / days))), rel=0.03)


def test_neither_horizon_nor_company_changes_what_a_twin_meets() -> None:
    arms = [Arm("untreated", "none", as_in_trial=False)]
    short = forecast(MAN, arms, weeks=20, draws=10, seed=2).arms["untreated"].values
    long = forecast(MAN, arms, weeks=70, draws=10, seed=2).arms["untreated"].values
    for name, course in short.items():
        assert (course == long[name][:, :21]).all(), name


def test_a_treatment_without_credence_is_no_treatment_and_half_is_between() -> None:
    (regimen,) = parse_plan("finasteride 1 mg daily")
    days = {"start_day": 0, "end_day": 100, "draws": 400, "seed": 4}
    never = daily_drivers(MAN, Arm("a", "a", (replace(regimen, credence=0.0),)), **days)
    none = daily_drivers(MAN, Arm("b", "b"), **days)
    assert (never == none).all()
    always = daily_drivers(MAN, Arm("c", "c", (regimen,)), **days)
    half = daily_drivers(MAN, Arm("d", "d", (replace(regimen, credence=0.5),)), **days)
    acts = (half != none).any(axis=(1, 2))
    assert 0.35 < acts.mean() < 0.65
    assert (half[acts] == always[acts]).all()
    assert (acts.reshape(-1, PEOPLE_PER_SET).all(axis=1) == acts[::PEOPLE_PER_SET]).all()


def test_the_release_fits_the_shedding_that_was_counted() -> None:
    from anagen.simulate.person import Perturbation

    shed = {}
    for counted in (150.0, 300.0, 450.0):
        person = Person(
            "someone", "female", 35.0, {"effluvium": 1.0}, episode_years=0.15,
            hairs_shed_per_day=counted, perturbations=(Perturbation("fever", 16.0),),
            ferritin_ug_per_l=80.0, tsh_miu_per_l=1.5,
        )  # fmt: skip
        result = forecast(person, [Arm("untreated", "none")], weeks=60, draws=100, seed=1)
        course = result.arms["untreated"].values["daily_shed"]
        shed[counted] = float(np.median(course[:, 0]))
        # However strong, the release is over within the year.
        assert float(np.median(course[:, 52])) < 140.0
    spread = value("shed_reading_cv")
    for counted, now in shed.items():
        assert now == pytest.approx(counted, rel=spread), shed
    assert shed[150.0] < shed[300.0] < shed[450.0]


def test_what_lies_beyond_the_model_widens_the_interval_of_a_mean() -> None:
    values = np.repeat(np.random.default_rng(7).normal(0.0, 0.1, 400), PEOPLE_PER_SET)
    low, high = interval_of_mean(values, 0.9)
    wide_low, wide_high = interval_of_mean(values, 0.9, beyond=0.3)
    assert wide_high - wide_low == pytest.approx(
        2.0 * 1.645 * np.hypot((high - low) / 2.0 / 1.645, 0.3), rel=0.02
    )


def test_places_differ_most_where_half_respond_and_not_at_all_without_effect() -> None:
    assert difference_sd(0.3, 0.3) == 0.0
    assert difference_sd(0.5, 0.05) > difference_sd(0.9, 0.05) > difference_sd(0.05, 0.0) > 0.0
