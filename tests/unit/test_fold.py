"""Folding away what another option matches, what parts add, and orders by what matters most."""

from __future__ import annotations

from dataclasses import replace

import pytest

from anagen.plan.fold import folded, orderings
from anagen.plan.make import make_plan
from anagen.plan.records import Aims, Option, Plan
from plan_cases import assessment, fake_forecast, person


def _plan(**fields: object) -> Plan:
    return make_plan(
        person(sex="male", age_years=30, **fields),
        assessment({"male_pattern_hair_loss": 0.95}),
        weeks=104,
        draws=40,
        forecaster=fake_forecast,
    )


def _made(ident: str, gain: float, burden: float = 0.0, tier: str = "forecast") -> Option:
    base = next(item for item in _plan().options if item.id == "finasteride")
    return replace(
        base,
        id=ident,
        label=ident.capitalize(),
        treatments=tuple(ident.split("+")),
        tier=tier,
        status="allowed",
        aims=Aims(gain, gain, 0.0, burden, 0.0),
    )


WAIT = "watchful_waiting"


def _why(options: list[Option], roles: dict[str, str] | None = None) -> dict[str, str]:
    known = {item.id: "option" for item in options} | (roles or {})
    return {item.id: item.folded_by for item in folded(options, known, frozenset({WAIT}))}


def test_a_part_that_adds_nothing_is_folded_into_the_rest() -> None:
    options = [_made("a", 0.5), _made("a+b", 0.505, burden=0.3), _made("b", 0.2)]
    assert _why(options) == {"a": "", "a+b": "a", "b": ""}


def test_a_part_that_adds_something_stays() -> None:
    assert _why([_made("a", 0.5), _made("a+b", 0.6, burden=0.3)])["a+b"] == ""


def test_what_does_no_better_than_nothing_is_folded() -> None:
    options = [_made(WAIT, 0.0), _made("a", 0.0, burden=0.3)]
    assert _why(options)["a"] == WAIT
    told = folded(options, {"a": "option", WAIT: "supportive"}, frozenset())
    assert "no treatment" in told[1].folded_why
    assert "less effort" in told[1].folded_why


def test_equals_never_fold_one_another() -> None:
    assert set(_why([_made("a", 0.5), _made("b", 0.2, burden=0.9)]).values()) == {""}


def test_weaker_evidence_and_no_advantage_is_folded() -> None:
    options = [_made("a", 0.5), _made("b", 0.4, tier="plausible")]
    assert _why(options) == {"a": "", "b": "a"}


@pytest.mark.parametrize("role", ["deficit", "supportive"])
def test_a_shortage_and_care_stay_in_sight(role: str) -> None:
    assert _why([_made(WAIT, 0.0), _made("a", 0.0, burden=0.3)], {"a": role})["a"] == ""


def test_a_combination_that_treats_a_shortage_stays() -> None:
    options = [_made("a", 0.5), _made("iron", 0.0, burden=0.3), _made("a+iron", 0.5, burden=0.3)]
    assert _why(options, {"iron": "deficit"})["a+iron"] == ""


def test_an_option_with_more_conditions_folds_nothing() -> None:
    first = replace(_made("a", 0.5), status="conditions")
    assert _why([first, _made("a+b", 0.5, burden=0.3)])["a+b"] == ""


def test_every_reason_names_an_option_in_sight_whatever_the_order() -> None:
    options = [_made("a", 0.5), _made("a+b", 0.5, burden=0.2), _made("a+b+c", 0.5, burden=0.4)]
    there = _why(options)
    assert there == _why(options[::-1])
    for by in there.values():
        assert by == "" or there[by] == ""


def test_what_is_asked_about_is_never_folded() -> None:
    options = [_made("a", 0.5), _made("b", 0.1, tier="plausible")]
    known = {"a": "option", "b": "option"}
    assert folded(options, known, frozenset({"b"}))[1].folded_by == ""


def test_combinations_of_three_are_there_and_told_part_by_part() -> None:
    plan = _plan()
    three = next(
        item
        for item in plan.options
        if item.id == "finasteride+minoxidil_topical+ketoconazole_topical"
    )
    told = three.contribution
    assert told is not None
    assert len(told.alone) == len(told.added) == 3
    whole = told.together.value
    assert told.interaction.value == pytest.approx(whole - sum(p.value for p in told.alone))
    pair = next(item for item in plan.options if item.id == "finasteride+minoxidil_topical")
    assert pair.contribution is not None
    added = told.added[2]
    assert added is not None
    assert added.value == pytest.approx(whole - pair.contribution.together.value)


def test_points_are_people_of_a_hundred() -> None:
    for item in _plan().options:
        if item.contribution is not None:
            told = (item.contribution.together, *item.contribution.alone)
            assert all(
                -100.0 <= points.low <= points.value <= points.high <= 100 for points in told
            )


def test_no_combination_when_one_part_is_blocked() -> None:
    plan = _plan(situation={"suicidal_thoughts": True})
    assert not any("finasteride" in item.treatments for item in plan.options)


def test_what_matters_most_moves_the_order() -> None:
    orders = {item.aim: item.names for item in _plan().orderings}
    assert orders["regrowth"][0] != orders["few_side_effects"][0]
    assert orders["few_side_effects"].index(WAIT) < orders["regrowth"].index(WAIT)


def test_orderings_hold_what_is_in_sight_and_ignore_the_input_order() -> None:
    options = [_made("a", 0.5), _made("b", 0.4), replace(_made("c", 0.1), folded_by="a")]
    first = orderings(options)
    assert first == orderings(options[::-1])
    assert all(set(item.names) == {"a", "b"} for item in first)
