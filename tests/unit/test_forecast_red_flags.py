"""Red flags that do not stop a plan stand first in what `anagen forecast` says."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from anagen.assess.assess import assess
from anagen.assess.records import RedFlag
from anagen.plan.single import judge_plan
from anagen.provenance import Stamp
from anagen.report.single import as_document, print_single
from anagen.simulate.regimen import parse_plan
from plan_cases import assessment, person, stop_flag

STAMP = Stamp("0.1.0", "0123456789ab", "none", 0, 20)
MAN = person(sex="male", age_years=40)
WATCH = RedFlag(
    "made_up", "Made-up sign", "why", "Ask about it now.", "soon", False, "assumption", "assumed"
)


def printed(flags: list[RedFlag], words: str = "finasteride") -> tuple[str, dict]:
    told = assessment({"male_pattern_hair_loss": 1.0}, flags=flags)
    made = judge_plan(MAN, told, parse_plan(words))
    console = Console(file=io.StringIO(), width=100)
    print_single(made, STAMP, console)
    text = console.file.getvalue()  # pyright: ignore[reportAttributeAccessIssue]
    return text, as_document(made, STAMP)


@pytest.mark.parametrize(
    "words", ["finasteride", "finasteride + dutasteride"], ids=["shown", "refused"]
)
def test_a_flag_that_does_not_stop_stands_first(words: str) -> None:
    text, document = printed([WATCH], words)
    assert text.index("Ask about it now.") < text.index(words)
    assert document["red_flags"] == [
        {"rule": "made_up", "label": "Made-up sign", "why": "why", "action": "Ask about it now.",
         "urgency": "soon", "stops_planning": False}
    ]  # fmt: skip


def test_a_flag_that_stops_is_told_once_and_none_leaves_no_box() -> None:
    text, document = printed([stop_flag("Go today.")])
    assert text.count("Go today.") == 1
    assert document["red_flags"][0]["stops_planning"]
    text, document = printed([])
    assert text.startswith("finasteride")
    assert document["red_flags"] == []


def test_low_mood_on_finasteride_is_told_with_its_forecast() -> None:
    record = person(
        sex="male", age_years=45,
        complaint={"duration_weeks": 400, "pattern": ["vertex"], "onset": "gradual"},
        medicines=[{"name": "finasteride", "dose": "1 mg daily", "started_weeks_ago": 52}],
        conditions=[{"id": "depression"}],
    )  # fmt: skip
    made = judge_plan(record, assess(record), parse_plan("finasteride 1 mg"))
    assert any("suicide" in flag.action for flag in made.red_flags)
