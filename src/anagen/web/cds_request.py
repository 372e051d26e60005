"""One CDS Hooks request taken apart: every problem at once, what was prefetched as one bundle.

Hook `patient-view` of CDS Hooks 2.0 (HL7). Nothing is fetched from anywhere: what the client did
not prefetch is asked for with status 412, and a token it sends along is not looked at.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from anagen.errors import InputProblems, Problem
from anagen.patients.documents import MAX_JSON_BYTES, read_document
from anagen.patients.reading import Reading

HOOK = "patient-view"
SERVICE = "anagen-hair-loss"
_SEARCHES = {
    "observations": "Observation",
    "conditions": "Condition",
    "medications": "MedicationStatement",
    "prescriptions": "MedicationRequest",
    "allergies": "AllergyIntolerance",
    "procedures": "Procedure",
    "family": "FamilyMemberHistory",
    "vaccines": "Immunization",
}
PREFETCH = {
    "patient": "Patient/{{context.patientId}}",
    **{key: f"{kind}?patient={{{{context.patientId}}}}" for key, kind in _SEARCHES.items()},
}
REQUIRED = ("patient", "observations", "conditions", "medications")
_NAME = "request"


class UnmetPrefetch(InputProblems):
    """Required data was not prefetched; status 412."""


@dataclass(frozen=True, slots=True)
class CdsRequest:
    """A well-formed call: its id and what was prefetched, as one FHIR bundle."""

    hook_instance: str
    bundle: dict[str, Any]


def discovery() -> dict[str, Any]:
    """The answer of the discovery endpoint."""
    return {
        "services": [
            {
                "hook": HOOK,
                "id": SERVICE,
                "title": "Anagen: causes of hair loss",
                "description": "Red flags first, then the likely causes of a hair complaint with "
                "findings for and against, and the tests that would tell most. Information only; "
                "no card without a hair complaint in the record.",
                "prefetch": PREFETCH,
            }
        ]
    }


def json_object(content: bytes) -> dict[str, Any]:
    """The JSON object in a body. Raises InputProblems."""
    if not content.lstrip().startswith(b"{"):
        shown = content[:20].decode("utf-8", "replace")
        raise InputProblems(
            [Problem(_NAME, "body", shown, "the body is no JSON object", allowed="a JSON object")]
        )
    # It holds the resources of a bundle, so it may be as long as one.
    return read_document(content, f"{_NAME}.json", most=MAX_JSON_BYTES)[0]


def read_request(content: bytes) -> CdsRequest:
    """The call in a request body. Raises InputProblems (400), or UnmetPrefetch (412)."""
    document = json_object(content)
    reading, unmet = Reading(_NAME), Reading(_NAME)
    if document.get("hook") != HOOK:
        reading.problem("hook", document.get("hook", ""), "this hook is not served", allowed=HOOK)
    instance = document.get("hookInstance")
    if not _is_uuid(instance):
        reading.problem("hookInstance", instance or "", "this is no UUID", allowed="a UUID")
    context = document.get("context")
    patient_id = _context(context, reading)
    prefetch = document.get("prefetch", {})
    if not isinstance(prefetch, dict):
        reading.problem("prefetch", prefetch, "this must be an object", allowed=", ".join(PREFETCH))
        prefetch = {}
    resources = _prefetched(prefetch, reading, unmet)
    found = next((r for r in resources if r.get("resourceType") == "Patient"), None)
    if patient_id and found is not None and found.get("id") != patient_id:
        reading.problem(
            "prefetch.patient.id",
            found.get("id", ""),
            "this is not the patient of the context",
            allowed=patient_id,
        )
    if reading.problems:
        raise InputProblems([*reading.problems, *unmet.problems])
    if unmet.problems:
        raise UnmetPrefetch(unmet.problems)
    entries = [{"resource": resource} for resource in resources]
    return CdsRequest(
        str(instance), {"resourceType": "Bundle", "type": "collection", "entry": entries}
    )


def read_feedback(content: bytes) -> int:
    """How many entries a feedback body holds. Raises InputProblems listing all that is wrong."""
    entries = json_object(content).get("feedback")
    reading = Reading(_NAME)
    if not isinstance(entries, list) or not entries:
        reading.problem("feedback", entries or "", "this must be a list", allowed="one or more")
        raise InputProblems(reading.problems)
    for index, entry in enumerate(entries):
        place = f"feedback[{index}]"
        if not isinstance(entry, dict):
            reading.problem(place, entry, "this must be an object")
            continue
        if not _is_uuid(entry.get("card")):
            reading.problem(f"{place}.card", entry.get("card", ""), "this is no card's UUID")
        outcome = entry.get("outcome")
        if outcome not in ("accepted", "overridden"):
            reading.problem(
                f"{place}.outcome", outcome or "", "not known", allowed="accepted, overridden"
            )
        if outcome == "accepted" and not isinstance(entry.get("acceptedSuggestions"), list):
            reading.problem(
                f"{place}.acceptedSuggestions", "", "what was accepted is missing", allowed="a list"
            )
        if not isinstance(entry.get("outcomeTimestamp"), str):
            reading.problem(f"{place}.outcomeTimestamp", "", "this is missing", allowed="UTC time")
    if reading.problems:
        raise InputProblems(reading.problems)
    return len(entries)


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(uuid.UUID(value))
    except ValueError:
        return False


def _context(context: Any, reading: Reading) -> str:
    """The patient's id of the context, '' when it is not given."""
    if not isinstance(context, dict):
        reading.problem(
            "context", context or "", "this must be an object", allowed="userId, patientId"
        )
        return ""
    for name in ("userId", "patientId"):
        value = context.get(name)
        if not isinstance(value, str) or not value.strip():
            reading.problem(f"context.{name}", value or "", "this is missing", allowed="text")
    return str(context.get("patientId") or "").removeprefix("Patient/")


def _prefetched(prefetch: dict[str, Any], reading: Reading, unmet: Reading) -> list[dict[str, Any]]:
    """The resources of all templates; what is missing or cut off goes to `unmet`."""
    resources: list[dict[str, Any]] = []
    for key, template in PREFETCH.items():
        place, value = f"prefetch.{key}", prefetch.get(key)
        if key not in prefetch or (value is None and key == "patient"):
            if key in REQUIRED:
                unmet.problem(place, "", "this was not prefetched", allowed=template)
            continue
        if value is None:
            continue
        if not isinstance(value, dict):
            reading.problem(place, value, "this must be a FHIR resource or null", allowed=template)
            continue
        kind = value.get("resourceType")
        if kind == "OperationOutcome":
            unmet.problem(place, kind, "the client could not fetch this", allowed=template)
        elif key == "patient" and kind != "Patient":
            reading.problem(place, kind or "", "this must be a Patient", allowed=template)
        elif kind == "Bundle":
            resources += _searched(value, place, unmet)
        elif key == "patient" or kind == _SEARCHES[key]:
            resources.append(value)
        else:
            reading.problem(place, kind or "", "this must be a Bundle or null", allowed=template)
    return resources


def _searched(bundle: dict[str, Any], place: str, unmet: Reading) -> list[dict[str, Any]]:
    links = bundle.get("link")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("relation") == "next":
            unmet.problem(place, "next", "only a first page was sent; all of it is needed at once")
    entries = bundle.get("entry")
    found = [
        entry["resource"]
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict) and isinstance(entry.get("resource"), dict)
    ]
    # The patient has come by its own template, and outcomes of a search are about the search.
    return [r for r in found if r.get("resourceType") not in ("Patient", "OperationOutcome")]
