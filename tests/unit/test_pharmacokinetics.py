"""Drug kinetics against numerical integration."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from anagen.model import pharmacokinetics as pk

CL, V1, Q, V2 = 11.0, 92.6, 2.67, 25.6


def one(value: float) -> np.ndarray:
    return np.array([float(value)])


def two_compartment_reference(inputs, ka: float | None, hours: np.ndarray) -> np.ndarray:
    """Central concentration by LSODA; `inputs(t)` is the zero-order rate, depot doses at t = 0."""

    def slope(t, y):
        absorbed = 0.0 if ka is None else ka * y[2]
        c, p = y[0] / V1, y[1] / V2
        return [
            inputs(t) + absorbed - CL * c - Q * (c - p),
            Q * (c - p),
            -absorbed,
        ]

    start = [0.0, 0.0, 0.0 if ka is None else 1.0]
    solved = solve_ivp(
        slope, (0.0, hours[-1]), start, t_eval=hours, method="LSODA", rtol=1e-9, atol=1e-13,
        max_step=0.02,
    )  # fmt: skip
    return solved.y[0] / V1


def modes():
    return pk.two_compartment_modes(one(CL), one(V1), one(Q), one(V2))


def concentration(response: pk.UnitResponse, hour: float) -> float:
    step = 1e-4
    rise = pk.cumulative(response, hour + step) - pk.cumulative(response, hour - step)
    return float(rise[0] / (2 * step))


@pytest.mark.parametrize("hour", [0.4, 1.0, 3.0, 11.0, 40.0])
def test_first_order_absorption_follows_the_differential_equation(hour: float) -> None:
    response = pk.absorbed_response(*modes(), absorption_rate=one(1.3))
    wanted = two_compartment_reference(lambda t: 0.0, 1.3, np.array([0.0, hour]))[-1]
    assert concentration(response, hour) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("hour", [0.3, 0.7, 2.0, 20.0])
def test_zero_order_absorption_with_a_lag_follows_the_differential_equation(hour: float) -> None:
    response = pk.absorbed_response(*modes(), absorption_duration=one(0.457), lag=one(0.147))

    def rate(t: float) -> float:
        return 1 / 0.457 if 0.147 <= t < 0.147 + 0.457 else 0.0

    wanted = two_compartment_reference(rate, None, np.array([0.0, hour]))[-1]
    assert concentration(response, hour) == pytest.approx(wanted, rel=2e-3)


def test_parallel_absorption_is_the_sum_of_its_parts() -> None:
    rates, coefficients = modes()
    both = pk.absorbed_response(
        rates, coefficients, absorption_rate=one(0.05), absorption_duration=one(3.3),
        zero_order_share=one(0.7),
    )  # fmt: skip
    first = pk.absorbed_response(rates, coefficients, absorption_rate=one(0.05))
    zero = pk.absorbed_response(rates, coefficients, absorption_duration=one(3.3))
    for hour in (2.0, 8.0, 90.0):
        parts = 0.3 * pk.cumulative(first, hour) + 0.7 * pk.cumulative(zero, hour)
        assert pk.cumulative(both, hour) == pytest.approx(parts, rel=1e-12)


def test_whole_area_is_dose_over_clearance() -> None:
    for options in ({"absorption_rate": one(1.3)}, {"absorption_duration": one(2.0)}, {}):
        response = pk.absorbed_response(*modes(), **options)
        assert pk.cumulative(response, 5000.0) == pytest.approx(1 / CL, rel=1e-10)


def test_segments_are_exact_and_steady_state_mean_is_right() -> None:
    response = pk.absorbed_response(*modes(), absorption_duration=one(0.457), lag=one(0.147))
    day, hour = pk.dose_times(0.5, 0, 30)
    amount = np.full((len(day), 1), 4.0)
    fine = pk.segment_concentration(response, amount, day, hour, days=30, segments=12)
    coarse = pk.segment_concentration(response, amount, day, hour, days=30, segments=1)
    assert coarse[:, 0] == pytest.approx(fine.mean(axis=1), rel=1e-12)
    assert coarse[-1, 0, 0] == pytest.approx(8.0 / 24.0 / CL, rel=1e-9)


def test_superposition_and_stopping() -> None:
    response = pk.absorbed_response(*modes(), absorption_rate=one(1.3))
    day, hour = pk.dose_times(1.0, 0, 20)
    amount = np.full((len(day), 1), 4.0)
    on = pk.segment_concentration(response, amount, day, hour, days=400, segments=4)
    first_half = amount.copy()
    first_half[10:] = 0.0
    parts = [
        pk.segment_concentration(response, part, day, hour, days=400, segments=4)
        for part in (first_half, amount - first_half)
    ]
    assert on == pytest.approx(parts[0] + parts[1], abs=1e-18, rel=1e-12)
    assert on[-1].max() == 0.0, "a drug stopped a year ago is gone for good"
    assert on.min() >= 0.0


def test_day_mean_effect_averages_the_effect() -> None:
    response = pk.absorbed_response(*modes(), absorption_duration=one(0.457), lag=one(0.147))
    day, hour = pk.dose_times(1.0, 0, 40)
    amount = np.full((len(day), 1), 4.0)
    levels = pk.segment_concentration(response, amount, day, hour, days=40, segments=12)
    half = 0.0207

    def steady(t: float) -> float:
        return sum(4.0 * concentration(response, t + 24.0 * back) for back in range(8))

    points = [0.147, 0.604]
    area, _ = quad(lambda t: steady(t) / (half + steady(t)), 0.0, 24.0, points=points, limit=200)
    got = pk.day_mean_effect(levels, one(half), one(1.0))[-1, 0]
    assert got == pytest.approx(area / 24.0, abs=4e-3)
    mean = levels[-1].mean()
    assert got < mean / (half + mean), "the effect of the mean overstates a peaked course"


def test_steeper_effect_agrees_with_the_plain_one_at_hill_one() -> None:
    levels = np.abs(np.random.default_rng(1).normal(size=(5, 3, 4)))
    plain = pk.day_mean_effect(levels, np.full(4, 0.7), np.ones(4))
    steep = pk.day_mean_effect(levels, np.full(4, 0.7), np.full(4, 1.0 + 1e-12))
    assert steep == pytest.approx(plain, rel=1e-9)


def test_dutasteride_follows_the_differential_equation() -> None:
    cl, v1, q, v2, vmax, km = 0.37, 173.0, 33.5, 338.0, 0.00591, 0.000957

    def slope(t, y):
        c, p = y[0] / v1, y[1] / v2
        return [-cl * c - vmax * c / (km + c) - q * (c - p), q * (c - p)]

    state, trough = np.zeros(2), []
    for _ in range(60):
        state = state + np.array([0.5, 0.0])
        state = solve_ivp(slope, (0, 24), state, method="LSODA", rtol=1e-8, atol=1e-10).y[:, -1]
        trough.append(state[0] / v1)
    got = pk.saturable_concentration(
        np.full((60, 1), 0.5), one(cl), one(v1), one(q), one(v2), one(vmax), one(km), 4, 2
    )[:, -1, 0]
    assert got[[6, 29, 59]] == pytest.approx(np.array(trough)[[6, 29, 59]], rel=0.02)


def test_ritlecitinib_slows_itself_as_the_full_equations_say() -> None:
    cl, v1, q, v2, ka, imax, half = 79.2, 151.0, 0.297, 4.87, 7.91, 0.452, 0.0165

    def slope(t, y):
        p = y[2] / v2
        effect = imax * p / (half + p)
        c = y[1] / v1
        return [
            -ka * y[0],
            ka * y[0] * (1 + effect) - q * (c - p) - cl * (1 - effect) * c,
            q * (c - p),
            c,
        ]

    state, means = np.zeros(4), []
    for _ in range(12):
        state = state + np.array([50.0, 0.0, 0.0, 0.0])
        before = state[3]
        state = solve_ivp(slope, (0, 24), state, method="LSODA", rtol=1e-8, atol=1e-9).y[:, -1]
        means.append((state[3] - before) / 24.0)
    got = pk.autoinhibited_concentration(
        np.full((12, 1), 50.0), one(cl), one(v1), one(q), one(v2), one(imax), one(half)
    )[:, 0]
    assert got[-1] == pytest.approx(means[-1], rel=0.015)
    assert got == pytest.approx(np.array(means), rel=0.05)


@pytest.mark.parametrize(
    ("interval", "count", "hours"),
    [(1.0, 28, {0.0}), (0.5, 56, {0.0, 12.0}), (1 / 3, 84, {0.0, 8.0, 16.0}), (28.0, 1, {0.0})],
)
def test_dose_times(interval: float, count: int, hours: set[float]) -> None:
    day, hour = pk.dose_times(interval, 3, 31)
    assert len(day) == count
    assert set(hour) == hours
    assert day[0] == 3
    assert np.all(np.diff(day + hour / 24.0) > 0)


def test_dose_times_refuse_an_interval_of_zero() -> None:
    with pytest.raises(ValueError, match="positive"):
        pk.dose_times(0.0, 0, 10)


def test_a_dose_still_running_at_the_end_of_the_day_is_refused() -> None:
    response = pk.absorbed_response(*modes(), absorption_duration=one(14.0))
    with pytest.raises(ValueError, match="absorbed"):
        pk.amplitude(response, 12.0)
