"""CDS Hooks as a record system meets it: cards that inform, statuses that say what is wrong."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")

from starlette.testclient import TestClient

from anagen.assess.assess import assess
from anagen.assess.records import RedFlag
from anagen.patients.documents import MAX_JSON_BYTES
from anagen.patients.intake import load
from anagen.patients.record import PatientRecord
from anagen.provenance import stamp
from anagen.web import app as web
from anagen.web.cds_cards import SUMMARY_LIMIT, cards, plain, short
from cds_cases import INSTANCE, TODAY, call

EXAMPLES = Path(__file__).parents[2] / "examples"
URL = "/cds-services/anagen-hair-loss"
EHR = "http://records.example:8080"
# The fields that CDS Hooks 2.0 knows; these cards use no suggestion, no link and no action.
CARD_FIELDS = {"uuid", "summary", "detail", "indicator", "source"}


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = web.cds_hooks([EHR], today=lambda: TODAY)
    return TestClient(app, base_url="http://127.0.0.1:8765")


def record(name: str) -> PatientRecord:
    return load(EXAMPLES / f"{name}.toml")


def posted(client: TestClient, body: Any, **more: Any) -> Any:
    return client.post(URL, json=body, **more)


def problems(answer: Any) -> dict[str, str]:
    return {problem["field"]: problem["message"] for problem in answer.json()["problems"]}


def test_discovery(client: TestClient) -> None:
    (service,) = client.get("/cds-services").json()["services"]
    assert service["hook"] == "patient-view"
    assert service["id"] == "anagen-hair-loss"
    assert service["prefetch"]["patient"] == "Patient/{{context.patientId}}"
    assert service["prefetch"]["observations"] == "Observation?patient={{context.patientId}}"
    assert all(service[key] for key in ("title", "description"))


@pytest.mark.parametrize(
    "name", ["patients/severe_alopecia_areata", "patients/telogen_effluvium_low_ferritin"]
)
def test_cards_inform_and_keep_to_the_specification(client: TestClient, name: str) -> None:
    answer = posted(client, call(record(name)))
    assert answer.status_code == 200
    made = answer.json()["cards"]
    assert len({card["uuid"] for card in made}) == len(made) >= 2
    for card in made:
        assert set(card) == CARD_FIELDS
        assert len(card["summary"]) < 140
        assert card["indicator"] in ("info", "warning", "critical")
        assert card["source"]["label"]
        assert set(card["source"]["topic"]) == {"system", "code", "display"}
        assert "not medical advice" in card["detail"]
        assert "http" not in card["detail"]
    order = ["critical", "warning", "info"]
    assert sorted(made, key=lambda card: order.index(card["indicator"])) == made


def test_the_cards_say_what_the_assessment_says(client: TestClient) -> None:
    person = record("patients/severe_alopecia_areata")
    first = assess(person).causes[0]
    card = posted(client, call(person)).json()["cards"][-2]
    assert f"{round(100 * first.probability)} %" in card["summary"]
    assert first.label in card["detail"]
    assert "Against:" in card["detail"]
    assert posted(client, call(person)).json() == posted(client, call(person)).json()


def test_a_stopping_red_flag_stands_alone(client: TestClient) -> None:
    (card,) = posted(client, call(record("published/LPP-01"))).json()["cards"]
    assert card["indicator"] == "critical"
    assert card["summary"].startswith("Red flag: Scarring alopecia")
    assert "No hair plan is compared" in card["detail"]
    assert "within a week" in card["detail"]


def test_stopping_flags_come_before_others() -> None:
    assessment = assess(record("published/LPP-01"))
    mild = RedFlag("b", "Mild", "w", "a", "soon", False, "assumption", "assumed")
    both = type(assessment)(
        **{
            **{name: getattr(assessment, name) for name in assessment.__dataclass_fields__},
            "red_flags": (mild, *assessment.red_flags),
        }
    )
    made = cards(both, INSTANCE, stamp(0, 1))
    assert [card["indicator"] for card in made] == ["critical", "warning"]


def test_without_a_hair_complaint_there_is_no_card(client: TestClient) -> None:
    child = PatientRecord(id="child", age_years=7)
    answer = posted(client, call(child))
    assert (answer.status_code, answer.json()) == (200, {"cards": []})


def test_null_is_no_data_and_is_fine(client: TestClient) -> None:
    body = call(record("patients/severe_alopecia_areata"))
    for key in ("conditions", "medications", "family"):
        body["prefetch"][key] = None
    assert posted(client, body).status_code == 200


def test_all_that_is_wrong_is_told_at_once(client: TestClient) -> None:
    body = {
        "hook": "order-sign",
        "hookInstance": "no",
        "context": {"patientId": ""},
        "prefetch": {"observations": 3},
    }
    answer = posted(client, body)
    assert answer.status_code == 400
    assert {
        "hook",
        "hookInstance",
        "context.userId",
        "context.patientId",
        "prefetch.observations",
        "prefetch.patient",
        "prefetch.conditions",
        "prefetch.medications",
    } <= set(problems(answer))
    assert answer.json()["problems"][0]["allowed"] == "patient-view"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "no JSON object"),
        (b"[]", "no JSON object"),
        (b"{", "cut off"),
        (b'{"hook": NaN}', "JSON"),
        (b'{"hook": "a", "hook": "b"}', "twice"),
        (b'hook = "patient-view"', "no JSON object"),
        (b"\xff\xfe{}", "no JSON object"),
    ],
)
def test_bad_json(client: TestClient, content: bytes, word: str) -> None:
    answer = client.post(URL, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert word in json.dumps(answer.json())


@pytest.mark.parametrize("key", ["patient", "observations", "conditions", "medications"])
def test_missing_data_is_asked_for_with_412(client: TestClient, key: str) -> None:
    body = call(record("patients/severe_alopecia_areata"))
    del body["prefetch"][key]
    answer = posted(client, body)
    assert answer.status_code == 412
    assert list(problems(answer)) == [f"prefetch.{key}"]
    body["prefetch"][key] = {"resourceType": "OperationOutcome", "issue": []}
    assert posted(client, body).status_code == 412


def test_no_prefetch_at_all_is_412_and_nothing_is_fetched(client: TestClient) -> None:
    body = call(record("patients/severe_alopecia_areata"))
    del body["prefetch"]
    body["fhirServer"] = "http://127.0.0.1:9/never"
    body["fhirAuthorization"] = {"access_token": "secret"}
    answer = posted(client, body)
    assert answer.status_code == 412
    assert "secret" not in answer.text
    assert len(problems(answer)) == 4


def test_a_first_page_is_not_enough(client: TestClient) -> None:
    body = call(record("patients/severe_alopecia_areata"))
    body["prefetch"]["observations"]["link"] = [{"relation": "next", "url": "x"}]
    assert posted(client, body).status_code == 412


def test_the_patient_must_be_the_one_of_the_context(client: TestClient) -> None:
    body = call(record("patients/severe_alopecia_areata"))
    body["context"]["patientId"] = "another"
    answer = posted(client, body)
    assert answer.status_code == 400
    assert list(problems(answer)) == ["prefetch.patient.id"]


def test_problems_of_the_record_are_told(client: TestClient) -> None:
    body = call(record("patients/severe_alopecia_areata"))
    body["prefetch"]["patient"]["birthDate"] = "2031-01-01"
    answer = posted(client, body)
    assert answer.status_code == 400
    assert list(problems(answer)) == ["Patient.birthDate"]


def test_size_and_media_type_are_limited(client: TestClient) -> None:
    large = b"{" + b" " * MAX_JSON_BYTES + b"}"
    answer = client.post(URL, content=large, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    text = client.post(URL, content=b"{}", headers={"Content-Type": "text/plain"})
    assert text.status_code == 415
    assert client.get(URL).status_code == 405
    assert client.post("/cds-services/other", json={}).status_code == 404


def test_a_call_may_be_as_long_as_a_bundle(client: TestClient) -> None:
    body = call(record("published/LPP-01"))
    short = posted(client, body)
    long = posted(client, {**body, "extension": {"filler": "x" * 3_000_000}})
    assert (short.status_code, long.status_code) == (200, 200)
    assert len(long.json()["cards"]) == len(short.json()["cards"])


def test_a_defect_tells_its_kind_alone(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("Jane Nobody")

    monkeypatch.setattr(web, "_cards", broken)
    answer = posted(client, call(record("patients/severe_alopecia_areata")))
    assert answer.status_code == 500
    assert answer.json() == {"error": "defect", "message": "KeyError"}


def feedback(**changes: Any) -> dict[str, Any]:
    entry = {"card": INSTANCE, "outcome": "overridden", "outcomeTimestamp": "2026-01-15T00:00:00Z"}
    return {"feedback": [{**entry, **changes}]}


def test_feedback(client: TestClient) -> None:
    def status(body: Any) -> int:
        return client.post(f"{URL}/feedback", json=body).status_code

    assert status(feedback()) == 200
    assert status(feedback(outcome="accepted", acceptedSuggestions=[{"id": INSTANCE}])) == 200
    assert status(feedback(overrideReason={"userComment": "known"})) == 200
    for wrong in (
        {},
        {"feedback": []},
        {"feedback": [3]},
        feedback(card="x"),
        feedback(outcome="ignored"),
        feedback(outcome="accepted"),
        feedback(outcomeTimestamp=None),
    ):
        assert status(wrong) == 400, wrong


def test_only_named_origins_may_call_from_a_browser(client: TestClient) -> None:
    def preflight(origin: str) -> Any:
        return client.options(
            URL,
            headers={
                "Origin": origin,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "content-type",
            },
        )

    assert preflight(EHR).headers["access-control-allow-origin"] == EHR
    assert preflight("http://elsewhere.example").status_code == 400
    foreign = client.get("/cds-services", headers={"Origin": "http://elsewhere.example"})
    assert "access-control-allow-origin" not in foreign.headers


def test_a_foreign_host_name_is_refused(client: TestClient) -> None:
    assert client.get("/cds-services", headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/cds-services", headers={"Host": "localhost:1"}).status_code == 200


def test_nothing_of_a_record_is_logged(
    client: TestClient, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        posted(client, call(record("patients/severe_alopecia_areata")))
        posted(client, {"hook": "severe-alopecia-areata"})
    said = "".join(r.getMessage() for r in caplog.records if not r.name.startswith("httpx"))
    said += "".join(capfd.readouterr())
    assert "alopecia" not in said.replace(URL, "")


def test_words_of_the_record_cannot_become_markup() -> None:
    assert plain("a <b> [x](http://y) *z*") == r"a \<b\> \[x\](http://y) \*z\*"
    assessment = assess(record("patients/severe_alopecia_areata"))
    made = cards(assessment, INSTANCE, stamp(0, 1), notes=("<img src=x> **bold**",))
    assert "<img" not in json.dumps(made).replace("\\\\<img", "")


def test_long_summaries_are_cut_between_words() -> None:
    text = short("word " * 80)
    assert len(text) <= SUMMARY_LIMIT
    assert text.endswith("word…")
    assert short("short") == "short"
