"""A treatment that runs already: the past is lived with it; to stop is not never to begin."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from anagen.simulate.forecast import UNTREATED, forecast
from anagen.simulate.person import Person
from anagen.simulate.regimen import Arm, Regimen
from anagen.simulate.result import NO_CHANGE, Forecast
from anagen.simulate.running import from_today

FloatArray = NDArray[np.float64]
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


STOPPED = replace(RUNNING, stop_week=-8.0)


@cache
def stopped() -> Forecast:
    arms = (UNTREATED, Arm("again", "begun again", (DAILY,), as_in_trial=False))
    return forecast(replace(NAIVE, ended=(STOPPED,)), arms, weeks=52, draws=20)


def test_a_course_that_ended_weeks_ago_goes_on_being_lost() -> None:
    now = stopped().arms["untreated"].values["terminal_density"][:, 0]
    before = naive().arms["untreated"].values["terminal_density"][:, 0]
    assert now.mean() == pytest.approx(before.mean(), rel=0.05)
    assert gain(stopped(), "untreated") < gain(naive(), "untreated") - 3.0
    assert gain(stopped(), "again") > gain(stopped(), "untreated") + 5.0
    assert set(stopped().arms) == {"untreated", "again"}, "nothing runs that could go on"


def test_a_course_that_ended_is_in_every_arm() -> None:
    man = replace(MAN, ended=(replace(MINOXIDIL, start_week=-50.0, stop_week=-8.0),))
    assert from_today(man, ()) == (*man.ended, replace(RUNNING, stop_week=0.0))
    assert from_today(man, (MINOXIDIL,)) == (
        *man.ended,
        replace(RUNNING, stop_week=0.0),
        MINOXIDIL,
    )


def test_a_course_that_ended_is_said() -> None:
    told = [text for text in stopped().individualised if "finasteride 1 mg" in text]
    assert len(told) == 1
    assert "for 52 weeks until 8 weeks ago" in told[0]


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


ON_DRUG = Person(
    "aa",
    "female",
    30.0,
    {"autoimmune": 1.0},
    salt=15.0,
    episode_years=4.0,
    running=(Regimen("baricitinib", 4.0, "mg", 1.0, start_week=-52.0),),
)


@cache
def areata(before: float | None, stopped_weeks_ago: float | None) -> dict[str, FloatArray]:
    """SALT of every arm of somebody at 15 on baricitinib, or off it for some weeks."""
    person = replace(ON_DRUG, salt_before=before)
    if stopped_weeks_ago is not None:
        course = replace(person.running[0], stop_week=-stopped_weeks_ago)
        person = replace(person, running=(), ended=(course,))
    result = forecast(person, (UNTREATED,), weeks=24, draws=200)
    return {name: arm.values["salt"] for name, arm in result.arms.items()}


@pytest.mark.parametrize("stopped", [None, 6.0])
@pytest.mark.parametrize("before", [None, 40.0, 85.0])
def test_twins_meet_the_salt_of_today_whatever_it_was(
    before: float | None, stopped: float | None
) -> None:
    today = areata(before, stopped)["untreated"][:, 0]
    assert abs(np.median(today) - 15.0) < 5.0
    assert today.max() < 40.0


def test_the_more_a_drug_holds_the_more_is_lost_without_it() -> None:
    small, half, most = (areata(x, None)["untreated"][:, 24].mean() for x in (None, 40.0, 85.0))
    assert small - 10.0 < half < most - 15.0
    assert areata(85.0, None)[NO_CHANGE][:, 24].mean() < 25.0


def test_weeks_after_the_end_of_a_course_more_is_lost_than_on_the_day_of_it() -> None:
    def lost(stopped: float | None) -> float:
        salt = areata(85.0, stopped)["untreated"]
        return float((salt[:, 8] - salt[:, 0]).mean())

    assert lost(6.0) > lost(None) + 5.0
