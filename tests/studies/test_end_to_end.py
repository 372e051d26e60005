"""Every shipped record from file to report, with the behavior a reader of the field expects."""

from __future__ import annotations

import json as stdlib_json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from anagen.assess.assess import assess
from anagen.patients.intake import load
from anagen.plan.make import make_plan, modelled_mechanisms
from anagen.plan.records import Option, Plan
from anagen.provenance import stamp
from anagen.report import html, json
from anagen.report.document import build
from anagen.simulate.result import NO_CHANGE

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = sorted(
    (
        *EXAMPLES.glob("patients/*.toml"),
        *EXAMPLES.glob("published/*.toml"),
        *EXAMPLES.glob("fhir/*"),
    )
)
DRAWS = 20


@cache
def planned(path: Path, draws: int = DRAWS) -> Plan:
    record = load(path)
    return make_plan(record, assess(record), weeks=104, draws=draws, seed=1)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_record_becomes_a_report(path: Path) -> None:
    plan = planned(path)
    document = build(load(path), plan, stamp(1, DRAWS))
    page = html.render(document)
    assert stdlib_json.loads(json.dump(document))["patient"] == plan.patient_id
    assert page.lower().startswith("<!doctype html>")
    assert "http-equiv" in page
    if plan.stopped_by:
        assert plan.forecast is None
        assert [option.id for option in plan.options] == ["specialist_referral"]
        return
    if modelled_mechanisms(plan.assessment):
        assert plan.untreated, "a modeled cause must show the untreated course"
        # To wait is to change nothing: to go on, where something is taken already.
        waits = {"untreated", NO_CHANGE}
        assert any(option.arm in waits for option in plan.options)
    for option in plan.options:
        for outcome in option.outcomes:
            assert outcome.better + outcome.same + outcome.worse == 100
            assert outcome.difference_low <= outcome.difference_points <= outcome.difference_high
    for option in (*plan.no_evidence, *plan.blocked):
        assert (option.arm, option.outcomes, option.changes) == (None, (), ())


def option(plan: Plan, name: str) -> Option:
    return next(item for item in plan.options if item.id == name)


def course(plan: Plan, arm: str, observable: str) -> np.ndarray:
    """Mean course of one arm. Shape: (week,)."""
    assert plan.forecast is not None
    return plan.forecast.arms[arm].mean(observable)


def test_severe_alopecia_areata_responds_to_baricitinib_and_relapses_without_it() -> None:
    plan = planned(EXAMPLES / "patients" / "severe_alopecia_areata.toml")
    chosen = option(plan, "baricitinib")
    (at_36,) = [o for o in chosen.outcomes if o.week == 36 and o.label.startswith("SALT 20")]
    (untreated,) = [o for o in plan.untreated if o.week == 36 and o.label.startswith("SALT 20")]
    assert at_36.better >= untreated.better + 15
    assert chosen.stop_arm is not None
    stopped = course(plan, chosen.stop_arm, "salt")
    assert stopped[104] > stopped[52] + 15.0


def test_finasteride_holds_and_gains_and_stopping_loses_it() -> None:
    # One in a hundred of such men has areata too; among few twins one would move the mean.
    plan = planned(EXAMPLES / "patients" / "male_pattern_vertex.toml", draws=200)
    chosen = option(plan, "finasteride")
    assert chosen.arm is not None
    assert chosen.stop_arm is not None
    held, stopped, untreated = (
        course(plan, arm, "terminal_relative") for arm in (chosen.arm, chosen.stop_arm, "untreated")
    )
    assert untreated[52] < 100.0
    assert held[52] > 103.0
    assert held[104] > 103.0
    assert stopped[104] < 100.0
    assert stopped[104] < held[104] - 5.0


def test_telogen_effluvium_recovers_by_itself_in_months() -> None:
    plan = planned(EXAMPLES / "patients" / "postpartum_shedding.toml")
    shed = course(plan, "untreated", "shed_ratio")
    assert shed[0] > 1.5
    assert shed[26] < 1.25


def test_biotin_in_a_replete_person_changes_nothing_and_shows_no_number() -> None:
    record = load(EXAMPLES / "patients" / "biotin_replete.toml")
    plan = planned(EXAMPLES / "patients" / "biotin_replete.toml")
    assert "biotin" in {item.id for item in plan.no_evidence}
    from anagen.patients.condition import person_from
    from anagen.simulate.forecast import forecast
    from anagen.simulate.plan import parse_plan
    from anagen.simulate.regimen import Arm

    person = person_from(record, {("female_pattern_hair_loss",): 1.0})
    arms = [
        Arm("untreated", "none", as_in_trial=False),
        Arm("biotin", "biotin", parse_plan("biotin 5 mg daily"), as_in_trial=False),
    ]
    run = forecast(person, arms, weeks=52, draws=DRAWS, seed=1).arms
    for name, values in run["untreated"].values.items():
        assert (values == run["biotin"].values[name]).all(), name


def test_nin_peptides_have_no_number_anywhere() -> None:
    path = EXAMPLES / "patients" / "nin_peptides_wish.toml"
    plan = planned(path)
    (asked,) = [item for item in plan.no_evidence if item.id == "nin_peptides"]
    assert asked.tier == "no_evidence"
    assert plan.forecast is not None
    assert not [arm for arm in plan.forecast.arms if "nin_peptides" in arm]
    text = json.dump(build(load(path), plan, stamp(1, DRAWS)))
    shown = [
        item
        for item in stdlib_json.loads(text)["no_evidence"]
        if "peptides" in item["label"].casefold()
    ]
    assert shown
    for item in shown:
        assert not item["outcomes"]
        assert not item["changes"]
        assert not item["harms"]


def test_a_pregnancy_plan_blocks_finasteride_with_the_reason() -> None:
    plan = planned(EXAMPLES / "patients" / "female_pattern_pregnancy_plan.toml")
    (blocked,) = [item for item in plan.blocked if item.id == "finasteride"]
    reasons = [
        f"{reason.text} {reason.because}"
        for verdict in blocked.verdicts
        for reason in verdict.reasons
        if reason.effect == "block"
    ]
    assert any("pregnan" in reason.casefold() for reason in reasons), reasons


@pytest.mark.parametrize(
    ("record", "lack"),
    [("hypothyroid_shedding", "levothyroxine"), ("telogen_effluvium_low_ferritin", "iron")],
)
def test_a_measured_lack_stands_before_waiting(record: str, lack: str) -> None:
    order = [item.id for item in planned(EXAMPLES / "patients" / f"{record}.toml").options]
    assert order.index(lack) < order.index("watchful_waiting")
