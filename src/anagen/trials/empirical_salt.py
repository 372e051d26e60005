"""The published exposure-response model of ritlecitinib, run as a reference.

A latent score falls by a placebo chain and a drug chain and is turned into SALT; people differ by
random effects. Source: Huh_2024_ritlecitinib, final model as coded by nlmixr2lib.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import value
from anagen.errors import AnagenError
from anagen.rng import generator
from anagen.simulate.exposure import traits, treatment_exposure
from anagen.simulate.parameter_draws import TYPICAL
from anagen.simulate.person import Person
from anagen.simulate.regimen import Regimen
from anagen.trials.arms import regimens_of
from anagen.trials.asked import Asked
from anagen.trials.design import CONTROLS, Trial
from anagen.trials.endpoints import RULES
from anagen.trials.population import strata
from anagen.trials.published import PublishedTrial

FloatArray = NDArray[np.float64]
PEOPLE = 4000
DRUG = "ritlecitinib"
DAYS_PER_WEEK = 7
PLACEBO_STATES = 4
DRUG_STATES = 3


def empirical_salt(published: PublishedTrial, asked: Asked) -> float | None:
    """What the published model says of one number; None where it does not apply.

    It was made for people with a SALT of 50 or more, placebo and ritlecitinib.
    """
    trial = published.trial
    if trial is None or trial.condition != "alopecia_areata" or trial.selection is not None:
        return None
    rule = RULES[asked.endpoint, asked.unit]
    arm = next(arm for arm in trial.arms if arm.id == asked.arm)
    if rule.observable != "salt" or asked.kind == "net":
        return None
    population = trial.population_of(arm)
    if (population.salt_min or value("trial_salt_min")) < value("trial_salt_min"):
        return None
    try:
        plans = () if arm.role in CONTROLS else regimens_of(arm, trial.id, arm.id)
    except AnagenError:
        return None
    if any(regimen.treatment != DRUG for regimen in plans) or (arm.role in CONTROLS) == bool(plans):
        return None
    people = strata(trial, population)
    total = sum(s.share for s in people if (s.person.salt or 0.0) >= value("total_salt"))
    start, now = _course(trial, plans, total, asked.week)
    seen = rule.person(start, now)
    return float(100.0 * seen.mean() if rule.kind == "responders" else seen.mean())


def _course(
    trial: Trial, plans: tuple[Regimen, ...], total: float, week: float
) -> tuple[FloatArray, FloatArray]:
    """SALT of people at the start and at a week, residual error included. Shape: (person,)."""
    random = generator(0, trial.id, "empirical SALT model")
    everywhere = random.random(PEOPLE) < total
    z = random.standard_normal((4, PEOPLE))
    residual = value("empirical_salt_residual_sd") * random.standard_normal((2, PEOPLE))
    base = np.where(everywhere, value("empirical_salt_base_total"), value("empirical_salt_base"))
    base = base * np.exp(np.sqrt(value("empirical_salt_base_variance")) * z[0])
    covariance = np.array(
        [
            [value("empirical_salt_drug_variance"), value("empirical_salt_drug_placebo_covariance"),
             value("empirical_salt_drug_time_covariance")],
            [value("empirical_salt_drug_placebo_covariance"),
             value("empirical_salt_placebo_variance"), 0.0],
            [value("empirical_salt_drug_time_covariance"), 0.0,
             value("empirical_salt_time_variance")],
        ]
    )  # fmt: skip
    drug_z, placebo_z, time_z = np.linalg.cholesky(covariance) @ z[1:]
    placebo = np.where(everywhere, value("empirical_salt_placebo_total"), 0.0) + placebo_z
    largest = value("empirical_salt_drug_largest") * np.exp(drug_z)
    half_life = np.where(
        everywhere, value("empirical_salt_drug_weeks_total"), value("empirical_salt_drug_weeks")
    ) * np.exp(time_z)
    days = round(DAYS_PER_WEEK * week)
    level = _weekly_level(plans, days)
    gain_placebo = _chain(
        np.full(PEOPLE, np.log(2.0) / value("empirical_salt_placebo_weeks")),
        np.broadcast_to(1.0 + placebo, (days, PEOPLE)),
        PLACEBO_STATES,
    )
    share = level / (value("empirical_salt_half_concentration") + level)
    gain_drug = _chain(
        np.log(2.0) / half_life, 1.0 + share[:, None] * largest[None, :], DRUG_STATES
    )
    score = base - (gain_placebo - 1.0) - (gain_drug - 1.0)
    return _salt(base + residual[0]), _salt(score + residual[1])


def _weekly_level(plans: tuple[Regimen, ...], days: int) -> FloatArray:
    """Typical daily mean concentration in ng/mL. Shape: (day,)."""
    person = Person("typical", None, None, {})
    known = traits(person, 1, TYPICAL)
    level = np.zeros(days)
    for regimen in plans:
        exposure = treatment_exposure(
            regimen, person, known, start_day=0, end_day=days, segments=1, seed=TYPICAL
        )
        level += exposure.level.mean(axis=1)[:, 0]
    return level


def _chain(rate: FloatArray, source: FloatArray, states: int) -> FloatArray:
    """Last state of a chain of equal rates per week, all states 1 before. Shape: (person,)."""
    kept = np.exp(-rate / DAYS_PER_WEEK)
    level = np.ones((states, rate.size))
    for day in range(source.shape[0]):
        before = source[day]
        for state in range(states):
            level[state] = before + (level[state] - before) * kept
            before = level[state]
    return level[-1]


def _salt(score: FloatArray) -> FloatArray:
    shape = value("empirical_salt_shape")
    return 100.0 * (1.0 - (shape * np.exp(score) + 1.0) ** (-1.0 / shape))
