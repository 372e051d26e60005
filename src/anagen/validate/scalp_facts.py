"""What computes the published facts of the hair cycle, pattern loss and alopecia areata.

Each function gives one number in the unit of its row of `data/facts/model_facts.csv`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import value
from anagen.model.automaton import shares_at, simulate_follicles, steady_shares
from anagen.model.drivers import DRIVER_INDEX
from anagen.model.scalp_day import RECORD
from anagen.rng import generator
from anagen.simulate.advance import advance, neutral_drivers
from anagen.simulate.cohort import start_cohort
from anagen.simulate.episode import wandering
from anagen.simulate.forecast import UNTREATED, forecast, observables
from anagen.simulate.person import Person, Perturbation
from anagen.simulate.regimen import Arm, Regimen
from anagen.simulate.result import Forecast
from anagen.simulate.run_in import run_in_days
from anagen.simulate.system import daily_drivers
from anagen.simulate.twins import Group, Lanes, build

FloatArray = NDArray[np.float64]
DAYS_PER_MONTH = 365.25 / 12.0
SEED = 20
DRAWS = 120


def typical(mechanisms: frozenset[str] = frozenset(), sex: str = "male") -> Group:
    """One lane with every parameter at its central value and a full scalp."""
    person = Person("typical", sex, 30.0, dict.fromkeys(mechanisms, 1.0))
    return build(Lanes(person, np.array([0]), 1, SEED, central=True), mechanisms)


def follow(group: Group, drivers: FloatArray) -> Mapping[str, FloatArray]:
    """Weekly observables of one lane under drivers (1, day, driver). Shape of each: (week,)."""
    days = drivers.shape[1]
    calm = np.zeros((days, 1))
    seeds = np.full((days, 1), -1, dtype=np.int16)
    record = advance(group, drivers, calm, seeds, workers=1)
    vehicle = np.zeros((record.shape[0], 1))
    return {name: course[:, 0] for name, course in observables(group, record, vehicle).items()}


# Halloy's automaton, months.


def _halloy() -> tuple[FloatArray, FloatArray]:
    names = ("anagen", "telogen", "latency")
    stays = np.array([value(f"halloy_{name}_months") for name in names])
    start = np.array([value(f"halloy_{name}_start") for name in names])
    return stays, start


def halloy_anagen() -> float:
    stays, start = _halloy()
    return float(shares_at(value("halloy_readout_months"), start, stays)[0])


def halloy_steady(phase: int) -> float:
    return float(steady_shares(_halloy()[0])[phase])


def halloy_mean_ratio() -> float:
    stays, start = _halloy()
    course = simulate_follicles(start, stays, 0.01, 6000, 10_000, SEED)
    return float(course[2000:, 0].mean() / steady_shares(stays)[0])


def halloy_noise_ratio() -> float:
    stays, start = _halloy()
    few = simulate_follicles(start, stays, 0.02, 6000, 100, SEED)[2000:, 0].std()
    many = simulate_follicles(start, stays, 0.02, 6000, 10_000, SEED + 1)[2000:, 0].std()
    return float(few / many)


# The healthy scalp.


def telogen_percent() -> float:
    return float(_quiet(7)["telogen_percent"][-1])


def shed_per_100000() -> float:
    group = typical()
    shed = follow(group, neutral_drivers(1, 14))["daily_shed"][-1]
    return float(1e5 * shed / group.head[0])


def length_at_shed_cm() -> float:
    """Mean growth times mean anagen, new anagen included: hair also grows before it shows."""
    days = value("anagen_days") + value("new_anagen_days")
    return value("linear_growth_mm_per_day") * days / 10.0


def _quiet(days: int) -> Mapping[str, FloatArray]:
    return follow(typical(), neutral_drivers(1, days))


# Telogen effluvium: 30 % of anagen released on one day.


@cache
def _effluvium() -> tuple[NDArray[Any], NDArray[Any]]:
    """Day and relative shedding after a release of 30 % of anagen."""
    drivers = neutral_drivers(1, 420)
    drivers[0, 0, DRIVER_INDEX["anagen_release"]] = 0.30
    shed = follow(typical(frozenset({"effluvium"})), drivers)["daily_shed"]
    day = 7.0 * np.arange(shed.size) - 3.5
    return day[1:], shed[1:] / _quiet(7)["daily_shed"][-1]


def effluvium_peak_day() -> float:
    day, ratio = _effluvium()
    return float(day[ratio.argmax()])


def effluvium_peak_ratio() -> float:
    return float(_effluvium()[1].max())


def effluvium_over_day() -> float:
    day, ratio = _effluvium()
    after = (day > day[ratio.argmax()]) & (ratio < 1.25)
    return float(day[after][0])


# Pregnancy, season and chemotherapy.


@cache
def _pregnancy() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Day from delivery, anagen share of visible hair in % and relative shedding, mean of draws."""
    person = Person("birth", "female", 30.0, {"effluvium": 1.0}, weeks_since_delivery=52.0)
    past, draws = -104 * 7, 40
    drivers = daily_drivers(person, UNTREATED, start_day=past, end_day=0, draws=draws, seed=SEED)
    group = build(Lanes(person, np.arange(draws), draws, SEED), frozenset({"effluvium"}))
    calm = np.zeros((-past, draws))
    record = advance(group, drivers, calm, np.full(calm.shape, -1, np.int16), workers=1)
    total = record[:, RECORD.index("visible_total")].mean(axis=1)
    growing = record[:, RECORD.index("visible_growing")].mean(axis=1)
    fallen = record[:, RECORD.index("fallen")].mean(axis=1)
    week = np.arange(record.shape[0])
    day = past + 7.0 * week + 52.0 * 7.0
    anagen = 100.0 * (growing / total).mean(axis=1)
    # Shedding a year before conception is the baseline.
    shed = fallen.mean(axis=1) / fallen[2:8].mean()
    return day, anagen, shed


def anagen_at_term() -> float:
    day, anagen, _ = _pregnancy()
    return float(anagen[np.abs(day).argmin()])


def anagen_six_weeks_on() -> float:
    day, anagen, _ = _pregnancy()
    return float(anagen[np.abs(day - 42.0).argmin()])


def postpartum_peak_month() -> float:
    day, _, shed = _pregnancy()
    after = day > 0.0
    return float(day[after][shed[after].argmax()] / DAYS_PER_MONTH)


@cache
def _season() -> Mapping[str, FloatArray]:
    """Weekly course over the third of three years with the seasonal cosine on the anagen exit."""
    days = 3 * 364
    drivers = neutral_drivers(1, days)
    phase = 2.0 * np.pi * (np.arange(days) - value("season_peak_day")) / 365.25
    factor = 1.0 + value("season_amplitude") * np.cos(phase)
    drivers[0, :, DRIVER_INDEX["anagen_log"]] = -np.log(factor)
    return follow(typical(), drivers)


def season_telogen_month() -> float:
    """Month (1 January .. 12) in which the telogen share is highest."""
    course = _season()["telogen_percent"][-52:]
    week = _season()["telogen_percent"].size - 52 + int(course.argmax())
    return float(np.floor((7.0 * week % 365.25) / DAYS_PER_MONTH) + 1.0)


def season_shed_ratio() -> float:
    course = _season()["daily_shed"][-52:]
    return float(course.max() / course.min())


@cache
def _chemotherapy() -> tuple[FloatArray, FloatArray]:
    """Visible share of hair (week, draw) from the first course, and the day the drug is gone."""
    person = Person(
        "cytotoxic", "female", 50.0, {}, perturbations=(Perturbation("chemotherapy", 60.0),)
    )
    draws = 40
    drivers = daily_drivers(person, UNTREATED, start_day=-420, end_day=0, draws=draws, seed=SEED)
    group = build(Lanes(person, np.arange(draws), draws, SEED), frozenset())
    calm = np.zeros((420, draws))
    record = advance(group, drivers, calm, np.full(calm.shape, -1, np.int16), workers=1)
    visible = record[:, RECORD.index("visible_total")].mean(axis=1)
    broken = drivers[:, :, DRIVER_INDEX["anagen_destruction"]] > 0.0
    end = 420 - broken[:, ::-1].argmax(axis=1)
    return visible / visible[0], end.astype(float)


def chemotherapy_bald_day() -> float:
    """Median over draws of the first day with less than half of the hair."""
    share, _ = _chemotherapy()
    return float(np.median(7.0 * (share < 0.5).argmax(axis=0)))


def chemotherapy_regrowth_month() -> float:
    """Median months from the last effect of the drug until half of the hair is back."""
    share, end = _chemotherapy()
    day = 7.0 * np.arange(share.shape[0])[:, None]
    back = ((day > end) & (share > 0.5)).argmax(axis=0) * 7.0
    return float(np.median(back - end) / DAYS_PER_MONTH)


# Pattern loss: men of the vertex trials, 876 hairs in 5.067 cm2, age 33.


@cache
def _vertex() -> Forecast:
    person = Person("vertex", "male", 33.0, {"androgenetic": 1.0}, total_density=173.0)
    finasteride = Regimen("finasteride", 1.0, "mg", 1.0)
    minoxidil = Regimen("minoxidil_topical", 5.0, "%", 0.5)
    arms = (
        UNTREATED,
        Arm("finasteride", "finasteride", (finasteride,)),
        Arm("finasteride_stopped", "finasteride", (replace(finasteride, stop_week=52.0),)),
        Arm("minoxidil", "minoxidil", (minoxidil,)),
        Arm("minoxidil_stopped", "minoxidil", (replace(minoxidil, stop_week=48.0),)),
    )
    return forecast(person, arms, weeks=260, draws=DRAWS, seed=SEED)


def _arm_mean(arm: str, observable: str, week: int) -> float:
    return float(_vertex().arms[arm].values[observable][:, week].mean())


def _percent(arm: str, observable: str, week: int) -> float:
    return 100.0 * (_arm_mean(arm, observable, week) / _arm_mean(arm, observable, 0) - 1.0)


def count_placebo_192() -> float:
    """Untreated plus the oral placebo response, as placebo arms have it."""
    gained = 100.0 * value("fact_oral_placebo_gain") / _arm_mean("untreated", "total_density", 0)
    return _percent("untreated", "total_density", 192) + gained


def finasteride_net_per_area(week: int) -> float:
    """Finasteride minus placebo, hairs per 5.067 cm2; both had a placebo response."""
    gain = _arm_mean("finasteride", "total_density", week)
    loss = _arm_mean("untreated", "total_density", week)
    return value("fact_vertex_area") * (gain - loss - value("fact_oral_placebo_gain"))


def minoxidil_net_48() -> float:
    """Minoxidil minus vehicle, non-vellus hairs per cm2."""
    gain = _arm_mean("minoxidil", "terminal_density", 48)
    loss = _arm_mean("untreated", "terminal_density", 48)
    return gain - loss - value("fact_topical_vehicle_gain")


def minoxidil_kept() -> float:
    """Share of the 48-week gain left 24 weeks after stopping, %."""
    gain = _arm_mean("minoxidil", "total_density", 48) - _arm_mean("untreated", "total_density", 48)
    left = _arm_mean("minoxidil_stopped", "total_density", 72)
    return 100.0 * (left - _arm_mean("untreated", "total_density", 72)) / gain


def minoxidil_early_shed() -> float:
    shed = _vertex().arms["minoxidil"].values["daily_shed"].mean(axis=0)
    return float(shed[:13].max() / shed[0])


def finasteride_kept_after_stop() -> float:
    """Share of the one-year gain left 52 weeks after stopping, %."""
    gain = _arm_mean("finasteride", "total_density", 52)
    gain -= _arm_mean("untreated", "total_density", 52)
    left = _arm_mean("finasteride_stopped", "total_density", 104)
    return 100.0 * (left - _arm_mean("untreated", "total_density", 104)) / gain


def occipital_change_20_years() -> float:
    """Change of occipital terminal hair over 20 years of untreated pattern loss, %."""
    group = typical(frozenset({"androgenetic"}))
    days = 20 * 364
    calm = np.zeros((days, 1))
    seeds = np.full((days, 1), -1, dtype=np.int16)
    drivers = neutral_drivers(1, days)
    record = advance(group, drivers, calm, seeds, workers=1)
    back = record[:, RECORD.index("visible_terminal"), -1, 0]
    return float(100.0 * (back[-1] / back[0] - 1.0))


# Severe alopecia areata: people like those of the JAK inhibitor trials.

SEVERE = ((70.0, 2.0, 0.25), (85.0, 4.0, 0.22), (99.5, 2.5, 0.26), (99.5, 5.0, 0.27))


@cache
def _severe() -> tuple[tuple[Forecast, float], ...]:
    """Forecasts of four people that span the trials, with their share of the trial population."""
    baricitinib = Regimen("baricitinib", 4.0, "mg", 1.0)
    again = replace(baricitinib, start_week=76.0)
    ritlecitinib = Regimen("ritlecitinib", 50.0, "mg", 1.0)
    stopped = replace(baricitinib, stop_week=52.0)
    arms = (
        UNTREATED,
        Arm("baricitinib", "baricitinib", (baricitinib,)),
        Arm("baricitinib_low", "baricitinib", (replace(baricitinib, dose=2.0),)),
        Arm("baricitinib_stopped", "baricitinib", (stopped,)),
        Arm("baricitinib_again", "baricitinib", (stopped, again)),
        Arm("ritlecitinib", "ritlecitinib", (ritlecitinib,)),
    )
    return tuple(
        (
            forecast(
                Person(
                    f"severe_{salt:.0f}_{years}", "female", 37.0, {"autoimmune": 1.0},
                    salt=salt, episode_years=years, weight_kg=70.0,
                ),
                arms, weeks=152, draws=3 * DRAWS, seed=SEED,
            ),
            share,
        )
        for salt, years, share in SEVERE
    )  # fmt: skip


def _severe_salt(arm: str, week: int, people: tuple[int, ...] = (0, 1, 2, 3)) -> list[FloatArray]:
    return [_severe()[i][0].arms[arm].values["salt"][:, week] for i in people]


def responders(arm: str, week: int, people: tuple[int, ...] = (0, 1, 2, 3)) -> float:
    """Share with SALT 20 or less, %."""
    weights = np.array([_severe()[i][1] for i in people])
    shares = [100.0 * (salt <= 20.0).mean() for salt in _severe_salt(arm, week, people)]
    return float(np.average(shares, weights=weights))


def severe_untreated_salt() -> float:
    weights = [share for _, share in _severe()]
    return float(np.average([s.mean() for s in _severe_salt("untreated", 52)], weights=weights))


def severe_fall_by_week_4() -> float:
    weights = [share for _, share in _severe()]
    fall = [
        float((before - after).mean())
        for before, after in zip(
            _severe_salt("baricitinib", 0), _severe_salt("baricitinib", 4), strict=True
        )
    ]
    return float(np.average(fall, weights=weights))


def response_week() -> float:
    """Median week at which those who respond to baricitinib within 104 weeks reach SALT 20."""
    weeks = []
    for result, _ in _severe():
        salt = result.arms["baricitinib"].values["salt"][:, :105]
        hit = (salt <= 20.0).any(axis=1)
        weeks.extend((salt[hit] <= 20.0).argmax(axis=1))
    return float(np.median(weeks))


def lost_after_withdrawal(weeks: int) -> float:
    """Of week-52 responders, the share with more than 20 SALT points lost after stopping, %."""
    lost, count = 0, 0
    for result, _ in _severe():
        salt = result.arms["baricitinib_stopped"].values["salt"]
        kept = salt[:, 52] <= 20.0
        lost += int((salt[kept, 52 + weeks] - salt[kept, 52] > 20.0).sum())
        count += int(kept.sum())
    return 100.0 * lost / count


def recaptured() -> float:
    """Of those who relapsed by week 76, the share back at SALT 20 within 76 weeks of therapy, %."""
    back, count = 0, 0
    for result, _ in _severe():
        salt = result.arms["baricitinib_again"].values["salt"]
        relapsed = (salt[:, 52] <= 20.0) & (salt[:, 76] - salt[:, 52] > 20.0)
        back += int((salt[relapsed, 76:] <= 20.0).any(axis=1).sum())
        count += int(relapsed.sum())
    return 100.0 * back / count


# A first patch: SALT 5 after eight weeks.


_FIRST_PATCH = Person(
    "first_patch",
    "female",
    30.0,
    {"autoimmune": 1.0},
    salt=5.0,
    episode_years=8.0 / 52.0,
    patches=True,
)


@cache
def _first_patch() -> FloatArray:
    """Loss inside the first patch relative to its loss at eight weeks. Shape: (week, draw)."""
    draws, days = 4 * DRAWS, 52 * 7
    past = run_in_days(_FIRST_PATCH)
    drivers = daily_drivers(
        _FIRST_PATCH, UNTREATED, start_day=-past, end_day=days, draws=draws, seed=SEED
    )
    (group,) = start_cohort(_FIRST_PATCH, drivers[:, :past], draws, SEED)
    z = generator(SEED, "first_patch", "disease activity").standard_normal((draws, days))
    seeds = np.full((days, draws), -1, dtype=np.int16)
    record = advance(group, drivers[:, past:], wandering(group, z), seeds)
    inside = record[:, RECORD.index("visible_terminal"), : group.patch_cells].mean(axis=1)
    loss = 1.0 - inside / group.full_visible
    return loss / loss[0]


def patch_regrown(months: float) -> float:
    """Share with four fifths of the patch regrown, `months` from its start, %."""
    week = round(months * DAYS_PER_MONTH / 7.0 - 8.0)
    return float(100.0 * (_first_patch()[week] <= 0.2).mean())


def patch_progression() -> float:
    """Share that ever passes SALT 90 within five years, %."""
    result = forecast(_FIRST_PATCH, (UNTREATED,), weeks=260, draws=4 * DRAWS, seed=SEED)
    return float(100.0 * (result.arms["untreated"].values["salt"] > 90.0).any(axis=1).mean())


COMPUTE: Mapping[str, Callable[[], float]] = {
    "F01": halloy_anagen,
    "F02a": lambda: halloy_steady(0),
    "F02t": lambda: halloy_steady(1),
    "F02l": lambda: halloy_steady(2),
    "F03": halloy_mean_ratio,
    "F04": halloy_noise_ratio,
    "F05": telogen_percent,
    "F06": shed_per_100000,
    "F08": length_at_shed_cm,
    "F09": effluvium_peak_day,
    "F10": effluvium_peak_ratio,
    "F12": effluvium_over_day,
    "F14": anagen_at_term,
    "F15": anagen_six_weeks_on,
    "F16": postpartum_peak_month,
    "F17": season_telogen_month,
    "F18": season_shed_ratio,
    "F19": chemotherapy_bald_day,
    "F20": chemotherapy_regrowth_month,
    "F22": count_placebo_192,
    "F23": lambda: _percent("finasteride", "total_density", 192),
    "F24": lambda: _percent("untreated", "hair_mass", 192),
    "F25": lambda: _percent("finasteride", "hair_mass", 192),
    "F26": lambda: finasteride_net_per_area(52),
    "F27": lambda: finasteride_net_per_area(104),
    "F28": lambda: finasteride_net_per_area(260),
    "F28b": finasteride_kept_after_stop,
    "F29": minoxidil_net_48,
    "F30": minoxidil_kept,
    "F31": minoxidil_early_shed,
    "F32": occipital_change_20_years,
    "F43": lambda: _arm_mean("untreated", "anagen_percent", 0),
    "F37": lambda: responders("ritlecitinib", 24),
    "F38": lambda: responders("ritlecitinib", 52),
    "F39": lambda: responders("ritlecitinib", 104),
    "F41": lambda: responders("ritlecitinib", 52, (0, 1)) - responders("ritlecitinib", 52, (2, 3)),
    "B1": lambda: responders("baricitinib", 36),
    "B2": lambda: responders("baricitinib_low", 36),
    "B3": lambda: responders("untreated", 36),
    "A6": severe_untreated_salt,
    "A7": severe_fall_by_week_4,
    "A8": response_week,
    "A9a": lambda: lost_after_withdrawal(8),
    "A9b": lambda: lost_after_withdrawal(24),
    "A9c": lambda: lost_after_withdrawal(100),
    "A10": recaptured,
    "A11": lambda: patch_regrown(6.0),
    "A12": lambda: patch_regrown(12.0),
    "A13": patch_progression,
}
