"""The document and its renderings: nothing lost, nothing invented, all three say the same."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise

import jsonschema
import numpy as np
import pytest
from rich.console import Console

from anagen.catalog.tables import data_root
from anagen.patients.record import PatientRecord
from anagen.report import html
from anagen.report.document import build
from anagen.report.json import dump, schema
from anagen.report.records import Document
from anagen.report.text import print_assessment, print_report
from anagen.report.who import facts
from anagen.report.words import number, percent_text, range_text, signed, when
from anagen.simulate.result import OBSERVABLES
from report_cases import CASES, STAMP


@cache
def document(case: str) -> Document:
    return build(*CASES[case](), STAMP)


@cache
def page(case: str) -> str:
    return html.render(document(case))


def terminal(case: str, width: int, encoding: str = "utf-8") -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    console = Console(file=stream, width=width, color_system=None)
    print_report(document(case), console)
    stream.seek(0)
    return stream.read()


every_case = pytest.mark.parametrize("case", list(CASES))


@every_case
def test_build_reads_no_clock(case: str) -> None:
    assert build(*CASES[case](), STAMP) == document(case)
    assert html.render(document(case)) == page(case)
    dated = build(*CASES[case](), STAMP, published=date(2026, 11, 21))
    assert dated.stamp.published == "2026-11-21"
    assert document(case).stamp.published == ""


@every_case
def test_every_condition_of_every_option_is_printed(case: str) -> None:
    if document(case).stopped_by:
        return
    told = " ".join(terminal(case, 100).split())
    for option in document(case).options:
        for condition in () if option.folded else option.conditions:
            words = condition.removeprefix("Check first: ").rstrip(".")
            assert " ".join(words.split()) in told, (option.label, condition)


@every_case
def test_json_meets_its_published_schema(case: str) -> None:
    published = json.loads((data_root() / "schema" / "report.schema.json").read_text("utf-8"))
    assert published == schema(), "write schema() to data/schema/report.schema.json again"
    dumped = json.loads(dump(document(case)))
    jsonschema.Draft202012Validator(published).validate(dumped)
    broken = {**dumped, "causes": [{"label": "half a cause"}]}
    assert not jsonschema.Draft202012Validator(published).is_valid(broken)


def test_json_holds_ordered_quantiles_of_every_week() -> None:
    dumped = json.loads(dump(document("male_pattern")))
    assert len(dumped["curves"]) == 2 * 7
    for curve in dumped["curves"]:
        columns = [curve[q] for q in ("q05", "q25", "q50", "q75", "q95")]
        assert all(len(column) == len(curve["weeks"]) == 105 for column in columns)
        assert all(list(row) == sorted(row) for row in zip(*columns, strict=True))


def test_what_is_known_to_be_wrong_is_told_to_nobody() -> None:
    record, made = CASES["male_pattern"]()
    assert made.forecast is not None
    arms = {
        name: replace(arm, values={**arm.values, **dict.fromkeys(OBSERVABLES, np.ones((4, 105)))})
        for name, arm in made.forecast.arms.items()
    }
    told = build(record, replace(made, forecast=replace(made.forecast, arms=arms)), STAMP)
    assert {curve.observable for curve in told.curves} == set(OBSERVABLES) - {"hair_diameter"}


def test_no_evidence_shows_no_number() -> None:
    record, made = CASES["severe_alopecia_areata"]()
    loud = replace(made.options[0], id="loud", label="Loud", tier="no_evidence")
    told = build(record, replace(made, options=(), no_evidence=(loud,)), STAMP)
    (option,) = told.no_evidence
    assert option.outcomes == option.changes == option.harms == ()
    assert option.arm is None
    assert option.weeks_to_judge is None
    assert {curve.role for curve in told.curves} == {"untreated"}


def test_people_that_do_not_add_to_100_are_refused() -> None:
    record, made = CASES["male_pattern"]()
    wrong = replace(made.options[0].outcomes[0], better=99)
    option = replace(made.options[0], outcomes=(wrong,))
    with pytest.raises(ValueError, match="is not 100"):
        build(record, replace(made, options=(option,)), STAMP)


def test_outcomes_are_told_in_both_frames() -> None:
    option = document("male_pattern").options[1]
    year = next(outcome for outcome in option.outcomes if outcome.week == 52)
    assert f"{year.better} of 100 people like you are better" in year.sentence
    assert f"{year.same + year.worse} are not" in year.sentence
    assert year.difference_text.startswith(f"{year.difference} more than with no treatment")


def test_differences_are_those_of_the_counts_shown() -> None:
    record, made = CASES["male_pattern"]()
    waiting, first, *rest = made.options
    off = tuple(replace(o, difference_points=o.difference_points + 0.6) for o in first.outcomes)
    told = build(
        record, replace(made, options=(waiting, replace(first, outcomes=off), *rest)), STAMP
    )
    for option in told.options[1:]:
        for outcome, bare in zip(option.outcomes, told.untreated, strict=True):
            assert outcome.difference == outcome.better - bare.better
            assert outcome.difference_low <= outcome.difference <= outcome.difference_high


def test_further_outcomes_stand_apart_from_the_main_one() -> None:
    record, made = CASES["male_pattern"]()
    waiting, first, *rest = made.options
    extra = tuple(replace(outcome, label="half the loss back") for outcome in first.outcomes)
    option = replace(first, outcomes=(*first.outcomes, *extra))
    told = build(record, replace(made, options=(waiting, option, *rest)), STAMP)
    assert told.outcome_label == "better"
    assert [o.label for o in told.options[1].outcomes] == ["better"] * 3
    assert [o.label for o in told.options[1].further_outcomes] == ["half the loss back"] * 3
    assert "Other ways to count" in html.render(told)


def test_every_citation_leads_to_a_source_on_the_page() -> None:
    text = page("severe_alopecia_areata")
    wanted = set(re.findall(r'href="#(source-\d+)"', text))
    assert wanted
    assert wanted <= set(re.findall(r'id="(source-\d+)"', text))
    assert all("not in the source list" not in r.text for r in document("male_pattern").references)


@every_case
def test_page_is_whole_and_small(case: str) -> None:
    text = page(case)
    assert len(text.encode()) < 2_000_000
    assert "<script" not in text
    assert "src=" not in text
    body, sources = text.split('id="sources"')
    assert not re.search(r'href="(?!#|data:,)', body)
    assert not re.search(r'href="(?!https?://)', sources)
    assert text.count("<h1") == 1
    levels = [int(level) for level in re.findall(r"<h([1-6])", text)]
    jumps = [(a, b) for a, b in pairwise(levels) if b > a + 1]
    assert not jumps, jumps
    idents = re.findall(r'\bid="([^"]+)"', text)
    assert len(idents) == len(set(idents))
    for target in set(re.findall(r'href="#([^"]+)"', text)):
        assert target in idents, target


@every_case
def test_no_table_of_the_page_shows_its_own_tags(case: str) -> None:
    text = page(case)
    assert not re.findall(r"&lt;/?(?:t[dhr]|table|span|p)\b", text)
    for table in re.findall(r"<caption>Middle.*?</table>", text, flags=re.DOTALL):
        _, *rows = re.findall(r"<tr>.*?</tr>", table, flags=re.DOTALL)
        assert rows
        assert all(row.count("<td") == table.count('<th scope="col"') for row in rows)


def test_page_escapes_what_a_record_says() -> None:
    record, made = CASES["no_complaint"]()
    nasty = record.model_copy(update={"events": (), "ancestry": None, "id": "x"})
    flag = replace(
        CASES["scarring_stop"]()[1].assessment.red_flags[0], why="<script>alert(1)</script>"
    )
    judged = replace(made.assessment, red_flags=(flag,))
    text = html.render(build(nasty, replace(made, assessment=judged), STAMP))
    assert "<script" not in text
    assert "&lt;script&gt;" in text


@every_case
@pytest.mark.parametrize("width", [60, 80, 120])
def test_terminal_fits_and_says_the_same(case: str, width: int) -> None:
    text = terminal(case, width)
    assert all(len(line) <= width for line in text.splitlines())
    told = document(case)
    flat = " ".join(text.split())
    for cause in told.causes[:2]:
        assert f"{cause.percent_text} ({cause.range_text})" in flat
    assert "not medical advice" in flat.replace("│", "")
    if width >= 80:
        for option in told.options:
            year = next(o for o in option.outcomes if o.week == 52)
            known = rf"{year.better} \({year.better_low}-{year.better_high}\)"
            pattern = rf"{known}\s+{year.same}\s+{year.worse}\s"
            assert re.search(pattern, text), option.label


def test_terminal_without_unicode_prints() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="backslashreplace")
    console = Console(file=stream, width=80, color_system=None)
    print_report(document("male_pattern"), console)
    stream.seek(0)
    text = stream.read()
    assert "####" in text
    assert "\\u2588" not in text


def test_stop_comes_first_and_no_option_is_shown() -> None:
    text = terminal("scarring_stop", 80)
    assert text.index("see a doctor") < text.index("Likely causes")
    assert "Options, of 100" not in text
    whole = page("scarring_stop")
    assert whole.index('id="first"') < whole.index('id="short"')
    assert 'id="compare"' not in whole


def test_no_complaint_ranks_nothing() -> None:
    assert "no cause was ranked" in terminal("no_complaint", 80)
    assert "No hair complaint found" in page("no_complaint")


def test_unknown_is_listed_and_never_filled_in() -> None:
    told = document("severe_alopecia_areata")
    assert "Whether a pregnancy is planned." in told.unknown
    assert not any(fact.label == "Pregnancy planned" for fact in told.facts)
    assert any(f.label == "Contraception" and f.value == "reliable" for f in told.facts)


def test_assessment_alone_prints() -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=80, color_system=None)
    print_assessment(CASES["severe_alopecia_areata"]()[1].assessment, console)
    assert "93  (86 to 97)" in stream.getvalue()
    assert "Signs that the thyroid should be checked." in stream.getvalue()


@pytest.mark.parametrize(
    ("value", "text"), [(0.004, "under 1"), (0.125, "12"), (0.5, "50"), (0.999, "over 99")]
)
def test_percent_never_claims_certainty(value: float, text: str) -> None:
    assert percent_text(value) == text


def test_numbers_read_like_numbers() -> None:
    assert range_text(0.001, 0.2) == "under 1 to 20"
    assert (number(0.034), number(3.14), number(31.4)) == ("0.034", "3.1", "31")
    assert (signed(0.0), signed(2.0), signed(-2.0)) == ("0", "+2", "\u22122")
    assert [when(week) for week in (0, 26, 52, 24, 104)] == [
        "today",
        "6 months",
        "1 year",
        "24 weeks (about 6 months)",
        "2 years",
    ]


def reading_age(text: str) -> float:
    """Flesch-Kincaid grade plus five years."""
    sentences = [s for s in re.split(r"[.!?]+\s", text) if s.strip()]
    words = re.findall(r"[A-Za-z']+", text)
    syllables = sum(
        max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words
    )
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59 + 5


def test_our_own_sentences_can_be_read_at_twelve() -> None:
    told = document("severe_alopecia_areata")
    ours = " ".join(
        [
            *told.summary,
            *told.questions,
            *told.steps,
            *(value.question for value in told.values),
            *told.notices,
            *(outcome.sentence for option in told.options for outcome in option.outcomes),
            *(term.meaning for term in told.glossary),
        ]
    )
    assert reading_age(ours) < 13
    hard = "Heterogeneous immunological considerations necessitate multidisciplinary evaluation. "
    assert reading_age(hard * 3) > 20


def test_supplements_are_shown_as_one_sum_beside_their_limit() -> None:
    def product(name: str, per_day: float) -> dict[str, object]:
        held = [{"nutrient": "selenium", "per_day": per_day, "unit": "ug"}]
        return {"name": name, "contents": held}

    record = PatientRecord.model_validate(
        {"id": "p", "medicines": [product("gummies", 200), product("tablet", 100)]}
    )
    shown = {fact.label: fact.value for fact in facts(record)}
    assert shown["Selenium"] == "300 ug a day; upper limit 255, which this passes"


def test_what_is_smaller_than_anything_shown_is_nothing() -> None:
    assert [number(value) for value in (1.1e-14, -1.1e-14, 0.0)] == ["0", "0", "0"]
    assert signed(-1.1e-14) == "0"
