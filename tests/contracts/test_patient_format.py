"""The published patient format: schema current, reference page true, examples valid."""

import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest

from anagen.catalog.conditions import load_conditions
from anagen.patients.intake import load, parse
from anagen.patients.record import (
    Complaint,
    Condition,
    Event,
    Lab,
    Measurements,
    Medicine,
    PatientRecord,
    Situation,
    Values,
)
from anagen.patients.schema import patient_schema, schema_text, shipped_schema

ROOT = Path(__file__).parents[2]
FILES = sorted(ROOT.glob("examples/patients/*.toml")) + sorted(
    ROOT.glob("examples/published/*.toml")
)
PAGE = (ROOT / "docs" / "reference" / "patient-format.md").read_text("utf-8")
VALIDATOR = jsonschema.Draft202012Validator(patient_schema())


def page_example() -> str:
    found = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found.group(1)


def test_the_shipped_schema_is_current():
    # Renew it: python -m anagen.patients.schema > src/anagen/data/schema/patient.schema.json
    assert shipped_schema() == schema_text()
    jsonschema.Draft202012Validator.check_schema(json.loads(shipped_schema()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_patient_follows_the_schema_and_is_read(path):
    VALIDATOR.validate(tomllib.loads(path.read_text("utf-8")))
    record = load(path)
    assert record.id == path.stem
    assert record.source.reading == ()
    kind = "synthetic" if path.parent.name == "patients" else "published_case"
    assert record.source.kind == kind
    assert kind == "synthetic" or record.source.url


def test_the_schema_refuses_what_intake_refuses():
    for bad in ({"sexx": "male"}, {"age_years": 200}, {"findings": {"nonsense": "present"}}):
        with pytest.raises(jsonschema.ValidationError):
            VALIDATOR.validate({"id": "a", **bad})


def test_the_example_of_the_reference_page_is_read():
    text = page_example()
    VALIDATOR.validate(
        {
            key: value
            for key, value in tomllib.loads(text).items()
            # The page shows `name` and a free test name, which only intake knows.
            if key != "labs"
        }
    )
    record = parse(text.encode(), "patient-format.md")
    assert record.latest_lab("ferritin") is not None
    said = "\n".join(record.source.reading)
    assert "Viral sinusitis" in said
    assert len(record.source.reading) == 1


def test_the_reference_page_names_every_field():
    models = (
        PatientRecord,
        Complaint,
        Measurements,
        Event,
        Medicine,
        Condition,
        Lab,
        Situation,
        Values,
    )
    for model in models:
        for name in model.model_fields:
            assert name == "format" or re.search(rf"\b{name}\b", PAGE), (model.__name__, name)


def test_there_are_enough_patients_of_every_kind():
    records = [load(path) for path in FILES if path.parent.name == "patients"]
    assert len(records) >= 12
    assert {record.sex for record in records} == {"female", "male"}
    assert len([path for path in FILES if path.parent.name == "published"]) == 10
    assert len(list(ROOT.glob("examples/fhir/*.json"))) >= 3


def test_the_expectations_of_the_published_cases_speak_of_the_shipped_ones():
    text = (ROOT / "tests" / "studies" / "published_cases.toml").read_text("utf-8")
    expected = tomllib.loads(text)
    assert set(expected) == {path.stem for path in FILES if path.parent.name == "published"}
    causes = {path.stem for path in ROOT.glob("src/anagen/data/causes/*.toml")}
    for case, entry in expected.items():
        assert set(entry["diagnosis"]) <= causes, case
        assert set(entry["differential"]) <= causes, case


def test_no_published_record_carries_its_own_diagnosis():
    text = (ROOT / "tests" / "studies" / "published_cases.toml").read_text("utf-8")
    expected = tomllib.loads(text)
    for path in FILES:
        if path.parent.name != "published":
            continue
        record = load(path)
        named = {condition.id for condition in record.conditions}
        assert not named & set(expected[path.stem]["diagnosis"]), path.stem
        hair = {name for name in named if "hair_loss" in load_conditions()[name].broader}
        assert not hair, path.stem
