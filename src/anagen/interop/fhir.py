"""A FHIR R4 bundle to a patient record: the same record as from a file, its source marked fhir.

Laboratory results are matched by LOINC, conditions by SNOMED CT and ICD-10, medicines by name. What
the hair itself shows has no public codes, so it travels in a code system of our own, `HAIR_SYSTEM`:
a code is a finding id, or a place in the patient record such as `measurements.salt`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from anagen.errors import InputProblems
from anagen.interop.fhir_bundle import day, open_bundle
from anagen.interop.fhir_codes import PATIENT_SYSTEM
from anagen.interop.fhir_course import read_salt_before
from anagen.interop.fhir_document import read_sections
from anagen.interop.fhir_draft import Draft
from anagen.interop.fhir_history import (
    complete_complaint,
    read_allergy,
    read_condition,
    read_procedure,
    read_relative,
)
from anagen.interop.fhir_medicines import read_medicines
from anagen.interop.fhir_observations import read_observation
from anagen.interop.fhir_vaccines import read_vaccines
from anagen.patients.reading import Reading
from anagen.patients.record import PatientRecord
from anagen.patients.validation import from_document

_DAYS_PER_YEAR = 365.25
_COUNTED = "Weeks are counted back from "
_READERS = {
    "Observation": read_observation,
    "Condition": read_condition,
    "AllergyIntolerance": read_allergy,
    "Procedure": read_procedure,
    "FamilyMemberHistory": read_relative,
}


def read_bundle(document: dict[str, Any], name: str, *, today: date | None = None) -> PatientRecord:
    """The patient in a parsed FHIR R4 bundle. Raises InputProblems.

    Ages and weeks count back from `today`, or from the latest day in the bundle, so that the same
    file gives the same record on every day. All that is not taken into the record is listed by name
    and code in `source.reading`.
    """
    reading = Reading(name)
    draft = Draft(open_bundle(document, reading, today), reading)
    read_sections(draft.bundle, reading)
    _patient(draft.bundle.of("Patient")[0], draft)
    for kind, read in _READERS.items():
        for resource in draft.bundle.of(kind):
            read(resource, draft)
    read_medicines(draft)
    read_vaccines(draft)
    read_salt_before(draft)
    if not draft.own:
        complete_complaint(draft)
    return _finish(draft, name)


def counted_from(record: PatientRecord) -> date | None:
    """The day that counts as now for a record: of its visit, or of the bundle it came from."""
    if record.visit_date is not None:
        return record.visit_date
    said = next((note for note in record.source.reading if note.startswith(_COUNTED)), "")
    return day(said.removeprefix(_COUNTED)) if record.source.kind == "fhir" else None


def _finish(draft: Draft, name: str) -> PatientRecord:
    reading = draft.reading
    if reading.problems:
        raise InputProblems(reading.problems)
    notes = [f"{_COUNTED}{draft.now.isoformat()}.", *draft.notes()]
    others = {
        kind: count for kind, count in draft.bundle.other_types.items() if kind != "Composition"
    }
    if others:
        listed = ", ".join(f"{count} {kind or 'unnamed'}" for kind, count in sorted(others.items()))
        notes.append(f"Resources of other kinds, not read: {listed}.")
    draft.data["labs"] = sorted(
        draft.data.get("labs", []), key=lambda lab: (lab["test"], lab.get("weeks_ago", 0.0))
    )
    draft.data["source"] = {"kind": "fhir", "reading": (*notes, *reading.notes)}
    return from_document(draft.data, name)


def _identifier(text: Any) -> str:
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in str(text))
    return kept.lstrip("-._")[:120] or "fhir-patient"


def _patient(patient: dict[str, Any], draft: Draft) -> None:
    ours = [
        entry.get("value")
        for entry in patient.get("identifier", ())
        if isinstance(entry, dict) and entry.get("system") == PATIENT_SYSTEM
    ]
    draft.own = bool(ours)
    if draft.bundle.dated and not draft.own:
        draft.data["visit_date"] = draft.now
    draft.data["id"] = _identifier((ours or [patient.get("id") or "fhir-patient"])[0])
    gender = patient.get("gender")
    if gender in ("female", "male"):
        draft.data["sex"] = gender
    else:
        draft.reading.note(f"Patient.gender is '{gender or 'missing'}': sex stays unknown.")
    born = day(patient.get("birthDate"))
    if born is None:
        draft.reading.note("Patient.birthDate is missing: age stays unknown.")
    elif born > draft.now:
        draft.reading.problem(
            "Patient.birthDate",
            patient.get("birthDate"),
            f"this is after {draft.now.isoformat()}, the day that counts as now",
        )
    else:
        draft.born = born
        draft.data["age_years"] = float(int((draft.now - born).days / _DAYS_PER_YEAR))
    if patient.get("deceasedBoolean") is True or patient.get("deceasedDateTime"):
        draft.reading.note("The record says that this person has died.")
