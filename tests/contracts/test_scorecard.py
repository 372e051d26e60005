"""The scorecard of the report as a decision aid: each item is scored here or said not to be done.

The page docs/scorecard.md is written from these checks with ANAGEN_WRITE_GOLDEN=1.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from anagen.assess.assess import assess
from anagen.patients.intake import load
from anagen.plan.make import make_plan
from anagen.provenance import stamp
from anagen.report import html
from anagen.report.document import build
from anagen.report.questions import numbered
from anagen.report.records import Document, OptionItem

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "scorecard.md"
PEOPLE = ("male_pattern_vertex", "severe_alopecia_areata", "telogen_effluvium_low_ferritin")


@dataclass(frozen=True)
class Shown:
    document: Document
    page: str


@cache
def shown(name: str) -> Shown:
    record = load(ROOT / "examples" / "patients" / f"{name}.toml")
    plan = make_plan(record, assess(record), weeks=56, draws=64, seed=1)
    document = build(record, plan, stamp(1, 64), published=date(2026, 1, 1))
    return Shown(document, html.render(document))


def _ids(document: Document) -> set[str]:
    return {option.option for option in document.options}


def _words(option: OptionItem) -> int:
    texts = (option.burden, option.if_stopped, *option.positives, *option.negatives)
    return sum(len(text.split()) for text in texts)


def describes(s: Shown) -> bool:
    return all(cause.description and cause.citations for cause in s.document.causes[:3])


def states_decision(s: Shown) -> bool:
    return "No treatment is one of the options" in s.document.decision


def lists_options(s: Shown) -> bool:
    return "watchful_waiting" in _ids(s.document) and bool({"camouflage", "wig"} & _ids(s.document))


def positives(s: Shown) -> bool:
    return all(option.positives for option in s.document.options)


def negatives(s: Shown) -> bool:
    return all(option.negatives for option in s.document.options)


def living(s: Shown) -> bool:
    return all(option.burden and option.if_stopped and option.cost for option in s.document.options)


def equal_fields(s: Shown) -> bool:
    fields = ("burden", "if_stopped", "cost", "positives", "negatives", "tier_basis", "certainty")
    return all(getattr(option, name) for option in numbered(s.document) for name in fields)


def equal_words(s: Shown) -> bool:
    single = [_words(o) for o in numbered(s.document) if len(o.treatments) == 1]
    return not single or max(single) < 2 * min(single)


def citations(s: Shown) -> bool:
    known = {reference.number for reference in s.document.references}
    cited = [option.citations for option in numbered(s.document)]
    cited += [harm.citations for option in s.document.options for harm in option.harms]
    return all(found and set(found) <= known for found in cited)


def dated(s: Shown) -> bool:
    return "2026-01-01" in s.page and s.document.stamp.anagen_version in s.page


def update_policy(s: Shown) -> bool:
    return any("new version" in text for text in s.document.notices)


def uncertainty(s: Shown) -> bool:
    return all(
        option.certainty
        and all(o.difference_low <= o.difference <= o.difference_high for o in option.outcomes)
        for option in numbered(s.document)
    )


def funding(s: Shown) -> bool:
    return any("funding source" in text for text in s.document.notices)


def event_rates(s: Shown) -> bool:
    outcomes = [o for option in s.document.options for o in option.outcomes]
    return all(o.better + o.same + o.worse == 100 and o.when for o in outcomes)


def both_frames(s: Shown) -> bool:
    outcomes = [o for option in s.document.options for o in option.outcomes]
    return all("better" in o.sentence and "are not" in o.sentence for o in outcomes)


def natural_course(s: Shown) -> bool:
    return {o.week for o in s.document.untreated} >= set(s.document.times)


def to_whom(s: Shown) -> bool:
    return bool(s.document.individualised and s.document.not_individualised)


def one_scale(s: Shown) -> bool:
    return not numbered(s.document) or "All charts share one scale" in s.page


def values_asked(s: Shown) -> bool:
    return len(s.document.values) >= 4 and all(v.question.endswith("?") for v in s.document.values)


def consequences(s: Shown) -> bool:
    return all(value.first for value in s.document.values)


def order_reflects(_: Shown) -> bool:
    orders = {value.first for value in shown("male_pattern_vertex").document.values}
    return len(orders) > 1


def steps(s: Shown) -> bool:
    return len(s.document.steps) >= 4 and 'id="steps"' in s.page


def doctor_questions(s: Shown) -> bool:
    return len(s.document.questions) >= 4


def printable(s: Shown) -> bool:
    return "@media print" in s.page


def selection(s: Shown) -> bool:
    return any("chosen and graded" in text for text in s.document.notices)


def no_replacement(s: Shown) -> bool:
    return s.page.count("does not replace a doctor") >= 2


@dataclass(frozen=True)
class Item:
    """`check` scores the report of each person; `test` names a test that scores it elsewhere."""

    id: str
    what: str
    check: Callable[[Shown], bool] | None = None
    test: str = ""
    note: str = ""


ITEMS = (
    Item("Q1", "Describes the condition", describes),
    Item("Q2", "States the decision, with no treatment as an option", states_decision),
    Item("Q3", "Lists the options, waiting and cover among them", lists_options),
    Item("Q4", "Says what speaks for each option", positives),
    Item("Q5", "Says what speaks against each option", negatives),
    Item("Q6", "Says what living with each option is like", living),
    Item("C1a", "Equal detail: the same fields filled for every compared option", equal_fields),
    Item(
        "C1b",
        "Equal detail: no compared treatment has twice the words of another",
        equal_words,
        note="tablets with more known harms take more words; cutting them would hide harm",
    ),
    Item("C2", "Every number leads to a source", citations),
    Item("C3", "Shows date and version", dated),
    Item("C4", "Says when it is out of date", update_policy),
    Item("C5", "Says how uncertain each number is", uncertainty),
    Item("C6", "Names funding and interests", funding),
    Item("P1", "Event rates with one denominator and one time", event_rates),
    Item("P2", "Words, numbers and pictures, in both frames", both_frames),
    Item("P3", "Shows the natural course", natural_course),
    Item("P4", "Says to whom the numbers apply", to_whom),
    Item("P5", "Compares options on one scale", one_scale),
    Item("V1", "Asks what matters", values_asked),
    Item("V2", "Shows what follows from it", consequences),
    Item("V3", "The order reflects it", order_reflects),
    Item("G1", "Steps to a decision", steps),
    Item("G2", "Questions for the doctor", doctor_questions),
    Item("G3", "Can be printed", printable),
    Item(
        "B1",
        "Order and input order favor no option",
        test="tests/properties/test_plan_properties.py::test_order_of_input_changes_nothing",
    ),
    Item(
        "L1",
        "Reading age of about twelve, with a glossary",
        test="tests/unit/test_report_document.py::test_our_own_sentences_can_be_read_at_twelve",
    ),
    Item("E1", "Says how evidence was chosen and graded", selection),
    Item("D1", "Patients and clinicians were asked what they need"),
    Item("D2", "People outside the team have reviewed it"),
    Item("D3", "Tested in the field with people who face the decision"),
    Item("T1a", "Does not replace a doctor", no_replacement),
    Item(
        "T1b",
        "Urgent signs route out",
        test="tests/unit/test_report_document.py::test_stop_comes_first_and_no_option_is_shown",
    ),
    Item(
        "W1a",
        "Keyboard alone is enough",
        test="tests/browser/test_report.py::test_keyboard_reaches_the_report_first",
    ),
    Item(
        "W1b",
        "Contrast, targets and named pictures",
        test="tests/browser/test_report.py::test_text_can_be_read_in_light_and_dark",
    ),
)
MUST = ("Q", "C")  # qualifying and certifying items


def score(item: Item) -> int | None:
    """1 or 0, or None when nothing scores it: it is not done."""
    if item.check is not None:
        return int(all(item.check(shown(name)) for name in PEOPLE))
    return 1 if item.test else None


def page() -> str:
    scores = {item.id: score(item) for item in ITEMS}
    done = [value for value in scores.values() if value is not None]
    lines = [
        "# Scorecard of the report as a decision aid",
        "",
        "Items after the International Patient Decision Aid Standards, in our own words. Scored by "
        "`tests/contracts/test_scorecard.py` on the reports of three shipped people; it fails "
        "when this page no longer says what it finds. This is a self-assessment, not a "
        "certification.",
        "",
        f"{sum(done)} of {len(ITEMS)} items are met, {done.count(0)} are not met and "
        f"{list(scores.values()).count(None)} are not done.",
        "",
        "| item | | score | scored by |",
        "|---|---|---|---|",
    ]
    for item in ITEMS:
        value = scores[item.id]
        by = f"`{item.check.__name__}`" if item.check else f"`{item.test}`" if item.test else ""
        note = f" ({item.note})" if item.note and not value else ""
        lines.append(
            f"| {item.id} | {item.what}{note} | {'not done' if value is None else value} | {by} |"
        )
    return "\n".join([*lines, ""])


def test_the_page_says_what_the_checks_find() -> None:
    if os.environ.get("ANAGEN_WRITE_GOLDEN"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("item", [i for i in ITEMS if i.test], ids=lambda item: item.id)
def test_the_tests_it_names_exist(item: Item) -> None:
    path, name = item.test.split("::")
    assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")


def test_what_nobody_did_is_said_not_to_be_done() -> None:
    for item in ITEMS:
        if item.id.startswith("D"):
            assert score(item) is None
    told = " ".join(shown(PEOPLE[0]).document.notices)
    assert "No patients or outside doctors have reviewed it yet" in told
    assert "not been tested in daily care" in told


@pytest.mark.parametrize(
    "item",
    [i for i in ITEMS if i.id.startswith(MUST) and i.id != "C1b"],
    ids=lambda item: item.id,
)
def test_qualifying_and_certifying_items_are_met(item: Item) -> None:
    assert score(item) == 1
