"""Every red flag, raised by a record made from its own rule, is shown by every interface.

A flag that stops planning leaves no option but seeing a doctor and no number of any treatment: in
the terminal, in JSON, in the report, in FHIR and in the cards of CDS Hooks.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from io import StringIO
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from anagen.assess.assess import assess
from anagen.assess.records import Assessment, RedFlag
from anagen.catalog.expressions import parse as parse_expression
from anagen.catalog.findings import RedFlagRow, load_findings, load_red_flags
from anagen.catalog.labs import load_labs
from anagen.cli.app import app
from anagen.errors import InputProblems
from anagen.interop.fhir_assessment import assessment_bundle
from anagen.patients.record import PatientRecord
from anagen.patients.validation import from_document
from anagen.plan.make import make_plan
from anagen.plan.records import Plan
from anagen.provenance import stamp
from anagen.report import html, text
from anagen.report import json as report_json
from anagen.report.document import build
from anagen.web.cds_cards import cards

TODAY = date(2026, 1, 15)
STAMP = stamp(0, 100)
RULES = {row.rule: row for row in load_red_flags()}
STOPPING = [rule for rule, row in RULES.items() if row.stops_planning]
# Signs that make a cause likely, for the few rules that ask for a probable cause as well.
SIGNS_OF = {
    "alopecia_areata": ("pattern_patchy", "exclamation_mark_hairs", "yellow_dots"),
    "trigger_drug": ("pattern_diffuse", "pull_test_positive", "shedding_increased"),
}
Wanted = dict[str, Any]


def demands(node: ast.expr) -> Iterator[Wanted]:
    """What a record must hold for a rule to hold: one mapping for each way to meet it."""
    match node:
        case ast.BoolOp(op=ast.Or(), values=parts):
            for part in parts:
                yield from demands(part)
        case ast.BoolOp(op=ast.And(), values=parts):
            for ways in product(*(list(demands(part)) for part in parts)):
                yield {key: value for way in ways for key, value in way.items()}
        case ast.UnaryOp(op=ast.Not(), operand=ast.Call(func=ast.Name(id="known"))):
            yield {}
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=word)):
            yield {word: False}
        case ast.Name(id=word):
            yield {word: True}
        case ast.Call(func=ast.Name(id="ever"), args=[ast.Constant(value=name)]):
            yield {f"condition {name}": True}
        case ast.Call(func=ast.Name(id="medicine"), args=[ast.Constant(value=name)]):
            yield {f"medicine {name}": True}
        case ast.Compare(
            left=ast.Call(func=ast.Name(id="lab"), args=[ast.Constant(value=name)]),
            ops=[test],
            comparators=[ast.Constant(value=v)],
        ):
            yield {f"lab {name}": v - 1 if isinstance(test, ast.Lt) else v}
        case ast.Compare(left=ast.Name(id=word), ops=[test], comparators=[ast.Constant(value=v)]):
            yield {word: v - 1 if isinstance(test, ast.Lt) else v}
        case ast.Compare(left=left):
            called = next(n for n in ast.walk(left) if isinstance(n, ast.Call))
            yield {f"cause {ast.literal_eval(called.args[0])}": True}


def document(rule: str, wanted: Wanted) -> dict[str, Any]:
    """The least record with a hair complaint that holds what is wanted."""
    made: dict[str, Any] = {
        "format": "anagen-patient/1",
        "id": rule,
        "age_years": wanted.get("age", 40),
        "sex": wanted.get("sex", "female"),
        "complaint": {"duration_weeks": 12},
        "findings": {},
        "conditions": [],
        "situation": {},
    }
    for name, value in wanted.items():
        if name.startswith("condition "):
            made["conditions"].append({"id": name.removeprefix("condition ")})
        elif name.startswith("medicine "):
            made["medicines"] = [{"name": name.removeprefix("medicine ")}]
        elif name.startswith("lab "):
            test = load_labs()[name.removeprefix("lab ")]
            made["labs"] = [{"test": test.id, "value": value, "unit": test.unit, "weeks_ago": 1}]
        elif name.startswith("cause "):
            for sign in SIGNS_OF[name.removeprefix("cause ")]:
                made["findings"][sign] = "present"
        elif name == "salt":
            made["measurements"] = {"salt": value}
        elif name in ("pregnancy_planned", "breastfeeding"):
            made["situation"][name] = value
        elif name in load_findings():
            made["findings"][name] = "present" if value else "absent"
    return made


@dataclass(frozen=True)
class Case:
    """A person for whom one red flag is raised, and what each step makes of them."""

    raw: dict[str, Any]
    record: PatientRecord
    assessment: Assessment
    flag: RedFlag
    plan: Plan


@cache
def case(rule: str) -> Case:
    row: RedFlagRow = RULES[rule]
    ways = sorted(
        demands(parse_expression(row.condition)),
        key=lambda wanted: sum(name.startswith("cause ") for name in wanted),
    )
    for wanted in ways:
        if any(n.startswith("cause ") and n.split(" ")[1] not in SIGNS_OF for n in wanted):
            continue
        try:
            record = from_document(document(rule, wanted), rule)
        except InputProblems:
            continue
        assessment = assess(record)
        flag = next((flag for flag in assessment.red_flags if flag.rule == rule), None)
        if flag is not None:
            # No forecast: its charts are drawn in other tests, and here they only take time.
            made = make_plan(record, replace(assessment, mixtures=()))
            return Case(document(rule, wanted), record, assessment, flag, made)
    raise AssertionError(f"no record made from the rule raises {rule}")


def squeezed(words: str) -> str:
    """Words without the frame of a terminal and the breaks of its lines."""
    return re.sub(r"[\s│┃|]+", " ", words).casefold()


def printed(print_it: Any, what: Any) -> str:
    out = StringIO()
    print_it(what, Console(file=out, width=100, color_system=None))
    return squeezed(out.getvalue())


def bundle_of(made: Case) -> dict[str, Any]:
    return assessment_bundle(made.record, made.assessment, STAMP, today=TODAY, plan=made.plan)


def of(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    resources = [entry["resource"] for entry in bundle["entry"]]
    return [resource for resource in resources if resource["resourceType"] == kind]


@pytest.mark.parametrize("rule", RULES)
def test_the_terminal_shows_it(rule: str) -> None:
    made = case(rule)
    shown = printed(text.print_assessment, made.assessment)
    assert squeezed(made.flag.label) in shown
    assert squeezed(made.flag.action).rstrip(".") in shown
    assert shown.index("first of all") < shown.index("not medical advice")
    report = printed(text.print_report, build(made.record, made.plan, STAMP))
    assert squeezed(made.flag.label) in report
    if made.flag.stops_planning:
        assert "see a doctor first. no treatment plan is compared" in report


@pytest.mark.parametrize("rule", RULES)
def test_json_and_report_show_it(rule: str) -> None:
    made = case(rule)
    page = build(made.record, made.plan, STAMP)
    dumped = json.loads(report_json.dump(page))
    assert rule in [flag["rule"] for flag in dumped["flags"]]
    stops = [flag["stops_planning"] for flag in dumped["flags"]]
    assert stops == sorted(stops, reverse=True), "a flag that stops planning comes first"
    rendered = html.render(page)
    label = made.flag.label.rstrip(".").replace("'", "&#39;")
    assert label in rendered
    before = rendered.index(label)
    assert "causes" not in rendered or before < rendered.index('id="causes"')


@pytest.mark.parametrize("rule", RULES)
def test_fhir_shows_it(rule: str) -> None:
    made = case(rule)
    bundle = bundle_of(made)
    issues = {issue["code"]["coding"][0]["code"]: issue for issue in of(bundle, "DetectedIssue")}
    assert made.flag.label in issues[rule]["detail"]
    assert made.flag.action.rstrip(".") in issues[rule]["detail"]
    assert (issues[rule]["severity"] == "high") is made.flag.stops_planning
    assert bool(of(bundle, "Flag")) is bool(made.plan.stopped_by)


@pytest.mark.parametrize("rule", RULES)
def test_cards_show_it(rule: str) -> None:
    made = case(rule)
    shown = cards(made.assessment, "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", STAMP)
    card = next(card for card in shown if card["source"]["topic"]["code"] == rule)
    assert card["indicator"] == ("critical" if made.flag.stops_planning else "warning")
    assert shown[0]["indicator"] in ("critical", "warning")


@pytest.mark.parametrize("rule", STOPPING)
def test_it_stops_the_plan_everywhere(rule: str) -> None:
    made = case(rule)
    assert made.flag.label in made.plan.stopped_by
    assert made.plan.forecast is None
    assert [option.tier for option in made.plan.options] == [made.plan.options[0].tier]
    assert all(not option.regimens and option.score is None for option in made.plan.options)
    dumped = json.loads(report_json.dump(build(made.record, made.plan, STAMP)))
    assert dumped["stopped_by"]
    assert dumped["curves"] == []
    assert len(dumped["options"]) == 1
    assert not dumped["untreated"]
    bundle = bundle_of(made)
    (stopped,) = of(bundle, "Flag")
    assert made.flag.label in stopped["code"]["text"]
    kinds = {entry["resource"]["resourceType"] for entry in bundle["entry"]}
    assert not kinds & {"CarePlan", "MedicationRequest", "ServiceRequest", "RequestGroup"}
    shown = cards(made.assessment, "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", STAMP)
    assert all(card["indicator"] != "info" for card in shown)


@pytest.mark.parametrize("rule", STOPPING)
def test_the_commands_stop_too(rule: str, tmp_path: Path) -> None:
    made, patient = case(rule), tmp_path / f"{rule}.json"
    patient.write_text(json.dumps(made.raw), encoding="utf-8")
    bundle = tmp_path / "bundle.json"
    shown = CliRunner().invoke(app, ["assess", str(patient), "--fhir", str(bundle)])
    assert squeezed(made.flag.label) in squeezed(shown.stdout)
    assert of(json.loads(bundle.read_text("utf-8")), "Flag")
    out = str(tmp_path / "out")
    done = CliRunner().invoke(app, ["plan", str(patient), "--out", out, "--fhir"])
    assert done.exit_code == 0, done.output
    assert of(json.loads((tmp_path / "out" / f"{rule}.fhir.json").read_text("utf-8")), "Flag")
    assert "see a doctor first" in squeezed(done.stdout)
    dumped = json.loads((tmp_path / "out" / f"{rule}.json").read_text("utf-8"))
    assert dumped["curves"] == []
    page = (tmp_path / "out" / f"{rule}.html").read_text("utf-8")
    assert made.flag.label.rstrip(".").replace("'", "&#39;") in page
    asked = CliRunner().invoke(
        app, ["forecast", str(patient), "--plan", "minoxidil 5% topical twice daily"]
    )
    assert asked.exit_code == 3, asked.output


def test_a_missing_flag_is_noticed() -> None:
    made = case("scarring_signs")
    quiet = Case(
        made.raw,
        made.record,
        assess(made.record.model_copy(update={"findings": {}})),
        made.flag,
        made.plan,
    )
    assert not of(assessment_bundle(quiet.record, quiet.assessment, STAMP, today=TODAY), "Flag")


def test_no_rule_is_written_twice() -> None:
    assert len(RULES) == len(load_red_flags())
