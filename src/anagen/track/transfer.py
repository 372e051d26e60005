"""Visits in and out: JSON with everything, CSV with a line a visit. Both come back the same."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from anagen.catalog.labs import find_lab
from anagen.errors import InputProblems, nearest_name
from anagen.patients.documents import read_document
from anagen.patients.laboratory import RESULT_WORDS, result_word
from anagen.patients.reading import Reading, listed
from anagen.track.store import Course
from anagen.track.visit import OBSERVABLE, QUADRANTS, LabResult, as_document, read_day, read_visit

FORMAT = "anagen-track/2"
# Version 1 had no findings and is read as well.
FORMATS = ("anagen-track/1", FORMAT)
PERSON = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$")
_SALT = tuple(f"salt_{name}" for name in QUADRANTS)
COLUMNS = (
    "person", "start", "date", *OBSERVABLE, *_SALT, "findings", "labs", "photos",
    "adherence_percent", "plan", "note",
)  # fmt: skip
_LAB = re.compile(r"^([<>]=?|≤|≥)?\s*([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*(\S.*)?$")


def to_json(courses: Iterable[Course]) -> dict[str, Any]:
    """Everything as plain JSON values."""
    return {
        "format": FORMAT,
        "people": [
            {
                "id": course.person,
                "start": course.start.isoformat(),
                "visits": [as_document(visit) for visit in course.visits],
            }
            for course in courses
        ],
    }


def to_csv(courses: Iterable[Course]) -> str:
    """A line a visit; an empty cell is unknown."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for course in courses:
        for visit in course.visits:
            row: dict[str, Any] = {
                "person": course.person, "start": course.start, "date": visit.date,
                "findings": "; ".join(f"{name}={state}" for name, state in visit.findings),
                "labs": "; ".join(lab_words(lab) for lab in visit.labs),
                "photos": "; ".join(day.isoformat() for day in visit.photos),
                "plan": visit.plan, "note": visit.note,
            }  # fmt: skip
            row |= {name: repr(number) for name, number in visit.measurements}
            row |= {f"salt_{name}": repr(number) for name, number in visit.salt_quadrants}
            if visit.adherence_percent is not None:
                row["adherence_percent"] = repr(visit.adherence_percent)
            writer.writerow(row)
    return out.getvalue()


def lab_words(lab: LabResult) -> str:
    """`ferritin=35.0 ug/L`, which `lab_from_words` reads back."""
    bound = lab.text if lab.text[:1] in ("<", ">", "≤", "≥") else ""
    if lab.value is None or bound:
        return f"{lab.test}={lab.text}"
    return f"{lab.test}={lab.value!r} {lab.unit}"


def lab_from_words(words: str) -> dict[str, Any]:
    """The fields of `ferritin=35ug/L` or `igra=negative`, as a record's file gives them."""
    test, _, said = words.partition("=")
    found = _LAB.match(said.strip())
    if found is None or (not found[3] and not found[1] and not found[2]):
        return {"test": test.strip(), "text": said.strip()}
    number = f"{found[1]}{found[2]}" if found[1] else float(found[2])
    return {"test": test.strip(), "value": number, "unit": (found[3] or "").strip()}


def lab_typed(words: str) -> dict[str, Any]:
    """As `lab_from_words`; of a test that is measured, what is no word for a result is a value.

    Then a slip such as `ferritin=abc` is told as one and not kept as the words of a report.
    """
    lab = lab_from_words(words)
    test, text = find_lab(lab["test"]), lab.get("text", "")
    if test is None or test.kind == "qualitative" or not text or result_word(text) in RESULT_WORDS:
        return lab
    return {"test": lab["test"], "value": text}


def finding_from_words(words: str) -> tuple[str, str]:
    """Finding and state of `fever_or_night_sweats` or `ostia_lost=absent`."""
    name, _, state = words.partition("=")
    return name.strip(), state.strip() or "present"


def read_export(content: bytes, name: str, today: date) -> tuple[Course, ...]:
    """The courses in an export. Raises InputProblems with everything that is wrong."""
    reading = Reading(name)
    if name.lower().endswith(".csv"):
        document = _from_csv(content, reading)
    else:
        document, _ = read_document(content, name)
        if document.get("format") not in FORMATS:
            reading.problem(
                "format", document.get("format", ""), "unknown format", allowed=listed(FORMATS),
                fix="give an export of anagen track, or a FHIR R4 bundle",
            )  # fmt: skip
    return courses_from(document, reading, today)


def courses_from(document: Mapping[str, Any], reading: Reading, today: date) -> tuple[Course, ...]:
    """The courses in a parsed export. Raises InputProblems with everything that is wrong."""
    people = document.get("people", [])
    if not isinstance(people, list):
        reading.problem("people", people, "this must be a list")
        people = []
    courses = [_course(raw, f"people[{i}]", reading, today) for i, raw in enumerate(people)]
    if not people and not reading.problems:
        reading.problem("people", "", "there is nothing in here")
    if reading.problems:
        raise InputProblems(reading.problems)
    return tuple(course for course in courses if course is not None)


def _course(raw: Any, place: str, reading: Reading, today: date) -> Course | None:
    if not isinstance(raw, dict):
        reading.problem(place, raw, "this must be a group of fields")
        return None
    for key in set(raw) - {"id", "start", "visits"}:
        reading.problem(f"{place}.{key}", key, "no field of this name is known",
                        allowed="id, start, visits")  # fmt: skip
    person, visits = raw.get("id"), raw.get("visits", [])
    if not isinstance(person, str) or not PERSON.match(person):
        reading.problem(f"{place}.id", person, "this is no id", allowed="letters, digits, . _ -")
        person = "person"
    start = read_day(raw.get("start"), f"{place}.start", reading, None, today)
    if not isinstance(visits, list):
        reading.problem(f"{place}.visits", visits, "this must be a list")
        visits = []
    found = [
        read_visit(item, person, start, today, reading, f"{place}.visits[{i}]")
        for i, item in enumerate(visits)
    ]
    kept = sorted((visit for visit in found if visit is not None), key=lambda visit: visit.date)
    return None if start is None else Course(person, start, tuple(kept))


def _from_csv(content: bytes, reading: Reading) -> dict[str, Any]:
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        reading.problem("file", "", f"this is no CSV file in UTF-8: {error}")
        return {}
    people: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for line, row in enumerate(rows, start=2):
        cells = {key: text for key, text in row.items() if text not in (None, "")}
        for key in cells:
            if key not in COLUMNS:
                reading.problem(
                    f"line {line}.{key or 'past the last column'}", str(cells[key]),
                    "no column of this name is known", allowed=listed(COLUMNS),
                    nearest=nearest_name(key or "", COLUMNS),
                )  # fmt: skip
        visit = _csv_visit(cells, line, reading)
        people.setdefault((cells.get("person", ""), cells.get("start", "")), []).append(visit)
    return {
        "people": [
            {"id": person, "start": start, "visits": visits}
            for (person, start), visits in people.items()
        ]
    }


def _csv_visit(cells: Mapping[str, str], line: int, reading: Reading) -> dict[str, Any]:
    def numbers(columns: Iterable[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for column in columns:
            if column in cells:
                try:
                    found[column] = float(cells[column])
                except ValueError:
                    reading.problem(f"line {line}.{column}", cells[column], "this must be a number")
        return found

    visit: dict[str, Any] = {
        name: cells[name] for name in ("date", "plan", "note") if name in cells
    }
    visit |= numbers(["adherence_percent"])
    if found := numbers(OBSERVABLE):
        visit["measurements"] = found
    if found := numbers(_SALT):
        visit["salt_quadrants"] = {key.removeprefix("salt_"): n for key, n in found.items()}
    if "findings" in cells:
        visit["findings"] = dict(finding_from_words(part) for part in cells["findings"].split(";"))
    if "labs" in cells:
        visit["labs"] = [lab_from_words(part) for part in cells["labs"].split(";")]
    if "photos" in cells:
        visit["photos"] = [part.strip() for part in cells["photos"].split(";")]
    return visit


def as_text(courses: Iterable[Course], form: str) -> str:
    """The export in the form `json` or `csv`."""
    if form == "csv":
        return to_csv(courses)
    return json.dumps(to_json(courses), indent=2, ensure_ascii=False) + "\n"
