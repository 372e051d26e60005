"""The forecast that learns: what was taken, what was read, and what is expected now."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from anagen.assess.records import Assessment
from anagen.catalog.parameters import value
from anagen.observe.noise import READING_ERROR, smallest_real_change
from anagen.patients.condition import person_from
from anagen.patients.record import PatientRecord
from anagen.plan.compare import UNTREATED
from anagen.plan.make import (
    Forecaster,
    Progress,
    mixtures_of,
    modelled_mechanisms,
    outcome_rows,
    run_model,
)
from anagen.plan.single import PLAN_ARM, judge_plan
from anagen.simulate.regimen import Arm, Regimen, parse_plan
from anagen.simulate.result import NO_CHANGE, OBSERVABLES, FloatArray, Forecast
from anagen.simulate.update import (
    Seen,
    at_week,
    effective_sample_size,
    predictive_p,
    weighted_quantile,
    weights,
)
from anagen.track.store import Course
from anagen.track.visit import NOTHING_TAKEN, OBSERVABLE

DAYS_PER_WEEK = 7.0
# Observable -> the row below which its relative error grows no smaller.
_FLOOR = {
    "terminal_density": "track_least_density",
    "total_density": "track_least_density",
    "daily_shed": "track_least_shed",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One reading in plain words.

    `change` is the difference from the reading before, `noise` the smallest real change; None for a
    first reading. `surprise` is the probability, given the readings before, of one at least as far
    out; None without a forecast.
    """

    date: date
    observable: str
    value: float
    change: float | None
    noise: float | None
    real: bool | None
    surprise: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Band:
    """Quantiles of one observable by week, as forecast and as updated. Each entry: (week,)."""

    observable: str
    plain: dict[str, list[float]]
    updated: dict[str, list[float]] | None


@dataclass(frozen=True, slots=True)
class Follow:
    """A person's visits beside the forecast.

    `refused` are reasons of safety (then there is no number); `silent` says why there is no
    forecast for another reason; `no_update` why the visits did not change it. `first_judged` is the
    first day at which the effect on the observable exceeds measurement noise, None when not within
    the forecast. `weight` has shape (draw,), None where nothing was forecast.
    """

    course: Course
    arm: str
    label: str
    verdicts: tuple[Verdict, ...]
    bands: tuple[Band, ...]
    weight: FloatArray | None
    effective: float
    draws: int
    refused: tuple[str, ...]
    silent: str
    no_update: str
    first_judged: dict[str, date | None]
    used: tuple[str, ...]
    not_used: tuple[str, ...]
    weeks: FloatArray | None


def courses_of(plans: Sequence[tuple[float, tuple[Regimen, ...]]]) -> tuple[Regimen, ...]:
    """Regimens over time from what was taken since when: each plan ends where the next begins.

    `plans` has a week and all that is taken from it on, in order. A treatment that goes on at the
    same dose is one course without a gap.
    """
    found: list[Regimen] = []
    ends = [week for week, _ in plans[1:]] + [math.inf]
    for (week, regimens), end in zip(plans, ends, strict=True):
        for regimen in regimens:
            start = week + regimen.start_week
            stop = math.inf if regimen.stop_week is None else week + regimen.stop_week
            stop = min(stop, end)
            if start >= stop:
                continue
            last = None if math.isinf(stop) else stop
            before = next((i for i, r in enumerate(found) if _goes_on(r, regimen, start)), None)
            if before is None:
                found.append(replace(regimen, start_week=start, stop_week=last))
            else:
                found[before] = replace(found[before], stop_week=last)
    return tuple(found)


def _goes_on(old: Regimen, new: Regimen, start: float) -> bool:
    same = (old.treatment, old.dose, old.unit, old.interval_days)
    return same == (new.treatment, new.dose, new.unit, new.interval_days) and old.stop_week == start


def follow(
    record: PatientRecord,
    assessment: Assessment,
    course: Course,
    *,
    weeks: int = 104,
    draws: int = 2000,
    seed: int = 0,
    progress: Progress | None = None,
    forecaster: Forecaster | None = None,
) -> Follow:
    """The forecast from the record under what was taken since, weighed by the visits.

    Safety decides on what is taken now before any number. Deterministic in `seed`; the order in
    which visits were entered changes nothing.
    """
    record = record.model_copy(update={"visit_date": course.start})
    plans = _plans(course)
    judged = [(week, judge_plan(record, assessment, r)) for week, r in plans if r]
    bare = _without_forecast(record, course, plans[-1][1] if plans else None)
    if plans and plans[-1][1] and judged[-1][1].refused:
        return replace(bare, refused=judged[-1][1].refused)
    silent = next((made.silent for _, made in judged if made.silent), "")
    mechanisms = modelled_mechanisms(assessment)
    if not mechanisms and not silent:
        silent = "No probable cause of this person's hair loss has a model: visits are kept only."
    stopping = [flag for flag in assessment.red_flags if flag.stops_planning]
    if stopping:
        return replace(bare, refused=tuple(f"{f.label}: {f.action}" for f in stopping))
    if silent:
        return replace(bare, silent=silent)
    credited = {week: made.regimens for week, made in judged}
    running = person_from(record, mixtures_of(assessment)).running
    lived = [(0.0, tuple(replace(r, start_week=0.0) for r in running))]
    lived = [] if plans and plans[0][0] == 0.0 else lived
    steps = [*lived, *((week, credited.get(week, ())) for week, _ in plans)]
    regimens = courses_of(steps)
    arms = [Arm(UNTREATED, "No treatment", as_in_trial=False)]
    arm = UNTREATED
    if plans and regimens:
        arms.append(Arm(PLAN_ARM, bare.label, regimens, as_in_trial=False))
        arm = PLAN_ARM
    elif not plans and running:
        arm = NO_CHANGE
    latest = max((_week(course, visit.date) for visit in course.visits), default=0.0)
    batch = (forecaster or run_model)(
        record,
        mixtures_of(assessment),
        arms,
        weeks=max(weeks, math.ceil(latest)),
        draws=draws,
        seed=seed,
        progress=progress,
    )
    shown = [row.observable for row in outcome_rows(mechanisms, batch)]
    shown += [name for visit in course.visits for name, _ in visit.readings()]
    return _weighed(replace(bare, arm=arm), batch, tuple(dict.fromkeys(shown)), draws)


def _week(course: Course, day: date) -> float:
    return (day - course.start).days / DAYS_PER_WEEK


def _plans(course: Course) -> list[tuple[float, tuple[Regimen, ...]]]:
    """Week and regimens of every visit that names a plan, in order of date."""
    found: list[tuple[float, tuple[Regimen, ...]]] = []
    for visit in sorted(course.visits, key=lambda visit: visit.date):
        if visit.plan:
            nothing = visit.plan.lower() == NOTHING_TAKEN
            found.append((_week(course, visit.date), () if nothing else parse_plan(visit.plan)))
    return found


def _without_forecast(
    record: PatientRecord, course: Course, now: Sequence[Regimen] | None
) -> Follow:
    """Visits and what can be said of them without a model; `now` None: no visit named a plan."""
    words = " + ".join(regimen.text for regimen in now or ())
    return Follow(
        course=course,
        arm=UNTREATED,
        label="as on the day of the record" if now is None else words or "nothing",
        verdicts=verdicts_of(record, course),
        bands=(),
        weight=None,
        effective=0.0,
        draws=0,
        refused=(),
        silent="",
        no_update="",
        first_judged={},
        used=(),
        not_used=(),
        weeks=None,
    )


def verdicts_of(record: PatientRecord, course: Course) -> tuple[Verdict, ...]:
    """Real change or measurement noise, reading by reading, in order of date.

    Each is set against the reading before, the first against the record's own where it has one.
    """
    found: list[Verdict] = []
    known = ((name, getattr(record.measurements, field)) for field, name in OBSERVABLE.items())
    last: dict[str, float] = {name: number for name, number in known if number is not None}
    for visit in sorted(course.visits, key=lambda visit: visit.date):
        for name, number in visit.readings():
            unit = OBSERVABLES[name][1]
            if name not in last:
                words = "first reading: nothing to compare it with"
                found.append(Verdict(visit.date, name, number, None, None, None, None, words))
            else:
                change = number - last[name]
                noise = smallest_real_change(name, last[name])
                real = abs(change) > noise
                words = (
                    "real change since the reading before: two readings differ less by error alone"
                    if real
                    else f"within measurement noise: less than {noise:.3g} {unit} cannot be told "
                    "from no change"
                )
                found.append(Verdict(visit.date, name, number, change, noise, real, None, words))
            last[name] = number
    return tuple(found)


def reading_sd(observable: str, predicted: FloatArray) -> FloatArray:
    """Error of one reading for every draw, in the unit of the observable. Shape: (draw,)."""
    row, relative = READING_ERROR[observable]
    if not relative:
        return np.full(predicted.shape, value(row))
    return value(row) * np.maximum(predicted, value(_FLOOR[observable]))


def _weighed(bare: Follow, batch: Forecast, observables: tuple[str, ...], draws: int) -> Follow:
    """The forecast with the weight that the visits give each draw."""
    course, values = bare.course, batch.arms[bare.arm].values
    seen: list[tuple[date, str, Seen]] = []
    for visit in sorted(course.visits, key=lambda visit: visit.date):
        for name, number in visit.readings():
            predicted = at_week(values[name], _week(course, visit.date))
            seen.append((visit.date, name, Seen(number, predicted, reading_sd(name, predicted))))
    surprise: dict[tuple[date, str], float | None] = {}
    for day, name, reading in seen:
        before = weights([r for d, _, r in seen if d < day], draws)
        fits = effective_sample_size(before) > 0.0
        surprise[day, name] = predictive_p(reading, before) if fits else None
    weight = weights([reading for _, _, reading in seen], draws)
    effective = effective_sample_size(weight)
    least = value("track_least_effective_draws")
    no_update = ""
    if not seen:
        no_update = "No reading yet: this is the forecast of the record."
    elif effective < least:
        # Few draws near a reading that was to be expected is chance of the draw, not misfit.
        limit = value("track_surprise")
        misfit = any(p is None or p < limit for p in surprise.values())
        no_update = _no_update(effective, draws, least, misfit=misfit)
    updated = bool(seen) and not no_update
    return replace(
        bare,
        verdicts=tuple(_surprised(v, surprise.get((v.date, v.observable))) for v in bare.verdicts),
        bands=tuple(
            Band(
                name,
                _quantiles(values[name], np.full(draws, 1.0 / draws)),
                _quantiles(values[name], weight) if updated else None,
            )
            for name in observables
        ),
        weight=weight,
        effective=effective,
        draws=draws,
        no_update=no_update,
        first_judged={
            name: _first_judged(bare, batch, name, weight if updated else None)
            for name in observables
            if bare.arm == PLAN_ARM and name in READING_ERROR
        },
        used=(
            *batch.individualised,
            *(f"{OBSERVABLES[name][0]} of {day}" for day, name, _ in seen if updated),
        ),
        not_used=(*batch.not_individualised, *_kept_only(course)),
        weeks=batch.weeks,
    )


def _no_update(effective: float, draws: int, least: float, *, misfit: bool) -> str:
    """Why the visits change nothing: they fit no twin, or too few were drawn to say."""
    left = f"{effective:.1f} of {draws} twins left in effect, at least {least:g} are needed"
    if misfit:
        return (
            f"The visits do not fit any twin ({left}): no update. Check the readings; if they are "
            "right, reconsider the diagnosis."
        )
    return (
        f"The visits are as expected, but too few twins pass near all of them ({left}): no update. "
        "More draws may help."
    )


def _surprised(verdict: Verdict, p: float | None) -> Verdict:
    if p is None or p >= value("track_surprise"):
        return replace(verdict, surprise=p)
    words = f"{verdict.words}; off the expected course: check it, and reconsider the diagnosis"
    return replace(verdict, surprise=p, words=words)


def _quantiles(values: FloatArray, weight: FloatArray) -> dict[str, list[float]]:
    return {
        name: [float(x) for x in weighted_quantile(values, weight, q)]
        for name, q in (("q05", 0.05), ("q50", 0.5), ("q95", 0.95))
    }


def _first_judged(
    bare: Follow, batch: Forecast, name: str, weight: FloatArray | None
) -> date | None:
    """First day at which the median effect against untreated exceeds measurement noise."""
    treated, base = batch.arms[PLAN_ARM].values[name], batch.arms[UNTREATED].values[name]
    equal = np.full(treated.shape[0], 1.0 / treated.shape[0])
    weight = equal if weight is None else weight
    effect = np.abs(weighted_quantile(treated - base, weight, 0.5))
    start = float(weighted_quantile(base, weight, 0.5)[0])
    beyond = np.flatnonzero(effect > smallest_real_change(name, start))
    if not beyond.size:
        return None
    return bare.course.start + timedelta(weeks=int(beyond[0]))


def _kept_only(course: Course) -> tuple[str, ...]:
    """What of the visits is kept and changes no number."""
    found: list[str] = []
    low = value("track_low_adherence")
    for visit in course.visits:
        if visit.adherence_percent is not None:
            short = ": the forecast takes doses as people usually do, so it may promise too much"
            found.append(
                f"{visit.adherence_percent:g} % of doses taken up to {visit.date}"
                + (short if visit.adherence_percent < low else " (as written; changes no number)")
            )
    if any(visit.labs for visit in course.visits):
        found.append("laboratory results of visits: kept, not lived through by the forecast")
    if any(visit.photos for visit in course.visits):
        found.append("photos: their days are kept, nothing is read from them")
    return tuple(found)
