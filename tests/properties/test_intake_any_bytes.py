"""Whatever the bytes, intake gives a patient record or a list of problems, and nothing else."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anagen.errors import InputProblems
from anagen.patients.intake import parse
from anagen.patients.record import PatientRecord
from anagen.patients.validation import from_document

EXAMPLES = Path(__file__).parents[2] / "examples"
TOML = (EXAMPLES / "patients" / "telogen_effluvium_low_ferritin.toml").read_bytes()
FHIR = json.loads((EXAMPLES / "fhir" / "hypothyroid_shedding.json").read_text("utf-8"))
RELAXED = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)


def outcome(run):
    try:
        found = run()
    except InputProblems as error:
        found = error
    if isinstance(found, PatientRecord):
        found.model_dump_json()
        return
    assert found.problems
    for problem in found.problems:
        assert problem.file
        assert problem.field
        assert problem.message
        f"{problem.field} {problem.value} {problem.message} {problem.nearest}".encode()


@given(content=st.binary(max_size=300), name=st.sampled_from(["a.toml", "a.yaml", "a.json", "a"]))
@RELAXED
def test_any_bytes(content, name):
    outcome(lambda: parse(content, name))


@given(content=st.text(max_size=200), name=st.sampled_from(["a.toml", "a.yaml", "a.json"]))
@RELAXED
def test_any_text(content, name):
    outcome(lambda: parse(content.encode("utf-8", "surrogatepass"), name))


@given(data=st.data())
@RELAXED
def test_a_patient_file_with_a_wound(data):
    start = data.draw(st.integers(0, len(TOML)))
    length = data.draw(st.integers(0, 40))
    put = data.draw(st.binary(max_size=10))
    outcome(lambda: parse(TOML[:start] + put + TOML[start + length :], "a.toml"))


KEYS = st.sampled_from(
    [*PatientRecord.model_fields, "value", "unit", "test", "name", "id", "kind", "nonsense"]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["ferritin", "ng/mL", "fever", "present", "itch", "male", "pregnant"])
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(document=st.dictionaries(KEYS, VALUES, max_size=6))
@RELAXED
def test_any_document(document):
    outcome(lambda: from_document(document, "a.json"))


@given(data=st.data())
@RELAXED
def test_a_bundle_with_a_wound(data):
    document = json.loads(json.dumps(FHIR))
    for _ in range(data.draw(st.integers(1, 3))):
        entry = data.draw(st.sampled_from(document["entry"]))
        resource = entry["resource"]
        field = data.draw(st.sampled_from([*resource, "component", "note", "contained"]))
        resource[field] = data.draw(VALUES)
    outcome(lambda: parse(json.dumps(document).encode(), "a.json"))


@given(values=st.dictionaries(st.sampled_from(["resourceType", "entry", "type"]), VALUES))
@RELAXED
def test_any_bundle(values):
    document = {"resourceType": "Bundle", **values}
    try:
        text = json.dumps(document, allow_nan=False)
    except ValueError:
        return
    outcome(lambda: parse(text.encode(), "a.json"))


@pytest.mark.parametrize("cut", range(0, 2000, 97))
def test_a_truncated_bundle(cut):
    outcome(lambda: parse(json.dumps(FHIR).encode()[:cut], "a.json"))
