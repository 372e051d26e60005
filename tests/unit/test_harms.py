"""Rates of side effects: with denominators, never rounded to nothing, never silent."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from anagen.catalog.card import HARMS_UNKNOWN as HARMS_UNKNOWN_TO_CARD
from anagen.catalog.card import treatment_card
from anagen.catalog.harms import harms_of, load_harms
from anagen.catalog.search import Entry
from anagen.catalog.treatments import load_treatments
from anagen.plan.compare import harm_rates
from anagen.plan.single import SinglePlan, forecast_plan
from anagen.provenance import Stamp
from anagen.report.document import build
from anagen.report.html import render
from anagen.report.options import harm_text
from anagen.report.questions import numbered
from anagen.report.single import HARMS_NOTICE, HARMS_UNKNOWN, as_document, print_single
from anagen.simulate.plan import parse_plan
from plan_cases import assessment, fake_forecast, person
from report_cases import severe_alopecia_areata

STAMP = Stamp("0", "0", "none", 0, 20)


def _made(words: str, cause: str = "male_pattern_hair_loss", sex: str = "male") -> SinglePlan:
    return forecast_plan(
        person(sex=sex, age_years=40),
        assessment({cause: 1.0}),
        parse_plan(words),
        forecaster=fake_forecast,
    )


def _printed(made: SinglePlan) -> str:
    console = Console(file=StringIO(), width=200)
    print_single(made, STAMP, console)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_seen_rates_of_trials_have_both_denominators_or_say_what_is_missing() -> None:
    for row in load_harms():
        if row.use == "placebo" and row.verified == "seen":
            assert row.n_treated is not None or row.note, row.id
            assert row.n_control is not None or row.note, row.id


def test_every_treatment_asked_for_has_rates_or_says_that_none_are_known() -> None:
    made = _made("finasteride 1 mg daily + prp monthly x 3")
    told = as_document(made, STAMP)["harms"]
    assert told["notice"] == HARMS_NOTICE
    assert "not fitted to this person" in told["notice"]
    assert told["treatments"]["finasteride"]["known"]
    assert told["treatments"]["prp"] == {"known": False, "rates": [], "note": HARMS_UNKNOWN}
    text = _printed(made)
    assert HARMS_NOTICE in text
    assert f"{load_treatments()['prp'].name}: {HARMS_UNKNOWN}." in text


def test_serious_effects_are_always_told() -> None:
    made = _made("upadacitinib 15 mg daily", "alopecia_areata_totalis")
    assert made.harms, made.silent or made.refused
    text = _printed(made)
    serious = [row for row in harms_of("upadacitinib", "male") if row.severity == "serious"]
    assert serious
    assert [row.event for row in serious if row.event not in text] == []


def test_rates_of_one_sex_are_not_told_the_other() -> None:
    assert all(row.sex != "male" for row in harms_of("finasteride", "female"))
    assert harms_of("cyproterone", "female")
    assert not harms_of("cyproterone", "male")


@pytest.mark.parametrize("treatment", ["cyproterone", "menopausal_hormone_therapy"])
def test_what_is_rare_is_told_of_more_people_and_never_as_none(treatment: str) -> None:
    for rate in harm_rates(harms_of(treatment, "female")):
        assert not harm_text(rate).startswith("0 of"), rate.event
        assert ("of 100,000" in harm_text(rate)) == (rate.per_100_treated < 0.1)


def test_a_control_that_is_another_drug_is_no_control_rate() -> None:
    rows = [row for row in load_harms() if row.use == "active_control"]
    assert rows
    assert all(rate.per_100_control is None for rate in harm_rates(rows))


def test_a_page_names_the_options_whose_side_effects_are_not_known() -> None:
    made = build(*severe_alopecia_areata(), STAMP)
    bare = [option.label for option in numbered(made) if not option.harms]
    assert 0 < len(bare) < len(numbered(made))
    assert f"which does not mean none: {'; '.join(bare)}." in render(made)
    assert all(not harm.fitted_to_person for option in made.options for harm in option.harms)


def test_the_evidence_of_a_treatment_says_when_its_harms_are_not_known() -> None:
    for name, known in (("prp", False), ("finasteride", True), ("wig", True)):
        sections = treatment_card(Entry("treatment", name, name)).sections
        assert any(HARMS_UNKNOWN_TO_CARD in section.lines for section in sections) != known
