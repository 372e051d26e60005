"""What taking a drug and stopping it does over time, in one person's twins."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from anagen.simulate.forecast import Forecast, forecast
from anagen.simulate.person import Person
from anagen.simulate.plan import parse_plan
from anagen.simulate.regimen import Arm

DRAWS = 400
WEEKS = 104
STOP = 52
PEOPLE = {
    "man": Person("man", "male", 35.0, {"androgenetic": 1.0}, norwood="III vertex", weight_kg=80.0),
    **{
        f"areata for {years} years": Person(
            "severe",
            "female",
            36.0,
            {"autoimmune": 1.0},
            salt=85.0,
            episode_years=float(years),
            patches=False,
        )
        for years in (1, 2, 9)
    },
}
UNTREATED = Arm("untreated", "untreated", as_in_trial=False)


@cache
def run(who: str, words: str) -> Forecast:
    """The plan, the same stopped after a year, and nothing."""
    arms = [
        Arm("on", "on", parse_plan(words), as_in_trial=False),
        Arm("stopped", "stopped", parse_plan(f"{words} until week {STOP}"), as_in_trial=False),
        UNTREATED,
    ]
    return forecast(PEOPLE[who], arms, weeks=WEEKS, draws=DRAWS, seed=0, workers=1)


def _mean(found: Forecast, arm: str, name: str) -> np.ndarray:
    return found.arms[arm].values[name].mean(axis=0)


@pytest.mark.parametrize("words", ["minoxidil 5% topical twice daily", "minoxidil 2.5 mg daily"])
def test_minoxidil_sheds_at_the_start_and_no_longer(words: str) -> None:
    found = run("man", words)
    more = _mean(found, "on", "daily_shed") / _mean(found, "untreated", "daily_shed") - 1.0
    assert more[1:9].max() > 0.1
    # Passing: over after about twelve weeks.
    assert more[13:26].max() < 0.1 * more[1:9].max()


def test_finasteride_does_not_shed_at_the_start_as_minoxidil_does() -> None:
    found = run("man", "finasteride 1 mg daily")
    more = _mean(found, "on", "daily_shed") / _mean(found, "untreated", "daily_shed") - 1.0
    assert more[1:9].max() < 0.05


@pytest.mark.parametrize(
    ("words", "name", "left"),
    [
        ("minoxidil 5% topical twice daily", "terminal_density", 0.35),
        ("finasteride 1 mg daily", "terminal_density", 0.75),
    ],
)
def test_what_a_drug_gained_goes_after_it_is_stopped(words: str, name: str, left: float) -> None:
    found = run("man", words)
    gain = _mean(found, "stopped", name) - _mean(found, "untreated", name)
    kept = _mean(found, "on", name) - _mean(found, "untreated", name)
    assert gain[STOP] > 0.0
    assert gain[WEEKS] < left * gain[STOP]
    assert gain[WEEKS] < kept[WEEKS]
    assert np.array_equal(
        found.arms["on"].values[name][:, : STOP + 1],
        found.arms["stopped"].values[name][:, : STOP + 1],
    )


def test_areata_comes_back_after_a_jak_inhibitor_is_stopped() -> None:
    found = run("areata for 2 years", "baricitinib 4 mg daily")
    on, stopped = (_mean(found, arm, "salt") for arm in ("on", "stopped"))
    assert on[STOP] < 60.0
    assert stopped[WEEKS] > on[WEEKS] + 15.0


def test_a_longer_episode_answers_less_to_a_jak_inhibitor() -> None:
    short, long = (
        run(f"areata for {years} years", "baricitinib 4 mg daily").arms["on"].values["salt"][:, 36]
        for years in (1, 9)
    )
    assert np.mean(short <= 20.0) > np.mean(long <= 20.0) + 0.05
