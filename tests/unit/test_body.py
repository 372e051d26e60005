"""Hormones, nutrients and events against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from anagen.model import androgens, endocrine, events, nutrition
from anagen.model.pools import first_order_pool


def test_free_enzyme_reaches_its_closed_form_steady_state() -> None:
    turnover, rate = np.array([0.00871]), 0.31
    free = androgens.free_enzyme(np.full((60, 4, 1), rate), turnover)
    assert free[-1, 0] == pytest.approx(0.00871 / (0.00871 + rate), rel=1e-12)


def test_untreated_enzyme_stays_exactly_free() -> None:
    free = androgens.free_enzyme(np.zeros((50, 4, 3)), np.array([0.0153, 0.00871, 0.02]))
    assert np.all(free == 1.0)
    assert np.all(androgens.dht_ratio(free, free, np.array([0.73])) == 1.0)


def test_free_enzyme_follows_a_daily_pulse_of_drug() -> None:
    turnover, on_rate, loss = 0.00871, 0.13, 0.13

    def slope(t, y):
        return [turnover * (1 - y[0]) - on_rate * y[1] * y[0], -loss * y[1]]

    state, wanted = np.array([1.0, 0.0]), []
    for _ in range(30):
        state[1] += 6.0
        course = solve_ivp(slope, (0, 24), state, rtol=1e-9, atol=1e-12, max_step=0.1)
        wanted.append(np.trapezoid(course.y[0], course.t) / 24)
        state = course.y[:, -1]
    decay = np.exp(-24 * loss)
    level = 6.0 * (1 - decay ** np.arange(1, 31)) / (1 - decay)
    edges = np.arange(5) * 6.0
    piece = -np.diff(np.exp(-loss * edges)) / (loss * 6.0)
    rate = (on_rate * level[:, None] * piece[None, :])[:, :, None]
    got = androgens.free_enzyme(np.ascontiguousarray(rate), np.array([turnover]))[:, 0]
    assert got[-1] == pytest.approx(wanted[-1], abs=0.004)


def test_scalp_dht_is_half_local_and_half_systemic() -> None:
    ratio = androgens.scalp_dht_ratio(np.array(0.3), np.array(0.1), np.array(0.5))
    assert ratio == pytest.approx(0.2)


def test_pool_is_an_exponential_and_stays_put_at_its_target() -> None:
    target = np.full((20, 2), 5.0)
    level = first_order_pool(target, np.array([5.0, 1.0]), np.array([0.1, 0.1]))
    assert np.all(level[:, 0] == 5.0)
    assert level[:, 1] == pytest.approx(5.0 - 4.0 * np.exp(-0.1 * np.arange(1, 21)))


def test_thyroxine_is_exactly_normal_inside_the_tsh_range() -> None:
    tsh = np.array([0.4, 1.3, 4.0])
    ratio = endocrine.thyroxine_from_tsh(tsh, np.array(0.4), np.array(4.0), np.array(0.15))
    assert np.all(ratio == 1.0)
    low = endocrine.thyroxine_from_tsh(np.array(40.0), np.array(0.4), np.array(4.0), np.array(0.15))
    assert low == pytest.approx(10**-0.15)


def test_levothyroxine_fills_a_failing_gland_and_not_a_healthy_one() -> None:
    own = np.array([0.6, 1.0, 1.8])
    intake = np.full((200, 3), 112.0)
    course = endocrine.thyroxine_course(own, intake, np.full(3, 120.0), np.full(3, 7.0))
    assert course[-1, 0] == pytest.approx(1.0, abs=1e-6)
    assert np.all(course[:, 1] == 1.0)
    assert course[-1, 2] > 1.8
    half = course[6, 0] - 0.6
    assert half == pytest.approx(0.2, abs=1e-9), "half of the way after one half-life of 7 days"


def test_thyroid_effects_vanish_at_normal_and_release_needs_lack_or_excess() -> None:
    row = [np.array(v) for v in (0.3, -0.223, 0.001, 0.6, 1.5, 0.0015)]
    normal = endocrine.thyroid_effects(np.ones((3, 2)), *row)
    assert all(np.all(effect == 0.0) for effect in normal)
    anagen, telogen, release = endocrine.thyroid_effects(np.array([[0.6, 1.4, 1.6]]), *row)
    assert anagen[0] == pytest.approx([0.3 * np.log(0.6), 0.0, 0.0])
    assert telogen[0] == pytest.approx([-0.223, 0.0, 0.0])
    assert list(release[0]) == [0.001, 0.0, 0.0015]


def test_release_adds_up_to_its_fraction_however_long_it_lasts() -> None:
    days = np.arange(-100.0, 100.0)
    fraction, length = np.array([0.3, 0.3, 0.05]), np.array([21.0, 10.5, 30.0])
    released = events.release_impulse(days, -70.0, fraction, length)
    assert 1.0 - np.prod(1.0 - released, axis=0) == pytest.approx(fraction, rel=1e-12)
    assert np.all(released[days < -70.0] == 0.0)


def test_birth_ends_the_long_anagen_and_releases_it() -> None:
    days = np.arange(-400.0, 60.0)
    row = [np.array([float(v)]) for v in (0.833, 28, 91, 280, 0.0068, 30)]
    anagen, release = endocrine.pregnancy_effects(days, np.array([0.0]), *row)
    assert anagen[days == -1.0] == pytest.approx(0.833)
    assert np.all(anagen[days >= 0.0] == 0.0)
    assert np.all(anagen[days < -252.0] == 0.0)
    assert release.sum() == pytest.approx(30 * 0.0068)


def test_cytotoxic_course_lasts_with_its_tail() -> None:
    days = np.arange(-30.0, 120.0)
    broken = events.cytotoxic_course(
        days, 0.0, np.array([84.0]), np.array([10.0]), np.array([0.08])
    )
    assert (broken > 0).sum() == 94


def test_ferritin_rises_then_flattens_and_returns() -> None:
    intake = np.full((300, 1), 27.0)
    intake[150:] = 0.0
    row = [np.array([v]) for v in (11.8, 0.04, 15.0, 50.0)]
    ferritin = nutrition.ferritin_course(intake, *row)[:, 0]
    assert 20.0 < ferritin[29] < 30.0
    assert ferritin[149] - ferritin[60] < 2.0
    assert ferritin[-1] == pytest.approx(11.8, abs=1.0)


def test_vitamin_d_rises_by_the_published_slopes() -> None:
    row = [np.full(2, v) for v in (50.0, 91.0, 7600.0, 20.0)]
    low = nutrition.vitamin_d_course(np.full((900, 2), [10.0, 20.0]), *row)[-1]
    assert (low[1] - low[0]) / 10.0 * 1000.0 == pytest.approx(12.0, rel=0.02)
    high = nutrition.vitamin_d_course(np.full((900, 2), [15000.0, 20000.0]), *row)[-1]
    assert (high[1] - high[0]) / 5.0 == pytest.approx(1.1, rel=0.05)


def test_replete_people_feel_nothing_exactly() -> None:
    iron = nutrition.iron_anagen_log(
        np.array([70.0, 300.0]), np.array(0.3), np.array(30.0), np.array(70.0)
    )
    vitamin = nutrition.vitamin_d_regulatory_log(
        np.array([50.0, 90.0]), np.array(0.2), np.array(50.0)
    )
    zinc = nutrition.zinc_anagen_log(np.array([10.7, 15.0]), np.array(-0.5), np.array(10.7))
    for effect in (iron, vitamin, zinc):
        assert np.all(effect == 0.0)
    assert nutrition.iron_anagen_log(
        np.array(10.0), np.array(0.3), np.array(30.0), np.array(70.0)
    ) == pytest.approx(np.log((1 - 0.3 / (1 + 1 / 9)) / (1 - 0.3 / (1 + 49 / 9))))
