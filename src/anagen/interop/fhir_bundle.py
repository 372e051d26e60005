"""A FHIR bundle taken apart: version checked, resources validated against R4, days read.

R4 (4.0.1) and R4B are read; every other version is refused by name, because reading it as R4 would
lose content in silence (a medicine, above all).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from anagen.errors import InputProblems
from anagen.patients.reading import Reading, listed

READ_TYPES = (
    "Patient",
    "Observation",
    "Condition",
    "MedicationStatement",
    "MedicationRequest",
    "Medication",
    "AllergyIntolerance",
    "Procedure",
    "FamilyMemberHistory",
    "Immunization",
)
BUNDLE_TYPES = ("collection", "document", "searchset", "transaction", "batch", "message")
_DATED = {
    "Observation": ("effectiveDateTime", "effectiveInstant", "issued"),
    "Condition": ("onsetDateTime", "recordedDate", "abatementDateTime"),
    "MedicationStatement": ("effectiveDateTime", "dateAsserted"),
    "MedicationRequest": ("authoredOn",),
    "AllergyIntolerance": ("recordedDate",),
    "Procedure": ("performedDateTime",),
    "FamilyMemberHistory": ("date",),
    "Composition": ("date",),
    "DiagnosticReport": ("effectiveDateTime", "issued"),
    "Immunization": ("occurrenceDateTime",),
    "Encounter": (),
}
_DAY = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, slots=True)
class Bundle:
    """The resources of one bundle by type, each valid R4; `now` is the day weeks count from.

    `dated` is false when nothing in the bundle has a day, so that `now` is the day of reading.
    """

    kind: str
    resources: dict[str, tuple[dict[str, Any], ...]]
    other_types: dict[str, int]
    now: date
    dated: bool
    by_reference: dict[str, dict[str, Any]]
    names: frozenset[str]
    compositions: tuple[dict[str, Any], ...]
    past: set[int] = field(default_factory=set)

    def of(self, kind: str) -> tuple[dict[str, Any], ...]:
        """The resources of one type, in the order of the bundle."""
        return self.resources.get(kind, ())

    def resolve(self, reference: str) -> dict[str, Any]:
        """The resource a reference points to, by its full URL or by type and id; {} for none."""
        for name in (reference, relative(reference)):
            if name in self.by_reference:
                return self.by_reference[name]
        return {}

    def holds(self, reference: str) -> bool:
        """Whether the bundle holds what a reference points to, be it of a type we read or not."""
        return bool(self.names & {reference, relative(reference)}) or reference.startswith("#")

    def is_past(self, resource: dict[str, Any]) -> bool:
        """Whether a section of past problems lists this resource."""
        return id(resource) in self.past


def relative(reference: str) -> str:
    """`Type/id` of a literal reference, absolute or with a version; other references unchanged."""
    parts = reference.partition("/_history/")[0].split("/")
    if len(parts) < 2 or reference.startswith("urn:"):
        return reference
    return "/".join(parts[-2:])


def day(text: Any) -> date | None:
    """The day of a FHIR date or dateTime; a year or month alone gives its middle; else None."""
    found = _DAY.match(text) if isinstance(text, str) else None
    if found is None:
        return None
    year, month, of_month = found.groups()
    try:
        if month is None:
            return date(int(year), 7, 1)
        return date(int(year), int(month), int(of_month) if of_month else 15)
    except ValueError:
        return None


def first_day(resource: dict[str, Any], *names: str) -> date | None:
    """The first readable day among some fields of a resource; a period counts from its start."""
    for name in names:
        value = resource.get(name)
        found = day(value.get("start")) if isinstance(value, dict) else day(value)
        if found:
            return found
    return None


def codings(concept: Any) -> list[tuple[str, str, str]]:
    """(system, code, display) of a CodeableConcept, as strings."""
    entries = concept.get("coding", ()) if isinstance(concept, dict) else ()
    return [
        (
            str(entry.get("system") or ""),
            str(entry.get("code") or ""),
            str(entry.get("display") or ""),
        )
        for entry in entries
        if isinstance(entry, dict)
    ]


def words(concept: Any) -> str:
    """The text of a CodeableConcept, or its first display or code."""
    if not isinstance(concept, dict):
        return ""
    text = concept.get("text")
    if isinstance(text, str) and text.strip():
        return text.strip()
    return next((display or code for _, code, display in codings(concept) if display or code), "")


def open_bundle(document: dict[str, Any], reading: Reading, today: date | None) -> Bundle:
    """The bundle in a parsed JSON document. Raises InputProblems when it is no R4 bundle."""
    kind = document.get("resourceType")
    if kind != "Bundle":
        reading.problem(
            "resourceType",
            kind,
            "this FHIR resource is not a Bundle",
            allowed="Bundle with one Patient and what belongs to it",
            fix="export the whole record as one R4 Bundle",
        )
        raise InputProblems(reading.problems)
    entries = document.get("entry")
    if not isinstance(entries, list) or not entries:
        reading.problem("entry", entries, "the bundle is empty", allowed="a list of entries")
        raise InputProblems(reading.problems)
    raw = _resources(entries)
    version = other_version(document, [resource for _, resource in raw])
    if version:
        reading.problem(
            version[0],
            version[1],
            f"this is FHIR {version[2]}, and only R4 (4.0.1, 4.3) is read",
            allowed="FHIR R4",
            fix="export the record as R4",
        )
        raise InputProblems(reading.problems)
    if document.get("type") not in BUNDLE_TYPES:
        reading.note(
            f"Bundle type '{document.get('type')}' is unusual; read all the same "
            f"(usual: {listed(BUNDLE_TYPES)})."
        )
    patients = [r for _, r in raw if r.get("resourceType") == "Patient"]
    if len(patients) != 1:
        reading.problem(
            "entry",
            f"{len(patients)} Patient resources",
            "the bundle is not about one person",
            allowed="one Patient",
            fix="give one bundle for each person",
        )
        raise InputProblems(reading.problems)
    raw = _newest(entries, raw, reading)
    compositions = tuple(r for _, r in raw if _type(r) == "Composition")
    others = _others(raw)
    own = _of_this_person(entries, raw, reading)
    valid = _valid([*own, *_contained(own)], reading)
    now = today or _latest(document, [resource for _, resource in raw])
    return Bundle(
        kind=str(document.get("type")),
        resources={kind: tuple(r for _, r in valid if _type(r) == kind) for kind in READ_TYPES},
        other_types=others,
        now=now or date.today(),
        dated=now is not None,
        by_reference=_references(entries, valid),
        names=frozenset(_references(entries, raw)),
        compositions=compositions,
    )


def _type(resource: dict[str, Any]) -> str:
    kind = resource.get("resourceType")
    return kind if isinstance(kind, str) else ""


def _resources(entries: list[Any]) -> list[tuple[int, dict[str, Any]]]:
    found = []
    for index, entry in enumerate(entries):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            found.append((index, resource))
    return found


def _full_url(entries: list[Any], index: int) -> str:
    url = entries[index].get("fullUrl")
    return url if isinstance(url, str) else ""


def _newest(
    entries: list[Any], raw: list[tuple[int, dict[str, Any]]], reading: Reading
) -> list[tuple[int, dict[str, Any]]]:
    """Without older versions of a resource that stands in the bundle more than once."""
    kept: dict[str, tuple[int, dict[str, Any]]] = {}
    for index, resource in raw:
        ident = resource.get("id")
        name = _full_url(entries, index) or f"{_type(resource)}/{ident}"
        if not ident:
            name = f"entry {index}"
        before = kept.get(name)
        if before is None or _updated(resource) > _updated(before[1]):
            kept[name] = (index, resource)
    if len(kept) < len(raw):
        reading.note(
            f"{len(raw) - len(kept)} entries repeat a resource of the bundle: of each the version "
            "updated last is read."
        )
    return sorted(kept.values(), key=lambda item: item[0])


def _updated(resource: dict[str, Any]) -> str:
    meta = resource.get("meta")
    return str(meta.get("lastUpdated") or "") if isinstance(meta, dict) else ""


def _of_this_person(
    entries: list[Any], raw: list[tuple[int, dict[str, Any]]], reading: Reading
) -> list[tuple[int, dict[str, Any]]]:
    """The resources that are not about somebody else: a relative, a newborn, a group."""
    index, patient = next(item for item in raw if _type(item[1]) == "Patient")
    url, ident = _full_url(entries, index), str(patient.get("id") or "")
    foreign: dict[str, int] = {}
    kept = []
    for item in raw:
        pointer = item[1].get("subject", item[1].get("patient"))
        reference = pointer.get("reference") if isinstance(pointer, dict) else None
        if isinstance(reference, str) and _other_person(reference, url, ident):
            foreign[reference] = foreign.get(reference, 0) + 1
        else:
            kept.append(item)
    if foreign:
        told = ", ".join(f"{count} about {name}" for name, count in foreign.items())
        reading.note(f"Not about this patient, so not taken: {told}.")
    return kept


def _other_person(reference: str, url: str, ident: str) -> bool:
    """Whether a reference surely points to somebody else than the patient of `url` and `ident`."""
    if not reference or reference.startswith("#") or "?" in reference:
        return False
    short = relative(reference)
    if reference == url or (ident and short == f"Patient/{ident}"):
        return False
    if reference.startswith("urn:"):
        return bool(url)
    if short.startswith("Patient/"):
        return bool(ident)
    return True


def _contained(raw: list[tuple[int, dict[str, Any]]]) -> list[tuple[int, dict[str, Any]]]:
    """Resources inside others (results in a report): read as if they stood beside them.

    A contained Medication is looked up from its prescription, and a contained Patient is a name.
    """
    found = []
    for index, resource in raw:
        inner = resource.get("contained")
        for entry in inner if isinstance(inner, list) else ():
            if isinstance(entry, dict) and _type(entry) in READ_TYPES:
                if _type(entry) in ("Patient", "Medication"):
                    continue
                found.append((index, {**entry, "id": f"{resource.get('id')}.{entry.get('id')}"}))
    return found


def _others(raw: list[tuple[int, dict[str, Any]]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for _, resource in raw:
        if _type(resource) not in READ_TYPES:
            counts[_type(resource)] = counts.get(_type(resource), 0) + 1
    return counts


def other_version(
    document: dict[str, Any], resources: list[dict[str, Any]]
) -> tuple[str, str, str] | None:
    """(place, what was seen, version) when something in the bundle exists only outside R4."""
    if isinstance(document.get("issues"), dict):
        return "issues", "Bundle.issues", "R5"
    stated = document.get("fhirVersion")
    if isinstance(stated, str) and not stated.startswith(("4.0", "4.1", "4.3")):
        return "fhirVersion", stated, stated
    for index, resource in enumerate(resources):
        found = _foreign(resource)
        if found:
            return f"entry[{index}].resource", f"{_type(resource)}.{found[0]}", found[1]
    return None


def _foreign(resource: dict[str, Any]) -> tuple[str, str] | None:
    kind = _type(resource)
    if kind in ("MedicationOrder", "DiagnosticOrder", "ProcedureRequest"):
        return "resourceType", "DSTU2 or STU3"
    if kind == "CapabilityStatement":
        stated = str(resource.get("fhirVersion") or "4")
        if not stated.startswith("4"):
            return "fhirVersion", stated
    meta = resource.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    for profile in profiles if isinstance(profiles, list) else ():
        if re.search(r"(/5\.\d|\|5\.\d|/6\.\d|\|6\.\d|/R5/|/R6/)", str(profile)):
            return "meta.profile", "R5 or later"
    newer = {
        "MedicationRequest": ("medication",),
        "MedicationStatement": ("medication", "adherence"),
        "Observation": ("triggeredBy", "bodyStructure", "organizer"),
        "Condition": ("participant",),
        "Procedure": ("occurrenceDateTime", "occurrencePeriod", "reportedBoolean"),
        "AllergyIntolerance": ("participant",),
        "Encounter": ("actualPeriod",),
    }.get(kind, ())
    for name in newer:
        if name in resource:
            return name, "R5 or later"
    if kind == "AllergyIntolerance" and isinstance(resource.get("type"), dict):
        return "type", "R5 or later"
    if kind == "Encounter" and isinstance(resource.get("class"), list):
        return "class", "R5 or later"
    if kind in ("Condition", "AllergyIntolerance"):
        if isinstance(resource.get("clinicalStatus"), str):
            return "clinicalStatus", "DSTU2 or STU3"
        if kind == "Condition" and "patient" in resource:
            return "patient", "DSTU2"
    if kind == "MedicationStatement" and "taken" in resource:
        return "taken", "STU3"
    return None


def _pruned(value: Any) -> Any:
    """The value without nulls, empty texts and empty lists, which exports carry and R4 forbids."""
    if isinstance(value, dict):
        kept = {key: _pruned(entry) for key, entry in value.items()}
        return {key: entry for key, entry in kept.items() if entry not in (None, "", [], {})}
    if isinstance(value, list):
        kept = [_pruned(entry) for entry in value]
        return [entry for entry in kept if entry not in (None, "", [], {})]
    return value


def _valid(
    raw: list[tuple[int, dict[str, Any]]], reading: Reading
) -> list[tuple[int, dict[str, Any]]]:
    """The resources of the types we read that follow R4; others are told and left out."""
    from fhir.resources.R4B import get_fhir_model_class

    kept: list[tuple[int, dict[str, Any]]] = []
    refused = 0
    for index, resource in raw:
        kind = _type(resource)
        if kind not in READ_TYPES:
            continue
        clean = _pruned({key: entry for key, entry in resource.items() if key != "text"})
        faults = _faults(get_fhir_model_class(kind), clean)
        if faults:
            # One bad field does not make the rest wrong: try without it.
            smaller = {key: entry for key, entry in clean.items() if key not in faults}
            if isinstance(resource.get("id"), str) and "id" in faults:
                # Exports use ids that R4 forbids, such as ones with underscores: harmless here.
                faults -= {"id"}
                if not faults and not _faults(get_fhir_model_class(kind), smaller):
                    kept.append((index, clean))
                    continue
            still = _faults(get_fhir_model_class(kind), smaller)
            if still:
                refused += 1
                reading.note(
                    f"{kind} at entry[{index}] does not follow R4 ({', '.join(sorted(still))}): "
                    "left out."
                )
                continue
            reading.note(
                f"{kind} at entry[{index}]: field {', '.join(sorted(faults))} does not follow R4: "
                "left out."
            )
            clean = smaller
        kept.append((index, clean))
    if refused and not kept:
        reading.problem(
            "entry", f"{refused} resources", "no resource of this bundle follows FHIR R4"
        )
        raise InputProblems(reading.problems)
    if not any(_type(resource) == "Patient" for _, resource in kept):
        reading.problem("entry", "Patient", "the Patient does not follow FHIR R4")
        raise InputProblems(reading.problems)
    return kept


def _faults(model: Any, resource: dict[str, Any]) -> set[str]:
    """Top-level fields at which a resource breaks R4; empty when it is valid."""
    try:
        model.model_validate(resource)
    except ValueError as error:
        details = getattr(error, "errors", list)()
        return {str(entry["loc"][0]) if entry["loc"] else "resource" for entry in details} or {
            "resource"
        }
    except (TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        return {"resource"}
    return set()


def _latest(document: dict[str, Any], resources: list[dict[str, Any]]) -> date | None:
    """The day the bundle was made, or the latest on which something in it was seen or written."""
    made = day(document.get("timestamp"))
    if made is not None:
        # What is planned in it lies ahead and does not move its day.
        return made
    days: list[date | None] = []
    for resource in resources:
        days += [day(resource.get(name)) for name in _DATED.get(_type(resource), ())]
        for name in ("period", "effectivePeriod", "performedPeriod"):
            period = resource.get(name)
            if isinstance(period, dict) and _type(resource) in _DATED:
                days.append(day(period.get("start")))
    known = [entry for entry in days if entry is not None]
    return max(known) if known else None


def _references(
    entries: list[Any], valid: list[tuple[int, dict[str, Any]]]
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for index, resource in valid:
        entry = entries[index]
        names = [f"{_type(resource)}/{resource.get('id')}", entry.get("fullUrl")]
        found.update({name: resource for name in names if isinstance(name, str)})
    return found


def weeks_between(now: date, then: date | None) -> float | None:
    """Weeks from `then` to `now`, to a tenth; None for an unknown day or one after now."""
    if then is None or then > now:
        return None
    return round((now - then) / timedelta(weeks=1), 1)
