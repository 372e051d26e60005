"""What must be looked at before the hair: growths of the scalp, and drugs against cancer."""

from __future__ import annotations

import pytest

from anagen.ask.answer import ask
from anagen.assess.assess import assess
from anagen.plan.safety import check
from anagen.plan.single import judge_plan
from anagen.simulate.plan import parse_plan
from plan_cases import person

HAIR = {"duration_weeks": 100, "pattern": ["vertex"], "onset": "gradual"}


def raised(**fields: object) -> dict[str, bool]:
    record = person(sex="male", age_years=45, complaint=HAIR, **fields)
    return {flag.rule: flag.stops_planning for flag in assess(record).red_flags}


@pytest.mark.parametrize("finding", ["scalp_lump", "scalp_ulcer", "scalp_mole_changing"])
def test_a_growth_of_the_scalp_is_a_flag_and_no_needle_goes_near_it(finding: str) -> None:
    record = person(sex="male", age_years=45, complaint=HAIR, findings={finding: "present"})
    told = assess(record)
    (flag,) = [flag for flag in told.red_flags if flag.rule == "scalp_growth"]
    assert "dermatologist" in flag.action
    assert not flag.stops_planning
    for treatment in ("prp", "microneedling", "hair_transplant", "lllt"):
        assert check(record, told, treatment).status == "blocked", treatment
    assert check(record, told, "minoxidil_topical").status != "blocked"


def test_nothing_is_raised_where_no_growth_was_seen_or_told() -> None:
    assert "scalp_growth" not in raised()
    assert "scalp_growth" not in raised(findings={"scalp_lump": "absent"})


def test_an_immunotherapy_stops_a_plan_and_a_targeted_drug_is_told() -> None:
    assert raised(medicines=[{"name": "pembrolizumab"}])["cancer_immunotherapy"]
    record = person(sex="male", age_years=45, complaint=HAIR, medicines=[{"name": "pembrolizumab"}])
    made = judge_plan(record, assess(record), parse_plan("finasteride 1 mg"))
    assert any("oncology" in reason for reason in made.refused)
    assert raised(medicines=[{"name": "imatinib"}]) == {"cancer_targeted_drug": False}
    assert raised(medicines=[{"name": "metformin"}]) == {}


@pytest.mark.parametrize(
    "question",
    [
        "I have a mole on my scalp that is changing",
        "there is a sore on my head that does not heal",
        "a lump on my scalp is getting bigger, which shampoo helps?",
    ],
)
def test_a_question_about_a_growth_is_sent_to_a_dermatologist(question: str) -> None:
    answer = ask(question)
    assert answer.outcome == "care"
    assert "dermatologist" in answer.statements[0].text


@pytest.mark.parametrize("question", ["does minoxidil grow hair on the head?", "what is alopecia?"])
def test_a_question_about_hair_is_not(question: str) -> None:
    assert ask(question).outcome != "care"
