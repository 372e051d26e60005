"""Calls of CDS Hooks made from records, as a record system would send them."""

from __future__ import annotations

from datetime import date
from typing import Any

from anagen.interop.fhir_write import to_bundle
from anagen.patients.record import PatientRecord

TODAY = date(2026, 1, 15)
INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
KINDS = {
    "observations": "Observation",
    "conditions": "Condition",
    "medications": "MedicationStatement",
    "family": "FamilyMemberHistory",
    "vaccines": "Immunization",
}


def call(record: PatientRecord, **changes: Any) -> dict[str, Any]:
    """A well-formed call about a record; `changes` replace its fields."""
    resources = [entry["resource"] for entry in to_bundle(record, today=TODAY)["entry"]]

    def found(kind: str) -> dict[str, Any]:
        entries = [{"resource": r} for r in resources if r["resourceType"] == kind]
        return {"resourceType": "Bundle", "type": "searchset", "entry": entries}

    return {
        "hook": "patient-view",
        "hookInstance": INSTANCE,
        "context": {"userId": "Practitioner/1", "patientId": resources[0]["id"]},
        "prefetch": {
            "patient": resources[0],
            **{key: found(kind) for key, kind in KINDS.items()},
        },
        **changes,
    }
