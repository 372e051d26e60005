"""What is known of a person at the last visit: the record of the first day, carried forward."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from anagen.patients.record import Lab, PatientRecord
from anagen.track.store import Course

DAYS_PER_WEEK = 7.0
DAYS_PER_YEAR = 365.25
PREGNANT, SUICIDAL = "pregnant", "suicidal_thoughts"


@dataclass(frozen=True, slots=True)
class LabCourse:
    """One laboratory test over time, oldest first, in its own unit; words where there is no number.

    Results of the record come first; their day is that of the record less the weeks it says.
    """

    test: str
    unit: str
    results: tuple[tuple[date, float | str], ...]


def lab_courses(record: PatientRecord, course: Course) -> tuple[LabCourse, ...]:
    """Every test that a visit holds, in the order they come."""
    found: dict[str, dict[date, float | str]] = {}
    units: dict[str, str] = {}
    wanted = dict.fromkeys(lab.test for visit in course.visits for lab in visit.labs)
    for lab in record.labs:
        if lab.test in wanted:
            day = course.start - timedelta(days=round((lab.weeks_ago or 0.0) * DAYS_PER_WEEK))
            found.setdefault(lab.test, {})[day] = lab.text if lab.value is None else lab.value
            units[lab.test] = lab.unit
    for visit in course.visits:
        for lab in visit.labs:
            said = lab.text if lab.value is None or lab.text else lab.value
            found.setdefault(lab.test, {})[visit.date] = said
            units[lab.test] = units.get(lab.test) or lab.unit
    return tuple(
        LabCourse(test, units[test], tuple(sorted(found[test].items(), key=lambda item: item[0])))
        for test in wanted
    )


def record_now(record: PatientRecord, course: Course) -> PatientRecord:
    """The record as on the day of the last visit; without visits the record itself.

    Times ago grow by what has passed. What a visit says goes before what was said earlier; what
    none says again stays as it was. Safety and red flags are asked of this record. Scores and
    counts stay those of the first day: they decide who starts a drug, and one that has worked is
    not to be refused because it has.
    """
    visits = sorted(course.visits, key=lambda visit: visit.date)
    if not visits:
        return record
    today = visits[-1].date
    passed = _weeks(course.start, today)
    findings = dict(record.findings)
    labs = [_later(lab, passed, "weeks_ago") for lab in record.labs]
    for visit in visits:
        findings |= dict(visit.findings)
        ago = _weeks(visit.date, today)
        labs += [
            Lab(test=lab.test, value=lab.value, unit=lab.unit, text=lab.text, weeks_ago=ago)
            for lab in visit.labs
        ]
    situation: dict[str, Any] = {}
    if record.situation.weeks_since_delivery is not None:
        situation["weeks_since_delivery"] = record.situation.weeks_since_delivery + passed
    # The record holds these two as findings and as situation; safety asks for either.
    if findings.get(PREGNANT) == "present":
        situation["reproductive_status"] = PREGNANT
    elif PREGNANT in findings and record.situation.reproductive_status == PREGNANT:
        situation["reproductive_status"] = None
    if SUICIDAL in findings:
        situation["suicidal_thoughts"] = findings[SUICIDAL] == "present"
    age = record.age_years
    return record.model_copy(
        update={
            "visit_date": today,
            "age_years": None if age is None else age + passed * DAYS_PER_WEEK / DAYS_PER_YEAR,
            "complaint": _later(record.complaint, passed, "duration_weeks"),
            "findings": findings,
            "events": tuple(_later(event, passed, "weeks_ago") for event in record.events),
            "medicines": tuple(
                _later(medicine, passed, "started_weeks_ago", "stopped_weeks_ago")
                for medicine in record.medicines
            ),
            "labs": tuple(labs),
            "situation": record.situation.model_copy(update=situation),
        }
    )


def _weeks(first: date, last: date) -> float:
    return (last - first).days / DAYS_PER_WEEK


def _later(part: Any, passed: float, *fields: str) -> Any:
    """A part of the record whose times ago have grown by `passed` weeks."""
    times = ((name, getattr(part, name)) for name in fields)
    return part.model_copy(update={name: time + passed for name, time in times if time is not None})
