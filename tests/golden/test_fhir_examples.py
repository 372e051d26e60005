"""The shipped FHIR bundles are what the writer makes of the shipped patients."""

import json
from datetime import date
from pathlib import Path

import pytest

from anagen.interop.fhir_write import to_bundle
from anagen.patients.intake import load, parse

EXAMPLES = Path(__file__).parents[2] / "examples"
TODAY = date(2026, 1, 15)
PATIENTS = sorted((EXAMPLES / "patients").glob("*.toml")) + sorted(
    (EXAMPLES / "published").glob("*.toml")
)


@pytest.mark.parametrize("path", sorted((EXAMPLES / "fhir").glob("*.json")), ids=lambda p: p.stem)
def test_shipped_bundle(path):
    record = load(EXAMPLES / "patients" / f"{path.stem}.toml")
    assert json.loads(path.read_text("utf-8")) == to_bundle(record, today=TODAY)


@pytest.mark.parametrize("path", PATIENTS, ids=lambda path: path.stem)
def test_every_patient_survives_the_round_trip(path):
    from fhir.resources.R4B.bundle import Bundle

    record = load(path)
    document = to_bundle(record, today=TODAY)
    Bundle.model_validate(document)
    back = parse(json.dumps(document).encode(), path.stem)
    assert len(back.source.reading) == 1, back.source.reading
    kept = record.model_dump(exclude={"source", "labs"})
    assert back.model_dump(exclude={"source", "labs"}) == kept

    def results(labs):
        return sorted((lab.model_copy(update={"original": ""}) for lab in labs), key=str)

    assert results(back.labs) == results(record.labs)
