"""Drug kinetics: exact superposition of exponentials, no stepping where the kinetics are linear.

Doses are mg, volumes L, clearances L/h, times h, concentrations mg/L unless a name says otherwise.
Every parameter is an array over draws, and the draws are the innermost axis of every result.
The closed forms are those of linear compartment models, derived here from their eigenvalues.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anagen.model.compiled import kernel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

HOURS_PER_DAY = 24.0
# A mode this small adds nothing to a concentration; stopping here keeps slow denormals out.
NEGLIGIBLE = 1e-30


@dataclass(frozen=True, slots=True)
class UnitResponse:
    """Central concentration after one unit dose, as parts that are sums of exponentials.

    `rates` are 1/h, shape (mode, draw). Each part is an input that starts at its own delay and
    lasts `duration` hours (0 = at once); from its end on it is sum over modes of
    coefficient * exp(-rate * time since the input started). Shapes: coefficient (mode, draw),
    delay and duration (draw,).
    """

    rates: FloatArray
    parts: tuple[InputPart, ...]


@dataclass(frozen=True, slots=True)
class InputPart:
    """One way a dose enters: `bolus` (mode, draw) is the response to an instantaneous input."""

    bolus: FloatArray
    delay: FloatArray
    duration: FloatArray


def two_compartment_modes(
    clearance: FloatArray,
    central_volume: FloatArray,
    exchange: FloatArray,
    peripheral_volume: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Rates (1/h), coefficients (1/L) of the response to a unit bolus. Shapes: (mode=2, draw)."""
    out = clearance / central_volume
    there = exchange / central_volume
    back = exchange / peripheral_volume
    total = out + there + back
    root = np.sqrt(total * total - 4.0 * out * back)
    fast = 0.5 * (total + root)
    # The product of the roots is out * back; dividing avoids cancellation in the slow root.
    slow = out * back / fast
    fast_share = (fast - back) / (fast - slow)
    rates = np.stack((fast, slow))
    coefficients = np.stack((fast_share, 1.0 - fast_share)) / central_volume
    return rates, coefficients


def one_compartment_modes(
    clearance: FloatArray, volume: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Rate (1/h) and coefficient (1/L) of the response to a unit bolus. Shapes: (mode=1, draw)."""
    return (clearance / volume)[None, :], (1.0 / volume)[None, :]


def absorbed_response(
    rates: FloatArray,
    coefficients: FloatArray,
    *,
    absorption_rate: FloatArray | None = None,
    absorption_duration: FloatArray | None = None,
    zero_order_share: FloatArray | None = None,
    lag: FloatArray | None = None,
) -> UnitResponse:
    """Unit response of a dose absorbed by first order, zero order, both in parallel, or at once.

    `absorption_rate` is 1/h, `absorption_duration` and `lag` are h; `zero_order_share` splits the
    dose when both are given. The absorption rate must differ from every disposition rate.
    """
    draws = rates.shape[1]
    delay = np.zeros(draws) if lag is None else lag
    instant = np.zeros(draws)
    if zero_order_share is None:
        share = np.ones(draws) if absorption_rate is None else np.zeros(draws)
    else:
        share = zero_order_share
    all_rates, parts = rates, []
    if absorption_rate is not None:
        gap = absorption_rate - rates
        gap = np.where(np.abs(gap) < 1e-9 * absorption_rate, 1e-9 * absorption_rate, gap)
        slow = coefficients * absorption_rate / gap
        all_rates = np.vstack((rates, absorption_rate[None, :]))
        bolus = np.vstack((slow, -slow.sum(axis=0, keepdims=True)))
        parts.append(InputPart((1.0 - share) * bolus, delay, instant))
    if absorption_rate is None or zero_order_share is not None:
        bolus = share * coefficients
        if absorption_rate is not None:
            bolus = np.vstack((bolus, np.zeros((1, draws))))
        duration = instant if absorption_duration is None else absorption_duration
        parts.append(InputPart(bolus, delay, duration))
    return UnitResponse(all_rates, tuple(parts))


def cumulative(response: UnitResponse, hours: float) -> FloatArray:
    """Area under the unit response from the dose to `hours` after it, (mg/L) h per mg. (draw,)"""
    area = np.zeros(response.rates.shape[1])
    for part in response.parts:
        since = np.maximum(hours - part.delay, 0.0)
        inside = np.minimum(since, part.duration)
        after = since - inside
        lasting = part.duration > 0.0
        length = np.where(lasting, part.duration, 1.0)
        for rate, coefficient in zip(response.rates, part.bolus, strict=True):
            # During the input the response is c/(rate D) (1 - exp(-rate t)); its integral follows.
            during = (inside + np.expm1(-rate * inside) / rate) * coefficient / (rate * length)
            level = np.where(
                lasting, -np.expm1(-rate * inside) * coefficient / (rate * length), coefficient
            )
            decayed = level * -np.expm1(-rate * after) / rate
            area += np.where(lasting, during, 0.0) + decayed
    return area


def amplitude(response: UnitResponse, hours: float) -> FloatArray:
    """Modal amplitudes of the unit response `hours` after the dose, all input over. (mode, draw)

    Raises ValueError when the input is still running: a dose must be in before the day ends.
    """
    total = np.zeros_like(response.rates)
    for part in response.parts:
        since = hours - part.delay
        if np.any(since < part.duration):
            raise ValueError("a dose is still being absorbed by zero order when its day ends")
        lasting = part.duration > 0.0
        length = np.where(lasting, part.duration, 1.0)
        spread = np.where(
            lasting, np.expm1(response.rates * part.duration) / (response.rates * length), 1.0
        )
        total += part.bolus * spread * np.exp(-response.rates * since)
    return total


def segment_concentration(
    response: UnitResponse,
    amount: FloatArray,
    dose_day: IntArray,
    dose_hour: FloatArray,
    *,
    days: int,
    segments: int,
) -> FloatArray:
    """Mean concentration in equal segments of each day. Shape: (day, segment, draw).

    `amount` has shape (dose, draw), mg; dose i is given on day `dose_day[i]` at `dose_hour[i]`,
    in order of time. Exact: the area under the curve of every segment is the true one.
    """
    length = HOURS_PER_DAY / segments
    offsets, kind = np.unique(dose_hour, return_inverse=True)
    draws = response.rates.shape[1]
    unit = np.zeros((len(offsets), segments, draws))
    carry = np.zeros((len(offsets), response.rates.shape[0], draws))
    for o, hour in enumerate(offsets):
        edge = np.zeros(draws)
        for s in range(segments):
            following = cumulative(response, (s + 1) * length - hour)
            unit[o, s] = (following - edge) / length
            edge = following
        carry[o] = amplitude(response, HOURS_PER_DAY - hour)
    edges = np.arange(segments)[None, :, None] * length
    rates = response.rates[:, None, :]
    shape = np.exp(-rates * edges) * -np.expm1(-rates * length) / (rates * length)
    decay = np.exp(-response.rates * HOURS_PER_DAY)
    return _superpose(
        np.ascontiguousarray(amount), dose_day, kind.astype(np.int64), unit, carry, decay, shape,
        days,
    )  # fmt: skip


@kernel(error_model="numpy")
def _superpose(amount, dose_day, kind, unit, carry, decay, shape, days):  # pragma: no cover
    modes, draws = decay.shape
    segments = shape.shape[1]
    result = np.zeros((days, segments, draws))
    mode = np.zeros((modes, draws))
    dose = 0
    running = False
    for day in range(days):
        if running:
            for m in range(modes):
                for s in range(segments):
                    for i in range(draws):
                        result[day, s, i] += mode[m, i] * shape[m, s, i]
            running = False
            for m in range(modes):
                for i in range(draws):
                    left = mode[m, i] * decay[m, i]
                    mode[m, i] = left if abs(left) > NEGLIGIBLE else 0.0
                for i in range(draws):
                    running |= mode[m, i] != 0.0
        while dose < dose_day.shape[0] and dose_day[dose] == day:
            o = kind[dose]
            for s in range(segments):
                for i in range(draws):
                    result[day, s, i] += amount[dose, i] * unit[o, s, i]
            for m in range(modes):
                for i in range(draws):
                    mode[m, i] += amount[dose, i] * carry[o, m, i]
            running = True
            dose += 1
        for s in range(segments):
            for i in range(draws):
                # Modes of opposite sign may leave a rounding error below zero.
                result[day, s, i] = max(result[day, s, i], 0.0)
    return result


@kernel(error_model="numpy")
def saturable_concentration(
    amount, clearance, central_volume, exchange, peripheral_volume, vmax, km, segments, steps
):  # pragma: no cover
    """Two compartments with linear and saturable loss in parallel. Shape: (day, segment, draw).

    `amount` (day, draw) mg enters evenly over the first step of each day; `vmax` is mg/h and `km`
    mg/L. Implicit steps, `steps` in every segment, with the saturable loss linearised at the start
    of the step: stable for any step, never negative. Source: Gisleskog_1999_dutasteride structure.
    """
    days, draws = amount.shape
    result = np.zeros((days, segments, draws))
    central = np.zeros(draws)
    peripheral = np.zeros(draws)
    h = 24.0 / (segments * steps)
    for day in range(days):
        for s in range(segments):
            for step in range(steps):
                first = 1.0 if (s == 0 and step == 0) else 0.0
                for i in range(draws):
                    loss = clearance[i] + vmax[i] / (km[i] + central[i])
                    a = 1.0 + h * (loss + exchange[i]) / central_volume[i]
                    b = h * exchange[i] / central_volume[i]
                    c = h * exchange[i] / peripheral_volume[i]
                    d = 1.0 + c
                    source = central[i] + first * amount[day, i] / central_volume[i]
                    central[i] = (source * d + b * peripheral[i]) / (a * d - b * c)
                    peripheral[i] = (peripheral[i] + c * central[i]) / d
                    result[day, s, i] += central[i] / steps
        for i in range(draws):
            if central[i] < NEGLIGIBLE:
                central[i] = 0.0
            if peripheral[i] < NEGLIGIBLE:
                peripheral[i] = 0.0
    return result


@kernel(error_model="numpy")
def autoinhibited_concentration(
    amount, clearance, central_volume, exchange, peripheral_volume, inhibition, half_maximal
):  # pragma: no cover
    """Day-mean concentration of a drug that slows its own loss and first pass. Shape: (day, draw).

    The peripheral concentration P (mg/L) lowers clearance to `clearance * (1 - f)` and raises the
    absorbed share to `1 + f`, f = inhibition * P / (half_maximal + P). `amount` (day, draw) mg is
    given at the start of the day and gone by its end (plasma half-life of hours): absorption sees
    the P before the dose, clearance the P weighted by the falling plasma level.
    Source: Wojciechowski_2023_ritlecitinib, structure of the final model.
    """
    days, draws = amount.shape
    result = np.zeros((days, draws))
    peripheral = np.zeros(draws)
    for i in range(draws):
        r = exchange[i] / peripheral_volume[i]
        kept = np.exp(-24.0 * r)
        for day in range(days):
            before = peripheral[i]
            gain = 1.0 + inhibition[i] * before / (half_maximal[i] + before)
            felt = before
            area = 0.0
            k = 1.0
            for _ in range(4):
                slowed = clearance[i] * (1.0 - inhibition[i] * felt / (half_maximal[i] + felt))
                k = slowed / central_volume[i]
                area = amount[day, i] * gain / slowed
                felt = k * (before + 0.5 * r * area) / (k + r)
            result[day, i] = area / 24.0
            after = before * kept + r * area * k / (k - r) * (kept - np.exp(-24.0 * k))
            peripheral[i] = after if after > NEGLIGIBLE else 0.0
    return result


@kernel(error_model="numpy")
def day_mean_effect(concentration, half_maximal, hill):  # pragma: no cover
    """Day mean of C^h / (EC50^h + C^h), 0..1. Shape: (day, draw).

    The effect is averaged, not the concentration: a short-lived drug leaves a gap before each dose.
    """
    days, segments, draws = concentration.shape
    result = np.zeros((days, draws))
    simple = True
    for i in range(draws):
        simple &= hill[i] == 1.0
    for day in range(days):
        for s in range(segments):
            if simple:
                for i in range(draws):
                    c = concentration[day, s, i]
                    result[day, i] += c / (half_maximal[i] + c)
            else:
                for i in range(draws):
                    c = (concentration[day, s, i] / half_maximal[i]) ** hill[i]
                    result[day, i] += c / (1.0 + c)
        for i in range(draws):
            result[day, i] /= segments
    return result


def dose_times(interval_days: float, first_day: int, last_day: int) -> tuple[IntArray, FloatArray]:
    """Day and hour of every administration from `first_day` until before `last_day`.

    Shapes: (dose,). Several a day (interval below 1) fall at equal hours; longer intervals at the
    start of a day or at their fraction of it. Raises ValueError for an interval that is not
    positive.
    """
    if not interval_days > 0.0:
        raise ValueError("the time between doses must be positive")
    count = int(np.ceil((last_day - first_day) / interval_days - 1e-9))
    time = np.arange(max(count, 0)) * interval_days
    # Rounded to the minute, so that 1/3 of a day falls at the same hour every day.
    minutes = np.rint(time * 24.0 * 60.0).astype(np.int64)
    return first_day + minutes // 1440, (minutes % 1440) / 60.0
