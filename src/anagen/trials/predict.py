"""The predictive distribution of what a trial would find.

Its spread has three parts: what is unknown of the model (sets of parameters), how studies and arms
differ from each other beyond that, and the chance of a finite arm. Percentages are spread on the
arcsine square root scale and drawn as counts, means as normals.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.never_fitted import never_fitted
from anagen.catalog.parameters import value
from anagen.catalog.studies import holds, load_studies
from anagen.errors import AnagenError
from anagen.rng import generator
from anagen.simulate.forecast import COUNTED, count_wander, forecast
from anagen.simulate.parameter_draws import sample, sets_off_mean
from anagen.simulate.regimen import Regimen
from anagen.trials.arms import control_gain, control_route, regimens_of, simulated
from anagen.trials.asked import Asked
from anagen.trials.design import CONTROLS, Population, Trial, TrialArm
from anagen.trials.effects import (
    WOMEN_FACTOR,
    effect_row,
    only_women,
    product_factors,
)
from anagen.trials.endpoints import RULES, WORSE_IS_COUNTED, Rule, against_start, readings
from anagen.trials.leaving import leaving
from anagen.trials.population import Stratum, strata
from anagen.trials.results import possible
from anagen.trials.unaided import share_drawn, unaided

FloatArray = NDArray[np.float64]
Progress = Callable[[int, int, str], None]
COUNTS = ("total_density", "terminal_density")
# Draws of the predictive distribution; its 5 % points are then good to a tenth of its SD.
SAMPLES = 4000
# A share this near to 0 or 1 has no slope on the arcsine scale to tell its spread in percent by.
LEAST_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Prediction:
    """What is predicted for one number. All values are in `asked.unit`.

    `sd_parameters` (with how many recover unaided), `sd_study` (study and arm together) and
    `sd_sampling` are the parts of the spread at the mean. `seen_drug` is false for a drug that no
    fitted study holds.
    """

    asked: Asked
    mean: float
    low_50: float
    high_50: float
    low_90: float
    high_90: float
    sd_parameters: float
    sd_study: float
    sd_sampling: float | None
    seen_drug: bool


@dataclass(frozen=True, slots=True)
class _Estimate:
    """A mean over people; `influence` (draw,) is what each draw adds to its deviation.

    `sampling_variance` is that of the mean of an arm of the size it had, None without a size.
    """

    mean: float
    influence: FloatArray
    sampling_variance: float | None

    def against(self, other: _Estimate) -> _Estimate:
        """The difference to another arm over the same people."""
        a, b = self.sampling_variance, other.sampling_variance
        return _Estimate(
            self.mean - other.mean,
            self.influence - other.influence,
            None if a is None or b is None else a + b,
        )


@dataclass(frozen=True, slots=True)
class _Courses:
    """One arm of one population: courses of every stratum. Shape of each: (draw, week).

    `steady` holds what is counted as it would be if counts did not wander by chance.
    """

    strata: tuple[Stratum, ...]
    values: tuple[Mapping[str, FloatArray], ...]
    steady: tuple[Mapping[str, FloatArray], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One number as read in every virtual person. Shape of the first three: (stratum, draw).

    `seen` is the value of each person; `expected` the same without the chance of reading and
    wander, where an end point is linear in what is read (all but those of SALT); `weight` the share
    of the trial it counts for (0 for those who are not counted). Strata that `unaided` (stratum,)
    marks recover unaided; the weights of each kind sum to 1 until `among` mixes both. `control` is
    the control arm's reading for a number net of control.
    """

    asked: Asked
    rule: Rule
    seen: FloatArray
    expected: FloatArray
    weight: FloatArray
    unaided: NDArray[np.bool_]
    control: Reading | None = None

    def kind(self, unaided: bool) -> Reading:
        """Only the strata of those who recover unaided, or only the others."""
        own = self.unaided == unaided
        return replace(
            self,
            seen=self.seen[own],
            expected=self.expected[own],
            weight=self.weight[own],
            unaided=self.unaided[own],
            control=self.control and self.control.kind(unaided),
        )

    def among(self, share: FloatArray) -> Reading:
        """Both kinds of people, `share` (draw,) of whom recover unaided."""
        if not self.unaided.any():
            return self
        parts = np.where(self.unaided[:, None], share, 1.0 - share)
        return replace(
            self, weight=self.weight * parts, control=self.control and self.control.among(share)
        )


def read(
    trial: Trial,
    asked: Sequence[Asked],
    *,
    draws: int = 200,
    seed: int = 0,
    progress: Progress | None = None,
    workers: int | None = None,
) -> tuple[Reading, ...]:
    """Simulates the arms asked for and reads every number in every person, in the order asked.

    Raises InputProblems for regimens that cannot be simulated.
    """
    wanted = {item.arm for item in asked}
    control = next((arm for arm in trial.arms if arm.role in CONTROLS), None)
    if control is not None and any(item.kind == "net" for item in asked):
        wanted.add(control.id)
    plans = {
        arm.id: regimens_of(arm, trial.id, f"arms.{arm.id}") if arm.id in wanted else ()
        for arm in trial.arms
    }
    weeks = math.ceil(max(item.week for item in asked))
    if trial.selection is not None:
        weeks = max(weeks, math.ceil(trial.selection.week))
    courses = _simulate(trial, wanted, plans, weeks, draws, seed, progress, workers)
    readings = []
    for item in asked:
        rule = RULES[item.endpoint, item.unit]
        other = None
        if item.kind == "net":
            if control is None:
                raise AnagenError(f"{trial.id}: {item.endpoint}: no control arm to compare with")
            own = replace(item, arm=control.id, n=control.n)
            other = _reading(trial, courses[control.id], own, rule, seed)
        readings.append(
            replace(_reading(trial, courses[item.arm], item, rule, seed), control=other)
        )
    return tuple(readings)


def predict(
    trial: Trial,
    asked: Sequence[Asked],
    *,
    draws: int = 200,
    seed: int = 0,
    progress: Progress | None = None,
    workers: int | None = None,
) -> tuple[Prediction, ...]:
    """One prediction for each number asked for, in its order.

    Raises InputProblems for regimens that cannot be simulated.
    """
    found = read(trial, asked, draws=draws, seed=seed, progress=progress, workers=workers)
    seen = {arm: seen_arm(trial, arm) for arm in {item.arm for item in asked}}
    share = share_drawn(f"trial {trial.id}", draws, seed)
    predictions = []
    for reading in (each.among(share) for each in found):
        estimate = _estimate(trial, reading)
        if reading.control is not None:
            estimate = estimate.against(_estimate(trial, reading.control))
        found_here = _spread(
            trial, reading.asked, reading.rule, estimate, seen[reading.asked.arm], seed
        )
        predictions.append(_nothing(found_here) if _at_start(trial, reading.asked) else found_here)
    return tuple(predictions)


def _at_start(trial: Trial, item: Asked) -> bool:
    """Whether a change is asked for at the week it is counted from. Courses are read by week."""
    start = 0.0 if trial.selection is None else trial.selection.week
    return against_start(item.endpoint, item.unit) and round(item.week) == round(start)


def _nothing(prediction: Prediction) -> Prediction:
    """No change, by definition: nothing of it is unknown."""
    names = ("mean", "low_50", "high_50", "low_90", "high_90", "sd_parameters", "sd_study")
    return replace(prediction, sd_sampling=0.0, **dict.fromkeys(names, 0.0))


def seen_arm(trial: Trial, arm_id: str) -> bool:
    """Whether every drug of an arm is in a study that may be fitted."""
    arm = next(arm for arm in trial.arms if arm.id == arm_id)
    if arm.role in CONTROLS:
        return True
    return all(_seen(regimen.treatment) for regimen in regimens_of(arm, trial.id, arm_id))


def _simulate(
    trial: Trial,
    wanted: set[str],
    plans: dict[str, tuple[Regimen, ...]],
    weeks: int,
    draws: int,
    seed: int,
    progress: Progress | None,
    workers: int | None,
) -> dict[str, _Courses]:
    """Every wanted arm over the people of its population; arms of one population share them."""
    populations: dict[Population, list[TrialArm]] = {}
    for arm in trial.arms:
        if arm.id in wanted:
            populations.setdefault(trial.population_of(arm), []).append(arm)
    people = {population: _everybody(trial, population) for population in populations}
    total, done = sum(len(found) for found in people.values()), 0
    courses: dict[str, _Courses] = {}
    for population, arms in populations.items():
        values: dict[str, list[Mapping[str, FloatArray]]] = {arm.id: [] for arm in arms}
        steady: dict[str, list[Mapping[str, FloatArray]]] = {arm.id: [] for arm in arms}
        for stratum in people[population]:
            if progress:
                progress(done, total, f"people {done + 1} of {total}")
            done += 1
            result = forecast(
                stratum.person,
                [simulated(arm, plans[arm.id]) for arm in arms],
                weeks=weeks,
                draws=draws,
                seed=seed,
                workers=workers,
            )
            factor = count_wander(stratum.person, weeks, draws, seed)
            for arm in arms:
                route = control_route(trial, arm, plans)
                gain = control_gain(route, stratum.person, weeks, draws, seed)
                own = dict(result.arms[arm.id].values)
                still = {name: own[name] / factor for name in COUNTED}
                for course in (own, still):
                    for name in COUNTS:
                        course[name] = np.maximum(course[name] + gain, 0.0)
                values[arm.id].append(own)
                steady[arm.id].append(still)
        for arm in arms:
            courses[arm.id] = _Courses(
                people[population], tuple(values[arm.id]), tuple(steady[arm.id])
            )
    if progress:
        progress(total, total, "done")
    return courses


def _everybody(trial: Trial, population: Population) -> tuple[Stratum, ...]:
    under_attack = strata(trial, population)
    return under_attack + unaided(trial, under_attack)


def _reading(trial: Trial, courses: _Courses, item: Asked, rule: Rule, seed: int) -> Reading:
    people = trial.population_of(next(arm for arm in trial.arms if arm.id == item.arm))
    found = [
        _people(
            trial,
            people,
            course[rule.observable],
            steady.get(rule.observable, course[rule.observable]),
            course["salt"],
            item,
            rule,
            f"{number}",
            seed,
        )
        for number, (course, steady) in enumerate(zip(courses.values, courses.steady, strict=True))
    ]
    shares = np.array([stratum.share for stratum in courses.strata])
    return Reading(
        asked=item,
        rule=rule,
        seen=np.array([value for value, _, _ in found]),
        expected=np.array([expected for _, expected, _ in found]),
        weight=shares[:, None] * np.array([counts for _, _, counts in found]),
        unaided=np.array([stratum.person.attack_ceased for stratum in courses.strata]),
    )


def _estimate(trial: Trial, reading: Reading) -> _Estimate:
    """The mean a very large arm would show, and the spread of its people.

    The mean and what is unknown of it are taken from what is expected of each person, so that the
    chance of virtual readings does not pass for either; the people of an arm differ by all of it.
    """
    seen, counted, n = reading.seen, reading.weight, reading.asked.n
    top, bottom = (counted * reading.expected).sum(axis=0), counted.sum(axis=0)
    if bottom.sum() <= 0.0:
        raise AnagenError(
            f"{trial.id}: {reading.asked.arm}: none of the virtual people is left to count; "
            "more draws help"
        )
    mean = float(top.sum() / bottom.sum())
    variance = float((counted * (seen - mean) ** 2).sum() / bottom.sum())
    influence = (top - mean * bottom) / bottom.mean()
    return _Estimate(mean, influence, None if n is None else variance / n)


def _people(
    trial: Trial,
    people: Population,
    course: FloatArray,
    steady: FloatArray,
    salt: FloatArray,
    item: Asked,
    rule: Rule,
    stratum: str,
    seed: int,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Value of each person as read at the visit, what was to be expected of it, and 1 where the
    person counts. Shape of each: (draw,)."""
    draws, weeks = course.shape
    last = np.full(draws, weeks - 1)

    def random(purpose: str) -> np.random.Generator:
        return generator(seed, trial.id, f"{purpose}:{stratum}")

    counts = np.ones(draws)
    begin = np.zeros(draws, dtype=np.int64)
    if trial.selection is not None:
        begin += round(trial.selection.week)
        at_entry = readings("salt", salt, begin, random("reading:selection"))
        counts = (at_entry <= trial.selection.salt_at_most).astype(float)
        start = at_entry
    else:
        start = readings(rule.observable, course, begin, random(f"reading:{rule.observable}:start"))
        if rule.observable == "salt":
            # A twin that no history brought to the SALT of its stratum would not have been let in.
            low, high = people.salt_min, people.salt_max
            counts *= start >= (0.0 if low is None else low)
            counts *= start <= (100.0 if high is None else high)
    left = leaving(trial.condition, salt, begin, random("dropout"))
    visit = np.minimum(np.full(draws, round(item.week)), last)
    gone = left < item.week
    if item.analysis == "locf":
        seen_last = np.floor(np.minimum(left, last)).astype(np.int64)
        visit = np.where(gone, np.minimum(visit, seen_last), visit)
    now = readings(rule.observable, course, visit, random(f"reading:{rule.observable}:{item.week}"))
    # The visit of entry is one reading, not two.
    now = np.where(visit == begin, start, now)
    seen = rule.person(start, now)
    if rule.kind == "responders":
        seen = 100.0 * seen
        if item.analysis == "nri" and item.endpoint not in WORSE_IS_COUNTED:
            seen = np.where(gone, 0.0, seen)
    each = np.arange(draws)
    linear = rule.kind != "responders" and rule.observable != "salt"
    expected = rule.person(steady[each, begin], steady[each, visit]) if linear else seen
    if item.analysis == "observed":
        # A mixed model stands for everybody let in, as if nobody had left.
        counts = counts * ~gone
    return seen, expected, counts


def _seen(treatment: str) -> bool:
    """Whether a study that may be fitted holds the drug."""
    if treatment == "watchful_waiting":
        return True
    if treatment in never_fitted():
        return False
    return any(
        study.split == "train"
        and any(
            row.use == "fit" and holds(arm, treatment)
            for arm in study.arms
            for row in study.endpoints
            if row.arm == arm.id
        )
        for study in load_studies().values()
    )


def _effect(trial: Trial, item: Asked, rule: Rule, seen: bool, seed: int) -> float:
    """SD of what study, arm and visit add, on the scale of the rule: the root mean square over
    what is known of each."""

    def square(part: str, *factors: str) -> float:
        drawn = sample(effect_row(part, rule.scale), SAMPLES, seed, trial.id)
        if factors:
            drawn = drawn * np.maximum.reduce(
                [sample(factor, SAMPLES, seed, trial.id) for factor in factors]
            )
        return float(np.mean(drawn**2))

    products = product_factors(trial, item.arm)
    if products:
        # Says already how far an arm may be from what the model makes of its treatment.
        own = square("arm", *products)
    else:
        own = square("arm") * (1.0 if seen else value("trial_unseen_drug_factor") ** 2)
    # Two arms of one study share its effect, so their difference holds what each has of its own.
    women = (WOMEN_FACTOR,) if only_women(trial) else ()
    others = square("arm") if item.kind == "net" else square("study", *women)
    return math.sqrt(own + others + square("visit"))


def _spread(
    trial: Trial, item: Asked, rule: Rule, estimate: _Estimate, seen: bool, seed: int
) -> Prediction:
    """Adds study, arm and sampling to what is unknown of the model."""
    of_sets, chance = sets_off_mean(estimate.influence)
    effect = _effect(trial, item, rule, seen, seed)
    random = generator(
        seed, trial.id, f"predictive:{item.arm}:{item.endpoint}:{item.kind}:{item.week:g}"
    )
    known = (
        estimate.mean + random.choice(of_sets, SAMPLES) + chance * random.standard_normal(SAMPLES)
    )
    normals = random.standard_normal(SAMPLES)
    variance = estimate.sampling_variance
    sampling = None if variance is None else math.sqrt(variance)
    if rule.scale == "percent" and item.kind != "net":
        angle = np.arcsin(np.sqrt(np.clip(known / 100.0, 0.0, 1.0))) + effect * normals
        drawn = 100.0 * np.sin(np.clip(angle, 0.0, math.pi / 2.0)) ** 2
        share = min(max(estimate.mean / 100.0, LEAST_SHARE), 1.0 - LEAST_SHARE)
        slope = math.sqrt(share * (1.0 - share))
        effect *= 200.0 * slope
        if item.n is not None:
            sampling = 100.0 * slope / math.sqrt(item.n)
            drawn = 100.0 * random.binomial(item.n, drawn / 100.0) / item.n
    else:
        if rule.scale == "percent":
            # A difference of shares has no slope of its own; the steepest is taken.
            effect *= 100.0
        drawn = known + math.hypot(effect, sampling or 0.0) * normals
        drawn = np.clip(drawn, *possible(rule, item.kind))
    low_90, low_50, high_50, high_90 = np.quantile(drawn, (0.05, 0.25, 0.75, 0.95))
    return Prediction(
        asked=item,
        mean=estimate.mean,
        low_50=float(low_50),
        high_50=float(high_50),
        low_90=float(low_90),
        high_90=float(high_90),
        sd_parameters=float(of_sets.std()),
        sd_study=effect,
        sd_sampling=sampling,
        seen_drug=seen,
    )
