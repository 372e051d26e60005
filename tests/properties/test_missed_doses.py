"""Doses missed are missed in every arm; what a vehicle does is not the drug's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anagen.simulate.exposure import TYPICAL, doses_taken, traits, treatment_exposure
from anagen.simulate.forecast import forecast
from anagen.simulate.person import Person
from anagen.simulate.regimen import Arm, parse_regimen

MAN = Person("man", "male", 35.0, {"androgenetic": 1.0}, norwood="III vertex", weight_kg=80.0)
DRAWS = 200
DAYS = 364


def _taken(share: float, count: int = DAYS, treatment: str = "finasteride") -> np.ndarray:
    return doses_taken(treatment, count, np.full(DRAWS, share), MAN, 0)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_who_takes_more_takes_every_dose_that_who_takes_less_does(a: float, b: float) -> None:
    low, high = (_taken(share) for share in sorted((a, b)))
    assert np.all(high >= low)


def test_the_share_taken_is_the_share_asked_for() -> None:
    for share in (0.0, 0.4, 0.85, 1.0):
        assert _taken(share).mean() == pytest.approx(share, abs=0.01)


def test_a_longer_forecast_and_more_twins_miss_the_same_doses() -> None:
    short = _taken(0.8, count=100)
    assert np.array_equal(_taken(0.8, count=900)[:100], short)
    few = doses_taken("finasteride", 100, np.full(20, 0.8), MAN, 0)
    assert np.array_equal(few, short[:, :20])
    assert not np.array_equal(_taken(0.8, count=100, treatment="dutasteride"), short)


@pytest.mark.parametrize(
    "words",
    ["finasteride 1 mg daily", "minoxidil 5% topical twice daily", "baricitinib 4 mg daily"],
)
def test_a_person_who_misses_doses_has_less_of_the_drug_than_one_who_takes_all(words: str) -> None:
    """The exposure of every twin is that of its doses; nobody gets more than all of them."""
    regimen = parse_regimen(words)
    known = traits(MAN, DRAWS, 0)
    real, all_taken = (
        treatment_exposure(
            regimen, MAN, known, start_day=0, end_day=DAYS, segments=1, seed=seed
        ).amount
        for seed in (0, TYPICAL)
    )
    most = regimen.dose / regimen.interval_days
    assert np.all(all_taken == pytest.approx(most))
    assert np.all(real <= most + 1e-9)
    share = real.mean() / most
    assert 0.6 < share < 0.99


def test_a_plan_is_never_credited_with_its_vehicle_and_a_trial_arm_is() -> None:
    regimen = parse_regimen("minoxidil 5% topical twice daily")
    arms = [
        Arm("untreated", "untreated", as_in_trial=False),
        Arm("plan", "plan", (regimen,), as_in_trial=False),
        Arm("trial", "trial", (regimen,), as_in_trial=True),
    ]
    found = forecast(MAN, arms, weeks=26, draws=60, seed=0, workers=1).arms
    plan, trial = (found[name].values["terminal_density"][:, 26] for name in ("plan", "trial"))
    untreated = found["untreated"].values["terminal_density"][:, 26]
    assert np.mean(trial - plan) > 1.0
    assert np.mean(plan - untreated) > 0.0
