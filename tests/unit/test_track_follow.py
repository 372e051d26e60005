"""The forecast updated by visits: plans over time, verdicts, refusal, and what is not claimed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import pytest

from anagen.assess.assess import assess
from anagen.assess.records import Assessment
from anagen.patients.record import Lab, PatientRecord
from anagen.patients.validation import from_document
from anagen.report import labels
from anagen.simulate.plan import parse_plan
from anagen.simulate.regimen import Regimen
from anagen.simulate.result import TOLD, ArmForecast, Forecast
from anagen.track import weigh
from anagen.track.follow import Follow, courses_of, follow
from anagen.track.store import Course
from anagen.track.visit import LabResult, Visit
from anagen.track.words import why_wide

START = date(2025, 1, 1)
DRAWS = 400
FINASTERIDE = Regimen("finasteride", 1.0, "mg", 1.0)


@cache
def man() -> tuple[PatientRecord, Assessment]:
    record = from_document(
        {
            "id": "man",
            "age_years": 35,
            "sex": "male",
            "complaint": {"duration_weeks": 150, "onset": "gradual", "pattern": ["vertex"]},
            "measurements": {"norwood": "III vertex", "terminal_density_per_cm2": 120},
        },
        "man",
    )
    return record, assess(record)


def fake(slope: float = 0.5) -> Any:
    """Twins whose density changes in straight lines, faster or slower; treated ones gain more."""

    def run(record: Any, mixtures: Any, arms: Any, *, weeks: int, draws: int, seed: int,
            progress: Any) -> Forecast:  # fmt: skip
        z = np.random.default_rng(seed).standard_normal(draws)
        week = np.arange(weeks + 1.0)
        made = {}
        for arm in arms:
            gain = slope if arm.regimens else 0.0
            course = 120.0 + (gain * (1.0 + 0.5 * z))[:, None] * week
            made[arm.id] = ArmForecast(arm, dict.fromkeys(TOLD, course))
        return Forecast("man", seed, week, made)

    return run


def visit(day: int, density: float | None = None, **more: Any) -> Visit:
    read = () if density is None else (("terminal_density_per_cm2", density),)
    return Visit(START + timedelta(days=day), read, **more)


def followed(*visits: Visit, slope: float = 0.5) -> Follow:
    record, assessment = man()
    course = Course("man", START, visits)
    return follow(record, assessment, course, draws=DRAWS, forecaster=fake(slope))


PLAN = visit(0, plan="finasteride 1 mg daily")


def band(made: Follow, kind: str = "updated") -> dict[str, list[float]]:
    found = next(b for b in made.bands if b.observable == "terminal_density")
    return getattr(found, kind)


def test_plans_follow_each_other() -> None:
    minoxidil = parse_plan("minoxidil 5% topical twice daily")
    steps = [
        (0.0, (FINASTERIDE,)),
        (10.0, (FINASTERIDE, *minoxidil)),
        (30.0, minoxidil),
        (40.0, ()),
    ]
    found = {r.treatment: (r.start_week, r.stop_week) for r in courses_of(steps)}
    assert found == {"finasteride": (0.0, 30.0), "minoxidil_topical": (10.0, 40.0)}
    other = replace(FINASTERIDE, dose=0.5)
    weeks = [
        (r.dose, r.start_week, r.stop_week)
        for r in courses_of([(0, (FINASTERIDE,)), (8, (other,))])
    ]
    assert weeks == [(1.0, 0.0, 8.0), (0.5, 8.0, None)]


def test_without_readings_the_forecast_is_that_of_the_record() -> None:
    made = followed(PLAN)
    assert "No reading" in made.no_update
    first = made.bands[0]
    assert first.updated is None
    z = np.random.default_rng(0).standard_normal(DRAWS)
    course = 120.0 + (0.5 * (1.0 + 0.5 * z))[:, None] * np.arange(105.0)
    assert first.plain["q95"] == [float(x) for x in np.quantile(course, 0.95, axis=0)]


def test_readings_move_and_narrow_the_forecast() -> None:
    made = followed(PLAN, visit(182, 145.0), visit(364, 172.0))
    before, after = band(made, "plain"), band(made)
    assert after["q50"][104] > before["q50"][104] + 10.0
    assert after["q95"][104] - after["q05"][104] < 0.6 * (before["q95"][104] - before["q05"][104])
    assert 20.0 < made.effective < DRAWS


def test_order_of_visits_changes_nothing() -> None:
    one, two = visit(182, 145.0), visit(364, 172.0, plan="finasteride 0.5 mg daily")
    forth, back = followed(PLAN, one, two), followed(two, PLAN, one)
    assert forth.bands == back.bands
    assert forth.verdicts == back.verdicts
    assert forth.label == back.label


def test_readings_that_fit_no_twin_update_nothing() -> None:
    made = followed(PLAN, visit(364, 20.0))
    assert "do not fit" in made.no_update
    assert band(made) is None
    assert made.verdicts[-1].off
    assert "OFF THE EXPECTED COURSE" in made.verdicts[-1].words


def test_too_few_twins_near_readings_that_are_expected_let_them_count_for_less() -> None:
    near = [visit(day, 120.0 + 0.25 * day / 7.0) for day in range(28, 728, 7)]
    record, assessment = man()
    course = Course("man", START, (PLAN, *near))
    few, many = (
        follow(record, assessment, course, draws=draws, forecaster=fake()) for draws in (40, 2000)
    )
    assert 0.0 < few.share < 1.0
    assert many.share == 1.0
    assert few.effective >= 19.9
    assert not few.no_update
    assert not few.look_for

    def width(made: Follow) -> float:
        after = band(made)
        return after["q95"][104] - after["q05"][104]

    assert width(few) > width(many)


def test_readings_that_would_count_for_next_to_nothing_update_nothing() -> None:
    near = [visit(day, 120.0 + 0.1 * day / 7.0) for day in range(28, 728, 2)]
    record, assessment = man()
    made = follow(record, assessment, Course("man", START, (PLAN, *near)), draws=20,
                  forecaster=fake())  # fmt: skip
    assert "too few" in made.no_update
    assert "diagnosis" not in made.no_update
    assert band(made) is None


def test_change_or_noise() -> None:
    made = followed(PLAN, visit(90, 126.0), visit(180, 170.0))
    first, second = made.verdicts
    # The first stands beside the record's own 120; 1.96 x sqrt 2 x 7 % of it is its noise.
    assert first.last is not None
    assert first.last.difference == pytest.approx(6.0)
    assert first.last.noise == pytest.approx(1.96 * 2**0.5 * 0.07 * 120.0)
    assert not first.last.real
    assert first.first is None
    assert second.last is not None
    assert second.first is not None
    assert (second.last.real, second.first.real) == (True, True)
    assert (second.last.difference, second.first.difference) == (44.0, 50.0)


def test_small_steps_add_up_to_a_real_change() -> None:
    made = followed(PLAN, *(visit(90 * i, 120.0 + 14.0 * i) for i in range(1, 5)))
    steps = [verdict.last.real for verdict in made.verdicts if verdict.last]
    whole = [verdict.first.real for verdict in made.verdicts if verdict.first]
    assert steps == [False] * 4
    assert whole == [True] * 3


def test_first_day_to_judge_is_when_the_effect_exceeds_noise() -> None:
    made = followed(PLAN, visit(7, 120.5))
    # 0.5 hairs a week against 1.96 x sqrt 2 x 7 % of 120, which is 23.3: in week 47.
    day = made.first_judged["terminal_density"]
    assert day is not None
    assert abs((day - START).days / 7.0 - 47.0) <= 1.0
    slow = followed(PLAN, visit(7, 120.0), slope=0.01)
    assert slow.first_judged["terminal_density"] is None


def test_what_changes_no_number_is_said() -> None:
    made = followed(PLAN, visit(90, 126.0, adherence_percent=50.0, photos=(START,)))
    assert any("50 % up to" in line and "too much" in line for line in made.not_used)
    assert any("photos" in line for line in made.not_used)


def test_what_is_taken_now_is_said() -> None:
    assert followed(PLAN).label == "finasteride 1 mg daily"
    assert followed(PLAN, visit(90, plan="none")).label == "nothing"
    assert followed(visit(90, 126.0)).label == "as on the day of the record"


def test_no_evidence_no_number() -> None:
    made = followed(visit(0, plan="biotin"), visit(90, 126.0))
    assert made.silent
    assert not made.bands
    assert made.weight is None
    assert made.verdicts


def test_a_second_reading_of_the_first_day_adds_nothing() -> None:
    """Every twin starts from the record's own count of that day."""
    made = followed(PLAN, visit(0, 150.0))
    assert "No reading" in made.no_update
    assert any("starts from the 120" in line for line in made.not_used)
    bare = followed(PLAN)
    assert [band.plain for band in bare.bands] == [
        band.plain for band in made.bands if band.observable in {b.observable for b in bare.bands}
    ]


def test_twins_are_added_until_they_carry_the_readings() -> None:
    one = followed(PLAN, visit(182, 133.0))
    many = followed(PLAN, *(visit(day, 120.0 + 0.9 * day / 7.0) for day in range(56, 700, 28)))
    assert one.draws == DRAWS
    assert many.draws > DRAWS
    assert many.effective >= 20.0
    assert many.draws <= 8 * DRAWS


def test_few_sets_of_parameters_update_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = weigh.value
    monkeypatch.setattr(
        weigh, "value", lambda row: 1e6 if row == "track_least_effective_sets" else plain(row)
    )
    made = followed(PLAN, visit(182, 133.0))
    assert made.effective > 100.0
    assert "sets of parameters" in made.no_update
    assert band(made) is None


@pytest.mark.parametrize(
    "finding",
    ["weight_loss_unexplained", "fever_or_night_sweats", "ostia_lost", "suicidal_thoughts"],
)
def test_a_sign_of_danger_at_a_visit_stops_the_plan_there(finding: str) -> None:
    calm = followed(PLAN, visit(90, 126.0))
    assert calm.bands
    made = followed(PLAN, visit(90, 126.0, findings=((finding, "present"),)))
    assert made.refused
    assert not made.bands
    assert made.weight is None
    over = visit(180, 130.0, findings=((finding, "absent"),))
    again = followed(PLAN, visit(90, 126.0, findings=((finding, "present"),)), over)
    assert again.bands


def test_a_laboratory_result_of_a_visit_reaches_safety() -> None:
    """As in a plan: what the record of the first day could not know blocks from then on."""
    record = from_document(
        {
            "id": "woman",
            "age_years": 30,
            "sex": "female",
            "complaint": {"duration_weeks": 150, "pattern": ["patchy"], "onset": "sudden"},
            "measurements": {"salt": 80},
            "findings": {"smooth_bald_patch_ostia_kept": "present"},
        },
        "woman",
    )
    plan = Visit(START, plan="baricitinib 4 mg daily")
    assessment = assess(record)

    def run(*visits: Visit) -> Follow:
        course = Course("woman", START, visits)
        return follow(record, assessment, course, draws=40, forecaster=fake())

    assert not run(plan).refused
    low = Visit(START + timedelta(days=60), labs=(LabResult("lymphocytes", 0.3, "10*9/L"),))
    assert "baricitinib" in run(plan, low).refused[0]
    expecting = Visit(START + timedelta(days=60), findings=(("pregnant", "present"),))
    assert "pregnan" in run(plan, expecting).refused[0].lower()
    # A drug that works is not refused because the patches have become small.
    regrown = Visit(START + timedelta(days=300), (("salt", 10.0),))
    assert not run(plan, regrown).refused


def test_off_the_course_names_what_to_look_for() -> None:
    calm = followed(PLAN, visit(182, 133.0))
    assert calm.look_for == ()
    made = followed(PLAN, visit(364, 20.0, adherence_percent=40.0))
    words = " ".join(made.look_for)
    for wanted in ("Read again", "40 %", "Male pattern", "Ask: ", "Test: Trichoscopy"):
        assert wanted in words, words
    assert "No routine blood tests" not in words


def test_what_was_absent_on_the_first_day_is_looked_for_again() -> None:
    """A worse course than expected opens the diagnosis; a better one does not call it faster."""
    record, _ = man()
    record = record.model_copy(update={"findings": {"exclamation_mark_hairs": "absent"}})
    assessment = assess(record)

    def words(*visits: Visit) -> str:
        course = Course("man", START, (PLAN, *visits))
        return " ".join(follow(record, assessment, course, draws=DRAWS, forecaster=fake()).look_for)

    worse = words(visit(364, 20.0))
    label = labels.finding("exclamation_mark_hairs")
    assert f"absent on the first day: {label}" in worse
    said = words(visit(364, 20.0, findings=(("exclamation_mark_hairs", "present"),)))
    assert "Look again" not in said
    assert "Alopecia areata" in said
    assert words(visit(364, 400.0)) != worse


def test_the_same_count_of_the_first_day_is_not_counted_twice() -> None:
    """Shedding moves twins softly: another count that day says more, the same one does not."""
    record, _ = man()
    measured = record.measurements.model_copy(update={"hairs_shed_per_day": 200.0})
    record = record.model_copy(update={"measurements": measured})
    assessment = assess(record)

    def run(count: float) -> Follow:
        course = Course("man", START, (Visit(START, (("hairs_shed_per_day", count),)),))
        return follow(record, assessment, course, draws=DRAWS, forecaster=fake())

    assert "No reading" in run(200.0).no_update
    assert "No reading" not in run(180.0).no_update


def test_laboratory_results_are_told_over_time() -> None:
    record, assessment = man()
    lab = Lab(test="ferritin", value=11.0, unit="ng/mL", weeks_ago=1.0)
    record = record.model_copy(update={"labs": (lab,)})
    visits = (
        visit(90, labs=(LabResult("ferritin", 30.0, "ng/mL"), LabResult("igra", text="negative"))),
        visit(180, labs=(LabResult("ferritin", 55.0, "ng/mL"),)),
    )
    course = Course("man", START, visits)
    made = follow(record, assessment, course, draws=DRAWS, forecaster=fake())
    ferritin, igra = made.labs
    days = (START - timedelta(days=7), START + timedelta(days=90), START + timedelta(days=180))
    assert ferritin.results == tuple(zip(days, (11.0, 30.0, 55.0), strict=True))
    assert igra.results == ((START + timedelta(days=90), "negative"),)


def test_people_and_what_is_unknown_are_told_apart_before_the_visits() -> None:
    """The twins of these tests differ as people do: nothing is left for the model."""
    made = followed(PLAN, visit(182, 133.0))
    found = next(band for band in made.bands if band.observable == "terminal_density")
    assert found.apart.model_share < 0.1
    assert found.apart.people_high == pytest.approx(found.plain["q95"][-1], rel=0.05)
    told = why_wide(made, found)
    assert "people differ" in told
    assert "of the whole range" in told
