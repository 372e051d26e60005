"""From the words of an arm to regimens, and what placebo and vehicle arms gain by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import value
from anagen.catalog.treatments import Treatment, load_treatments
from anagen.errors import InputProblems, Problem
from anagen.simulate.exposure import traits
from anagen.simulate.parameter_draws import sample
from anagen.simulate.person import Person
from anagen.simulate.plan import parse_plan
from anagen.simulate.regimen import Arm, Regimen, given_twice
from anagen.simulate.regimen_doses import too_much
from anagen.trials.design import CONTROLS, Trial, TrialArm
from anagen.trials.wording import reworded, right_form

FloatArray = NDArray[np.float64]
DAYS_PER_WEEK = 7.0
# What is not swallowed or spread on the scalp is a device or a needle, and its control a sham.
GAINS = {
    "oral": "vehicle_gain_oral",
    "topical": "vehicle_gain_topical",
    "sham": "vehicle_gain_sham",
}
SHAM_ROUTES = ("device", "procedure", "intradermal")


@cache
def trial_treatments() -> dict[str, Treatment]:
    """The treatments without a largest dose: trials give more than anyone is advised to take."""
    return {
        name: treatment
        if treatment.regimen is None
        else replace(treatment, regimen=replace(treatment.regimen, max_dose=None))
        for name, treatment in load_treatments().items()
    }


def regimens_of(arm: TrialArm, file: str, place: str) -> tuple[Regimen, ...]:
    """The regimens of an arm. Raises InputProblems with everything wrong in its words."""
    found: list[Regimen] = []
    problems: list[Problem] = []
    for number, said in enumerate(arm.regimens):
        words = reworded(said)
        unread = right_form(words)
        if unread is not None:
            value, message, fix = unread
            problems.append(Problem(file, f"{place}.regimens[{number}]", value, message, fix=fix))
            continue
        try:
            parsed = parse_plan(words, trial_treatments())
        except InputProblems as error:
            problems += [
                replace(p, file=file, field=f"{place}.regimens[{number}]") for p in error.problems
            ]
            continue
        for regimen in parsed:
            if not load_treatments()[regimen.treatment].modelled:
                problems.append(
                    Problem(
                        file, f"{place}.regimens[{number}]", words,
                        f"the model has no {regimen.treatment} yet, so it cannot be predicted",
                        allowed=", ".join(t.id for t in load_treatments().values() if t.modelled),
                    )
                )  # fmt: skip
        found += parsed
    if not problems:
        problems = [
            replace(problem, file=file, field=f"{place}.regimens", value=problem.field)
            for problem in given_twice(found)
        ]
    if problems:
        raise InputProblems(problems)
    return tuple(found)


def route_problems(
    arm: TrialArm, regimens: tuple[Regimen, ...], file: str, place: str
) -> Iterator[Problem]:
    """A `route` that the arm does not have: it is read for placebo, vehicle and sham only."""
    if arm.route is None:
        return
    if arm.role == "untreated" and arm.route != "none":
        yield Problem(
            file, f"{place}.route", arm.route, "an untreated arm is given nothing",
            fix='leave it out, or give the arm the role "placebo" or "vehicle"',
        )  # fmt: skip
    if arm.role in CONTROLS:
        return
    routes = sorted({load_treatments()[regimen.treatment].route for regimen in regimens})
    if regimens and not any(arm.route in route.split() for route in routes):
        yield Problem(
            file, f"{place}.route", arm.route,
            f"does not fit what the arm {arm.id} is given ({', '.join(routes)})",
            fix="say the route in the words of the regimen, and leave this out",
        )  # fmt: skip


def above_plans(trial: Trial) -> tuple[str, ...]:
    """A sentence for every dose above the largest one Anagen plans: a trial's choice, or a slip."""
    notes = []
    for arm in trial.arms:
        for regimen in regimens_of(arm, trial.id, arm.id):
            usual = load_treatments()[regimen.treatment].regimen
            if usual is None or usual.max_dose is None:
                continue
            given = f"{arm.id}: {regimen.text or regimen.treatment}"
            if regimen.dose > max(usual.max_dose, usual.loading_dose or 0.0):
                notes.append(
                    f"{given} is more than the {usual.max_dose:g} {usual.unit} that Anagen would "
                    "plan for a patient."
                )
            elif regimen.dose <= usual.max_dose:
                treatment = load_treatments()[regimen.treatment]
                notes += [
                    f"{given} is more often than Anagen would plan for a patient ({often.allowed})."
                    for often in too_much(
                        given, regimen.dose, regimen.interval_days, usual, treatment
                    )
                ]
    return tuple(dict.fromkeys(notes))


def simulated(arm: TrialArm, regimens: tuple[Regimen, ...]) -> Arm:
    """The arm as the simulation takes it: what a vehicle gains counts, as in the trial."""
    return Arm(arm.id, arm.id, regimens, as_in_trial=arm.role not in CONTROLS)


def control_route(trial: Trial, arm: TrialArm, plans: dict[str, tuple[Regimen, ...]]) -> str:
    """How the placebo or vehicle is given: as said, else as the first active arm, else not."""
    if arm.role not in CONTROLS or arm.role == "untreated":
        return "none"
    if arm.route is not None:
        return arm.route
    if arm.role == "vehicle":
        return "topical"
    for other in trial.arms:
        for regimen in plans[other.id]:
            route = load_treatments()[regimen.treatment].route
            return "sham" if route in SHAM_ROUTES else route
    return "none"


def control_gain(route: str, person: Person, weeks: int, draws: int, seed: int) -> FloatArray:
    """What a placebo, vehicle or sham arm gains in count, hairs/cm2. Shape: (draw, week).

    The same draws as the vehicle part of the active arms, the sex of people of unknown sex too.
    """
    if route not in GAINS or person.mechanism_probability.get("autoimmune"):
        return np.zeros((draws, weeks + 1))
    gain = sample(GAINS[route], draws, seed, person.parameters_id)
    female = traits(person, draws, seed).female
    gain = gain + female * sample("vehicle_gain_women", draws, seed, person.parameters_id)
    days = DAYS_PER_WEEK * np.arange(weeks + 1)
    reached = 1.0 - 0.05 ** (days / value("vehicle_saturation_days"))
    return gain[:, None] * reached[None, :]
