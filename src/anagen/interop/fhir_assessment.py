"""An assessment as FHIR R4: one bundle with the record, red flags, causes and what made them.

- each red flag is a DetectedIssue; those that stop planning are of severity `high`;
- a stopped plan is a Flag of category safety: no plan, no option and no number follows it;
- the causes are one RiskAssessment with a prediction for each, basis and interval;
- Device and Provenance say which version of the program and of the data made it, with its seed.

Everything made is `preliminary`, because no clinician has reviewed it; nothing is an order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from anagen.assess.records import Assessment, CauseProbability, FindingWeight, RedFlag
from anagen.catalog.conditions import load_conditions
from anagen.interop.fhir import counted_from
from anagen.interop.fhir_codes import (
    BASE,
    HAIR_SYSTEM,
    INTERVAL_EXTENSION,
    RED_FLAG_SYSTEM,
    RESULT_SYSTEM,
    RESULTS,
    SNOMED,
    TREATMENT_SYSTEM,
)
from anagen.interop.fhir_write import about, entry, noon, to_bundle
from anagen.patients.record import PatientRecord
from anagen.plan.records import Option, Plan
from anagen.provenance import Stamp

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_NOTICE = (
    "Made by a program for research and education; not medical advice. No clinician has reviewed "
    "it."
)
_BASIS_TYPES = frozenset({"Observation", "Condition", "MedicationStatement", "FamilyMemberHistory"})


def assessment_bundle(
    record: PatientRecord,
    assessment: Assessment,
    stamp: Stamp,
    *,
    today: date,
    plan: Plan | None = None,
) -> dict[str, Any]:
    """The record of `to_bundle` with what was concluded from it, dated `today`.

    With a plan its blocked treatments are told as well. Options and forecasts are not written: they
    are no orders, and a care plan would read as one.
    """
    bundle = to_bundle(record, today=today)
    known = [part["resource"] for part in bundle["entry"]]
    device = _device(stamp)
    made = [
        *_issues(record, assessment.red_flags, today),
        *_stopped(record, assessment.red_flags),
        *_blocked(record, plan.blocked if plan else (), today),
        _causes(record, assessment, known, today),
    ]
    bundle["entry"] += [entry(resource) for resource in (*made, device)]
    bundle["entry"].append(entry(_provenance(made, today)))
    return bundle


def bundle_text(
    record: PatientRecord,
    assessment: Assessment,
    stamp: Stamp,
    *,
    today: date,
    plan: Plan | None = None,
) -> str:
    """The bundle as JSON, dated by the day the record's own weeks count from, else by `today`."""
    day = counted_from(record) or today
    bundle = assessment_bundle(record, assessment, stamp, today=day, plan=plan)
    return json.dumps(bundle, indent=2, ensure_ascii=False) + "\n"


def _reference(resource: dict[str, Any]) -> dict[str, str]:
    return {"reference": f"{resource['resourceType']}/{resource['id']}"}


def _coded(system: str, code: str, text: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": text}], "text": text}


def _issue_id(flag: RedFlag) -> str:
    return f"red-flag-{flag.rule.replace('_', '-')}"[:64]


def _issues(record: PatientRecord, flags: Iterable[RedFlag], today: date) -> list[dict[str, Any]]:
    return [
        {
            "resourceType": "DetectedIssue",
            "id": _issue_id(flag),
            "status": "preliminary",
            "code": _coded(RED_FLAG_SYSTEM, flag.rule, flag.label),
            "severity": "high" if flag.stops_planning else "moderate",
            "patient": about(record.id),
            "identifiedDateTime": noon(today),
            "author": {"reference": "Device/anagen"},
            "detail": _sentences(
                flag.label,
                flag.why,
                f"Usual next step ({flag.urgency}): {flag.action}" if flag.urgency else flag.action,
                "No hair plan is compared before that." if flag.stops_planning else "",
                f"Source: {flag.source} ({flag.verified})",
            ),
        }
        for flag in flags
    ]


def _stopped(record: PatientRecord, flags: Iterable[RedFlag]) -> list[dict[str, Any]]:
    stopping = [flag for flag in flags if flag.stops_planning]
    if not stopping:
        return []
    code = _coded(RESULT_SYSTEM, "plan-stopped", RESULTS["plan-stopped"])
    code["text"] = f"{code['text']}: {'; '.join(flag.label for flag in stopping)}"
    return [
        {
            "resourceType": "Flag",
            "id": "plan-stopped",
            "status": "active",
            "category": [
                {"coding": [{"system": f"{_TERMINOLOGY}/flag-category", "code": "safety"}]}
            ],
            "code": code,
            "subject": about(record.id),
            "author": {"reference": "Device/anagen"},
        }
    ]


def _blocked(record: PatientRecord, options: Iterable[Option], today: date) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for option in options:
        for verdict in option.verdicts:
            reasons = [
                f"{reason.text} ({reason.because}; {reason.source})"
                for reason in verdict.reasons
                if reason.effect == "block"
            ]
            if not reasons:
                continue
            code = _coded(RESULT_SYSTEM, "treatment-blocked", RESULTS["treatment-blocked"])
            code["coding"].append({"system": TREATMENT_SYSTEM, "code": verdict.treatment})
            code["text"] = f"Blocked for safety: {option.label}"
            found.append(
                {
                    "resourceType": "DetectedIssue",
                    "id": f"blocked-{len(found) + 1}",
                    "status": "preliminary",
                    "code": code,
                    "severity": "high",
                    "patient": about(record.id),
                    "identifiedDateTime": noon(today),
                    "author": {"reference": "Device/anagen"},
                    "detail": _sentences(*reasons),
                }
            )
    return found


def _causes(
    record: PatientRecord, assessment: Assessment, known: list[dict[str, Any]], today: date
) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "resourceType": "RiskAssessment",
        "id": "causes",
        "status": "preliminary",
        "method": {"text": "Bayesian weighing of causes by findings"},
        "code": _coded(RESULT_SYSTEM, "causes", RESULTS["causes"]),
        "subject": about(record.id),
        "occurrenceDateTime": noon(today),
        "performer": {"reference": "Device/anagen"},
        "basis": [
            _reference(resource) for resource in known if resource["resourceType"] in _BASIS_TYPES
        ],
        "prediction": [_prediction(cause) for cause in assessment.causes],
        "note": [{"text": text} for text in _notes(assessment)],
    }
    return {key: value for key, value in resource.items() if value != []}


def _prediction(cause: CauseProbability) -> dict[str, Any]:
    """One cause. R4 writes the probability in percent; its interval is an extension of ours."""
    outcome = _coded(HAIR_SYSTEM, cause.cause, cause.label)
    row = load_conditions().get(cause.cause)
    if row is not None and row.snomed:
        outcome["coding"].append({"system": SNOMED, "code": row.snomed[0]})
    return {
        "extension": [
            {
                "url": INTERVAL_EXTENSION,
                "valueRange": {
                    end: {"value": round(100 * value, 1), "unit": "%"}
                    for end, value in (("low", cause.low), ("high", cause.high))
                },
            }
        ],
        "outcome": outcome,
        "probabilityDecimal": round(100 * cause.probability, 1),
        "rationale": _sentences(
            f"90 % interval {100 * cause.low:.0f} to {100 * cause.high:.0f} %",
            _said("For", cause.findings_for),
            _said("Against", cause.findings_against),
            cause.description,
        ),
    }


def _said(side: str, weights: Iterable[FindingWeight]) -> str:
    named = "; ".join(
        weight.label if weight.state == "present" else f"{weight.label}: {weight.state}"
        for weight in weights
    )
    return f"{side}: {named}" if named else ""


def _notes(assessment: Assessment) -> list[str]:
    found = [_NOTICE]
    if not assessment.complaint_found:
        found.append("The record says nothing about hair, so no cause is weighed.")
    if any(flag.stops_planning for flag in assessment.red_flags):
        found.append("Red flags stop planning: a clinician comes first.")
    found += [_sentences(line) for line in assessment.cannot_tell_apart]
    found += [f"Would tell most next: {test.label}. {test.why}" for test in assessment.tests]
    if assessment.unknown:
        found.append(f"Not known: {'; '.join(assessment.unknown)}")
    return [*found, *assessment.limits]


def _sentences(*parts: str) -> str:
    whole = (part.strip() for part in parts if part.strip())
    return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in whole)


def _device(stamp: Stamp) -> dict[str, Any]:
    versions = {
        "software": stamp.anagen_version,
        "data": stamp.data_hash,
        "posterior": stamp.posterior,
    }
    return {
        "resourceType": "Device",
        "id": "anagen",
        "deviceName": [{"name": "Anagen", "type": "model-name"}],
        "type": {"text": "Simulator of scalp hair and decision aid"},
        "version": [{"type": {"text": name}, "value": value} for name, value in versions.items()],
        "property": [
            {"type": {"text": name}, "valueQuantity": [{"value": value}]}
            for name, value in (("seed", stamp.seed), ("draws", stamp.draws))
        ],
        "note": [{"text": _NOTICE}],
        "url": BASE,
    }


def _provenance(made: list[dict[str, Any]], today: date) -> dict[str, Any]:
    return {
        "resourceType": "Provenance",
        "id": "provenance",
        "target": [_reference(resource) for resource in made],
        "recorded": noon(today),
        "activity": {"text": "Assessment of a hair complaint"},
        "agent": [
            {
                "type": {
                    "coding": [
                        {
                            "system": f"{_TERMINOLOGY}/provenance-participant-type",
                            "code": "assembler",
                        }
                    ]
                },
                "who": {"reference": "Device/anagen"},
            }
        ],
    }
