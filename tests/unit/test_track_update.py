"""Weights of draws from readings: the exact answer where there is one, and nothing from nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest

from anagen.simulate.update import (
    Seen,
    at_week,
    carried,
    effective_sample_size,
    effective_sets,
    predictive_p,
    weighted_mean,
    weighted_quantile,
    weights,
)

DRAWS = 20_000


def seen(value: float, predicted: np.ndarray, sd: float) -> Seen:
    return Seen(value, predicted, np.full(predicted.shape, sd))


def test_gaussian_case_gives_the_exact_posterior() -> None:
    truth = 50.0 + 10.0 * np.random.default_rng(1).standard_normal(DRAWS)
    readings = [seen(62.0, truth, 8.0), seen(58.0, truth, 8.0)]
    weight = weights(readings, DRAWS)
    precision = 1.0 / 100.0 + 2.0 / 64.0
    mean = (50.0 / 100.0 + 120.0 / 64.0) / precision
    course = truth[:, None]
    assert float(weighted_mean(course, weight)[0]) == pytest.approx(mean, abs=0.25)
    for q, z in ((0.05, -1.6449), (0.5, 0.0), (0.95, 1.6449)):
        exact = mean + z / math.sqrt(precision)
        assert float(weighted_quantile(course, weight, q)[0]) == pytest.approx(exact, abs=0.4)


def test_predictive_probability_is_that_of_the_bell() -> None:
    truth = 50.0 + 6.0 * np.random.default_rng(2).standard_normal(DRAWS)
    equal = weights([], DRAWS)
    assert predictive_p(seen(50.0, truth, 8.0), equal) == pytest.approx(1.0, abs=0.03)
    assert predictive_p(seen(50.0 + 19.6, truth, 8.0), equal) == pytest.approx(0.05, abs=0.01)
    assert predictive_p(seen(50.0, truth, math.inf), equal) == 1.0


def test_without_readings_quantiles_are_the_plain_ones_bit_by_bit() -> None:
    values = np.random.default_rng(3).normal(size=(101, 7))
    weight = weights([], 101)
    for q in (0.05, 0.25, 0.5, 0.95):
        plain = np.quantile(values, q, axis=0)
        assert weighted_quantile(values, weight, q).tobytes() == plain.tobytes()
    assert weighted_mean(values, weight).tobytes() == values.mean(axis=0).tobytes()
    assert effective_sample_size(weight) == pytest.approx(101.0)


def test_order_of_readings_changes_no_bit() -> None:
    random = np.random.default_rng(4)
    readings = [seen(float(random.normal()), random.normal(size=50), 0.7) for _ in range(6)]
    one = weights(readings, 50)
    assert one.tobytes() == weights(readings[::-1], 50).tobytes()
    assert one.tobytes() == weights([readings[i] for i in (3, 0, 5, 1, 4, 2)], 50).tobytes()


def test_a_reading_with_infinite_error_changes_nothing() -> None:
    truth = np.random.default_rng(5).normal(size=40)
    sharp = seen(0.5, truth, 0.4)
    blind = seen(1e9, truth, math.inf)
    assert weights([sharp, blind], 40).tobytes() == weights([sharp], 40).tobytes()
    assert weights([blind], 40).tobytes() == weights([], 40).tobytes()


def test_readings_that_fit_no_draw_leave_few() -> None:
    truth = np.linspace(0.0, 10.0, 200)
    assert effective_sample_size(weights([seen(60.0, truth, 1.0)], 200)) < 2.0
    assert effective_sample_size(weights([seen(math.inf, truth, 1.0)], 200)) == 0.0


def test_readings_count_for_less_only_where_they_must() -> None:
    truth = np.random.default_rng(7).normal(50.0, 10.0, 400)
    readings = [seen(62.0, truth, 3.0), seen(58.0, truth, 3.0)]
    plain = weights(readings, 400)
    whole, share = carried(readings, 400, lambda w: effective_sample_size(w) >= 20.0)
    assert share == 1.0
    assert whole.tobytes() == plain.tobytes()
    assert effective_sample_size(plain) < 300.0
    softer, share = carried(readings, 400, lambda w: effective_sample_size(w) >= 300.0)
    assert 0.0 < share < 1.0
    # The largest share that carries, to the step of the search.
    assert effective_sample_size(softer) == pytest.approx(300.0, abs=1.0)
    assert softer.tobytes() == weights(readings, 400, share).tobytes()
    none, share = carried(readings, 400, lambda w: effective_sample_size(w) > 400.5)
    assert share == 0.0
    assert none.tobytes() == weights([], 400).tobytes()


def test_sets_count_as_one_however_many_live_under_them() -> None:
    weight = np.zeros(100)
    weight[:10] = 0.1
    assert effective_sample_size(weight) == pytest.approx(10.0)
    assert effective_sets(weight, 5) == pytest.approx(2.0)
    assert effective_sets(np.full(98, 1.0 / 98.0), 5) == pytest.approx(20.0, abs=0.2)


def test_the_error_of_a_relative_reading_favors_no_draw_twice() -> None:
    """With an error that grows with the value, a wide draw does not win by being wide."""
    predicted = np.array([100.0, 100.0])
    weight = weights([Seen(100.0, predicted, np.array([5.0, 50.0]))], 2)
    assert weight[0] == pytest.approx(10.0 / 11.0)


def test_between_weeks_values_lie_on_a_line() -> None:
    course = np.array([[0.0, 7.0, 21.0]])
    assert at_week(course, 1.0)[0] == 7.0
    assert at_week(course, 2.0)[0] == 21.0
    assert at_week(course, 1.5)[0] == pytest.approx(14.0)
    with pytest.raises(ValueError, match="outside"):
        at_week(course, 2.1)


def test_updated_intervals_cover_simulated_truths() -> None:
    """People drawn from the same spread, read with error: nine of ten lie in the updated band."""
    random = np.random.default_rng(6)
    weeks = np.arange(53.0)

    def people(count: int) -> np.ndarray:
        start, slope = random.normal(100, 15, count), random.normal(0.4, 0.5, count)
        return start[:, None] + slope[:, None] * weeks

    draws = people(2_000)
    inside, narrower, of_all = 0, 0.0, 400
    for truth in people(of_all):
        readings = [
            seen(float(truth[w] + 7.0 * random.standard_normal()), draws[:, w], 7.0)
            for w in (12, 26)
        ]
        weight = weights(readings, 2_000)
        low, high = (float(weighted_quantile(draws[:, 52:], weight, q)[0]) for q in (0.05, 0.95))
        plain = np.quantile(draws[:, 52], 0.95) - np.quantile(draws[:, 52], 0.05)
        inside += low <= truth[52] <= high
        narrower += (high - low) / plain
    # 90 of 100, give or take three standard errors of 400 people.
    assert 0.855 <= inside / of_all <= 0.945
    assert narrower / of_all < 0.7
