"""Findings read from a record: present, absent and unknown stay three different things."""

from __future__ import annotations

import pytest

from anagen.assess.findings import has_hair_complaint, in_trigger_window, read_findings
from anagen.catalog.findings import load_findings, load_rules
from anagen.catalog.labs import load_labs
from anagen.patients.record import Complaint, Event, Lab, Medicine, PatientRecord, Situation


def record(**fields: object) -> PatientRecord:
    return PatientRecord.model_validate({"id": "p", **fields})


def states(**fields: object) -> dict[str, bool]:
    return dict(read_findings(record(**fields)).present)


def test_nothing_said_is_nothing_known() -> None:
    assert states() == {}


def test_ferritin_thresholds_are_nested() -> None:
    found = states(labs=[{"test": "ferritin", "value": 25.0}])
    assert found["ferritin_below_15"] is False
    assert found["ferritin_below_30"] is True
    assert found["ferritin_below_60"] is True


def test_the_range_of_the_report_goes_before_the_table() -> None:
    lab = {"test": "tsh", "value": 4.6, "reference_low": 0.5, "reference_high": 5.0}
    assert states(labs=[lab])["tsh_high"] is False
    assert states(labs=[{"test": "tsh", "value": 4.6}])["tsh_high"] is True


def test_dheas_is_read_by_age() -> None:
    lab = [{"test": "dhea_s", "value": 250.0}]
    assert states(sex="female", age_years=25, labs=lab)["dheas_high"] is False
    assert states(sex="female", age_years=55, labs=lab)["dheas_high"] is True
    assert "dheas_high" not in states(sex="male", age_years=55, labs=lab)


def test_a_result_in_words() -> None:
    assert states(labs=[{"test": "koh_microscopy", "text": "branching septate hyphae"}])[
        "koh_hyphae"
    ]
    assert states(labs=[{"test": "koh_microscopy", "text": "negative"}])["koh_hyphae"] is False
    assert states(labs=[{"test": "rpr", "text": "positive"}])["syphilis_serology_reactive"]
    normal = states(labs=[{"test": "thyroid_function", "text": "normal"}])
    assert normal["tsh_high"] is False
    assert normal["tsh_low"] is False
    assert "tsh_above_10" not in normal


def test_normal_ferritin_in_words_settles_no_threshold() -> None:
    assert "ferritin_below_60" not in states(labs=[{"test": "ferritin", "text": "normal"}])


def test_haemoglobin_depends_on_sex_and_needs_it() -> None:
    lab = [{"test": "haemoglobin", "value": 12.4}]
    assert states(sex="male", labs=lab)["hemoglobin_low"] is True
    assert states(sex="female", labs=lab)["hemoglobin_low"] is False
    assert "hemoglobin_low" not in states(labs=lab)


@pytest.mark.parametrize(
    ("duration", "weeks_ago", "inside"),
    [
        (6.0, 15.0, True),
        (6.0, 7.0, False),
        (6.0, 60.0, False),
        (None, 12.0, True),
        (None, 100.0, False),
        (300.0, 26.0, True),
        (300.0, 200.0, False),
        (10.0, None, True),
    ],
)
def test_trigger_window(duration: float | None, weeks_ago: float | None, inside: bool) -> None:
    person = PatientRecord(id="p", complaint=Complaint(duration_weeks=duration))
    assert in_trigger_window(person, weeks_ago) is inside


def test_an_old_event_is_not_counted_as_absent() -> None:
    found = states(
        complaint={"duration_weeks": 6}, events=[Event(kind="fever", weeks_ago=150).model_dump()]
    )
    assert "recent_fever_or_infection" not in found


def test_a_drug_taken_for_years_is_no_trigger() -> None:
    old = Medicine(name="Propranolol", started_weeks_ago=520).model_dump()
    new = Medicine(name="Propranolol", started_weeks_ago=20).model_dump()
    complaint = {"duration_weeks": 8}
    assert "drug_beta_blocker" not in states(complaint=complaint, medicines=[old])
    assert states(complaint=complaint, medicines=[new])["drug_beta_blocker"]
    assert states(complaint=complaint, medicines=[new])["recent_new_drug"]


def test_minoxidil_for_two_years_is_no_start() -> None:
    taken = Medicine(name="minoxidil_topical", started_weeks_ago=104).model_dump()
    assert "drug_minoxidil_start" not in states(medicines=[taken])


def test_stated_goes_before_derived() -> None:
    found = states(
        labs=[{"test": "ferritin", "value": 9.0}], findings={"ferritin_below_15": "absent"}
    )
    assert found["ferritin_below_15"] is False


def test_body_mass_index_of_adults_only() -> None:
    thin = Situation(weight_kg=45, height_cm=170).model_dump()
    assert states(age_years=25, situation=thin)["low_weight"] is True
    assert "low_weight" not in states(age_years=8, situation=thin)


def test_family_and_conditions() -> None:
    found = states(
        family_history=["male_pattern_hair_loss"],
        conditions=[{"id": "vitiligo"}, {"id": "hypothyroidism", "status": "family"}],
    )
    assert found["family_history_pattern_hair_loss"]
    assert found["vitiligo"]
    assert found["family_history_autoimmune"]
    assert "thyroid_disease_history" not in found


def test_a_record_without_hair_has_no_complaint() -> None:
    ill = record(labs=[Lab(test="ferritin", value=9).model_dump()], conditions=[{"id": "anaemia"}])
    assert not has_hair_complaint(ill, read_findings(ill).present)
    bald = record(complaint={"pattern": ["vertex"]})
    assert has_hair_complaint(bald, read_findings(bald).present)


def test_every_rule_names_a_finding_and_a_lab_that_exist() -> None:
    findings, labs = load_findings(), load_labs()
    for rule in load_rules():
        assert rule.finding in findings
        if rule.reads in ("lab", "lab_text"):
            assert rule.key in labs, rule
        if rule.reads == "lab":
            assert labs[rule.key].unit == rule.unit, f"{rule.finding}: unit of {rule.key}"
