"""Properties of the drivers that hold for every treatment, dose, seed and length."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anagen.catalog.tables import names, read_document
from anagen.model.drivers import DRIVER_INDEX, DRIVERS
from anagen.simulate.parameter_draws import TYPICAL
from anagen.simulate.person import Person, Perturbation
from anagen.simulate.regimen import Arm, Regimen
from anagen.simulate.system import daily_drivers, system_readout

NEUTRAL = np.array([driver.neutral for driver in DRIVERS.values()])
HEALTHY = Person(
    "healthy", "male", 35.0, {"androgenetic": 1.0}, salt=8.0, weight_kg=72.0,
    egfr_ml_min=93.0, ferritin_ug_per_l=140.0, vitamin_d_nmol_per_l=75.0, zinc_umol_per_l=14.0,
    tsh_miu_per_l=1.4,
)  # fmt: skip
UNKNOWN = Person("unknown", None, None, {"autoimmune": 0.6, "effluvium": 0.4})
SICK = Person(
    "sick", "female", 31.0, {"effluvium": 1.0}, ferritin_ug_per_l=8.0, tsh_miu_per_l=30.0,
    vitamin_d_nmol_per_l=20.0, weeks_since_delivery=16.0, zinc_umol_per_l=7.0,
    nutrients={"vitamin_b12": 90.0, "vitamin_e": 6.0},
    perturbations=(Perturbation("fever", 10.0), Perturbation("fever", 2.0)),
)  # fmt: skip
PAST_MENOPAUSE = Person("past", "female", 58.0, {"androgenetic": 1.0}, postmenopausal=True)
PEOPLE = st.sampled_from([HEALTHY, UNKNOWN, SICK])
USUAL = {}
for name in names("treatments", ".toml"):
    document = read_document(name)
    if "actions" in document and "regimen" in document:
        row = document["regimen"]
        USUAL[document["id"]] = Regimen(
            document["id"], row["dose"], row["unit"], row["interval_days"]
        )
TREATMENTS = st.sampled_from(sorted(USUAL))
SPAN = {"start_day": -20, "end_day": 150}


def arm(*regimens: Regimen) -> Arm:
    return Arm("arm", "arm", regimens)


def drivers(person: Person, *regimens: Regimen, draws: int = 5, seed: int = 0, **span):
    return daily_drivers(person, arm(*regimens), draws=draws, seed=seed, **(SPAN | span))


@given(TREATMENTS, PEOPLE)
@settings(max_examples=25, deadline=None)
def test_zero_dose_is_no_treatment_exactly(treatment: str, person: Person) -> None:
    nothing = drivers(person)
    assert np.array_equal(drivers(person, replace(USUAL[treatment], dose=0.0)), nothing)


def test_a_healthy_untreated_person_is_neutral_exactly() -> None:
    got = drivers(HEALTHY)
    assert got.shape == (5, 170, len(DRIVERS))
    assert np.all(got == NEUTRAL)


@pytest.mark.parametrize("treatment", sorted(USUAL))
def test_before_the_start_nothing_has_happened_and_after_it_something_has(treatment: str) -> None:
    regimen = replace(USUAL[treatment], start_week=4.0)
    who = PAST_MENOPAUSE if treatment == "menopausal_hormone_therapy" else SICK
    got, untreated = drivers(who, regimen), drivers(who)
    assert np.array_equal(got[:, :48], untreated[:, :48])
    assert np.all(np.isfinite(got))
    if treatment != "biotin":
        assert not np.array_equal(got[:, 48:], untreated[:, 48:])


@given(TREATMENTS, st.floats(0.1, 1.0), PEOPLE)
@settings(max_examples=25, deadline=None)
def test_doubling_the_dose_never_lowers_exposure(
    treatment: str, share: float, person: Person
) -> None:
    regimen = replace(USUAL[treatment], dose=USUAL[treatment].dose * share)
    double = replace(regimen, dose=2.0 * regimen.dose)
    once, twice = (
        system_readout(person, arm(r), draws=4, seed=1, **SPAN).concentration[treatment]
        for r in (regimen, double)
    )
    assert np.all(twice >= once)
    assert twice.max() > once.max()


@given(TREATMENTS)
@settings(max_examples=20, deadline=None)
def test_more_dose_never_means_less_block_or_more_dht(treatment: str) -> None:
    regimen = USUAL[treatment]
    once, twice = (
        drivers(HEALTHY, r) for r in (regimen, replace(regimen, dose=2.0 * regimen.dose))
    )
    for driver in ("jak1_2_block", "jak1_3_block", "glucocorticoid", "antigenic_competition"):
        i = DRIVER_INDEX[driver]
        assert np.all(twice[:, :, i] >= once[:, :, i])
    dht = DRIVER_INDEX["scalp_dht_ratio"]
    assert np.all(twice[:, :, dht] <= once[:, :, dht])


@given(TREATMENTS, PEOPLE, st.integers(0, 3))
@settings(max_examples=20, deadline=None)
def test_fewer_draws_and_shorter_forecasts_are_parts_of_longer_ones(
    treatment: str, person: Person, seed: int
) -> None:
    regimen = USUAL[treatment]
    full = drivers(person, regimen, draws=9, seed=seed)
    part = drivers(person, regimen, draws=3, seed=seed, end_day=60)
    np.testing.assert_allclose(part, full[:3, :80], rtol=1e-13, atol=1e-15)


@given(TREATMENTS, st.floats(3.0, 12.0))
@settings(max_examples=15, deadline=None)
def test_stopping_changes_nothing_before_it(treatment: str, week: float) -> None:
    on = drivers(UNKNOWN, USUAL[treatment])
    off = drivers(UNKNOWN, replace(USUAL[treatment], stop_week=week))
    until = 20 + round(7 * week)
    assert np.array_equal(on[:, :until], off[:, :until])


@given(st.permutations(sorted(USUAL)[:5]))
@settings(max_examples=10, deadline=None)
def test_the_order_of_regimens_changes_nothing(order: list[str]) -> None:
    first = drivers(SICK, *(USUAL[t] for t in sorted(order)))
    other = drivers(SICK, *(USUAL[t] for t in order))
    np.testing.assert_allclose(first, other, rtol=1e-12, atol=1e-14)


def test_a_running_regimen_is_followed_from_its_own_start() -> None:
    running = replace(USUAL["dutasteride"], start_week=-10.0)
    late = drivers(HEALTHY, running, start_day=0)
    early = drivers(HEALTHY, running, start_day=-100)
    assert np.array_equal(late, early[:, 100:])
    assert np.all(late[:, 0, DRIVER_INDEX["scalp_dht_ratio"]] < 0.6)


@pytest.mark.parametrize("treatment", sorted(USUAL))
def test_outside_a_trial_nothing_is_credited_to_the_vehicle(treatment: str) -> None:
    i = DRIVER_INDEX["vehicle_response"]
    trial = arm(USUAL[treatment])
    person = replace(trial, as_in_trial=False)
    with_it, without = (daily_drivers(HEALTHY, a, draws=3, seed=0, **SPAN) for a in (trial, person))
    assert np.all(without[:, :, i] == 0.0)
    assert np.array_equal(np.delete(with_it, i, axis=2), np.delete(without, i, axis=2))
    topical = treatment in ("minoxidil_topical", "finasteride_topical", "ketoconazole_topical")
    assert not topical or np.all(with_it[:, -1, i] > 0.0)


def test_two_courses_of_one_drug_follow_each_other() -> None:
    first = replace(USUAL["baricitinib"], stop_week=6.0)
    second = replace(USUAL["baricitinib"], dose=2.0, start_week=6.0)
    course = system_readout(HEALTHY, arm(first, second), draws=1, seed=TYPICAL, **SPAN)
    level = course.concentration["baricitinib"][:, 0]
    assert level[20 + 41] == pytest.approx(2.0 * level[-1], rel=1e-3)


def test_two_drugs_on_one_enzyme_act_together() -> None:
    both = (USUAL["finasteride"], USUAL["dutasteride"])
    i = DRIVER_INDEX["scalp_dht_ratio"]
    alone = [drivers(HEALTHY, regimen)[:, -1, i] for regimen in both]
    assert np.all(drivers(HEALTHY, *both)[:, -1, i] < np.minimum(*alone))


def test_blocks_stay_below_one_and_ratios_above_zero() -> None:
    high = [replace(USUAL[t], dose=50 * USUAL[t].dose) for t in ("baricitinib", "tofacitinib")]
    got = drivers(HEALTHY, *high, replace(USUAL["dutasteride"], dose=50.0))
    for driver in ("jak1_2_block", "jak1_3_block"):
        assert np.all((got[:, :, DRIVER_INDEX[driver]] >= 0) & (got[..., 0] < 1))
    assert np.all(got[:, :, DRIVER_INDEX["scalp_dht_ratio"]] > 0)


def test_a_missed_dose_is_missed_in_every_arm() -> None:
    baricitinib = USUAL["baricitinib"]
    alone = system_readout(UNKNOWN, arm(baricitinib), draws=6, seed=2, **SPAN)
    joined = system_readout(UNKNOWN, arm(USUAL["iron"], baricitinib), draws=6, seed=2, **SPAN)
    level = alone.concentration["baricitinib"]
    assert np.array_equal(level, joined.concentration["baricitinib"])
    taken = level[40:].min(axis=0) / level[40:].max(axis=0)
    assert np.any(taken < 0.5), "somebody misses a dose in four months"


def test_unknown_labs_are_drawn_and_known_ones_are_not() -> None:
    known = system_readout(SICK, arm(), draws=30, seed=0, **SPAN)
    unknown = system_readout(UNKNOWN, arm(), draws=30, seed=0, **SPAN)
    assert np.all(known.ferritin == 8.0)
    assert np.unique(unknown.ferritin).size == 30
    assert np.quantile(unknown.vitamin_d[0], 0.95) > 2 * np.quantile(unknown.vitamin_d[0], 0.05)


def test_deficits_are_mended_by_what_replaces_them() -> None:
    i = DRIVER_INDEX["anagen_log"]
    sick = replace(SICK, weeks_since_delivery=None)
    untreated = drivers(sick, seed=TYPICAL, draws=1)[0, -1, i]
    mended = drivers(sick, USUAL["iron"], USUAL["levothyroxine"], seed=TYPICAL, draws=1)[0, -1, i]
    assert untreated < mended < 0.0
    tone = DRIVER_INDEX["regulatory_tone_log"]
    assert drivers(sick, seed=TYPICAL, draws=1)[0, -1, tone] < 0.0


def test_a_weekly_dose_of_vitamin_d_equals_the_same_amount_daily() -> None:
    typical = {"draws": 1, "seed": TYPICAL, **SPAN}
    daily = system_readout(SICK, arm(Regimen("vitamin_d", 1000.0, "IU", 1.0)), **typical)
    weekly = system_readout(SICK, arm(Regimen("vitamin_d", 7000.0, "IU", 7.0)), **typical)
    assert weekly.vitamin_d[-1] == pytest.approx(daily.vitamin_d[-1], rel=1e-9)


def test_past_events_release_hair_before_today() -> None:
    i = DRIVER_INDEX["anagen_release"]
    # A failing thyroid releases hair all the time, so this one works.
    well = replace(SICK, tsh_miu_per_l=2.0, free_t4_pmol_per_l=None)
    got = drivers(well, start_day=-400, end_day=1)[:, :, i]
    day = np.arange(-400, 1)
    assert np.all(got[:, day == -14] > 0), "the fever two weeks ago"
    assert np.all(got[:, day == -70] > 0), "the fever ten weeks ago"
    assert np.all(got[:, day == -112] > 0), "the birth sixteen weeks ago"
    assert np.all(got[:, day < -112] == 0)
    first = 1 - np.prod(1 - got[:, (day >= -70) & (day < -14)], axis=1)
    assert np.unique(first).size > 1, "people differ in how hard a fever hits"


def test_weak_kidneys_raise_baricitinib() -> None:
    level = [
        system_readout(
            replace(HEALTHY, egfr_ml_min=egfr), arm(USUAL["baricitinib"]), draws=1, seed=TYPICAL,
            **SPAN,
        ).concentration["baricitinib"][-1, 0]
        for egfr in (93.0, 35.0)
    ]  # fmt: skip
    assert level[1] / level[0] == pytest.approx(1 / (0.346 + 0.654 * 35 / 93), rel=1e-3)
