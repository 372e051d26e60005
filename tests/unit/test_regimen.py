"""Plain words to regimens and back."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from anagen.catalog.salts import salts_of
from anagen.catalog.treatments import load_treatments
from anagen.errors import InputProblems
from anagen.simulate.plan import parse_plan
from anagen.simulate.regimen import (
    Regimen,
    check_within,
    loading_notes,
    parse_regimen,
    regimen_text,
    stopped_at,
)
from anagen.trials.arms import trial_treatments

GOOD = {
    "finasteride 1 mg daily": ("finasteride", 1.0, "mg", 1.0, 0.0, None),
    "Finasteride 1000 ug once a day": ("finasteride", 1.0, "mg", 1.0, 0.0, None),
    "minoxidil 5% topical twice daily": ("minoxidil_topical", 5.0, "%", 0.5, 0.0, None),
    "minoxidil 5%": ("minoxidil_topical", 5.0, "%", 0.5, 0.0, None),
    "minoxidil 2.5 mg tablets": ("minoxidil_oral", 2.5, "mg", 1.0, 0.0, None),
    "finasteride 0.25%": ("finasteride_topical", 0.25, "%", 1.0, 0.0, None),
    "triamcinolone 5 mg/mL intralesional every 4 weeks x 4": (
        "triamcinolone_intralesional", 5.0, "mg/ml", 28.0, 0.0, 16.0,
    ),
    "baricitinib 4 mg daily for 52 weeks": ("baricitinib", 4.0, "mg", 1.0, 0.0, 52.0),
    "baricitinib 4 mg by mouth daily for 1 year": ("baricitinib", 4.0, "mg", 1.0, 0.0, 52.0),
    "oral minoxidil 1 mg daily from week 4 until week 60": (
        "minoxidil_oral", 1.0, "mg", 1.0, 4.0, 60.0,
    ),
    "tofacitinib bid": ("tofacitinib", 5.0, "mg", 0.5, 0.0, None),
    "levothyroxine 0.1 mg daily": ("levothyroxine", 100.0, "ug", 1.0, 0.0, None),
    "iron 65 mg every other day": ("iron", 65.0, "mg", 2.0, 0.0, None),
    "ketoconazole shampoo 2% twice weekly": ("ketoconazole_topical", 2.0, "%", 3.5, 0.0, None),
    "finasteride 1 mg/day": ("finasteride", 1.0, "mg", 1.0, 0.0, None),
    "minoxidil 5% topical 2x/day": ("minoxidil_topical", 5.0, "%", 0.5, 0.0, None),
    "Minoxidil 5 % topical once daily at night": ("minoxidil_topical", 5.0, "%", 1.0, 0.0, None),
    "dutasteride 0,5 mg 3x weekly": ("dutasteride", 0.5, "mg", 7.0 / 3.0, 0.0, None),
    "finasteride 1 mg 4 times a week": ("finasteride", 1.0, "mg", 1.75, 0.0, None),
    "vitamin d 1,000 IU daily": ("vitamin_d", 1000.0, "IU", 1.0, 0.0, None),
    "levothyroxine 100 μg daily": ("levothyroxine", 100.0, "ug", 1.0, 0.0, None),
    "triamcinolone 5 mg/ml q4w x 4": (
        "triamcinolone_intralesional", 5.0, "mg/ml", 28.0, 0.0, 16.0,
    ),
    "prp monthly x 3 sessions": ("prp", 1.0, "application", 28.0, 0.0, 12.0),
    "finasteride 1 mg daily x 6 months": ("finasteride", 1.0, "mg", 1.0, 0.0, 26.0),
    "deuruxolitinib 8 mg twice daily": ("deuruxolitinib", 8.0, "mg", 0.5, 0.0, None),
    "ritlecitinib 200 mg daily 4 weeks": ("ritlecitinib", 200.0, "mg", 1.0, 0.0, 4.0),
    "watchful waiting": ("watchful_waiting", 0.0, "", 1.0, 0.0, None),
    "deuruxolitinib 8 mg b.i.d.": ("deuruxolitinib", 8.0, "mg", 0.5, 0.0, None),
    "finasteride .5 mg forever": ("finasteride", 0.5, "mg", 1.0, 0.0, None),
    "finasteride 1/2 mg for two years": ("finasteride", 0.5, "mg", 1.0, 0.0, 104.0),
    "dutasteride 0.5 mg mon wed fri": ("dutasteride", 0.5, "mg", 7.0 / 3.0, 0.0, None),
    "iron 65 mg on alternate days": ("iron", 65.0, "mg", 2.0, 0.0, None),
    "spironolactone 100mg per day": ("spironolactone_oral", 100.0, "mg", 1.0, 0.0, None),
    "vitamin d 2000 IE": ("vitamin_d", 2000.0, "IU", 1.0, 0.0, None),
    "minoxidil 1 mL 5% twice a day": ("minoxidil_topical", 5.0, "%", 0.5, 0.0, None),
    "LLLT daily": ("lllt", 1.0, "application", 1.0, 0.0, None),
    "nothing": ("watchful_waiting", 0.0, "", 1.0, 0.0, None),
}  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_plain_words(text: str) -> None:
    got = parse_regimen(text)
    assert got == Regimen(*GOOD[text], text=text)


BAD = {
    "finasterid 1 mg": ("no known treatment", "", "finasteride"),
    "finasteride 1 mg daily before breakfast": ("not understood beside finasteride", "", ""),
    "finasteride 5 mg daily": ("above the largest dose", "at most 1 mg", ""),
    "finasteride 1 mg twice daily": ("largest daily amount", "at most 1 mg daily", ""),
    "clobetasol 0.1 mg": ("is not the unit of Clobetasol", "%", ""),
    "minoxidil": ("several treatments", "minoxidil oral, minoxidil topical", ""),
    "finasteride 1 mg daily until week 0": ("stops before it starts", "", ""),
    "baricitinib 40 mg daily": ("above the largest dose", "mims olumiant", ""),
    "baricitinib -4 mg daily": ("is below zero", "", ""),
    "baricitinib daily until week -3": ("is below zero", "", ""),
    "finasteride 1e9 mg": ("is no ordinary number", "", ""),
    "finasteride nan mg": ("is no ordinary number", "", ""),
    "finasteride intralesional": ("is no way Anagen knows to take", "oral, topical", ""),
    "minoxidil 5% oral": ("is not the unit of Low-dose minoxidil tablets", "mg", ""),
    "ritlecitinib 200 mg daily": ("above the largest dose", "200 mg for the first 4 weeks", ""),
    "ritlecitinib 200 mg daily for 8 weeks": ("above the largest dose", "first 4 weeks", ""),
    "finasteride 0 mg daily": ("is no dose", "", ""),
    "finasteride 1 mg 0 times a day": ("is never", "", ""),
    "finasteride 1 mg every 0 days": ("is never", "", ""),
    "finasteride 1 mg every 2 days 3 times a week": ("not understood", "", ""),
    "finasteride 1 mg until week 12 for 8 weeks": ("two different ends", "", ""),
    "PRP monthly x 3 for 3 years": ("two different ends", "", ""),
    "PRP x 3.5": ("no number of sessions", "", ""),
    "PRP x 0": ("no number of sessions", "", ""),
    "minoxidil 5% topical three times a day": ("more often than", "at most twice daily", ""),
    "LLLT 1000 times a day": ("more often than", "at most daily (an assumption of Anagen)", ""),
    "minoxidil 5 mg sublingual": ("not understood beside minoxidil", "", ""),
    "jak inhibitor": ("only part of the name", "", "topical jak inhibitor"),
    "hydroxychloroquine 400 mg": ("has no doses of Hydroxychloroquine", "", ""),
    "daily": ("names no treatment", "", ""),
    "": ("names no treatment", "", ""),
}


@pytest.mark.parametrize("text", BAD)
def test_problems_say_what_is_allowed_and_what_is_near(text: str) -> None:
    with pytest.raises(InputProblems) as error:
        parse_regimen(text)
    message, allowed, nearest = BAD[text]
    (problem,) = error.value.problems
    assert message in problem.message
    assert allowed in problem.allowed
    assert problem.nearest == nearest


def test_a_dose_of_a_pulse_names_the_pulse() -> None:
    with pytest.raises(InputProblems) as found:
        parse_plan("prednisolone 300 mg every 4 weeks x 3")
    assert (
        "given as corticosteroid pulses: prednisolone pulse 300 mg" in found.value.problems[0].fix
    )
    with pytest.raises(InputProblems) as daily:
        parse_plan("prednisolone 300 mg daily")
    assert "pulse" not in daily.value.problems[0].fix


def test_a_plan_lists_the_problems_of_all_its_parts() -> None:
    plan = parse_plan("finasteride 1 mg daily + minoxidil 5% topical twice daily")
    assert [regimen.treatment for regimen in plan] == ["finasteride", "minoxidil_topical"]
    with pytest.raises(InputProblems) as error:
        parse_plan("finasteride 7 mg + nonsense + minoxidil 5%")
    assert len(error.value.problems) == 2


@pytest.mark.parametrize("treatment", load_treatments().values(), ids=lambda t: t.id)
def test_usual_words_names_and_the_way_back(treatment) -> None:
    usual = treatment.regimen
    got = parse_regimen(usual.text if usual else treatment.id.replace("_", " "))
    assert got.treatment == treatment.id
    if usual:
        assert (got.dose, got.unit) == (usual.dose, usual.unit)
        assert got.interval_days == pytest.approx(usual.interval_days)
    assert replace(parse_regimen(regimen_text(got)), text="") == replace(got, text="")
    for name in (treatment.name, *treatment.synonyms):
        assert parse_regimen(name).treatment == treatment.id


def test_stopping_keeps_an_earlier_end() -> None:
    regimen = parse_regimen("baricitinib 4 mg daily for 24 weeks")
    assert stopped_at(regimen, 52.0).stop_week == 24.0
    assert stopped_at(replace(regimen, stop_week=None), 52.0).stop_week == 52.0


@pytest.mark.parametrize(
    "text",
    [
        "baricitinib 4 mg daily + baricitinib 4 mg daily",
        "baricitinib 4 mg daily + baricitinib 2 mg daily from week 52",
        "prp monthly + prp monthly",
    ],
)
def test_the_same_treatment_twice_at_once_is_refused(text: str) -> None:
    with pytest.raises(InputProblems, match="twice for the same weeks"):
        parse_plan(text)


def test_a_dose_may_change_where_the_step_before_ends() -> None:
    first, then = parse_plan("baricitinib 4 mg daily for 52 weeks then 2 mg")
    assert (first.dose, first.start_week, first.stop_week) == (4.0, 0.0, 52.0)
    assert (then.dose, then.interval_days) == (2.0, first.interval_days)
    assert (then.start_week, then.stop_week) == (52.0, None)
    assert parse_plan(f"{regimen_text(first)} + {regimen_text(then)}")[1].start_week == 52.0
    with pytest.raises(InputProblems, match="without an end"):
        parse_plan("baricitinib 4 mg daily then 2 mg")


@pytest.mark.parametrize("text", ["PRP monthly x 3", "LLLT 3 times a week for 26 weeks"])
def test_sessions_keep_their_number_and_their_way_back(text: str) -> None:
    said = parse_regimen(text)
    assert said.stop_week == {"PRP": 12.0, "LLL": 26.0}[text[:3]]
    back = parse_regimen(regimen_text(said))
    assert (back.interval_days, back.stop_week) == (said.interval_days, said.stop_week)


def test_a_loading_dose_is_followed_by_the_usual_one_and_said() -> None:
    first, second = parse_plan("ritlecitinib 200 mg daily 4 weeks then 50 mg")
    assert (first.dose, first.start_week, first.stop_week) == (200.0, 0.0, 4.0)
    assert (second.dose, second.start_week, second.stop_week) == (50.0, 4.0, None)
    (note,) = loading_notes((first, second))
    assert "King 2023" in note
    assert "50 mg" in note
    assert loading_notes((second,)) == ()


@pytest.mark.parametrize("joined", [" + ", " and ", ", ", ",", "; ", " & ", " plus ", ", and "])
def test_people_join_treatments_in_many_ways(joined: str) -> None:
    plan = parse_plan(f"finasteride 1 mg daily{joined}minoxidil 5% topical twice daily")
    assert [regimen.treatment for regimen in plan] == ["finasteride", "minoxidil_topical"]


def test_a_name_that_holds_a_joining_word_is_one_treatment() -> None:
    assert [r.treatment for r in parse_plan("vitamin D, 2000 IU daily")] == ["vitamin_d"]
    assert [r.treatment for r in parse_plan("minoxidil with melatonin")] == ["melatonin_topical"]


def test_a_plan_may_change_to_another_treatment_or_end() -> None:
    first, then = parse_plan("finasteride 1 mg 3 times a week for 26 weeks then dutasteride 0.5 mg")
    assert (then.treatment, then.start_week, then.interval_days) == ("dutasteride", 26.0, 1.0)
    assert first.stop_week == 26.0
    (only,) = parse_plan("baricitinib 4 mg daily for 12 weeks then stop")
    assert only.stop_week == 12.0


@pytest.mark.parametrize(
    ("words", "weeks"),
    [
        ("baricitinib 4 mg daily for 52 weeks then stop for 12 weeks then 2 mg",
         [(0, 52), (64, None)]),
        ("finasteride 1 mg daily for 26 weeks then stop until week 40 then 1 mg",
         [(0, 26), (40, None)]),
        ("finasteride 1 mg daily for 26 weeks then stop then 1 mg from week 60",
         [(0, 26), (60, None)]),
        ("finasteride 1 mg daily until week 26 then a break of 3 months then dutasteride 0.5 mg",
         [(0, 26), (39, None)]),
        ("baricitinib 4 mg daily for 12 weeks then 12 weeks off then 4 mg for 12 weeks then stop",
         [(0, 12), (24, 36)]),
        ("no treatment for 12 weeks then finasteride 1 mg", [(0, 12), (12, None)]),
        ("finasteride 1 mg daily until week 52 then stop at week 52", [(0, 52)]),
    ],
)  # fmt: skip
def test_a_pause_moves_what_follows_it(words: str, weeks: list[tuple[float, float | None]]) -> None:
    assert [(step.start_week, step.stop_week) for step in parse_plan(words)] == weeks


@pytest.mark.parametrize(
    ("words", "value", "message"),
    [
        ("baricitinib 4 mg daily for 52 weeks then stop then 2 mg", "2 mg", "pause without an end"),
        ("finasteride 1 mg daily for 26 weeks then stop then stop", "stop", "pause without an end"),
        ("finasteride 1 mg daily then stop at week 52", "stop at week 52", "step without an end"),
        ("finasteride 1 mg daily for 26 weeks then stop for 12 weeks", "stop for 12 weeks",
         "nothing after it"),
        ("finasteride 1 mg daily until week 52 then stop at week 60", "stop at week 60",
         "another end than week 52"),
        ("finasteride 1 mg daily for 26 weeks then stop until week 20 then 1 mg",
         "stop until week 20", "before week 26"),
        ("finasteride 1 mg daily for 26 weeks then stop for 12 weeks then 1 mg from week 30",
         "1 mg from week 30", "before week 38"),
        ("stop for 12 weeks then finasteride 1 mg", "stop for 12 weeks", "names nothing"),
        ("stop", "stop", "names nothing"),
    ],
)  # fmt: skip
def test_no_step_of_a_plan_is_dropped_in_silence(words: str, value: str, message: str) -> None:
    with pytest.raises(InputProblems) as error:
        parse_plan(words)
    (problem,) = error.value.problems
    assert problem.value == value
    assert message in problem.message
    assert problem.fix


def test_a_taper_is_asked_for_step_by_step() -> None:
    with pytest.raises(InputProblems) as error:
        parse_plan("baricitinib 4 mg daily taper")
    (problem,) = error.value.problems
    assert problem.value == "taper"
    assert "write every step" in problem.fix


def test_what_never_runs_within_the_forecast_is_refused() -> None:
    check_within(parse_plan("finasteride 1 mg daily from week 51"), 52)
    for words in ("finasteride 1 mg daily from week 52", "finasteride 1 mg every 60 weeks"):
        with pytest.raises(InputProblems):
            check_within(parse_plan(words), 52)


def test_what_is_wrong_in_every_part_is_said_at_once() -> None:
    plan = "finasterid 1 mg + baricitinib 40 mg daily + minoxidil -5% topical + biotin q0w x 3"
    with pytest.raises(InputProblems) as error:
        parse_plan(plan)
    assert len(error.value.problems) >= 3


@pytest.mark.parametrize(
    "words",
    [
        "baricitinib 8 mg daily for 12 weeks then 4 mg",
        "ritlecitinib 200 mg daily for 8 weeks then 50 mg",
        "minoxidil 10% topical three times a day",
        "finasteride 5 mg daily + minoxidil 5% topical twice daily",
    ],
)
def test_a_trial_may_give_what_no_plan_may(words: str) -> None:
    assert parse_plan(words, trial_treatments())
    with pytest.raises(InputProblems):
        parse_plan(words)


PAGE = Path(__file__).parents[2] / "docs" / "reference" / "plan-words.md"
WRITTEN = [words for line in PAGE.read_text().splitlines() if line.startswith("| ")
           for words in re.findall(r"`([^`]+)`", line)]  # fmt: skip


@pytest.mark.parametrize("words", WRITTEN)
def test_the_page_of_words_is_read_as_it_stands_and_comes_back(words: str) -> None:
    plan = parse_plan(words)
    again = parse_plan(" + ".join(regimen_text(regimen) for regimen in plan))
    assert [replace(regimen, text="") for regimen in again] == [
        replace(regimen, text="") for regimen in plan
    ]


@pytest.mark.parametrize(
    ("words", "treatment", "dose", "days"),
    [
        ("rogaine foam twice a day", "minoxidil_topical", 5.0, 0.5),
        ("derma roller 1.5mm", "microneedling", 1.0, 14.0),
        ("dermaroller 0.5 mm weekly", "microneedling", 1.0, 7.0),
        ("kenalog shots", "triamcinolone_intralesional", 5.0, 28.0),
        ("ferrous sulfate 200mg daily", "iron", 65.0, 1.0),
        ("ferrous sulphate 325 mg daily", "iron", 64.0, 1.0),
        ("ferrous fumarate 210 mg daily", "iron", 68.0, 1.0),
        ("ferrous gluconate 300 mg twice daily", "iron", 35.0, 0.5),
        ("iron 65 mg daily", "iron", 65.0, 1.0),
    ],
)
def test_brands_needles_and_salts_are_read(
    words: str, treatment: str, dose: float, days: float
) -> None:
    made = parse_regimen(words)
    assert (made.treatment, made.dose, made.interval_days) == (treatment, dose, days)


def test_a_salt_of_an_unknown_tablet_is_asked_about() -> None:
    with pytest.raises(InputProblems) as found:
        parse_regimen("ferrous sulfate 400 mg daily")
    assert "ferrous sulfate 200 mg holds 65 mg" in found.value.problems[0].fix
    with pytest.raises(InputProblems) as plain:
        parse_regimen("iron 200 mg daily")
    assert "holds" not in plain.value.problems[0].fix


def test_every_tablet_of_a_salt_is_a_dose_of_its_treatment() -> None:
    for name, treatment in load_treatments().items():
        for tablet in salts_of(name):
            assert treatment.regimen is not None
            assert tablet.unit == treatment.regimen.unit
            assert 0.0 < tablet.holds < tablet.amount
            for words in tablet.names:
                made = parse_regimen(f"{words} {tablet.amount:g} {tablet.unit}")
                assert (made.treatment, made.dose) == (name, tablet.holds)


@pytest.mark.parametrize("words", ["derma roller 5 mm", "1.5mm", "ml", "1"])
def test_a_depth_that_no_trial_used_or_an_amount_alone_is_not_read(words: str) -> None:
    with pytest.raises(InputProblems):
        parse_regimen(words)
