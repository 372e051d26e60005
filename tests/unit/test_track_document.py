"""What track writes keeps its published form: the export, and the forecast with its page."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import numpy as np
import pytest

from anagen.assess.assess import assess
from anagen.patients.intake import load
from anagen.provenance import stamp
from anagen.report import labels
from anagen.simulate.result import TOLD, ArmForecast, Forecast
from anagen.track.chart import Point, course_chart
from anagen.track.document import (
    EXPORT_SCHEMA,
    FORECAST_SCHEMA,
    document_of,
    dump,
    export_schema,
    forecast_schema,
    shipped,
)
from anagen.track.follow import Follow, follow
from anagen.track.page import render
from anagen.track.store import Course, read
from anagen.track.transfer import to_json
from anagen.track.visit import LabResult, Visit

PATIENT = Path(__file__).parents[2] / "examples" / "patients" / "male_pattern_vertex.toml"
START = date(2025, 1, 10)


def fake(record: Any, mixtures: Any, arms: Any, *, weeks: int, draws: int, seed: int,
         progress: Any) -> Forecast:  # fmt: skip
    z = np.random.default_rng(seed).standard_normal((2, draws))
    week = np.arange(weeks + 1.0)
    made = {}
    for arm in arms:
        slope = (0.5 if arm.regimens else 0.0) * (1.0 + 0.5 * z[0])
        course = (140.0 + 15.0 * z[1])[:, None] + slope[:, None] * week
        made[arm.id] = ArmForecast(arm, dict.fromkeys(TOLD, course))
    return Forecast("man", seed, week, made)


def visits() -> tuple[Visit, ...]:
    return (
        Visit(START, plan="finasteride 1 mg daily", photos=(START,)),
        Visit(
            START + timedelta(weeks=26),
            (("terminal_density_per_cm2", 158.0),),
            labs=(LabResult("ferritin", 35.0, "ng/mL"), LabResult("igra", text="negative")),
            adherence_percent=60.0,
            note="<script>alert(1)</script>",
            findings=(("vertex_thinning", "present"), ("hirsutism", "absent")),
        ),
    )


@cache
def made(off: bool = False) -> Follow:
    record = load(PATIENT)
    own = visits()
    if off:
        own += (Visit(START + timedelta(weeks=40), (("terminal_density_per_cm2", 40.0),)),)
    course = Course(record.id, START, own)
    return follow(record, assess(record), course, draws=200, forecaster=fake)


def document(found: Follow) -> Any:
    return json.loads(dump(document_of(found, stamp(0, found.draws))))


def test_the_published_schemas_are_those_of_the_code() -> None:
    # Renew: python -m anagen.track.document [forecast] > src/anagen/data/schema/track….schema.json
    assert shipped(EXPORT_SCHEMA) == export_schema()
    assert shipped(FORECAST_SCHEMA) == forecast_schema()
    for name in (EXPORT_SCHEMA, FORECAST_SCHEMA):
        jsonschema.Draft202012Validator.check_schema(shipped(name))


def test_an_export_fits_its_schema() -> None:
    own = to_json([Course("one", START, visits())])
    jsonschema.validate(own, shipped(EXPORT_SCHEMA))
    old = to_json(read(Path(__file__).with_name("track_version_1.db")))
    jsonschema.validate(old, shipped(EXPORT_SCHEMA))


@pytest.mark.parametrize(
    ("place", "bad"),
    [
        ("salt", {"measurements": {"salt": 130}}),
        ("colour", {"colour": "red"}),
        ("findings", {"findings": {"vertex_thinning": "perhaps"}}),
        ("labs", {"labs": [{"value": 3}]}),
    ],
)
def test_the_schema_of_the_export_refuses_what_the_import_refuses(
    place: str, bad: dict[str, Any]
) -> None:
    own = to_json([Course("one", START, visits())])
    own["people"][0]["visits"][1] |= bad
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(own, shipped(EXPORT_SCHEMA))


def test_every_forecast_fits_its_schema() -> None:
    schema = shipped(FORECAST_SCHEMA)
    refused = replace(made(), refused=("no",), bands=(), weeks=None, weight=None, first_judged={})
    for found in (made(), made(off=True), refused):
        jsonschema.validate(document(found), schema)
    shown = document(made())
    assert {band["observable"] for band in shown["bands"]} <= set(shown["units"])
    for band in shown["bands"]:
        assert {len(values) for values in band["updated"].values()} == {len(shown["weeks"])}
    assert shown["effective_sets"] <= shown["draws"] / 5
    assert shown["share_of_readings"] == 1.0


def test_the_page_holds_everything_and_asks_nothing_of_anybody() -> None:
    found = made()
    page = render(found, document_of(found, stamp(0, found.draws)))
    for words in ("Terminal hair density", "With the visits", "judge", "60 % of doses", "ferritin",
                  "&lt;script&gt;", "Not medical advice", "2025-07-11", "finasteride 1 mg",
                  "sets of parameters", f"not: {labels.finding('hirsutism')}"):  # fmt: skip
        assert words.lower() in page.lower(), words
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org/", "")
    assert "https://" not in page
    assert "url(" not in page.replace("url(#", "")


def test_the_page_of_a_refusal_has_no_chart() -> None:
    found = replace(made(), refused=("Stop: ask",), bands=(), weeks=None, first_judged={})
    page = render(found, document_of(found, stamp(0, 0)))
    assert "Stop: ask" in page
    assert "<svg" not in page


def test_off_the_course_is_drawn_and_told() -> None:
    found = made(off=True)
    page = render(found, document_of(found, stamp(0, found.draws)))
    assert "Off the expected course: what to look for next" in page
    assert "Cross: off the expected course." in page


def chart(points: tuple[Point, ...], judge: float | None = 20.0) -> str:
    side = {q: [100.0 + i + 0.1 * w for w in range(53)]
            for i, q in enumerate(("q05", "q25", "q50", "q75", "q95"))}  # fmt: skip
    return course_chart(
        {"before": side, "after": side}, points, start=START, judge_week=judge,
        too_early=judge is None, top=None, ident="one", title="T", description="D",
    )  # fmt: skip


def test_a_chart_shows_readings_their_error_and_the_day_to_judge() -> None:
    points = (Point(10.0, 103.0, 101.0, 107.0, False), Point(30.0, 104.0, 102.0, 106.0, True))
    drawn = chart(points)
    bare = chart(())
    root = ElementTree.fromstring(drawn)
    texts = "".join(root.itertext())
    assert "judge from 30 May 2025" in texts
    assert "Jan 2025" in texts
    assert texts.startswith("TD")
    # Two marks and two bars more than without readings.
    assert drawn.count("<path") + drawn.count("<line") == (
        bare.count("<path") + bare.count("<line") + 4
    )
    assert "effect within noise" in chart((), judge=None)
