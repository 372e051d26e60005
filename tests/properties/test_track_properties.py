"""Visits come back from every export as they went in, whatever the order they came in."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from anagen.track.store import Course, add, read
from anagen.track.transfer import read_export, to_csv, to_json
from anagen.track.visit import LabResult, Visit

START, TODAY = date(2020, 1, 1), date(2026, 11, 21)
NUMBER = st.floats(0.0, 100.0)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=30)
LABS = st.builds(
    LabResult,
    st.just("ferritin"),
    st.floats(1.0, 500.0).map(lambda x: float(f"{x:.9g}")),
    st.just("ng/mL"),
)


@st.composite
def visits(draw: st.DrawFn) -> tuple[Visit, ...]:
    days = draw(st.lists(st.integers(0, 900), min_size=1, max_size=5, unique=True))
    found = []
    for day in sorted(days):
        salt = (("salt", draw(NUMBER)),) if draw(st.booleans()) else ()
        shed = (("hairs_shed_per_day", draw(st.floats(0, 4000))),) if draw(st.booleans()) else ()
        found.append(
            Visit(
                date=START + timedelta(days=day),
                measurements=(*salt, *shed),
                labs=tuple(draw(st.lists(LABS, max_size=2))),
                photos=tuple(sorted({START + timedelta(days=draw(st.integers(0, 900)))})),
                adherence_percent=draw(st.none() | NUMBER),
                plan=draw(st.sampled_from(("", "none", "finasteride 1 mg daily"))),
                note=draw(TEXT),
            )
        )
    return tuple(found)


@settings(max_examples=60)
@given(visits())
def test_export_and_import_are_each_others_inverse(found: tuple[Visit, ...]) -> None:
    course = Course("one", START, found)
    text = json.dumps(to_json([course]), ensure_ascii=False)
    assert read_export(text.encode(), "x.json", TODAY) == (course,)
    assert read_export(to_csv([course]).encode(), "x.csv", TODAY) == (course,)


@settings(max_examples=15)
@given(visits(), st.randoms(use_true_random=False))
def test_the_order_in_which_visits_come_changes_nothing(
    tmp_path_factory: object, found: tuple[Visit, ...], random: object
) -> None:
    folder: Path = tmp_path_factory.mktemp("track")  # type: ignore[attr-defined]
    mixed = list(found)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    for visit in mixed:
        add(folder / "track.db", [Course("one", START, (visit,))])
    assert read(folder / "track.db") == (Course("one", START, found),)
