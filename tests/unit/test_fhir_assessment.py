"""An assessment as FHIR R4: valid, complete, stamped, and never a plan after a stopping flag."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from anagen.assess.assess import assess
from anagen.cli.app import app
from anagen.interop.fhir_assessment import assessment_bundle
from anagen.interop.fhir_codes import (
    HAIR_SYSTEM,
    RED_FLAG_SYSTEM,
    RESULT_SYSTEM,
    TREATMENT_SYSTEM,
    code_systems,
)
from anagen.patients.intake import load, parse
from anagen.plan.records import SafetyReason, SafetyVerdict
from anagen.provenance import stamp
from report_cases import CASES

EXAMPLES = Path(__file__).parents[2] / "examples"
TODAY = date(2026, 1, 15)
STAMP = stamp(7, 100)
NAMES = ("published/LPP-01", "patients/severe_alopecia_areata", "patients/postpartum_shedding")


@cache
def bundle(name: str) -> str:
    record = load(EXAMPLES / f"{name}.toml")
    return json.dumps(assessment_bundle(record, assess(record), STAMP, today=TODAY))


def of(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    resources = [entry["resource"] for entry in document["entry"]]
    return [resource for resource in resources if resource["resourceType"] == kind]


def no_empty_parts(value: Any) -> bool:
    if isinstance(value, dict):
        return bool(value) and all(map(no_empty_parts, value.values()))
    if isinstance(value, list):
        return bool(value) and all(map(no_empty_parts, value))
    return value not in (None, "")


@pytest.mark.parametrize("name", NAMES)
def test_every_resource_is_valid_r4_and_every_reference_resolves(name: str) -> None:
    from fhir.resources.R4B import get_fhir_model_class

    document = json.loads(bundle(name))
    get_fhir_model_class("Bundle").model_validate(document)
    held = set()
    for entry in document["entry"]:
        resource = entry["resource"]
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
        assert no_empty_parts(resource)
        held.add(f"{resource['resourceType']}/{resource['id']}")
        assert entry["fullUrl"].endswith(f"/{resource['resourceType']}/{resource['id']}")
    assert len(held) == len(document["entry"])

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["reference"]] if isinstance(value.get("reference"), str) else []
            return own + [name for part in value.values() for name in references(part)]
        return (
            [name for part in value for name in references(part)] if isinstance(value, list) else []
        )

    assert set(references(document)) <= held


@pytest.mark.parametrize("name", NAMES)
def test_every_code_of_ours_is_published(name: str) -> None:
    published = {
        (system["url"], concept["code"])
        for system in code_systems()
        for concept in system["concept"]
    }
    urls = {url for url, _ in published}

    def used(value: Any) -> set[tuple[str, str]]:
        if isinstance(value, dict):
            own = {(value["system"], value["code"])} if value.get("system") in urls else set()
            return own.union(*map(used, value.values()))
        return set().union(*map(used, value)) if isinstance(value, list) else set()

    found = used(json.loads(bundle(name)))
    assert found
    assert found <= published


@pytest.mark.parametrize("name", NAMES)
def test_the_record_reads_again_and_weighs_the_same(name: str) -> None:
    record = load(EXAMPLES / f"{name}.toml")
    back = parse(bundle(name).encode(), "x.json")
    kept = {"source", "labs"}
    assert back.model_dump(exclude=kept) == record.model_dump(exclude=kept)
    assert assess(back).causes == assess(record).causes


def test_causes_carry_probability_interval_and_basis() -> None:
    record = load(EXAMPLES / "patients/severe_alopecia_areata.toml")
    assessment = assess(record)
    (risk,) = of(json.loads(bundle("patients/severe_alopecia_areata")), "RiskAssessment")
    assert len(risk["prediction"]) == len(assessment.causes)
    assert risk["status"] == "preliminary"
    assert len(risk["basis"]) > 10
    for prediction, cause in zip(risk["prediction"], assessment.causes, strict=True):
        assert prediction["outcome"]["coding"][0] == {
            "system": HAIR_SYSTEM,
            "code": cause.cause,
            "display": cause.label,
        }
        assert prediction["probabilityDecimal"] == round(100 * cause.probability, 1)
        ends = prediction["extension"][0]["valueRange"]
        assert ends["low"]["value"] <= prediction["probabilityDecimal"] <= ends["high"]["value"]
    assert any("not medical advice" in note["text"] for note in risk["note"])


def test_a_stopping_red_flag_is_an_issue_and_a_flag() -> None:
    document = json.loads(bundle("published/LPP-01"))
    (issue,) = of(document, "DetectedIssue")
    assert issue["code"]["coding"][0]["system"] == RED_FLAG_SYSTEM
    assert issue["code"]["coding"][0]["code"] == "scarring_signs"
    assert issue["severity"] == "high"
    assert "within a week" in issue["detail"]
    (flag,) = of(document, "Flag")
    assert flag["code"]["coding"][0]["code"] == "plan-stopped"
    assert issue["code"]["text"] in flag["code"]["text"]
    assert not of(json.loads(bundle("patients/severe_alopecia_areata")), "Flag")


def test_blocked_treatments_of_a_plan_are_told() -> None:
    record, made = CASES["male_pattern"]()
    reason = SafetyReason("r1", "block", "Not with it", "a reason", "assumption", "assumed", "x")
    note = replace(reason, rule="r2", effect="note", text="only a note")
    verdict = SafetyVerdict("finasteride", "blocked", (reason, note), (), ())
    blocked = replace(made.options[1], verdicts=(verdict,), status="blocked")
    document = assessment_bundle(
        record, made.assessment, STAMP, today=TODAY, plan=replace(made, blocked=(blocked,))
    )
    issue = of(document, "DetectedIssue")[-1]
    assert [coding["system"] for coding in issue["code"]["coding"]] == [
        RESULT_SYSTEM,
        TREATMENT_SYSTEM,
    ]
    assert issue["detail"] == "Not with it (a reason; assumption)."
    assert not of(document, "CarePlan")


def test_who_made_it_is_stamped() -> None:
    document = json.loads(bundle("published/LPP-01"))
    (device,) = of(document, "Device")
    versions = {part["type"]["text"]: part["value"] for part in device["version"]}
    assert versions == {
        "software": STAMP.anagen_version,
        "data": STAMP.data_hash,
        "posterior": STAMP.posterior,
    }
    values = {p["type"]["text"]: p["valueQuantity"][0]["value"] for p in device["property"]}
    assert values == {"seed": 7, "draws": 100}
    (provenance,) = of(document, "Provenance")
    targets = {target["reference"] for target in provenance["target"]}
    assert targets == {
        "RiskAssessment/causes",
        "Flag/plan-stopped",
        "DetectedIssue/red-flag-scarring-signs",
    }


def test_without_a_complaint_no_cause_is_written() -> None:
    record = load(EXAMPLES / "patients/severe_alopecia_areata.toml")
    nothing = record.model_copy(
        update={
            "complaint": type(record.complaint)(),
            "measurements": type(record.measurements)(),
            "findings": {},
            "conditions": (),
        }
    )
    document = assessment_bundle(nothing, assess(nothing), STAMP, today=TODAY)
    (risk,) = of(document, "RiskAssessment")
    assert "prediction" not in risk
    assert any("nothing about hair" in note["text"] for note in risk["note"])


def test_the_command_writes_it_and_an_unwritable_place_is_said(tmp_path: Path) -> None:
    patient, out = str(EXAMPLES / "published" / "LPP-01.toml"), tmp_path / "deep" / "out.json"
    done = CliRunner().invoke(app, ["assess", patient, "--fhir", str(out), "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["patient_id"] == "LPP-01"
    assert of(json.loads(out.read_text("utf-8")), "RiskAssessment")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    failed = CliRunner().invoke(
        app, ["assess", patient, "--fhir", str(tmp_path / "file" / "out.json")]
    )
    assert "cannot write" in str(failed.exception)


def test_a_bundle_in_keeps_its_day_in_the_bundle_out(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    source = EXAMPLES / "fhir" / "severe_alopecia_areata.json"
    CliRunner().invoke(app, ["assess", str(source), "--fhir", str(out)])
    assert json.loads(out.read_text("utf-8"))["timestamp"] == "2026-01-15T12:00:00Z"
