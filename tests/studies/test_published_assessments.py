"""Assessment of published cases and of textbook vignettes: the right causes among the first two."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from anagen.assess.assess import assess
from anagen.assess.records import Assessment
from anagen.assess.vignettes import Vignette, load_vignettes
from anagen.patients.intake import load

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "examples" / "published"

# case -> causes the authors named, red flags that must be raised, tests that must be suggested
CASES: dict[str, tuple[set[str], set[str], set[str]]] = {
    "AAP-05": (
        {"alopecia_areata_patchy"},
        {"autoimmune_cluster"},
        {"trichoscopy", "examination_extent", "thyroid_full"},
    ),
    "AAU-02": ({"alopecia_areata_universalis"}, set(), {"examination_extent", "jak_screening"}),
    "MPH-01": ({"male_pattern_hair_loss"}, set(), {"trichoscopy", "no_routine_bloods"}),
    "FPH-03": (
        {"female_pattern_hair_loss", "telogen_effluvium_acute"},
        set(),
        {"trichoscopy", "ferritin_and_blood_count", "tsh"},
    ),
    "TEA-06": (
        {"telogen_effluvium_acute", "trigger_crash_diet"},
        {"unsupervised_hormones"},
        {"trigger_history", "pull_test", "trichoscopy", "ferritin_and_blood_count", "tsh"},
    ),
    "IRO-01": (
        {"iron_deficiency", "telogen_effluvium_acute"},
        {"heavy_menstrual_bleeding"},
        {"ferritin_and_blood_count", "heavy_bleeding_workup", "coeliac_serology"},
    ),
    "HYPO-01": (
        {"hypothyroidism"},
        set(),
        {"thyroid_follow_up", "lipids_blood_count_in_hypothyroidism", "ferritin_and_blood_count"},
    ),
    "TRA-01": ({"traction_alopecia"}, set(), {"hair_care_history", "trichoscopy"}),
    "TIN-01": (
        {"tinea_capitis"},
        {"contagious_tinea"},
        {"fungal_microscopy_culture", "household_check"},
    ),
    "LPP-01": ({"lichen_planopilaris"}, {"scarring_signs"}, {"scalp_biopsy", "mucosal_check"}),
}


@cache
def published(name: str) -> Assessment:
    return assess(load(PUBLISHED / f"{name}.toml"))


@pytest.mark.parametrize("name", sorted(CASES))
def test_authors_diagnosis_is_among_the_first_two(name: str) -> None:
    diagnosis = CASES[name][0]
    first = {cause.cause for cause in published(name).causes[:2]}
    assert diagnosis <= first


@pytest.mark.parametrize("name", sorted(CASES))
def test_expected_red_flags_are_raised(name: str) -> None:
    raised = {flag.rule for flag in published(name).red_flags}
    assert CASES[name][1] <= raised


@pytest.mark.parametrize("name", sorted(name for name, case in CASES.items() if not case[1]))
def test_no_red_flag_where_none_is_expected(name: str) -> None:
    assert published(name).red_flags == ()


@pytest.mark.parametrize("name", sorted(CASES))
def test_expected_tests_are_suggested(name: str) -> None:
    suggested = {test.test for test in published(name).tests}
    assert CASES[name][2] <= suggested


def test_every_published_case_has_a_row_here() -> None:
    assert {path.stem for path in PUBLISHED.glob("*.toml")} == set(CASES)


@pytest.mark.parametrize("vignette", load_vignettes("textbook"), ids=lambda v: v.id)
def test_textbook_vignette(vignette: Vignette) -> None:
    result = assess(vignette.record)
    first = [cause.cause for cause in result.causes[:2]]
    if vignette.needs_all:
        assert set(vignette.truth) <= set(first), first
    else:
        assert set(vignette.truth) & set(first), first
    assert set(vignette.flags) <= {flag.rule for flag in result.red_flags}
