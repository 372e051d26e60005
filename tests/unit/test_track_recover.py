"""Bands with the visits hold people made by the same model as often as they say."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from anagen.patients.intake import load
from anagen.patients.record import PatientRecord
from anagen.simulate.plan import parse_plan
from anagen.simulate.result import ArmForecast, Forecast
from anagen.track.recover import Recovery, recover

PATIENTS = Path(__file__).parents[2] / "examples" / "patients"
PEOPLE = 400


@cache
def record(name: str = "male_pattern_vertex") -> PatientRecord:
    return load(PATIENTS / f"{name}.toml")


def people(record: Any, mixtures: Any, arms: Any, *, weeks: int, draws: int, seed: int,
           progress: Any) -> Forecast:  # fmt: skip
    """Twins with a density and a speed of their own; neighbors share part of the speed."""
    random = np.random.default_rng(seed)
    shared = np.repeat(random.standard_normal(-(-draws // 5)), 5)[:draws]
    start = 140.0 + 25.0 * random.standard_normal(draws)
    speed = 0.3 * (shared + random.standard_normal(draws))
    course = start[:, None] + speed[:, None] * np.arange(weeks + 1.0)
    made = {arm.id: ArmForecast(arm, {"terminal_density": course}) for arm in arms}
    return Forecast("made up", seed, np.arange(weeks + 1.0), made)


@cache
def followed(shrink: float = 1.0) -> Recovery:
    return recover(record(), (), "terminal_density", [8, 16, 26], [52, 78], people=PEOPLE,
                   draws=1500, shrink=shrink, forecaster=people)  # fmt: skip


def held(made: Recovery, band: int) -> float:
    """Mean over the weeks of how often the band held the truth after the visits, %."""
    return float(np.mean([week.after[band] for week in made.weeks]))


def test_bands_hold_as_often_as_they_say() -> None:
    made = followed()
    # Three standard errors of 400 people.
    assert held(made, 90) == pytest.approx(90.0, abs=4.5)
    assert held(made, 50) == pytest.approx(50.0, abs=7.5)
    assert all(week.width < 0.8 for week in made.weeks)
    assert made.not_updated < 2.0
    assert made.off == pytest.approx(1.0, abs=1.0)


def test_bands_a_quarter_narrower_would_be_caught() -> None:
    made = followed(shrink=0.75)
    assert held(made, 90) < 85.5
    assert held(made, 50) < 42.5


def test_the_model_itself_is_recovered() -> None:
    """A small look; `python -m anagen.track.recover` takes a long one, at other people too."""
    made = recover(record("severe_alopecia_areata"), parse_plan("baricitinib 4 mg daily"), "salt",
                   [8, 16], [26], people=50, draws=100)  # fmt: skip
    (week,) = made.weeks
    # Three standard errors of 50 people.
    assert 77.0 <= week.after[90] <= 100.0
    assert 28.0 <= week.after[50] <= 72.0
    assert week.width < 0.95
