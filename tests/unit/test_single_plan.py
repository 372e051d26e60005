"""Safety of one plan looks at what is taken together, not at what comes after."""

from __future__ import annotations

import io

from rich.console import Console

from anagen.plan.single import forecast_plan, judge_plan
from anagen.report.single import NOTICE, print_single
from anagen.simulate.plan import parse_plan
from anagen.simulate.regimen import together
from plan_cases import assessment, person
from report_cases import STAMP

MAN = person(sex="male", age_years=40)
PATTERN = assessment({"male_pattern_hair_loss": 1.0})


def _refused(words: str) -> tuple[str, ...]:
    return judge_plan(MAN, PATTERN, parse_plan(words)).refused


def test_two_inhibitors_at_once_are_refused_and_one_after_the_other_is_not() -> None:
    assert _refused("finasteride 1 mg daily + dutasteride 0.5 mg daily")
    assert _refused("finasteride 1 mg daily for 26 weeks + dutasteride 0.5 mg from week 25")
    assert not _refused("finasteride 1 mg daily for 26 weeks then dutasteride 0.5 mg")


def test_a_dose_that_changes_is_judged_once() -> None:
    made = judge_plan(MAN, PATTERN, parse_plan("minoxidil 5% topical for 8 weeks then 2%"))
    assert [verdict.treatment for verdict in made.verdicts] == ["minoxidil_topical"]


def test_together_is_any_shared_time() -> None:
    first, second = parse_plan("finasteride 1 mg for 10 weeks then dutasteride 0.5 mg")
    assert not together(first, second)
    assert not together(second, first)
    assert together(second, second)


def test_a_forecast_too_short_to_count_anybody_is_printed_whole() -> None:
    words = parse_plan("finasteride 1 mg daily")
    made = forecast_plan(MAN, PATTERN, words, weeks=12, stop_week=None, draws=20)
    stream = io.StringIO()
    print_single(made, STAMP, Console(file=stream, width=100))
    assert NOTICE in stream.getvalue()
