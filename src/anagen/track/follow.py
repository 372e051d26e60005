"""The forecast that learns: what was taken, what was read, and what is expected now."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from anagen.assess.assess import assess
from anagen.assess.records import Assessment, RedFlag
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
from anagen.plan.safety import taken_above
from anagen.plan.single import PLAN_ARM, judge_plan
from anagen.simulate.plan import parse_plan
from anagen.simulate.regimen import Arm, Regimen
from anagen.simulate.result import NO_CHANGE, OBSERVABLES, TOLD, FloatArray, Forecast
from anagen.simulate.spread import Spread, spread
from anagen.simulate.update import weighted_quantile
from anagen.track.known import DAYS_PER_WEEK, LabCourse, lab_courses, record_now
from anagen.track.reconsider import look_for
from anagen.track.store import Course
from anagen.track.verdicts import Verdict, surprised, verdicts_of
from anagen.track.visit import NOTHING_TAKEN, OBSERVABLE
from anagen.track.weigh import Read, Weighed, quantiles, weigh

# What a record's own measurement sets in every twin; a second reading of it that day adds nothing.
PINNED = ("salt", "terminal_density", "total_density")
# What it moves twins towards; the same number that day is the same reading, not a second one.
USED_SOFTLY = ("daily_shed",)
# What is forecast against today, and the reading that says the same.
READ_AS = {"terminal_relative": "terminal_density", "shed_ratio": "daily_shed"}


@dataclass(frozen=True, slots=True)
class Band:
    """Quantiles of one observable by week, as forecast and as updated. Each entry: (week,).

    `apart` takes the forecast of the last week apart, before the visits: with them about one twin
    is left under each set of parameters, and people and parameters can no longer be told apart.
    """

    observable: str
    plain: dict[str, list[float]]
    updated: dict[str, list[float]] | None
    apart: Spread


@dataclass(frozen=True, slots=True)
class Follow:
    """A person's visits beside the forecast.

    `flags` are the red flags of the record and all visits; `refused` are reasons of safety (then
    there is no number); `conditions` what the safety of what is taken now asks for before it is
    taken, `monitoring` while it is. `silent` says why there is no forecast for another reason;
    `no_update` why the visits did not change it. `look_for` says what to check, look for or test
    when a reading was off the expected course; `labs` are the results of tests that visits hold.
    `first_judged` is the first day at which the effect
    on the observable exceeds measurement noise, None when not within the forecast. `weight` has
    shape (draw,), None where nothing was forecast; `effective` and `sets` are how many equal draws
    and sets of parameters carry it, out of `draws` and `draws` / PEOPLE_PER_SET; `share` is how
    much of the readings it holds (see `weigh.Weighed`).
    """

    course: Course
    arm: str
    label: str
    verdicts: tuple[Verdict, ...]
    flags: tuple[RedFlag, ...]
    bands: tuple[Band, ...]
    weight: FloatArray | None
    effective: float
    sets: float
    share: float
    draws: int
    refused: tuple[str, ...]
    conditions: tuple[str, ...]
    monitoring: tuple[str, ...]
    silent: str
    no_update: str
    look_for: tuple[str, ...]
    labs: tuple[LabCourse, ...]
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

    Safety decides on what is known and taken now before any number. `draws` are the twins of one
    batch; more batches are run while the visits leave too few. Deterministic in `seed`; the order
    in which visits were entered changes nothing. Raises InputProblems for a plan that cannot be
    read any more.
    """
    record = record.model_copy(update={"visit_date": course.start})
    later = record_now(record, course)
    now = assess(later) if course.visits else assessment
    plans = _plans(course)
    judged = [(week, judge_plan(record, assessment, r)) for week, r in plans if r]
    taken = plans[-1][1] if plans else None
    bare = replace(_without_forecast(record, course, taken), flags=now.red_flags)
    stopping = [flag for flag in now.red_flags if flag.stops_planning]
    if stopping:
        return replace(bare, refused=tuple(f"{f.label}: {f.action}" for f in stopping))
    if taken:
        safety = judge_plan(later, now, taken)
        if safety.refused:
            return replace(bare, refused=safety.refused)
        asked = (text for verdict in safety.verdicts for text in verdict.conditions)
        watch = (text for verdict in safety.verdicts for text in verdict.monitoring)
        bare = replace(
            bare,
            conditions=tuple(dict.fromkeys(asked)),
            monitoring=tuple(dict.fromkeys(watch)),
        )
    silent = next((made.silent for _, made in judged if made.silent), "")
    mechanisms = modelled_mechanisms(assessment)
    if not mechanisms and not silent:
        silent = "No probable cause of this person's hair loss has a model: visits are kept only."
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
        above = taken_above(record, assessment, running)
        bare = replace(bare, conditions=(*bare.conditions, *above))
    latest = max((_week(course, visit.date) for visit in course.visits), default=0.0)

    def batch(number: int) -> Forecast:
        return (forecaster or run_model)(
            record,
            mixtures_of(assessment),
            arms,
            weeks=max(weeks, math.ceil(latest)),
            draws=draws,
            seed=seed + number,
            progress=progress and _more(progress, number),
        )

    readings, repeated = _readings(record, course)
    first, made = weigh(batch, arm, TOLD, readings)
    read = {reading.observable for reading in readings}
    shown = [reading.observable for reading in readings]
    shown += [
        row.observable
        for row in outcome_rows(mechanisms, first)
        if READ_AS.get(row.observable) not in read
    ]
    found = _told(replace(bare, arm=arm), first, made, tuple(dict.fromkeys(shown)), readings)
    expected = {band.observable: band.plain["q50"] for band in found.bands}
    off = any(verdict.off for verdict in found.verdicts)
    return replace(
        found,
        not_used=(*found.not_used, *repeated),
        look_for=look_for(later, course, found.verdicts, expected) if off else (),
    )


def _more(progress: Progress, number: int) -> Progress:
    """Progress of batch `number`, which says that it is a further one."""
    if number == 0:
        return progress
    return lambda done, total, label: progress(done, total, f"{label} (more twins, {number + 1})")


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


def _readings(record: PatientRecord, course: Course) -> tuple[list[Read], tuple[str, ...]]:
    """What weighs the twins, in order of date, and sentences on what the record holds already."""
    found: list[Read] = []
    repeated: list[str] = []
    known = {name: getattr(record.measurements, field) for field, name in OBSERVABLE.items()}
    for visit in sorted(course.visits, key=lambda visit: visit.date):
        week = _week(course, visit.date)
        for name, number in visit.readings():
            own = known[name] if week == 0.0 else None
            if own is not None and name in PINNED:
                repeated.append(
                    f"{OBSERVABLES[name][0]} {number:g} of {visit.date}: every twin starts from "
                    f"the {own:g} of the record of that day"
                )
            elif own == number and name in USED_SOFTLY:
                repeated.append(
                    f"{OBSERVABLES[name][0]} {number:g} of {visit.date}: the record of that day "
                    "has it, and the forecast has used it"
                )
            else:
                found.append(Read(visit.date, week, name, number))
    return found, tuple(repeated)


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
        flags=(),
        bands=(),
        weight=None,
        effective=0.0,
        sets=0.0,
        share=0.0,
        draws=0,
        refused=(),
        conditions=(),
        monitoring=(),
        silent="",
        no_update="",
        look_for=(),
        labs=lab_courses(record, course),
        first_judged={},
        used=(),
        not_used=(),
        weeks=None,
    )


def _told(
    bare: Follow,
    first: Forecast,
    made: Weighed,
    observables: tuple[str, ...],
    readings: Sequence[Read],
) -> Follow:
    """The forecast before and after the weights, and what can be said of them."""
    no_update = ""
    if not readings:
        no_update = "No reading yet: this is the forecast of the record."
    elif not made.enough or (made.misfit and made.share < 1.0):
        no_update = _no_update(made)
    updated = made if not no_update else None
    plain = {arm: course.values for arm, course in first.arms.items()}
    surprise = {
        (read.date, read.observable): p for read, p in zip(readings, made.surprise, strict=True)
    }
    return replace(
        bare,
        verdicts=tuple(surprised(v, surprise.get((v.date, v.observable))) for v in bare.verdicts),
        bands=tuple(
            Band(
                name,
                quantiles(plain[bare.arm][name]),
                updated and quantiles(updated.values[bare.arm][name], updated.weight),
                spread(plain[bare.arm][name][:, -1]),
            )
            for name in observables
        ),
        weight=made.weight,
        effective=made.effective,
        sets=made.sets,
        share=made.share,
        draws=made.weight.size,
        no_update=no_update,
        first_judged={
            name: _first_judged(bare.course.start, name, plain, updated)
            for name in observables
            if bare.arm == PLAN_ARM and name in READING_ERROR
        },
        used=(
            *first.individualised,
            *(f"{OBSERVABLES[r.observable][0]} of {r.date}" for r in readings if updated),
        ),
        not_used=(*first.not_individualised, *_kept_only(bare.course)),
        weeks=first.weeks,
    )


def _no_update(made: Weighed) -> str:
    """Why the visits change nothing: they fit no twin, or too few were drawn to say."""
    left = (
        f"{made.full:.1f} of {made.weight.size} twins left in effect, at least "
        f"{value('track_least_effective_draws'):g} under {value('track_least_effective_sets'):g} "
        "sets of parameters are needed"
    )
    if made.misfit:
        return f"The visits do not fit what the model expects ({left}): no update."
    return (
        f"The visits are as expected, but too few twins pass near all of them ({left}): no update. "
        "More draws may help."
    )


def _first_judged(
    start: date,
    name: str,
    plain: Mapping[str, Mapping[str, FloatArray]],
    updated: Weighed | None,
) -> date | None:
    """First day at which the median effect against untreated exceeds measurement noise."""
    values: Mapping[str, Mapping[str, FloatArray]]
    values = plain if updated is None else updated.values
    treated, base = values[PLAN_ARM][name], values[UNTREATED][name]
    draws = treated.shape[0]
    weight = np.full(draws, 1.0 / draws) if updated is None else updated.weight
    effect = np.abs(weighted_quantile(treated - base, weight, 0.5))
    today = float(weighted_quantile(base, weight, 0.5)[0])
    beyond = np.flatnonzero(effect > smallest_real_change(name, today))
    return start + timedelta(weeks=int(beyond[0])) if beyond.size else None


def _kept_only(course: Course) -> tuple[str, ...]:
    """What of the visits is kept and changes no number."""
    found: list[str] = []
    said = [(v.date, v.adherence_percent) for v in course.visits if v.adherence_percent is not None]
    low = [(day, percent) for day, percent in said if percent < value("track_low_adherence")]
    if low:
        listed = ", ".join(f"{percent:g} % up to {day}" for day, percent in low)
        found.append(
            f"doses taken ({listed}): the forecast takes doses as people usually do, so it may "
            "promise too much"
        )
    elif said:
        least = min(percent for _, percent in said)
        found.append(f"doses taken ({least:g} % or more at every visit): changes no number")
    if any(visit.labs for visit in course.visits):
        found.append(
            "laboratory results of visits: safety and red flags use them, the forecast does not "
            "live through them"
        )
    if any(visit.findings for visit in course.visits):
        found.append("findings of visits: safety and red flags use them, the forecast does not")
    if any(visit.photos for visit in course.visits):
        found.append("photos: their days are kept, nothing is read from them")
    return tuple(found)
