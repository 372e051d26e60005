"""A treatment that runs already: the past is lived with it; to stop is not never to begin."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from anagen.simulate.forecast import UNTREATED, forecast
from anagen.simulate.person import Person
from anagen.simulate.regimen import Arm, Regimen
from anagen.simulate.result import NO_CHANGE, Forecast
from anagen.simulate.running import from_today

DAILY = Regimen("finasteride", 1.0, "mg", 1.0)
RUNNING = replace(DAILY, start_week=-60.0)
MINOXIDIL = Regimen("minoxidil_topical", 5.0, "%", 0.5)
NAIVE = Person("man", "male", 35.0, {"androgenetic": 1.0, "effluvium": 0.0}, norwood="III vertex")
MAN = replace(NAIVE, running=(RUNNING,))


@cache
def treated() -> Forecast:
    arms = (
        Arm("stop", "all stopped", (), as_in_trial=False),
        Arm("add", "minoxidil besides", (DAILY, MINOXIDIL), as_in_trial=False),
        Arm("again", "finasteride asked for", (DAILY,), as_in_trial=False),
        Arm("switch", "minoxidil instead", (MINOXIDIL,), as_in_trial=False),
    )
    return forecast(MAN, arms, weeks=52, draws=20)


@cache
def naive() -> Forecast:
    arms = (UNTREATED, Arm("new", "begun today", (DAILY,), as_in_trial=False))
    return forecast(NAIVE, arms, weeks=52, draws=20)


def gain(result: Forecast, arm: str) -> float:
    course = result.arms[arm].mean("terminal_density")
    return float(course[52] - course[0])


def test_hair_starts_as_thin_as_it_is_treated_or_not() -> None:
    before = naive().arms["untreated"].values["terminal_density"][:, 0]
    now = treated().arms[NO_CHANGE].values["terminal_density"][:, 0]
    assert now.mean() == pytest.approx(before.mean(), rel=0.05)


def test_going_on_holds_what_was_gained_and_begins_no_second_gain() -> None:
    assert -3.0 < gain(treated(), NO_CHANGE) < 0.6 * gain(naive(), "new")


def test_stopping_loses_more_than_never_having_begun() -> None:
    assert gain(treated(), "stop") < gain(naive(), "untreated") - 5.0
    go, stop = (treated().arms[a].values["hair_mass"][:, -1] for a in (NO_CHANGE, "stop"))
    assert np.all(stop < go)


def test_all_arms_start_from_the_same_hair() -> None:
    first = treated().arms[NO_CHANGE].values["terminal_density"][:, 0]
    for arm in treated().arms.values():
        assert np.array_equal(arm.values["terminal_density"][:, 0], first)


def test_asking_for_what_runs_is_going_on() -> None:
    go, again = (treated().arms[a].values["terminal_density"] for a in (NO_CHANGE, "again"))
    assert np.array_equal(go, again)


def test_something_new_is_added_or_comes_instead() -> None:
    assert gain(treated(), "add") > gain(treated(), NO_CHANGE) + 5.0
    assert gain(treated(), "stop") < gain(treated(), "switch") < gain(treated(), "add")


def test_regimens_that_follow_one_another() -> None:
    assert from_today(NAIVE, (DAILY,)) == (DAILY,)
    assert from_today(MAN, ()) == (replace(RUNNING, stop_week=0.0),)
    assert from_today(MAN, (replace(DAILY, stop_week=26.0),)) == (replace(RUNNING, stop_week=26.0),)
    lower = replace(DAILY, dose=0.5)
    assert from_today(MAN, (lower,)) == (replace(RUNNING, stop_week=0.0), lower)
    assert from_today(MAN, (DAILY, MINOXIDIL)) == (RUNNING, MINOXIDIL)
    later = replace(DAILY, start_week=10.0)
    assert from_today(MAN, (later,)) == (replace(RUNNING, stop_week=0.0), later)
    assert from_today(MAN, MAN.running) == MAN.running


def test_nobody_without_running_treatments_gets_another_arm() -> None:
    assert set(naive().arms) == {"untreated", "new"}


def test_what_runs_is_said() -> None:
    assert any("finasteride 1 mg" in text for text in treated().individualised)
    assert treated().arms[NO_CHANGE].arm.label == "No change: goes on with finasteride 1 mg daily"


def test_areata_on_a_running_jak_inhibitor_worsens_when_it_is_stopped() -> None:
    drug = Regimen("baricitinib", 4.0, "mg", 1.0, start_week=-52.0)
    person = Person(
        "aa", "female", 30.0, {"autoimmune": 1.0}, salt=15.0, episode_years=4.0, running=(drug,)
    )
    result = forecast(person, (UNTREATED,), weeks=52, draws=1000)
    go, stop = (result.arms[arm].values["salt"] for arm in (NO_CHANGE, "untreated"))
    assert np.array_equal(go[:, 0], stop[:, 0])
    assert abs(np.median(go[:, 0]) - 15.0) < 5.0
    assert stop[:, -1].mean() > go[:, -1].mean() + 10.0
