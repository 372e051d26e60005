"""Who takes a treatment now would stop it: the labels of arms, options and curves say so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from anagen.assess.assess import assess
from anagen.patients.record import PatientRecord
from anagen.patients.validation import from_document
from anagen.plan.make import make_plan
from anagen.plan.single import PLAN_ARM, STOP_ARM, forecast_plan
from anagen.provenance import Stamp
from anagen.report.document import build
from anagen.report.html import render
from anagen.report.questions import NO_TREATMENT, untreated_label, yardstick
from anagen.report.single import as_document
from anagen.simulate.person import Person
from anagen.simulate.plan import parse_plan
from anagen.simulate.regimen import Arm, Regimen
from anagen.simulate.result import NO_CHANGE
from anagen.simulate.running import named, no_change

TAKEN = Regimen("finasteride", 1.0, "mg", 1.0, start_week=-52.0)
NAIVE = Person("p", "male", 38.0, {})
MAN = replace(NAIVE, running=(TAKEN,))
STAMP = Stamp("0.1.0", "0123456789ab", "none", 0, 20)
STOPS = "Stop finasteride tablets, no treatment"
INSTEAD = " (instead of finasteride tablets)"


def arm(words: str) -> Arm:
    return Arm("a", "A" if words else "No treatment", parse_plan(words) if words else ())


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("", STOPS),
        ("minoxidil oral", f"A{INSTEAD}"),
        ("finasteride", "A"),
        ("finasteride + minoxidil oral", "A"),
    ],
)
def test_an_arm_says_what_it_stops(words: str, label: str) -> None:
    assert named(arm(words), MAN) == replace(arm(words), label=label)
    assert named(arm(words), NAIVE) == arm(words)


def test_all_that_is_stopped_is_named_and_going_on_is_not_renamed() -> None:
    both = replace(MAN, running=(TAKEN, Regimen("lllt", 1.0, "application", 2.0, -9.0)))
    assert "finasteride tablets and red-light" in named(arm(""), both).label
    assert named(no_change(both), both) == no_change(both)


def vertex_man(*, takes: bool) -> PatientRecord:
    medicine = {"name": "finasteride", "dose": "1 mg daily", "started_weeks_ago": 52}
    document = {
        "id": "man", "sex": "male", "age_years": 38,
        "complaint": {"duration_weeks": 300, "onset": "gradual", "pattern": ["vertex"]},
        "measurements": {"norwood": "III vertex"},
        "medicines": [medicine] if takes else [],
    }  # fmt: skip
    return from_document(document, "man")


def test_one_plan_names_its_arms() -> None:
    record = vertex_man(takes=True)
    made = forecast_plan(
        record, assess(record), parse_plan("minoxidil oral"), weeks=60, draws=20, seed=0
    )
    labels = {name: told["label"] for name, told in as_document(made, STAMP)["arms"].items()}
    assert labels["untreated"] == STOPS
    assert labels[PLAN_ARM] == f"minoxidil oral{INSTEAD}"
    assert labels[STOP_ARM] == f"minoxidil oral, stopped at week 52{INSTEAD}"
    assert labels[NO_CHANGE].startswith("No change: goes on with finasteride")


@pytest.mark.parametrize("takes", [True, False])
def test_a_report_says_the_same_everywhere(takes: bool) -> None:
    record = vertex_man(takes=takes)
    plan = make_plan(record, assess(record), weeks=60, draws=20, seed=0)
    document = build(record, plan, STAMP)
    labels = {option.option: option.label for option in document.options}
    curves = {curve.arm: curve.label for curve in document.curves if curve.role != "stop"}
    assert untreated_label(document) == (STOPS if takes else NO_TREATMENT)
    assert bool(yardstick(document)) == takes
    assert labels["minoxidil_oral"].endswith(INSTEAD) == takes
    assert labels["finasteride"] == "Finasteride tablets"
    assert curves["minoxidil_oral"] == labels["minoxidil_oral"]
    page = render(document)
    assert (STOPS in page) == takes
    assert ("Stopped now" in page) == takes
    assert (INSTEAD in page) == takes
