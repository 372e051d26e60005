"""Visits over time from a FHIR R4 bundle: what was observed on each day, and days of photos."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from anagen.interop.fhir import read_bundle
from anagen.interop.fhir_bundle import Bundle, day, open_bundle
from anagen.interop.fhir_draft import Draft
from anagen.interop.fhir_history import read_condition
from anagen.interop.fhir_observations import read_observation
from anagen.patients.reading import Reading

_DAYS = {
    "Observation": ("effectiveDateTime", "effectiveInstant", "effectivePeriod", "issued"),
    "Condition": ("onsetDateTime", "onsetPeriod", "recordedDate"),
}
_PHOTO_DAYS = ("createdDateTime", "createdPeriod", "issued")
_READERS = {"Observation": read_observation, "Condition": read_condition}
PREGNANT = "pregnant"
_LAB_FIELDS = ("test", "value", "unit", "text")
_FULL_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}")


def read_visits(
    document: dict[str, Any], name: str, measurements: Iterable[str], start: date | None = None
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """One person as `id`, `start` and `visits`, and notes on all that is not kept with a visit.

    Observations and diseases of one day make one visit, read by the rules of a record of that day;
    of scores and counts those in `measurements` are kept. Days before `start` are left out; without
    `start` the first day with a score, a count or a finding stands for it. Raises InputProblems.
    """
    record = read_bundle(document, name)
    reading = Reading(name)
    bundle = open_bundle(document, reading, None)
    notes: list[str] = []
    visits: dict[date, dict[str, Any]] = {}
    by_day: dict[date, list[dict[str, Any]]] = {}
    for kind, names in _DAYS.items():
        undated = 0
        for resource in bundle.of(kind):
            on = _full_day(resource, names)
            if on is None:
                undated += 1
            else:
                by_day.setdefault(on, []).append(resource)
        if undated:
            notes.append(f"{kind}: {undated} without a full day, so of no visit.")
    told: dict[date, list[str]] = {}
    for on in sorted(by_day):
        told[on] = []
        found = _visit(by_day[on], on, bundle, tuple(measurements), told[on])
        if found:
            visits[on] = found
    for on in _photos(document):
        visits.setdefault(on, {}).setdefault("photos", []).append(on.isoformat())
    # Results of a laboratory may lie before the day on which somebody looked at the hair.
    looked = [on for on, found in visits.items() if found.keys() & {"measurements", "findings"}]
    first = start or min(looked, default=min(visits, default=None))
    # What the first day holds beside visits is of the record, and is not told as missing.
    notes += [note for on, said in told.items() if first is None or on > first for note in said]
    early = [on for on in visits if first is not None and on < first]
    if early:
        days = ", ".join(str(on) for on in sorted(early))
        notes.append(f"Before {first}, the day of the record, so not kept: {days}.")
    if start is None and first is not None:
        notes.append(f"The day of the record is {first}, the first with a score or a finding.")
    medicines = len(bundle.of("MedicationStatement")) + len(bundle.of("MedicationRequest"))
    if medicines:
        notes.append(
            f"{medicines} records of medicines are not read as a plan: say what is taken with "
            "anagen track add --plan."
        )
    person = {
        "id": record.id,
        "start": None if first is None else first.isoformat(),
        "visits": [
            {"date": on.isoformat(), **visits[on]} for on in sorted(visits) if on not in early
        ],
    }
    return person, tuple(dict.fromkeys(notes))


def _full_day(resource: dict[str, Any], names: Iterable[str]) -> date | None:
    """The day of a resource; a month or a year is no day of a visit."""
    for name in names:
        said = resource.get(name)
        said = said.get("start") if isinstance(said, dict) else said
        if isinstance(said, str) and _FULL_DAY.match(said):
            return day(said)
    return None


def _visit(
    resources: list[dict[str, Any]],
    on: date,
    bundle: Bundle,
    measurements: tuple[str, ...],
    notes: list[str],
) -> dict[str, Any]:
    """What a visit keeps of what was recorded on one day; the rest goes to `notes`."""
    draft = Draft(replace(bundle, now=on), Reading(""), own=True)
    for resource in resources:
        _READERS[resource["resourceType"]](resource, draft)
    notes += [f"{on}: {note}" for note in (*draft.notes(), *draft.reading.notes)]
    found: dict[str, Any] = {}
    measured = draft.data.pop("measurements", {})
    kept = {name: measured.pop(name) for name in measurements if name in measured}
    if kept:
        found["measurements"] = kept
    findings = draft.data.pop("findings", {})
    situation = draft.data.get("situation", {})
    # The record keeps a pregnancy as a status; a visit says it as a finding, for safety to see.
    if situation.get("reproductive_status") == PREGNANT:
        findings[PREGNANT] = "present"
        del situation["reproductive_status"]
    if findings:
        found["findings"] = findings
    labs = [
        {name: lab[name] for name in _LAB_FIELDS if lab.get(name) not in (None, "")}
        for lab in draft.data.pop("labs", [])
    ]
    if labs:
        found["labs"] = labs
    # Height, weight and the like belong to the record of the first day.
    left = [*measured]
    if diseases := [entry["name"] or entry["id"] for entry in draft.data.pop("conditions", [])]:
        notes.append(
            f"{on}: a visit keeps no diseases, so safety does not see them; write into the record: "
            f"{', '.join(diseases)}."
        )
    for group, said in draft.data.items():
        left += [f"{group}.{name}" for name in said] if isinstance(said, dict) else [group]
    if left:
        notes.append(f"{on}: a visit has no place for {', '.join(left)}.")
    return found


def _photos(document: dict[str, Any]) -> list[date]:
    """Days of the Media resources that are not entered in error; nothing is read from a picture."""
    found: set[date] = set()
    for entry in document.get("entry", ()):
        media = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(media, dict) or media.get("resourceType") != "Media":
            continue
        on = _full_day(media, _PHOTO_DAYS)
        if on is not None and media.get("status") not in ("entered-in-error", "not-done"):
            found.add(on)
    return sorted(found)
