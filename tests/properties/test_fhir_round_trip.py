"""What is written as FHIR reads again as the same record, whatever the record holds."""

from __future__ import annotations

import json
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anagen.catalog.conditions import load_conditions
from anagen.catalog.findings import load_findings
from anagen.catalog.labs import load_labs
from anagen.interop.fhir import counted_from
from anagen.interop.fhir_write import to_bundle
from anagen.patients.intake import parse
from anagen.patients.record import PatientRecord

TODAY = date(2026, 1, 15)
WORDS = st.text("abcdefghijklmnop xyz", min_size=1, max_size=20).map(str.strip).filter(bool)
# Whole days survive as dates; a tenth of a week is what intake keeps of them.
WEEKS = st.integers(0, 3000).map(lambda days: round(days / 7, 1))
NUMERIC = sorted(lab.id for lab in load_labs().values() if lab.kind == "quantity")


def maybe(strategy):
    return st.none() | strategy


@st.composite
def labs(draw):
    test = load_labs()[draw(st.sampled_from(NUMERIC))]
    low = test.plausible_low or 0.0
    high = test.plausible_high if test.plausible_high is not None else low + 100
    value = draw(st.floats(low, high, allow_nan=False))
    return {
        "test": test.id,
        "value": float(f"{value:.6g}"),
        "unit": test.unit,
        "weeks_ago": draw(maybe(WEEKS)),
    }


@st.composite
def records(draw):
    sex = draw(maybe(st.sampled_from(["female", "male"])))
    conditions = draw(st.lists(st.sampled_from(sorted(load_conditions())), max_size=4, unique=True))
    tests = draw(st.lists(labs(), max_size=5, unique_by=lambda lab: lab["test"]))
    medicines = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "name": st.sampled_from(["Finasteride 1 mg", "Biotin", "Lithium"]) | WORDS,
                    "started_weeks_ago": maybe(WEEKS),
                    "dose": st.just("") | WORDS,
                }
            ),
            max_size=3,
            unique_by=lambda entry: entry["name"].casefold(),
        )
    )
    data = {
        "id": draw(st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9-]{0,20}\Z")),
        "visit_date": draw(maybe(st.just(TODAY))),
        "sex": sex,
        "age_years": draw(maybe(st.integers(12, 110).map(float))),
        "complaint": {
            "duration_weeks": draw(maybe(WEEKS)),
            "onset": draw(maybe(st.sampled_from(["sudden", "gradual", "episodic"]))),
            "pattern": draw(st.lists(st.sampled_from(["patchy", "diffuse"]), unique=True)),
        },
        "measurements": {
            "salt": draw(maybe(st.floats(0, 100).map(lambda v: float(f"{v:.6g}")))),
            "norwood": draw(maybe(st.sampled_from(["II", "III vertex"])))
            if sex == "male"
            else None,
            "pull_test_hairs": draw(maybe(st.integers(0, 30).map(float))),
        },
        "findings": draw(
            st.dictionaries(
                st.sampled_from(sorted(load_findings())),
                st.sampled_from(["present", "absent"]),
                max_size=6,
            )
        ),
        "conditions": [{"id": name, "status": "current"} for name in conditions],
        "labs": tests,
        "medicines": medicines,
        "events": draw(
            st.lists(
                st.fixed_dictionaries(
                    {"kind": st.sampled_from(["fever", "surgery"]), "weeks_ago": maybe(WEEKS)}
                ),
                max_size=2,
            )
        ),
        "situation": {
            "weight_kg": draw(maybe(st.integers(40, 120).map(float))),
            "smoker": draw(maybe(st.booleans())),
            "hemisphere": draw(maybe(st.sampled_from(["north", "south"]))),
        },
    }
    return PatientRecord.model_validate(data)


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(records())
def test_a_written_record_reads_again_as_itself(record):
    document = json.dumps(to_bundle(record, today=TODAY)).encode()
    back = parse(document, "record.json")
    kept = record.model_dump(exclude={"source", "labs"})
    assert back.model_dump(exclude={"source", "labs"}) == kept
    assert {(lab.test, lab.value, lab.unit, lab.weeks_ago) for lab in back.labs} == {
        (lab.test, lab.value, lab.unit, lab.weeks_ago) for lab in record.labs
    }
    assert counted_from(back) == TODAY


@settings(max_examples=10)
@given(records(), st.integers(1, 400))
def test_time_goes_on_between_writing_and_reading(record, days):
    document = json.dumps(to_bundle(record, today=TODAY)).encode()
    later = parse(document, "record.json", today=TODAY + timedelta(days=days))
    for before, after in zip(record.events, later.events, strict=True):
        if before.weeks_ago is not None:
            assert after.weeks_ago is not None
            assert abs(after.weeks_ago - before.weeks_ago - days / 7) < 0.16
