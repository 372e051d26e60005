"""From a record and its causes to the person of the model."""

from __future__ import annotations

from datetime import date

import pytest

from anagen.patients.condition import mechanism_of, person_from
from anagen.patients.record import (
    Complaint,
    Event,
    Lab,
    Measurements,
    Medicine,
    PatientRecord,
    Situation,
)


def test_causes_become_mechanisms_and_keep_their_joint_probability() -> None:
    record = PatientRecord(id="a", sex="female")
    person = person_from(
        record,
        {
            ("alopecia_areata_patchy",): 0.5,
            ("alopecia_areata_patchy", "female_pattern_hair_loss"): 0.2,
            ("telogen_effluvium_acute", "iron_deficiency"): 0.2,
            ("tinea_capitis",): 0.1,
        },
    )
    assert person.mechanism_probability["autoimmune"] == pytest.approx(0.7)
    assert person.mechanism_probability["androgenetic"] == pytest.approx(0.2)
    assert person.mechanism_probability["effluvium"] == pytest.approx(0.2)
    assert dict(person.mechanism_mixtures)[()] == pytest.approx(0.1)
    assert any("tinea" in text for text in person.notes.values())


def test_a_score_that_thinning_cannot_explain_leaves_no_twin_with_thinning_alone() -> None:
    causes = {
        ("alopecia_areata_patchy",): 0.5,
        ("alopecia_areata_patchy", "female_pattern_hair_loss"): 0.2,
        ("telogen_effluvium_acute",): 0.3,
    }

    def mechanisms(salt: float, causes: dict[tuple[str, ...], float], *events: Event):
        record = PatientRecord(
            id="a", sex="female", measurements=Measurements(salt=salt), events=events
        )
        return person_from(record, causes)

    bald = mechanisms(80.0, causes)
    assert bald.mechanism_probability["autoimmune"] == pytest.approx(1.0)
    assert bald.mechanism_probability["androgenetic"] == pytest.approx(2.0 / 7.0)
    assert bald.mechanism_probability["effluvium"] == 0.0
    assert "SALT 80" in bald.notes["used: SALT and causes"]
    chemotherapy = Event(kind="chemotherapy", weeks_ago=10.0)
    unlikely = {("telogen_effluvium_acute",): 0.9, ("alopecia_areata_patchy",): 0.1}
    for whole in (
        mechanisms(40.0, causes),
        mechanisms(80.0, causes, chemotherapy),
        mechanisms(80.0, unlikely),
    ):
        assert whole.mechanism_probability["effluvium"] > 0.0
        assert "used: SALT and causes" not in whole.notes


def test_an_unknown_cause_is_no_mechanism() -> None:
    assert mechanism_of("not_a_cause") == "none"


def test_unknown_stays_unknown() -> None:
    person = person_from(PatientRecord(id="b"), {("male_pattern_hair_loss",): 1.0})
    for name in (
        "sex", "age_years", "salt", "episode_years", "norwood", "ludwig", "sinclair_stage",
        "terminal_density", "total_density", "postmenopausal", "weeks_since_delivery",
        "weight_kg", "egfr_ml_min", "ferritin_ug_per_l", "vitamin_d_nmol_per_l",
        "zinc_umol_per_l", "tsh_miu_per_l", "free_t4_pmol_per_l", "patches",
    ):  # fmt: skip
        assert getattr(person, name) is None, name
    assert person.perturbations == ()


def test_laboratory_results_arrive_in_the_units_of_the_model() -> None:
    record = PatientRecord(
        id="c",
        labs=(
            Lab(test="ferritin", value=12.0, unit="ng/mL"),
            Lab(test="free_t4", value=1.0, unit="ng/dL"),
            Lab(test="zinc", value=65.38, unit="ug/dL"),
            Lab(test="tsh", value=9.0, unit="m[IU]/L"),
            Lab(test="vitamin_d", value=20.0, unit="ng/mL"),
        ),
    )
    person = person_from(record, {})
    assert person.ferritin_ug_per_l == pytest.approx(12.0)
    assert person.free_t4_pmol_per_l == pytest.approx(12.87, rel=2e-3)
    assert person.zinc_umol_per_l == pytest.approx(10.0)
    assert person.tsh_miu_per_l == pytest.approx(9.0)
    assert person.vitamin_d_nmol_per_l == pytest.approx(49.9, rel=2e-3)


def test_events_measurements_and_situation() -> None:
    record = PatientRecord(
        id="d",
        sex="female",
        complaint=Complaint(duration_weeks=26.0, pattern=("patchy",)),
        measurements=Measurements(salt=30.0),
        events=(
            Event(kind="fever", weeks_ago=9.0),
            Event(kind="stress"),
            Event(kind="childbirth", weeks_ago=20.0),
        ),
        situation=Situation(reproductive_status="postmenopausal", weight_kg=61.0),
    )
    person = person_from(record, {("alopecia_areata_patchy",): 1.0})
    assert person.salt == 30.0
    assert person.patches is True
    assert person.episode_years == pytest.approx(0.4983, abs=1e-3)
    assert person.postmenopausal is True
    assert person.weight_kg == 61.0
    assert person.weeks_since_delivery == 20.0
    assert [(e.kind, e.weeks_ago) for e in person.perturbations] == [("fever", 9.0)]
    assert any("stress" in text for text in person.notes.values())


def test_a_total_pattern_without_a_score_is_total_loss() -> None:
    record = PatientRecord(id="e", complaint=Complaint(pattern=("universalis",)))
    assert person_from(record, {("alopecia_areata_universalis",): 1.0}).salt == 100.0


def test_the_date_season_menopause_and_nutrients_reach_the_model() -> None:
    record = PatientRecord(
        id="f",
        sex="female",
        age_years=47.0,
        visit_date=date(2026, 7, 1),
        complaint=Complaint(pattern=("ophiasis",)),
        labs=(
            Lab(test="vitamin_b12", value=150.0, unit="pg/mL"),
            Lab(test="selenium", value=300.0, unit="ug/L"),
            Lab(test="biotin_serum", value=80.0, unit="ng/L"),
        ),
        medicines=(Medicine(name="vitamin A", dose="25000 IU daily", supplement=True),),
        situation=Situation(reproductive_status="perimenopausal", hemisphere="south"),
    )
    person = person_from(record, {("female_pattern_hair_loss",): 1.0})
    assert person.visit_day_of_year == 181.0
    assert person.southern is True
    assert person.menopause_ahead == "near"
    assert person.ages
    assert person.ophiasis
    assert person.nutrients["vitamin_b12"] == pytest.approx(110.7, rel=2e-3)
    assert person.nutrients["selenium"] == pytest.approx(300.0)
    assert person.nutrient_intakes == {"vitamin_a": pytest.approx(7500.0, rel=0.01)}
    said = " ".join(person.notes.values())
    for word in ("south", "menopause", "vitamin b12", "vitamin a"):
        assert word in said, word


def test_menopause_is_no_news_to_the_young_and_season_none_without_a_date() -> None:
    young = PatientRecord(
        id="g", sex="female", age_years=25.0,
        situation=Situation(reproductive_status="premenopausal"),
    )  # fmt: skip
    person = person_from(young, {("female_pattern_hair_loss",): 1.0})
    assert person.menopause_ahead == "later"
    assert person.visit_day_of_year is None
    assert person.notes == {}
    man = young.model_copy(update={"sex": "male"})
    assert person_from(man, {}).menopause_ahead is None
