"""Visits from a FHIR bundle: days, units, what is not kept is told, and twice is once."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from anagen.errors import InputProblems
from anagen.interop.fhir_codes import HAIR_SYSTEM, LOINC
from anagen.interop.fhir_visits import read_visits
from anagen.patients.reading import Reading
from anagen.track.store import Course, read
from anagen.track.transfer import courses_from
from anagen.track.visit import OBSERVABLE

BUNDLE = Path(__file__).parents[2] / "examples" / "fhir" / "severe_alopecia_areata.json"
START = date(2026, 1, 15)


def observation(name: str, on: str, **value: Any) -> dict[str, Any]:
    system = LOINC if name[0].isdigit() else HAIR_SYSTEM
    return {
        "resource": {
            "resourceType": "Observation",
            "id": f"{name}-{on}".replace(".", "-").replace("_", "-").replace(":", "-"),
            "status": "final",
            "code": {"coding": [{"system": system, "code": name}]},
            "subject": {"reference": "Patient/severe-alopecia-areata"},
            "effectiveDateTime": on,
            **value,
        }
    }


def quantity(value: float, unit: str) -> dict[str, Any]:
    return {"valueQuantity": {"value": value, "unit": unit, "code": unit}}


def bundle(*more: dict[str, Any]) -> dict[str, Any]:
    document = json.loads(BUNDLE.read_text(encoding="utf-8"))
    document["timestamp"] = "2026-08-20T00:00:00Z"
    document["entry"] += more
    return document


FOLLOWED = bundle(
    observation("measurements.salt", "2026-04-15", **quantity(70, "%")),
    observation("2276-4", "2026-04-15", **quantity(35, "ug/L")),
    observation("measurements.salt", "2026-07-15T23:30:00+02:00", **quantity(41, "%")),
    observation("measurements.hairs_shed_per_day", "2026-07-15", **quantity(80, "/d")),
    observation("fever_or_night_sweats", "2026-07-15", valueBoolean=False),
    observation("29463-7", "2026-07-15", **quantity(65, "kg")),
    observation("measurements.salt", "2026-08", **quantity(10, "%")),
    observation("measurements.salt", "2025-12-01", **quantity(95, "%")),
    {
        "resource": {
            "resourceType": "Media",
            "id": "photo",
            "status": "completed",
            "createdDateTime": "2026-07-16T10:00:00Z",
            "content": {"title": "top view"},
        }
    },
)


def courses(document: dict[str, Any], start: date | None = START) -> tuple[Course, ...]:
    found, _ = read_visits(document, "b.json", OBSERVABLE, start)
    return courses_from({"people": [found]}, Reading("b.json"), date(2026, 11, 21))


def test_observations_of_a_day_are_one_visit() -> None:
    (course,) = courses(FOLLOWED)
    assert (course.person, course.start) == ("severe_alopecia_areata", START)
    by_day = {visit.date: visit for visit in course.visits}
    assert list(by_day) == [START, date(2026, 4, 15), date(2026, 7, 15), date(2026, 7, 16)]
    spring, summer = by_day[date(2026, 4, 15)], by_day[date(2026, 7, 15)]
    assert dict(spring.measurements) == {"salt": 70.0}
    # 35 ug/L in the unit of the laboratory table.
    assert [(lab.test, lab.value, lab.unit) for lab in spring.labs] == [("ferritin", 35.0, "ng/mL")]
    assert dict(summer.measurements) == {"salt": 41.0, "hairs_shed_per_day": 80.0}
    assert summer.findings == (("fever_or_night_sweats", "absent"),)
    assert by_day[date(2026, 7, 16)].photos == (date(2026, 7, 16),)


def test_what_is_not_kept_is_told() -> None:
    _, notes = read_visits(FOLLOWED, "b.json", OBSERVABLE, START)
    said = "\n".join(notes)
    for words in (
        "1 without a full day",
        "2026-07-15: a visit has no place for situation.weight_kg",
        "Before 2026-01-15",
        "2025-12-01",
        "medicines are not read as a plan",
    ):
        assert words in said, said
    _, notes = read_visits(FOLLOWED, "b.json", OBSERVABLE)
    assert any("record is 2025-12-01" in note for note in notes)


def coded(kind: str, code: str, **fields: Any) -> dict[str, Any]:
    system = "http://snomed.info/sct"
    return {
        "resource": {
            "resourceType": kind,
            "id": f"{kind.lower()}-{code}",
            "code": {"coding": [{"system": system, "code": code}]},
            "subject": {"reference": "Patient/severe-alopecia-areata"},
            **fields,
        }
    }


def test_a_pregnancy_of_a_later_day_reaches_safety_and_a_new_disease_is_told() -> None:
    active = {"coding": [{"system": "http://x", "code": "active"}]}
    document = bundle(
        observation("measurements.salt", "2026-04-15", **quantity(70, "%")),
        coded("Condition", "77386006", onsetDateTime="2026-01-20", clinicalStatus=active),
        coded("Condition", "44054006", recordedDate="2026-04-15", clinicalStatus=active),
    )
    # By the end of the bundle that pregnancy is over; on its own day it was not.
    document["timestamp"] = "2026-12-20T00:00:00Z"
    (course,) = courses(document)
    findings = {visit.date: dict(visit.findings) for visit in course.visits}
    assert findings[date(2026, 1, 20)] == {"pregnant": "present"}
    _, notes = read_visits(document, "b.json", OBSERVABLE, START)
    assert any("safety does not see them" in note and "44054006" in note for note in notes), notes


def test_a_bundle_of_two_people_is_refused() -> None:
    other = {"resource": {"resourceType": "Patient", "id": "another"}}
    with pytest.raises(InputProblems, match="one person"):
        read_visits(bundle(other), "b.json", OBSERVABLE)


def command(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from anagen.cli import run; run()", "track", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )


def test_importing_twice_keeps_once_and_days_with_a_visit_can_be_left_alone(
    tmp_path: Path,
) -> None:
    (tmp_path / "b.json").write_text(json.dumps(FOLLOWED), encoding="utf-8")
    taken = ("import", "b.json", "--start", str(START), "--file", "t.db")
    first = command(*taken, cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert "4 visits of 1 people added" in first.stdout
    kept = read(tmp_path / "t.db")
    again = command(*taken, cwd=tmp_path)
    assert "No new visit. 4 passed over" in again.stdout, again.stderr
    assert read(tmp_path / "t.db") == kept
    changed = bundle(
        observation("measurements.salt", "2026-04-15", **quantity(50, "%")),
        observation("measurements.salt", "2026-08-19", **quantity(30, "%")),
    )
    (tmp_path / "b.json").write_text(json.dumps(changed), encoding="utf-8")
    clash = command(*taken, cwd=tmp_path)
    assert clash.returncode == 2
    assert "already" in clash.stderr
    assert read(tmp_path / "t.db") == kept
    beside = command(*taken, "--new-days", cwd=tmp_path)
    assert beside.returncode == 0, beside.stderr
    salt = [dict(v.measurements).get("salt") for v in read(tmp_path / "t.db")[0].visits]
    assert salt == [92.0, 70.0, 41.0, None, 30.0]


def test_another_id_and_an_export_with_options_of_a_bundle(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(json.dumps(FOLLOWED), encoding="utf-8")
    done = command("import", "b.json", "--start", "2026-02-01", "--person", "she",
                   "--file", "t.db", cwd=tmp_path)  # fmt: skip
    assert done.returncode == 0, done.stderr
    (course,) = read(tmp_path / "t.db")
    assert (course.person, course.start) == ("she", date(2026, 2, 1))
    exported = command("export", "--file", "t.db", cwd=tmp_path)
    (tmp_path / "e.json").write_text(exported.stdout, encoding="utf-8")
    wrong = command("import", "e.json", "--person", "he", "--file", "t.db", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "--person" in wrong.stderr
    assert "Traceback" not in wrong.stderr


def test_a_bundle_is_followed_from_its_first_day(tmp_path: Path) -> None:
    """The record of the first day and all visits out of one file."""
    first = bundle(
        observation("measurements.salt", "2026-04-15", **quantity(70, "%")),
        observation("measurements.salt", "2026-07-15", **quantity(41, "%")),
    )
    (tmp_path / "b.json").write_text(json.dumps(first), encoding="utf-8")
    done = command("import", "b.json", "--file", "t.db", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (course,) = read(tmp_path / "t.db")
    assert course.start == START
    plan = ("--plan", "baricitinib 4 mg daily", "--file", "t.db")
    added = command("add", "b.json", "--date", "2026-01-20", *plan, cwd=tmp_path)
    assert added.returncode == 0, added.stderr
    shown = command("show", "b.json", "--draws", "40", "--weeks", "52", "--json", "--file", "t.db",
                    cwd=tmp_path)  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    document = json.loads(shown.stdout)
    assert document["start"] == "2026-01-15"
    assert [v["value"] for v in document["verdicts"]] == [92.0, 70.0, 41.0]
    # SALT 41 of the last day is of a visit: the twins start from the 92 of the first.
    assert document["bands"][0]["plain"]["q50"][0] > 80.0
