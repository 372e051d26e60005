"""The code systems of our own, made from the data rows: where public codes end, these begin.

SALT, shedding counts, trichoscopy signs and most causes have no agreed LOINC or SNOMED CT code. Our
codes are the ids of the data rows, published under stable URLs as CodeSystem and ValueSet resources
(`docs/fhir`), so that another system can know what a code in our bundles means.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from anagen import __version__
from anagen.catalog.causes import load_causes
from anagen.catalog.conditions import load_conditions
from anagen.catalog.findings import load_findings, load_red_flags
from anagen.catalog.labs import load_labs
from anagen.catalog.tables import read_table
from anagen.catalog.treatments import load_treatments

BASE = "https://anagen.example/fhir"
HAIR_SYSTEM = f"{BASE}/CodeSystem/hair"
RED_FLAG_SYSTEM = f"{BASE}/CodeSystem/red-flag"
TREATMENT_SYSTEM = f"{BASE}/CodeSystem/treatment"
RESULT_SYSTEM = f"{BASE}/CodeSystem/result"
PATIENT_SYSTEM = f"{BASE}/patient"
# What a medicine did for the hair, as told: none, some or good.
RESPONSE_EXTENSION = f"{BASE}/StructureDefinition/hair-response"
INTERVAL_EXTENSION = f"{BASE}/StructureDefinition/probability-interval"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"

_KINDS = {
    "finding": "A sign or history of the hair, the skin or the person",
    "cause": "A cause of hair loss that an assessment weighs",
    "condition": "A disease, past or present",
    "measure": "A score or count of the hair",
    "record": "Another place of the patient record",
    "laboratory": "A laboratory test without a LOINC code here",
}
RESULTS = {
    "causes": "Probability that each cause of hair loss is at work",
    "tests": "Tests and questions that would tell most about the causes",
    "plan-stopped": "No hair plan is compared until the red flags are settled",
    "treatment-blocked": "A treatment that safety rules block for this person",
}


@cache
def hair_fields() -> tuple[str, ...]:
    """Places of the patient record that a code of our own system may name."""
    from anagen.patients.record import Complaint, Measurements, Situation, Values

    groups = {
        "complaint": Complaint,
        "measurements": Measurements,
        "situation": Situation,
        "values": Values,
    }
    inner = tuple(
        f"{group}.{name}" for group, model in groups.items() for name in model.model_fields
    )
    return ("visit_date", "ancestry", "asks_about", "notes", "events", *inner)


def _field_words(place: str) -> tuple[str, str]:
    """Display and definition of a place of the record."""
    from anagen.patients.record import PatientRecord

    group, _, name = place.partition(".")
    info = PatientRecord.model_fields[group]
    if name:
        info = info.annotation.model_fields[name]  # type: ignore[union-attr]
    display = place.replace(".", ": ").replace("_", " ").capitalize()
    return display, info.description or ""


@cache
def hair_units() -> dict[str, str]:
    """Place of the record -> UCUM unit of its number, where it has one."""
    return {
        row["code"]: row["unit"] for row in read_table("fhir_codes.csv") if row["role"] == "unit"
    }


@cache
def hair_codes() -> dict[str, dict[str, Any]]:
    """Code -> display, definition and kinds, for everything that travels under `HAIR_SYSTEM`."""
    found: dict[str, dict[str, Any]] = {}

    def add(code: str, kind: str, display: str, definition: str = "") -> None:
        entry = found.setdefault(code, {"display": display, "definition": "", "kinds": []})
        entry["kinds"].append(kind)
        entry["definition"] = entry["definition"] or definition

    for finding in load_findings().values():
        add(finding.id, "finding", finding.label, finding.question)
    for cause in load_causes().values():
        add(cause.id, "cause", cause.label, cause.description)
    for condition in load_conditions().values():
        add(condition.id, "condition", condition.label)
    for place in hair_fields():
        kind = "measure" if place.startswith("measurements.") else "record"
        add(place, kind, *_field_words(place))
    for lab in load_labs().values():
        if not lab.loinc:
            add(f"labs.{lab.id}", "laboratory", lab.label)
    add("supplement", "record", "Supplement", "Category of a medicine that is a food supplement")
    return dict(sorted(found.items()))


def _concept(code: str, display: str, definition: str, kinds: list[str]) -> dict[str, Any]:
    concept: dict[str, Any] = {"code": code, "display": display}
    if definition:
        concept["definition"] = definition
    if kinds:
        concept["property"] = [{"code": "kind", "valueCode": kind} for kind in kinds]
    return concept


def _code_system(
    url: str, title: str, description: str, concepts: list[dict[str, Any]], *, kinds: bool = False
) -> dict[str, Any]:
    ident = url.rsplit("/", 1)[1]
    made: dict[str, Any] = {
        "resourceType": "CodeSystem",
        "id": ident,
        "url": url,
        "version": __version__,
        "name": "Anagen" + "".join(part.capitalize() for part in ident.split("-")),
        "title": title,
        "status": "draft",
        "experimental": True,
        "publisher": "The Anagen developers",
        "description": description,
        "caseSensitive": True,
        "valueSet": f"{BASE}/ValueSet/{ident}",
        "content": "complete",
        "count": len(concepts),
    }
    if kinds:
        told = "; ".join(f"{code}: {text}" for code, text in _KINDS.items())
        made["property"] = [
            {"code": "kind", "type": "code", "description": f"What the code is used for. {told}"}
        ]
    return {**made, "concept": concepts}


def code_systems() -> tuple[dict[str, Any], ...]:
    """The published CodeSystem resources, generated from the data rows."""
    return (
        _code_system(
            HAIR_SYSTEM,
            "Hair: findings, causes, conditions and measures",
            "Ids of Anagen's data rows and places of its patient record. They stand where no "
            "public code is agreed on, and beside a public code where there is one.",
            [_concept(code, **entry) for code, entry in hair_codes().items()],
            kinds=True,
        ),
        _code_system(
            RED_FLAG_SYSTEM,
            "Red flags of a hair complaint",
            "Signs that must reach a clinician before any score or plan.",
            [
                _concept(row.rule, row.label, f"{row.why} {row.action}", [])
                for row in sorted(load_red_flags(), key=lambda row: row.rule)
            ],
        ),
        _code_system(
            TREATMENT_SYSTEM,
            "Treatments and claimed treatments of hair loss",
            "Ids of Anagen's treatment files; being listed says nothing of a benefit.",
            [
                _concept(item.id, item.name, "", [])
                for item in sorted(load_treatments().values(), key=lambda item: item.id)
            ],
        ),
        _code_system(
            RESULT_SYSTEM,
            "What an assessment says",
            "Codes of the resources that an assessment writes.",
            [_concept(code, text, "", []) for code, text in RESULTS.items()],
        ),
    )


def value_sets() -> tuple[dict[str, Any], ...]:
    """One ValueSet a code system, and one for each kind of code of the hair system."""
    whole = [
        _value_set(system["id"], system["title"], {"system": system["url"]})
        for system in code_systems()
    ]
    parts = [
        _value_set(
            f"hair-{kind}",
            text,
            {
                "system": HAIR_SYSTEM,
                "filter": [{"property": "kind", "op": "=", "value": kind}],
            },
        )
        for kind, text in _KINDS.items()
    ]
    return (*whole, *parts)


def _value_set(ident: str, title: str, include: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "ValueSet",
        "id": ident,
        "url": f"{BASE}/ValueSet/{ident}",
        "version": __version__,
        "name": "Anagen" + "".join(part.capitalize() for part in ident.split("-")) + "Codes",
        "title": title,
        "status": "draft",
        "experimental": True,
        "publisher": "The Anagen developers",
        "compose": {"include": [include]},
    }
