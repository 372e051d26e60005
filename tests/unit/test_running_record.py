"""Medicines of a record that the model follows, and those it only names."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from anagen.assess.assess import assess
from anagen.patients.condition import person_from
from anagen.patients.intake import load
from anagen.patients.record import (
    Complaint,
    Condition,
    Event,
    Measurements,
    Medicine,
    PatientRecord,
)
from anagen.patients.running import ended_regimens, running_regimens
from anagen.patients.severity import salt_of_episode
from anagen.plan.make import make_plan
from anagen.simulate.result import NO_CHANGE

EXAMPLES = Path(__file__).parents[2] / "examples" / "patients"
MALE = ("male_pattern_hair_loss",)


def record(*medicines: Medicine) -> PatientRecord:
    return PatientRecord(id="r", sex="male", age_years=35.0, medicines=medicines)


def vertex_man(*medicines: Medicine, **others: object) -> PatientRecord:
    return PatientRecord(
        id="plan",
        sex="male",
        age_years=38.0,
        complaint=Complaint(duration_weeks=300.0, onset="gradual", pattern=("vertex",)),
        measurements=Measurements(norwood="III vertex"),
        medicines=medicines,
        **others,  # pyright: ignore[reportArgumentType]
    )


def running(*medicines: Medicine, causes: tuple[str, ...] = MALE):
    notes: dict[str, str] = {}
    return running_regimens(record(*medicines), causes, notes), notes


def test_a_treatment_with_a_start_runs_since_then() -> None:
    (regimen,), notes = running(
        Medicine(name="finasteride", dose="1 mg daily", started_weeks_ago=26.0)
    )
    assert (regimen.treatment, regimen.dose, regimen.start_week) == ("finasteride", 1.0, -26.0)
    assert regimen.stop_week is None
    assert regimen.credence == 1.0
    assert notes == {}


@pytest.mark.parametrize(
    "medicine",
    [
        Medicine(name="ramipril", started_weeks_ago=300.0),
        Medicine(name="finasteride", started_weeks_ago=60.0, stopped_weeks_ago=3.0),
        Medicine(name="minoxidil", started_weeks_ago=30.0),
    ],
    ids=["no treatment of ours", "stopped", "route not stated"],
)
def test_what_is_none_of_ours_or_stopped_or_vague_does_not_run(medicine: Medicine) -> None:
    assert running(medicine) == ((), {})


def ended(*medicines: Medicine, weeks: float = 104.0):
    notes: dict[str, str] = {}
    return ended_regimens(record(*medicines), MALE, weeks, notes), notes


def test_a_stopped_treatment_is_lived_from_start_to_end() -> None:
    (course,), notes = ended(
        Medicine(name="finasteride 1 mg", started_weeks_ago=60.0, stopped_weeks_ago=3.0)
    )
    assert (course.treatment, course.start_week, course.stop_week) == ("finasteride", -60.0, -3.0)
    assert notes == {}
    assert ended(Medicine(name="finasteride 1 mg", started_weeks_ago=26.0)) == ((), {})


def test_what_ended_too_long_ago_or_began_unknown_is_said_and_not_followed() -> None:
    long_ago = Medicine(name="finasteride", started_weeks_ago=300.0, stopped_weeks_ago=104.0)
    found, notes = ended(long_ago)
    assert found == ()
    assert "104 weeks" in notes["not used: finasteride earlier"]
    found, notes = ended(Medicine(name="finasteride", stopped_weeks_ago=9.0))
    assert found == ()
    assert "from when to when" in notes["not used: finasteride earlier"]
    one_date = Medicine(name="finasteride", started_weeks_ago=9.0, stopped_weeks_ago=9.0)
    assert ended(one_date) == ((), notes)
    stores = Medicine(name="ferrous sulfate", started_weeks_ago=50.0, stopped_weeks_ago=9.0)
    assert ended(stores) == ((), {})


@pytest.mark.parametrize(("week", "counted"), [(10.0, 0), (16.0, 1)])
def test_the_event_that_names_the_end_of_a_course_is_not_counted_twice(
    week: float, counted: int
) -> None:
    taken = record(Medicine(name="finasteride", started_weeks_ago=60.0, stopped_weeks_ago=9.0))
    taken = taken.model_copy(update={"events": (Event(kind="drug_stop", weeks_ago=week),)})
    person = person_from(taken, {MALE: 1.0})
    assert len(person.ended) == 1
    assert len(person.perturbations) == counted
    assert any("not counted twice" in text for text in person.notes.values()) is (counted == 0)


def test_salt_before_treatment_counts_with_a_treatment_that_is_followed() -> None:
    cause = {("alopecia_areata_patchy",): 1.0}
    measured = Measurements(salt=15.0, salt_before_treatment=85.0)
    drug = Medicine(name="baricitinib 4 mg", started_weeks_ago=52.0)
    with_drug = record(drug).model_copy(update={"measurements": measured})
    assert person_from(with_drug, cause).salt_before == 85.0
    without = person_from(record().model_copy(update={"measurements": measured}), cause)
    assert without.salt_before is None
    assert "SALT before treatment" in without.notes["not used: SALT before treatment"]


def test_severity_is_that_before_treatment_while_a_treatment_holds_it() -> None:
    measured = Measurements(salt=12.0, salt_before_treatment=85.0)

    def severity(*medicines: Medicine) -> float | None:
        return salt_of_episode(record(*medicines).model_copy(update={"measurements": measured}))

    drug = Medicine(name="baricitinib", started_weeks_ago=60.0)
    lately, long_ago = (drug.model_copy(update={"stopped_weeks_ago": x}) for x in (6.0, 26.0))
    assert severity(drug) == severity(lately) == 85.0
    assert severity(long_ago) == severity(Medicine(name="ramipril")) == severity() == 12.0
    for beside in ("biotin", "iron tablets", "minoxidil 5% foam"):
        assert severity(Medicine(name=beside, started_weeks_ago=60.0)) == 12.0, beside
    assert salt_of_episode(record()) is None


def test_screening_before_a_jak_inhibitor_is_proposed_by_severity_before_treatment() -> None:
    off = load(EXAMPLES / "areata_off_baricitinib.toml")
    proposed = {item.test for item in assess(off).tests}
    small = off.model_copy(update={"measurements": Measurements(salt=22.0)})
    assert "jak_screening" in proposed
    assert "jak_screening" not in {item.test for item in assess(small).tests}


@pytest.mark.parametrize(
    ("response", "weeks", "words"),
    [
        (None, 60.0, "taken earlier for 60 weeks, until 4 weeks ago"),
        ("none", 60.0, "expect less than the forecast says"),
        ("none", 12.0, "too short to tell"),
        ("good", 60.0, "with a good effect on the hair, as told"),
    ],
)
def test_an_option_tells_that_it_was_taken_and_what_it_did(
    response: Literal["none", "some", "good"] | None, weeks: float, words: str
) -> None:
    earlier = Medicine(
        name="finasteride",
        started_weeks_ago=weeks + 4.0,
        stopped_weeks_ago=4.0,
        response=response,
    )
    taken = vertex_man(earlier)
    plan = make_plan(taken, assess(taken), weeks=26, draws=5, seed=1)
    told = {option.id: option.indication for option in plan.options}
    assert words in told["finasteride"]
    assert "taken earlier" not in told["minoxidil_topical"]
    assert "already taken" not in told["finasteride"]


def test_without_a_start_or_with_stores_it_is_said_and_not_followed() -> None:
    found, notes = running(Medicine(name="finasteride", dose="1 mg daily"))
    assert found == ()
    assert "since when" in notes["not used: finasteride"]
    found, notes = running(
        Medicine(name="ferrous sulfate", started_weeks_ago=9.0), causes=("iron_deficiency",)
    )
    assert found == ()
    assert "laboratory" in notes["not used: iron"]


def test_a_dose_is_read_from_either_field_and_else_taken_as_usual() -> None:
    (named,), notes = running(
        Medicine(name="baricitinib 2 mg tablet", started_weeks_ago=9.0),
        causes=("alopecia_areata_patchy",),
    )
    assert named.dose == 2.0
    assert notes == {}
    (usual,), notes = running(Medicine(name="finasteride", started_weeks_ago=9.0))
    assert usual.dose == 1.0
    assert "no dose given" in notes["used: dose of finasteride"]
    (odd,), notes = running(Medicine(name="finasteride", dose="some of it", started_weeks_ago=9.0))
    assert odd.dose == 1.0
    assert "not understood" in notes["used: dose of finasteride"]


def test_no_evidence_for_the_cause_no_part_in_the_hair() -> None:
    assert running(
        Medicine(name="finasteride", dose="1 mg daily", started_weeks_ago=26.0),
        causes=("telogen_effluvium_acute",),
    ) == ((), {})


def test_the_person_of_the_model_carries_them() -> None:
    taken = record(
        Medicine(name="finasteride", dose="1 mg daily", started_weeks_ago=26.0),
        Medicine(name="ramipril", started_weeks_ago=300.0),
    )
    person = person_from(taken, {MALE: 1.0})
    assert [regimen.treatment for regimen in person.running] == ["finasteride"]
    assert person.current_treatments == ("finasteride", "ramipril")
    assert person_from(record(), {MALE: 1.0}).running == ()


def planned(**situation: object):
    taken = vertex_man(
        Medicine(name="finasteride", dose="1 mg daily", started_weeks_ago=60.0), **situation
    )
    return make_plan(taken, assess(taken), weeks=52, draws=10, seed=1)


def test_a_plan_shows_no_change_in_the_place_of_waiting_and_scores_it_not() -> None:
    plan = planned()
    waiting = next(option for option in plan.options if option.id == "watchful_waiting")
    assert waiting.label == "No change: goes on with finasteride 1 mg daily"
    assert waiting.arm == NO_CHANGE
    assert "taken already" in waiting.burden
    assert waiting.score is None
    assert waiting.outcomes != plan.untreated
    assert plan.forecast is not None
    assert any("stopped today" in text for text in plan.forecast.individualised)
    asked = next(option for option in plan.options if option.id == "finasteride")
    assert asked.outcomes == waiting.outcomes, "the option that runs already is to go on"


def test_what_is_taken_but_blocked_is_said_first_and_not_shown_as_no_change() -> None:
    plan = planned(conditions=(Condition(id="finasteride_allergy"),))
    assert "finasteride" in {option.id for option in plan.blocked}
    assert "taken now" in plan.limits[0]
    waiting = next(option for option in plan.options if option.id == "watchful_waiting")
    assert waiting.arm == "untreated"
