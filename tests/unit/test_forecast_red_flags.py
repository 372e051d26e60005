"""Red flags that do not stop a plan stand first in what a forecast, a head or an export says."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from anagen.assess.assess import assess
from anagen.assess.records import RedFlag
from anagen.cli.app import app
from anagen.plan.single import judge_plan
from anagen.provenance import Stamp
from anagen.report.single import as_document, print_single
from anagen.simulate.plan import parse_plan
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


LOW_MOOD = {
    "id": "someone", "sex": "male", "age_years": 45,
    "complaint": {"duration_weeks": 400, "pattern": ["vertex"], "onset": "gradual"},
    "medicines": [{"name": "finasteride", "dose": "1 mg daily", "started_weeks_ago": 52}],
    "conditions": [{"id": "depression"}],
}  # fmt: skip


@pytest.fixture
def low_mood(tmp_path: Path) -> str:
    path = tmp_path / "someone.json"
    path.write_text(json.dumps(LOW_MOOD), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("plan", [[], ["--plan", "minoxidil 5% topical"]])
def test_the_head_from_above_shows_flags(low_mood: str, plan: list[str], tmp_path: Path) -> None:
    asked = ["scalp", low_mood, *plan, "--weeks", "2", "--at", "0,2", "--movie", "none"]
    asked += ["--follicles", "1000", "--width", "120"]
    dumped = json.loads(CliRunner().invoke(app, [*asked, "--json"]).stdout)
    rules = {flag["rule"]: flag["stops_planning"] for flag in dumped["red_flags"]}
    assert rules["depression_on_finasteride"] is False
    shown = CliRunner().invoke(app, [*asked, "--out", str(tmp_path / "out")])
    assert "thoughts of suicide" in " ".join(shown.stdout.replace("│", " ").split())


def test_an_export_tells_flags_beside_its_output(low_mood: str, tmp_path: Path) -> None:
    asked = ["export", "sbml", low_mood, "--out", str(tmp_path / "hair.xml"), "--weeks", "4"]
    shown = CliRunner().invoke(app, [*asked, "--draws", "20", "--json"])
    assert "thoughts of suicide" in " ".join(shown.stderr.replace("│", " ").split())
    rules = [flag["rule"] for flag in json.loads(shown.stdout)["red_flags"]]
    assert "depression_on_finasteride" in rules
