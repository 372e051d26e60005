"""The local page without a browser: the report of a record, and all that is wrong with one."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")
pytest.importorskip("python_multipart")

from starlette.testclient import TestClient

from anagen.patients.documents import MAX_JSON_BYTES
from anagen.web import app as web
from anagen.web import page

EXAMPLES = Path(__file__).parents[2] / "examples"
# Stopped by a red flag, so that no forecast has to run.
STOPPED = EXAMPLES / "published" / "LPP-01.toml"


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = web.local_page(EXAMPLES / "published", today=lambda: date(2026, 1, 15))
    return TestClient(app, base_url="http://localhost:8765")


def sent(
    client: TestClient, content: bytes | None = None, name: str = "p.toml", **data: str
) -> Any:
    files = {"record": (name, content)} if content is not None else {"record": ("", b"")}
    return client.post("/report", files=files, data=data)


def test_the_page_offers_a_file_and_the_examples(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert 'type="file"' in answer.text
    assert '<option value="LPP-01">' in answer.text
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


def test_a_record_becomes_its_report(client: TestClient) -> None:
    answer = sent(client, STOPPED.read_bytes(), "LPP-01.toml")
    assert answer.status_code == 200
    assert answer.text.startswith("<!DOCTYPE html>")
    assert "See a doctor first" in answer.text
    assert answer.headers["content-type"].startswith("text/html")


def test_an_example_becomes_json_and_fhir(client: TestClient) -> None:
    dumped = sent(client, example="LPP-01", **{"as": "json"})
    assert dumped.json()["patient"] == "LPP-01"
    assert dumped.json()["stamp"]["published"] == "2026-01-15"
    bundle = sent(client, example="LPP-01", **{"as": "fhir"})
    assert bundle.headers["content-type"].startswith("application/fhir+json")
    kinds = {entry["resource"]["resourceType"] for entry in bundle.json()["entry"]}
    assert {"Flag", "RiskAssessment"} <= kinds


def test_a_fhir_bundle_is_a_record_too(client: TestClient) -> None:
    bundle = sent(client, example="LPP-01", **{"as": "fhir"}).content
    back = sent(client, bundle, "bundle.json", **{"as": "json"})
    assert back.json()["flags"][0]["rule"] == "scarring_signs"


def test_all_problems_are_on_the_page(client: TestClient) -> None:
    content = b'format = "anagen-patient/1"\nid = "x"\nagee = 3\nage_years = 200\n'
    answer = sent(client, content)
    assert answer.status_code == 400
    assert "2 problems in the record" in answer.text
    for word in ("agee", "Did you mean: age_years", "200"):
        assert word in answer.text
    assert 'type="file"' in answer.text


def test_words_of_a_record_are_no_markup(client: TestClient) -> None:
    content = json.dumps({"format": "anagen-patient/1", "id": "x", "<img src=x>": 1}).encode()
    answer = sent(client, content, "<b>.json")
    assert answer.status_code == 400
    assert "<img" not in answer.text
    assert "&lt;img" in answer.text


def test_nothing_chosen_is_said(client: TestClient) -> None:
    for answer in (sent(client), sent(client, example="../secret"), client.post("/report")):
        assert answer.status_code in (400, 411)
    assert "no record was chosen" in sent(client).text


def test_foreign_pages_and_large_files_are_refused(client: TestClient) -> None:
    foreign = client.post("/report", data={"as": "html"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    large = client.post("/report", content=b"", headers={"Content-Length": str(MAX_JSON_BYTES * 2)})
    assert large.status_code == 413
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_a_folder_without_records_offers_none() -> None:
    assert page.examples_in(None) == {}
    assert page.examples_in(EXAMPLES / "nowhere") == {}
    assert "made-up person" not in page.start({})
