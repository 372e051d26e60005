"""Safety verdicts: scenarios, the published cases, and the rules as data."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from anagen.assess.assess import assess
from anagen.catalog.conditions import load_conditions
from anagen.catalog.expressions import words
from anagen.catalog.labs import load_labs
from anagen.catalog.medicines import load_medicines
from anagen.catalog.plans import load_outcomes, mechanism_of_causes
from anagen.catalog.questions import PERSON
from anagen.catalog.safety import (
    EFFECTS,
    load_definitions,
    load_dose_rules,
    load_safety_rules,
)
from anagen.catalog.supplements import load_supplements
from anagen.catalog.tables import read_table
from anagen.catalog.treatments import cause_matches, load_treatments
from anagen.patients.intake import load
from anagen.patients.record import Pattern
from anagen.plan.safety import check, regimen_for
from plan_cases import assessment, person

HERE = Path(__file__).parent
PUBLISHED = HERE.parents[1] / "examples" / "published"


def _rows(name: str, key: str) -> list[dict[str, object]]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))[key]


SCENARIOS = _rows("safety_scenarios.toml", "scenario")
MUST_NOT = _rows("published_must_not.toml", "must_not")


@pytest.mark.parametrize("row", SCENARIOS, ids=lambda row: str(row["name"]))
def test_scenario(row: dict) -> None:
    verdict = check(
        person(**row["record"]),
        assessment(row.get("causes", {})),
        row["treatment"],
        row.get("also", ()),
    )
    assert verdict.status == row["expect"], verdict.reasons
    if "rule" in row:
        spoke = {reason.rule: reason for reason in verdict.reasons}
        assert row["rule"] in spoke
        reason = spoke[row["rule"]]
        assert row.get("says", "") in f"{reason.text} {reason.because}"
        assert reason.source
        assert reason.because


def test_enough_scenarios_and_cases() -> None:
    assert len(SCENARIOS) >= 160
    assert {str(row["case"]) for row in MUST_NOT} == {
        path.stem for path in PUBLISHED.glob("*.toml")
    }


@pytest.mark.parametrize("row", MUST_NOT, ids=lambda r: f"{r['case']} {r['tag']} {r['says']}")
def test_published_case_must_not(row: dict) -> None:
    record = load(PUBLISHED / f"{row['case']}.toml")
    judged = assess(record)
    found = [item for item in load_treatments().values() if row["tag"] in item.words()]
    assert found, "no treatment carries this tag"
    for treatment in found:
        verdict = check(record, judged, treatment.id)
        wanted = ("block", "condition") if row["expect"] == "blocked" else ("condition",)
        said = [f"{r.text} {r.because}" for r in verdict.reasons if r.effect in wanted]
        if row["expect"] == "blocked":
            assert verdict.status == "blocked", treatment.id
        else:
            assert verdict.status != "allowed", treatment.id
        answered = any(row["says"] in text for text in said)
        assert answered or row["expect"] != verdict.status == "blocked", (treatment.id, said)


def _every_expression() -> list[tuple[str, str]]:
    found = [(rule.id, rule.when) for rule in load_safety_rules()]
    found += [(item.id, item.when) for item in load_definitions().values()]
    found += [(rule.id, rule.when) for rule in load_dose_rules()]
    found += [
        (treatment.id, row.when)
        for treatment in load_treatments().values()
        for row in treatment.indications
    ]
    return found


def test_expressions_ask_only_what_exists() -> None:
    findings = {row["id"] for row in read_table("findings.csv")}
    classes = {word for row in load_medicines().values() for word in row.classes}
    known = {
        "condition": set(load_conditions()),
        "ever": set(load_conditions()),
        "medicine": classes | set(load_medicines()),
        "other_medicine": classes | set(load_medicines()),
        "also": {word for item in load_treatments().values() for word in item.words()},
        "lab": set(load_labs()),
        "positive": set(load_labs()),
        "recent": set(load_labs()),
        "finding": findings,
        "pattern": set(Pattern.__args__),
        "already_over_limit": set(load_supplements()),
        "would_pass_limit": set(load_supplements()),
    }
    for where, text in _every_expression():
        for word, arguments in words(text):
            if not arguments:
                assert word in PERSON.names or word in load_definitions(), (where, word)
                continue
            assert word in PERSON.functions, (where, word)
            if word == "cause":
                assert any(cause_matches(c, arguments) for c in mechanism_of_causes()), (
                    where,
                    arguments,
                )
            elif word == "result":
                assert arguments[0] in load_labs(), (where, arguments)
            else:
                assert set(arguments) <= known[word], (where, word, arguments)


def test_rules_apply_to_something_and_are_whole() -> None:
    every = {word for item in load_treatments().values() for word in item.words()}
    ids = [rule.id for rule in load_safety_rules()]
    assert len(ids) == len(set(ids))
    for rule in load_safety_rules():
        assert set(rule.applies_to) <= every, rule.id
        assert rule.effect in EFFECTS
        assert rule.text
        assert rule.because
        assert rule.authority
        assert rule.source
        assert rule.verified in ("seen", "derived", "recalled", "assumed")


def test_nothing_recalled_blocks() -> None:
    """A hard rule is seen on a page, or the house's own caution; never from memory."""
    for rule in load_safety_rules():
        if rule.effect == "block":
            assert rule.verified in ("seen", "derived") or rule.authority == "house", rule.id


@pytest.mark.parametrize(
    ("record", "dose"),
    [
        ({}, 4.0),
        ({"labs": [{"test": "egfr", "value": 90}]}, 4.0),
        ({"labs": [{"test": "egfr", "value": 45}]}, 2.0),
        ({"medicines": [{"name": "probenecid"}]}, 2.0),
    ],
)
def test_the_label_halves_baricitinib(record: dict, dose: float) -> None:
    regimen = regimen_for(person(**record), assessment({}), load_treatments()["baricitinib"])
    assert regimen is not None
    assert regimen.dose == dose


def test_outcome_mechanisms_exist() -> None:
    mechanisms = set(mechanism_of_causes().values())
    assert {row.mechanism for row in load_outcomes()} <= mechanisms


@pytest.mark.parametrize(("weeks", "asked"), [(2.0, False), (60.0, True)])
def test_a_screen_done_lately_is_not_asked_again(weeks: float, asked: bool) -> None:
    record = load(PUBLISHED.parent / "fhir" / "severe_alopecia_areata.json")
    labs = tuple(lab.model_copy(update={"weeks_ago": weeks}) for lab in record.labs)
    record = record.model_copy(update={"labs": labs})
    said = " ".join(check(record, assess(record), "baricitinib").conditions)
    for what in ("a tuberculosis test", "hepatitis B and C tests.", "pregnancy test, any", "eGFR"):
        assert (
            f"Check first: {what}" in said or f"first: a {what}" in said or f"({what})" in said
        ) is asked, what


@pytest.mark.parametrize(
    ("treatment", "words"),
    [
        ("systemic_corticosteroid", "Never stop at once"),
        ("corticosteroid_pulse", "without the prescriber"),
        ("levothyroxine", "never stop it without the prescriber"),
        ("methotrexate", "Not to be stopped without telling the prescriber"),
        ("spironolactone_oral", "never stop it without the prescriber"),
        ("hydroxychloroquine", "never stop it without the prescriber"),
    ],
)
def test_what_must_not_be_stopped_alone_says_so(treatment: str, words: str) -> None:
    assert words in load_treatments()[treatment].stopping.text
