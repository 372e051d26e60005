"""A patient record as a FHIR R4 bundle that `fhir.read_bundle` reads back into the same record."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from anagen.catalog.conditions import load_conditions
from anagen.catalog.labs import load_labs
from anagen.catalog.tables import read_table
from anagen.interop.fhir_codes import (
    BASE,
    HAIR_SYSTEM,
    LOINC,
    PATIENT_SYSTEM,
    RESPONSE_EXTENSION,
    SNOMED,
    UCUM,
    hair_codes,
    hair_fields,
    hair_units,
)
from anagen.patients.record import Condition, Lab, Medicine, PatientRecord

_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
_FAMILY_ROLE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"


def to_bundle(record: PatientRecord, *, today: date) -> dict[str, Any]:
    """The record as a collection bundle whose `timestamp` is `today`, the day weeks count from.

    Source, free ancestry and complaint text travel as codes of our own system.
    """
    resources = [
        _patient(record, today),
        *_hair(record, today),
        *(_lab(record.id, lab, today) for lab in record.labs),
        *(_condition(record.id, entry) for entry in record.conditions),
        *(_medicine(record.id, entry, today) for entry in record.medicines),
        *_family(record),
    ]
    for number, resource in enumerate(resources[1:], start=1):
        resource["id"] = f"{resource['resourceType'].lower()}-{number}"
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": noon(today),
        "entry": [entry(resource) for resource in resources],
    }


def entry(resource: dict[str, Any]) -> dict[str, Any]:
    """A bundle entry of a resource, its full URL agreeing with its relative references."""
    return {
        "fullUrl": f"{BASE}/{resource['resourceType']}/{resource['id']}",
        "resource": resource,
    }


def noon(today: date) -> str:
    """The instant that stands for a day."""
    return f"{today.isoformat()}T12:00:00Z"


def _before(today: date, weeks: float) -> str:
    return (today - timedelta(days=round(weeks * 7))).isoformat()


def _patient(record: PatientRecord, today: date) -> dict[str, Any]:
    patient: dict[str, Any] = {
        "resourceType": "Patient",
        "id": _fhir_id(record.id),
        "identifier": [{"system": PATIENT_SYSTEM, "value": record.id}],
    }
    if record.sex:
        patient["gender"] = record.sex
    if record.age_years is not None:
        # Half a year past the birthday: any rounding of the day keeps the whole years.
        born = today - timedelta(days=round((record.age_years + 0.5) * 365.25))
        patient["birthDate"] = born.isoformat()
    return patient


def about(patient: str) -> dict[str, str]:
    """The reference to the patient of a record id."""
    return {"reference": f"Patient/{_fhir_id(patient)}"}


def _fhir_id(text: str) -> str:
    """An id as R4 allows it: letters, digits, hyphen and dot, at most 64."""
    return text.replace("_", "-")[:64]


def _observation(
    patient: str, system: str, code: str, value: Any, on: str, unit: str = ""
) -> dict[str, Any]:
    observation: dict[str, Any] = {
        "resourceType": "Observation",
        "id": "",
        "status": "final",
        "code": _code(system, code),
        "subject": about(patient),
        "effectiveDateTime": on,
    }
    if isinstance(value, bool):
        observation["valueBoolean"] = value
    elif isinstance(value, int | float):
        observation["valueQuantity"] = {"value": value, "system": UCUM, "code": unit or "1"}
    else:
        observation["valueString"] = str(value)
    return observation


def _code(system: str, code: str) -> dict[str, Any]:
    """A code, with its words where the code is ours: no other system could look them up."""
    concept: dict[str, Any] = {"coding": [{"system": system, "code": code}]}
    if system == HAIR_SYSTEM:
        concept["text"] = hair_codes().get(code, {"display": code})["display"]
    return concept


def _hair(record: PatientRecord, today: date) -> list[dict[str, Any]]:
    now = today.isoformat()
    rows = {
        row["field"]: row
        for row in reversed(read_table("fhir_codes.csv"))
        if row["role"] == "observation" and row["unit"]
    }
    found = [
        _observation(record.id, HAIR_SYSTEM, name, state == "present", now)
        for name, state in record.findings.items()
    ]
    values = record.model_dump(exclude_none=True)
    for place in hair_fields():
        group, _, name = place.partition(".")
        value = values.get(group, {}).get(name) if name else values.get(group)
        if place == "events" or value is None or value == "" or value == ():
            continue
        if place in ("complaint.pattern", "asks_about"):
            found += [_observation(record.id, HAIR_SYSTEM, place, one, now) for one in value]
        elif place in rows:
            row = rows[place]
            found.append(_observation(record.id, LOINC, row["code"], value, now, row["unit"]))
        else:
            unit = hair_units().get(place, "")
            found.append(_observation(record.id, HAIR_SYSTEM, place, value, now, unit))
    for event in record.events:
        entry = _observation(record.id, HAIR_SYSTEM, "events", event.kind, now)
        del entry["effectiveDateTime"]
        if event.weeks_ago is not None:
            entry["effectiveDateTime"] = _before(today, event.weeks_ago)
        if event.note:
            entry["note"] = [{"text": event.note}]
        found.append(entry)
    return found


def _lab(patient: str, lab: Lab, today: date) -> dict[str, Any]:
    test = load_labs()[lab.test]
    if not test.loinc:
        system, code = HAIR_SYSTEM, f"labs.{test.id}"
    else:
        system, code = LOINC, test.loinc[0]
    on = _before(today, lab.weeks_ago) if lab.weeks_ago is not None else ""
    entry = _observation(patient, system, code, lab.text or lab.value, on, lab.unit)
    entry["category"] = [
        {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                    "code": "laboratory",
                }
            ]
        }
    ]
    if lab.value is not None:
        entry.pop("valueString", None)
        entry["valueQuantity"] = {
            "value": lab.value,
            "unit": lab.unit,
            "system": UCUM,
            "code": lab.unit,
        }
        if lab.text[:1] in ("<", ">"):
            entry["valueQuantity"]["comparator"] = lab.text[:1]
    if not on:
        del entry["effectiveDateTime"]
    ends = {"low": lab.reference_low, "high": lab.reference_high}
    limits = {
        end: {"value": value, "unit": lab.unit, "system": UCUM, "code": lab.unit}
        for end, value in ends.items()
        if value is not None
    }
    if limits:
        entry["referenceRange"] = [limits]
    return entry


def _concept(condition: str, name: str = "") -> dict[str, Any]:
    row = load_conditions().get(condition)
    concept: dict[str, Any] = {"text": name or (row.label if row else condition)}
    if row is not None:
        concept["coding"] = [{"system": HAIR_SYSTEM, "code": row.id}]
        if row.snomed:
            concept["coding"].append({"system": SNOMED, "code": row.snomed[0]})
    return concept


def _condition(patient: str, entry: Condition) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "resourceType": "Condition",
        "id": "",
        "code": _concept(entry.id, entry.name),
        "subject": about(patient),
    }
    clinical = "resolved" if entry.status == "past" else "active"
    verified = "provisional" if entry.status == "suspected" else "confirmed"
    resource["clinicalStatus"] = {"coding": [{"system": _CLINICAL, "code": clinical}]}
    resource["verificationStatus"] = {"coding": [{"system": _VERIFICATION, "code": verified}]}
    if entry.note:
        resource["note"] = [{"text": entry.note}]
    return resource


def _medicine(patient: str, entry: Medicine, today: date) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "resourceType": "MedicationStatement",
        "id": "",
        "status": "active" if entry.running else "completed",
        "medicationCodeableConcept": {"text": entry.name},
        "subject": about(patient),
    }
    period = {
        end: _before(today, weeks)
        for end, weeks in (("start", entry.started_weeks_ago), ("end", entry.stopped_weeks_ago))
        if weeks is not None
    }
    if period:
        resource["effectivePeriod"] = period
    if entry.dose:
        resource["dosage"] = [{"text": entry.dose}]
    if entry.supplement:
        resource["category"] = {"coding": [{"system": HAIR_SYSTEM, "code": "supplement"}]}
    if entry.response:
        resource["extension"] = [{"url": RESPONSE_EXTENSION, "valueCode": entry.response}]
    if entry.note:
        resource["note"] = [{"text": entry.note}]
    return resource


def _family(record: PatientRecord) -> list[dict[str, Any]]:
    return [
        {
            "resourceType": "FamilyMemberHistory",
            "id": "",
            "status": "completed",
            "patient": about(record.id),
            "relationship": {"coding": [{"system": _FAMILY_ROLE, "code": "FAMMEMB"}]},
            "condition": [{"code": _concept(condition)}],
        }
        for condition in record.family_history
    ]
