"""The next best test: what it tells, what it changes, what it asks, and what comes before it."""

from __future__ import annotations

import pytest

from anagen.assess.assess import assess
from anagen.assess.records import SuggestedTest
from anagen.catalog.findings import TEST_COSTS, TEST_KINDS, load_findings, load_tests
from anagen.patients.record import PatientRecord


def suggested_for(**fields: object) -> list[SuggestedTest]:
    return list(assess(PatientRecord.model_validate({"id": "p", **fields})).tests)


def names(**fields: object) -> list[str]:
    return [test.test for test in suggested_for(**fields)]


SHEDDING = {
    "age_years": 34,
    "sex": "female",
    "complaint": {"duration_weeks": 12, "pattern": ["diffuse"]},
    "findings": {"shedding_increased": "present"},
}
MAN = {
    "age_years": 38,
    "sex": "male",
    "complaint": {"duration_weeks": 300, "onset": "gradual", "pattern": ["vertex"]},
    "findings": {"occiput_spared": "present", "family_history_pattern_hair_loss": "present"},
}
PATCH = {
    "age_years": 25,
    "sex": "female",
    "complaint": {"duration_weeks": 6, "pattern": ["patchy"]},
    "findings": {"exclamation_mark_hairs": "present", "smooth_bald_patch_ostia_kept": "present"},
}


def test_rows_use_known_words() -> None:
    for row in load_tests().values():
        assert row.kind in TEST_KINDS, row.id
        assert row.cost in TEST_COSTS, row.id
        assert set(row.after) <= set(load_tests()), row.id
        assert set(row.findings) <= set(load_findings()), row.id


def test_biotin_is_asked_just_before_the_first_immunoassay() -> None:
    order = names(**SHEDDING)
    immunoassays = [name for name in order if "biotin_question" in load_tests()[name].after]
    assert immunoassays
    assert order.index("biotin_question") == order.index(immunoassays[0]) - 1
    assert order.count("biotin_question") == 1


def test_known_biotin_is_not_asked_again_and_the_caution_says_so() -> None:
    taken = {**SHEDDING, "medicines": [{"name": "biotin", "dose": "10 mg daily"}]}
    suggested = {test.test: test for test in suggested_for(**taken)}
    assert "biotin_question" not in suggested
    assert suggested["tsh"].caution.startswith("Taken now: stop biotin")
    denied = {**SHEDDING, "findings": {**SHEDDING["findings"], "takes_biotin": "absent"}}
    assert "biotin_question" not in names(**denied)
    assert "Taken now" not in {t.test: t for t in suggested_for(**denied)}["tsh"].caution


@pytest.mark.parametrize(
    ("who", "never"),
    [
        (MAN, {"ferritin_and_blood_count", "tsh", "vitamin_d", "zinc", "androgen_panel"}),
        (PATCH, {"ferritin_and_blood_count", "tsh", "vitamin_d", "zinc", "ana_panel"}),
        (SHEDDING, {"androgen_panel", "vitamin_d", "zinc", "biotin_urine", "ana_panel"}),
    ],
    ids=["man with a thin crown", "a smooth patch", "a woman who sheds"],
)
def test_no_routine_panel_that_guidelines_advise_against(who: dict, never: set[str]) -> None:
    assert not never & set(names(**who))


def test_a_sign_of_the_person_brings_a_test_back() -> None:
    assert "zinc" in names(
        **{**SHEDDING, "findings": {"periorificial_dermatitis": "present", "diarrhoea": "present"}}
    )
    hirsute = {"hirsutism": "present", "irregular_periods": "present"}
    assert "androgen_panel" in names(**{**SHEDDING, "findings": hirsute})


def test_advice_stands_after_the_tests_that_are_asked_for() -> None:
    order = names(**MAN)
    assert order.index("no_routine_bloods") > order.index("trichoscopy")
    assert order.index("no_routine_bloods") > order.index("photographs")


def test_change_of_plan_is_a_probability_and_needs_something_to_learn() -> None:
    for who in (SHEDDING, MAN, PATCH):
        for test in suggested_for(**who):
            assert 0.0 <= test.changes_plan <= 1.0
            if not load_tests()[test.test].findings:
                assert test.changes_plan == 0.0


def test_an_open_picture_changes_more_than_a_settled_one() -> None:
    open_one = {t.test: t for t in suggested_for(**SHEDDING)}["pull_test"]
    settled = {t.test: t for t in suggested_for(**PATCH)}["pull_test"]
    assert open_one.changes_plan > settled.changes_plan
    assert open_one.expected_information_bits > settled.expected_information_bits


def test_the_order_of_a_record_changes_no_test() -> None:
    turned = {**PATCH, "findings": dict(reversed(list(PATCH["findings"].items())))}
    assert suggested_for(**PATCH) == suggested_for(**turned)


NEW_MOTHER = {
    "age_years": 31,
    "sex": "female",
    "complaint": {"duration_weeks": 4, "pattern": ["diffuse"]},
    "findings": {"shedding_increased": "present"},
    "events": [{"kind": "childbirth", "weeks_ago": 15}],
}


def test_typical_shedding_after_childbirth_asks_for_no_blood() -> None:
    blood = {"ferritin_and_blood_count", "tsh", "thyroid_full"}
    assert not blood & set(names(**NEW_MOTHER))
    tired = {**NEW_MOTHER, "findings": {**NEW_MOTHER["findings"], "fatigue": "present"}}
    assert {"ferritin_and_blood_count", "tsh"} <= set(names(**tired))
    long = {**NEW_MOTHER, "complaint": {"duration_weeks": 40, "pattern": ["diffuse"]}}
    assert "ferritin_and_blood_count" in names(**long)


@pytest.mark.parametrize("findings", [(), ("fatigue", "cold_intolerance"), ("goiter",)])
def test_thyroid_is_tested_once(findings: tuple[str, ...]) -> None:
    signs = {**SHEDDING["findings"], **dict.fromkeys(findings, "present")}
    order = names(**{**SHEDDING, "findings": signs})
    assert ("tsh" in order) + ("thyroid_full" in order) == 1


def test_fast_loss_over_the_whole_scalp_asks_for_syphilis_serology() -> None:
    fast = {
        **SHEDDING,
        "complaint": {"duration_weeks": 8, "onset": "sudden", "pattern": ["diffuse"]},
        "findings": {"rapid_progression": "present", "pull_test_positive": "present"},
    }
    assert "syphilis_serology" in names(**fast)


def test_pustules_in_a_patch_are_cultured_for_fungi_too() -> None:
    man = {
        "age_years": 40,
        "sex": "male",
        "complaint": {"duration_weeks": 60, "pattern": ["scarring_patch"]},
        "findings": {"pustules": "present", "tufted_hairs": "present"},
    }
    assert {"bacterial_swab", "fungal_microscopy_culture"} <= set(names(**man))


def test_a_patch_after_breast_cancer_is_biopsied() -> None:
    woman = {
        "age_years": 60,
        "sex": "female",
        "complaint": {"duration_weeks": 30, "pattern": ["patchy"]},
        "conditions": [{"id": "breast_cancer", "status": "past"}],
    }
    result = assess(PatientRecord.model_validate({"id": "p", **woman}))
    assert "patch_in_cancer" in {flag.rule for flag in result.red_flags}
    assert "scalp_biopsy" in {test.test for test in result.tests}
