"""A plan is forecast at the dose this person may take, or not at all."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from anagen.assess.records import Assessment
from anagen.patients.record import PatientRecord
from anagen.plan.make import make_plan
from anagen.plan.options import candidates
from anagen.plan.single import SinglePlan, forecast_plan, judge_plan
from anagen.report.single import as_document, print_single
from anagen.simulate.plan import parse_plan
from anagen.simulate.regimen import Regimen, says_dose
from plan_cases import assessment, person
from report_cases import STAMP

AREATA = assessment({"alopecia_areata_totalis": 1.0})
# The label gives half of baricitinib at an eGFR from 30 to 60.
LOW, WELL = 45.0, 95.0


def someone(egfr: float, **fields: object) -> PatientRecord:
    return person(
        sex="male", age_years=45, measurements={"salt": 100},
        labs=[{"test": "egfr", "value": egfr, "weeks_ago": 2}], **fields,
    )  # fmt: skip


def judged(egfr: float, words: str, told: Assessment = AREATA) -> SinglePlan:
    return judge_plan(someone(egfr), told, parse_plan(words))


def printed(made: SinglePlan) -> str:
    stream = io.StringIO()
    print_single(made, STAMP, Console(file=stream, width=200))
    return stream.getvalue()


@pytest.mark.parametrize(
    "words",
    [
        "baricitinib 4 mg",
        "baricitinib 2 mg twice daily",
        "baricitinib 2 mg for 12 weeks then 4 mg",
        "minoxidil 5% topical + baricitinib 4 mg daily",
    ],
)
def test_more_than_the_kidney_allows_is_refused_and_the_dose_is_named(words: str) -> None:
    made = judged(LOW, words)
    assert made.forecast is None
    (reason,) = made.refused
    assert "more than this person should take" in reason
    assert "baricitinib 2 mg daily (kidney function 30 to 60 mL/min)" in reason
    assert "2 mg daily (kidney" in printed(made)
    assert "outcomes" not in str(as_document(made, STAMP))
    assert as_document(made, STAMP)["refused"] == [reason]


def test_the_dose_that_is_allowed_and_the_usual_one_are_not_refused() -> None:
    assert not judged(LOW, "baricitinib 2 mg").refused
    assert not judged(LOW, "baricitinib 1 mg").refused
    made = judged(WELL, "baricitinib 4 mg")
    assert not made.refused
    assert made.regimens[0].dose == 4.0


def test_a_dose_that_nobody_said_is_the_one_this_person_may_take_and_says_so() -> None:
    made = judged(LOW, "baricitinib for 30 weeks")
    assert not made.refused
    (regimen,) = made.regimens
    assert (regimen.dose, regimen.stop_week) == (2.0, 30.0)
    for told in (made.label, printed(made), str(as_document(made, STAMP))):
        assert "2 mg in place of 4" in told
        assert "kidney function 30 to 60" in told
    assert judged(WELL, "baricitinib").label == "baricitinib"


def test_an_unsaid_dose_built_by_hand_is_not_lowered_in_silence() -> None:
    by_hand = Regimen("baricitinib", 4.0, "mg", 1.0)
    made = judge_plan(someone(LOW), AREATA, [by_hand])
    assert made.refused
    assert made.regimens[0].dose == 4.0


def test_the_option_of_a_plan_says_its_dose_and_is_simulated_at_it() -> None:
    found = {item.id: item for item in candidates(someone(LOW), AREATA)}["baricitinib"]
    assert found.label == "Baricitinib tablets 2 mg"
    assert found.treatments[0].regimen is not None
    assert found.treatments[0].regimen.dose == 2.0
    usual = {item.id: item for item in candidates(someone(WELL), AREATA)}["baricitinib"]
    assert usual.label == "Baricitinib tablets"


def test_says_dose() -> None:
    assert says_dose("baricitinib 4 mg")
    assert says_dose("minoxidil 5% topical")
    assert not says_dose("baricitinib twice daily for 12 weeks")


TAKEN = {"name": "baricitinib", "dose": "4 mg daily", "started_weeks_ago": 20}
ABOVE = "forecast to go on as baricitinib 4 mg daily"


@pytest.mark.parametrize(("egfr", "above"), [(LOW, True), (WELL, False)])
def test_what_is_taken_now_at_too_much_is_told_beside_its_forecast(
    egfr: float, above: bool
) -> None:
    record = someone(egfr, medicines=[TAKEN])
    words = parse_plan("triamcinolone 5 mg/ml intralesional every 4 weeks")
    made = forecast_plan(record, AREATA, words, weeks=12, stop_week=None, draws=20)
    assert made.forecast is not None
    for told in (printed(made), str(as_document(made, STAMP)["taken_above"])):
        assert (ABOVE in told) == above
    plan = make_plan(record, AREATA, weeks=12, draws=20)
    assert any(ABOVE in text for text in plan.limits) == above
    waiting = next(option for option in plan.options if option.id == "watchful_waiting")
    # No number stands for going on with a dose that is not to be taken.
    assert (waiting.arm == "untreated") == above
