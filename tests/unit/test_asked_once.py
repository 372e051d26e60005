"""What was done lately is not asked again, what cannot apply is not asked, what is urgent is first.

Written from the reports of a newcomer who read the plans of the examples.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from anagen.assess.assess import assess
from anagen.assess.findings import read_findings
from anagen.assess.knowledge import load_knowledge
from anagen.assess.parts import load_parts
from anagen.assess.questions import askable, can_apply
from anagen.assess.records import SuggestedTest
from anagen.assess.red_flags import Signs
from anagen.catalog.expressions import words
from anagen.catalog.findings import load_findings, load_tests
from anagen.catalog.labs import load_labs
from anagen.catalog.questions import SIGNS
from anagen.catalog.tables import read_table
from anagen.patients.abnormal import abnormal
from anagen.patients.intake import load
from anagen.patients.recent import recent
from anagen.patients.record import PatientRecord

EXAMPLES = Path(__file__).parents[2] / "examples"
SEVERE = EXAMPLES / "fhir" / "severe_alopecia_areata.json"


def person(**fields: object) -> PatientRecord:
    return PatientRecord.model_validate({"id": "p", **fields})


def signs(**fields: object) -> Signs:
    record = person(**fields)
    return Signs(record, read_findings(record).present, lambda cause: 0.0)


def suggested(record: PatientRecord) -> dict[str, SuggestedTest]:
    return {test.test: test for test in assess(record).tests}


def test_a_screen_done_lately_is_not_asked_again() -> None:
    tests = suggested(load(SEVERE))
    assert tests["jak_screening"].label.endswith(": clot and cardiac risk")
    assert tests["jak_screening"].burden == 0
    assert "examination_extent" not in tests
    assert tests["thyroid_full"].label == "Thyroid function: free T4, TPO antibodies"


def test_an_old_screen_is_asked_again() -> None:
    record = load(SEVERE)
    old = tuple(lab.model_copy(update={"weeks_ago": 60.0}) for lab in record.labs)
    label = suggested(record.model_copy(update={"labs": old}))["jak_screening"].label
    assert label == load_tests()["jak_screening"].label


@pytest.mark.parametrize(
    ("result", "lately"),
    [
        ({"test": "igra", "text": "negative", "weeks_ago": 26}, True),
        ({"test": "igra", "text": "positive", "weeks_ago": 2}, True),
        ({"test": "igra", "text": "negative", "weeks_ago": 27}, False),
        ({"test": "igra", "text": "indeterminate", "weeks_ago": 2}, False),
        ({"test": "igra", "text": "negative"}, False),
        ({"test": "pregnancy_test", "text": "negative", "weeks_ago": 5}, False),
        ({"test": "egfr", "value": 104, "weeks_ago": 2}, True),
    ],
)
def test_recent(result: dict[str, object], lately: bool) -> None:
    assert recent(person(labs=[result]), str(result["test"])) is lately


def test_tests_that_a_red_flag_requires_come_first() -> None:
    assert assess(load(EXAMPLES / "published" / "LPP-01.toml")).tests[0].test == "scalp_biopsy"
    for row in read_table("red_flags.csv"):
        assert set(row["tests"].split()) <= set(load_tests()), row["rule"]


def test_only_what_is_missing_of_a_test_is_named() -> None:
    tests = suggested(load(EXAMPLES / "published" / "TIN-01.toml"))
    assert tests["fungal_microscopy_culture"].label == "Fungal culture (brush or scraping)"


def test_parts_name_what_exists() -> None:
    known = {*load_findings(), *load_labs(), "salt"}
    for test, parts in load_parts().items():
        assert test in load_tests()
        for part in parts:
            assert {word for choice in part.words for word in choice} <= known, (test, part.name)


ISOTRETINOIN = {"name": "isotretinoin", "started_weeks_ago": 10}


@pytest.mark.parametrize(
    ("complaint", "findings", "trigger"),
    [
        ({"duration_weeks": 60}, {}, False),
        ({"duration_weeks": 4}, {}, True),
        ({}, {}, True),
        ({"duration_weeks": 60}, {"rapid_progression": "present"}, True),
    ],
)
def test_a_drug_counts_from_the_onset(
    complaint: dict[str, object], findings: dict[str, str], trigger: bool
) -> None:
    read = read_findings(
        person(sex="female", complaint=complaint, findings=findings, medicines=[ISOTRETINOIN])
    )
    assert read.present.get("recent_new_drug", False) is trigger
    assert read.present["drug_retinoid"], "it is taken all the same, for the red flags"
    assert ("drug_retinoid" in read.weighed) is trigger


PERIODS = ("heavy_periods", "irregular_periods")
MENOPAUSE = ("postmenopausal", "perimenopausal", "early_menopause", "hot_flushes")


def test_only_what_can_apply_is_asked() -> None:
    girl = signs(age_years=9, sex="female")
    assert not any(can_apply(f, girl) for f in (*PERIODS, *MENOPAUSE, "pregnant"))
    man = signs(age_years=50, sex="male")
    assert not any(can_apply(f, man) for f in (*PERIODS, *MENOPAUSE, "pregnant", "hirsutism"))
    expecting = signs(sex="female", situation={"reproductive_status": "pregnant"})
    assert not any(can_apply(f, expecting) for f in (*PERIODS, *MENOPAUSE))
    assert all(can_apply(f, signs()) for f in load_findings()), "unknown is asked"


def test_the_general_question_comes_before_the_particular() -> None:
    both = ("greasy_scale", "scalp_scale")
    assert askable(both, signs()) == ("scalp_scale",)
    assert askable(both, signs(findings={"scalp_scale": "present"})) == ("greasy_scale",)
    assert askable(both, signs(findings={"scalp_scale": "absent"})) == ()


def test_what_is_not_known_is_said_once_in_the_words_of_the_report() -> None:
    unknown = assess(load(EXAMPLES / "published" / "LPP-01.toml")).unknown
    assert "how long the hair loss has lasted" in unknown
    assert len(unknown) == len(set(unknown))


def test_the_columns_about_questions_are_written_in_the_language() -> None:
    names = set(load_findings()) | set(SIGNS.names)
    for row in read_table("findings.csv"):
        assert {word for word, _ in words(row["asked_if"])} <= names
        assert not row["asked_after"] or row["asked_after"] in load_findings()
    assert load_knowledge().findings


MAN = {
    "age_years": 50,
    "sex": "male",
    "complaint": {"duration_weeks": 300, "onset": "gradual", "pattern": ["vertex", "bitemporal"]},
}


def platelets(value: float) -> dict[str, object]:
    return {"test": "platelets", "value": value, "unit": "10*3/uL", "weeks_ago": 1}


def test_no_routine_bloods_is_not_said_beside_an_abnormal_result() -> None:
    well = person(**MAN, labs=[platelets(220)])
    ill = person(**MAN, labs=[platelets(62)])
    assert abnormal(well) is False
    assert abnormal(ill) is True
    assert abnormal(person()) is None
    assert "no_routine_bloods" in suggested(well)
    assert "no_routine_bloods" not in suggested(ill)


@pytest.mark.parametrize(
    ("count", "medicine", "raised"),
    [(62, "warfarin", True), (62, "apixaban", True), (120, "warfarin", False), (62, "zinc", False)],
)
def test_low_platelets_on_an_anticoagulant(count: float, medicine: str, raised: bool) -> None:
    record = person(**MAN, labs=[platelets(count)], medicines=[{"name": medicine}])
    flags = {flag.rule: flag for flag in assess(record).red_flags}
    assert ("low_platelets_on_anticoagulant" in flags) is raised
    if raised:
        assert not flags["low_platelets_on_anticoagulant"].stops_planning


def test_a_flag_names_the_drugs_it_is_raised_by() -> None:
    document = {
        "id": "flagged",
        "sex": "female",
        "age_years": 28,
        "situation": {"reproductive_status": "pregnant"},
        "complaint": {"duration_weeks": 60, "pattern": ["diffuse"]},
        "medicines": [{"name": "isotretinoin"}, {"name": "warfarin"}, {"name": "paracetamol"}],
    }
    flag = next(
        flag
        for flag in assess(PatientRecord.model_validate(document)).red_flags
        if flag.rule == "pregnancy_with_teratogen"
    )
    assert flag.why.endswith("Taken here: isotretinoin, warfarin.")
