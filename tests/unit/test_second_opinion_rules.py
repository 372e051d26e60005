"""Rules that a second look asked for: who is pregnant, fathers, and causes that are not settled."""

from __future__ import annotations

import pytest

from anagen.assess.assess import assess
from anagen.assess.records import Assessment
from anagen.patients.record import PatientRecord
from anagen.plan.options import Candidate, candidates


def looked_at(**fields: object) -> tuple[Assessment, dict[str, Candidate]]:
    record = PatientRecord.model_validate({"id": "person", **fields})
    assessment = assess(record)
    return assessment, {item.id: item for item in candidates(record, assessment)}


SEVERE = {
    "complaint": {"pattern": ["patchy"]},
    "measurements": {"salt": 80},
    "findings": {"exclamation_mark_hairs": "present"},
}


@pytest.mark.parametrize(
    "person",
    [
        {"situation": {"reproductive_status": "pregnant"}},
        {"sex": "female", "labs": [{"test": "pregnancy_test", "text": "positive"}]},
        {"sex": "female", "age_years": 57, "situation": {"reproductive_status": "pregnant"}},
    ],
)
def test_pregnancy_is_read_wherever_it_is_written(person: dict[str, object]) -> None:
    assessment, offered = looked_at(**SEVERE, **person)
    assert "pregnancy" in {flag.rule for flag in assessment.red_flags}
    for treatment in ("baricitinib", "ritlecitinib", "minoxidil_topical", "ruxolitinib_topical"):
        assert offered[treatment].status == "blocked"


def test_breastfeeding_is_not_called_pregnancy() -> None:
    assessment, _ = looked_at(sex="female", situation={"breastfeeding": True}, **SEVERE)
    raised = {flag.rule for flag in assessment.red_flags}
    assert "breastfeeding" in raised
    assert "pregnancy" not in raised


@pytest.mark.parametrize(("sex", "stops"), [("female", True), ("male", False)])
def test_a_father_on_finasteride_is_told_but_not_stopped(sex: str, stops: bool) -> None:
    assessment, _ = looked_at(
        sex=sex,
        age_years=34,
        complaint={"duration_weeks": 100, "pattern": ["vertex"]},
        medicines=[{"name": "finasteride"}],
        situation={"pregnancy_planned": True},
    )
    assert any(flag.stops_planning for flag in assessment.red_flags) is stops
    assert ("father_on_teratogen" in {flag.rule for flag in assessment.red_flags}) is not stops


def test_a_drug_for_a_cause_that_is_not_settled_waits_for_the_diagnosis() -> None:
    assessment, offered = looked_at(
        age_years=42,
        sex="male",
        complaint={"duration_weeks": 30},
        findings={"scalp_scale": "present", "scalp_erythema": "present", "itch": "present"},
    )
    male_pattern = {cause.cause: cause.probability for cause in assessment.causes}.get(
        "male_pattern_hair_loss", 0.0
    )
    assert 0.15 <= male_pattern < 0.5
    assert any("not settled" in text for text in offered["finasteride"].verdicts[0].conditions)
    assert not any(
        "not settled" in text for text in offered["watchful_waiting"].verdicts[0].conditions
    )
