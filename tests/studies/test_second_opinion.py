"""Patients written by a stranger to the rows: causes, red flags, tests, and what may be offered."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from anagen.assess.assess import assess
from anagen.assess.records import Assessment
from anagen.catalog.causes import load_causes
from anagen.catalog.findings import load_red_flags, load_tests
from anagen.catalog.treatments import load_treatments
from anagen.patients.intake import load
from anagen.patients.record import PatientRecord
from anagen.plan.options import candidates

HERE = Path(__file__).parent / "second_opinion"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads(
    (HERE / "expectations.toml").read_text(encoding="utf-8")
)
NAMES = sorted(EXPECTED)


@cache
def assessed(name: str) -> Assessment:
    return assess(load(HERE / "patients" / f"{name}.toml"))


def test_every_patient_has_expectations_that_name_what_exists() -> None:
    assert {path.stem for path in (HERE / "patients").glob("*.toml")} == set(EXPECTED)
    flags = {row.rule for row in load_red_flags()}
    for name, wanted in EXPECTED.items():
        assert {*wanted["diagnosis"], *wanted.get("at_most", {})} <= set(load_causes()), name
        assert set(wanted.get("red_flags", [])) <= flags, name
        assert {*wanted.get("tests", []), *wanted.get("tests_not", [])} <= set(load_tests()), name
        for rule in wanted.get("forbidden", []):
            assert set(rule["treatments"]) <= set(load_treatments()), name


@pytest.mark.parametrize("name", NAMES)
def test_a_named_diagnosis_is_among_the_first_two(name: str) -> None:
    wanted = EXPECTED[name]
    first = {cause.cause for cause in assessed(name).causes[:2]}
    truth = set(wanted["diagnosis"])
    assert (truth <= first) if wanted.get("all") else truth & first
    found = {cause.cause: cause.probability for cause in assessed(name).causes}
    assert found[wanted["diagnosis"][0]] >= wanted.get("likely", 0.0)
    for cause, most in wanted.get("at_most", {}).items():
        assert found.get(cause, 0.0) <= most


@pytest.mark.parametrize("name", NAMES)
def test_red_flags(name: str) -> None:
    wanted = EXPECTED[name]
    raised = {flag.rule for flag in assessed(name).red_flags}
    assert set(wanted.get("red_flags", [])) <= raised
    if wanted.get("quiet"):
        assert not raised
    if wanted.get("stops"):
        assert any(flag.stops_planning for flag in assessed(name).red_flags)


@pytest.mark.parametrize("name", NAMES)
def test_suggested_tests(name: str) -> None:
    suggested = {test.test for test in assessed(name).tests}
    assert set(EXPECTED[name].get("tests", [])) <= suggested
    assert not set(EXPECTED[name].get("tests_not", [])) & suggested


@pytest.mark.parametrize("name", [name for name in NAMES if "forbidden" in EXPECTED[name]])
def test_nothing_dangerous_is_offered_without_its_condition(name: str) -> None:
    record = load(HERE / "patients" / f"{name}.toml")
    offered = {item.id: item for item in candidates(record, assessed(name))}
    for rule in EXPECTED[name]["forbidden"]:
        for treatment in set(rule["treatments"]) & set(offered):
            plan = offered[treatment]
            if plan.status == "blocked":
                continue
            assert "needs" in rule, treatment
            said = " ".join(text for verdict in plan.verdicts for text in verdict.conditions)
            words = [word.casefold() for word in rule["needs"]]
            assert any(word in said.casefold() for word in words), (treatment, said)


def less(record: PatientRecord, part: str) -> PatientRecord:
    """The same person with much of the record missing."""
    fields = record.model_dump()
    if part == "half of the findings":
        for name in ("labs", "conditions"):
            fields[name] = fields[name][::2]
        fields["findings"] = dict(list(fields["findings"].items())[::2])
        fields["measurements"] = {}
    elif part == "no age and sex":
        fields |= {"age_years": None, "sex": None}
    else:
        fields = {name: fields[name] for name in ("id", "age_years", "sex", "complaint")}
    return PatientRecord.model_validate(fields)


@pytest.mark.parametrize(
    ("part", "right"),
    [("half of the findings", 30), ("no age and sex", 30), ("the complaint alone", 16)],
)
def test_a_sparse_record_costs_certainty_before_it_misleads(part: str, right: int) -> None:
    found = 0
    for name in NAMES[::2]:
        causes = assess(less(load(HERE / "patients" / f"{name}.toml"), part)).causes
        truth = set(EXPECTED[name]["diagnosis"])
        found += bool(truth & {cause.cause for cause in causes[:2]})
        assert causes[0].cause in truth or causes[0].probability < 0.9, name
    assert found >= right
