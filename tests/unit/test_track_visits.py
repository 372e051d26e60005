"""A visit is read with the rules of the record, and everything wrong is told at once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from anagen.errors import InputProblems
from anagen.patients.reading import Reading
from anagen.track.store import Course
from anagen.track.transfer import lab_from_words, lab_typed, read_export, to_csv
from anagen.track.visit import LabResult, Visit, read_visit

START, TODAY = date(2026, 5, 1), date(2026, 11, 21)


def read(**raw: Any) -> tuple[Visit | None, dict[str, str]]:
    reading = Reading("here")
    visit = read_visit({"date": "2026-06-01", **raw}, "one", START, TODAY, reading)
    return visit, {problem.field: problem.message for problem in reading.problems}


def test_a_good_visit() -> None:
    visit, problems = read(
        measurements={"terminal_density_per_cm2": 140, "hairs_shed_per_day": 80},
        salt_quadrants={"top": 50, "back": 25, "left": 0, "right": 10},
        labs=[{"test": "vitamin_d", "value": 49.92, "unit": "nmol/L"}],
        photos=["2026-05-20"],
        adherence_percent=90,
        plan="finasteride 1 mg daily",
    )
    assert not problems
    assert visit is not None
    # 0.4 x 50 + 0.24 x 25 + 0.18 x 0 + 0.18 x 10, the weights of the score.
    assert dict(visit.measurements)["salt"] == pytest.approx(27.8)
    assert visit.labs[0].unit == "ng/mL"
    assert visit.labs[0].value == pytest.approx(20.0, rel=0.001)
    assert dict(visit.readings())["daily_shed"] == 80


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"date": "2026-04-30", "note": "x"}, "date"),
        ({"date": "2026-11-22", "note": "x"}, "date"),
        ({"date": "yesterday", "note": "x"}, "date"),
        ({"sald": 3, "note": "x"}, "sald"),
        ({"date": "2026-06-01", "note": "better\x1b[2J"}, "note"),
        ({"measurements": {"norwood": "II"}}, "measurements.norwood"),
        ({"measurements": {"salt": 101}}, "measurements.salt"),
        ({"measurements": {"salt": float("nan")}}, "measurements.salt"),
        (
            {"measurements": {"terminal_density_per_cm2": 200, "total_density_per_cm2": 100}},
            "measurements.terminal_density_per_cm2",
        ),
        ({"salt_quadrants": {"top": 3}}, "salt_quadrants"),
        (
            {"salt_quadrants": dict.fromkeys(("top", "back", "left", "right"), 30),
             "measurements": {"salt": 50}},
            "measurements.salt",
        ),
        ({"labs": [{"test": "ferritin", "value": 35, "unit": "mmol/L"}]}, "labs[0].unit"),
        ({"labs": [{"test": "ferritin", "value": 35}]}, "labs[0].unit"),
        ({"photos": ["2027-01-01"]}, "photos[0]"),
        ({"adherence_percent": 101}, "adherence_percent"),
        ({"plan": "finastride 1 mg"}, "plan"),
        ({}, "visit"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(raw: dict[str, Any], field: str) -> None:
    visit, problems = read(**raw)
    assert visit is None
    assert list(problems) == [field]


def test_all_at_once() -> None:
    _, problems = read(
        date="2027-01-01", measurements={"salt": 130}, plan="x", adherence_percent=-1
    )
    assert len(problems) == 4


def test_lab_words() -> None:
    assert lab_from_words("ferritin=35ug/L") == {"test": "ferritin", "value": 35.0, "unit": "ug/L"}
    assert lab_from_words("tsh = <0.01 mIU/L") == {"test": "tsh", "value": "<0.01", "unit": "mIU/L"}
    assert lab_from_words("igra=negative") == {"test": "igra", "text": "negative"}


def test_an_export_with_slips_lists_them_all() -> None:
    text = (
        b"person,start,date,salt,colour\none,2026-05-01,2026-06-01,forty,red\n,soon,2026-06-01,4,\n"
    )
    with pytest.raises(InputProblems) as caught:
        read_export(text, "x.csv", TODAY)
    fields = {problem.field for problem in caught.value.problems}
    assert {"line 2.salt", "line 2.colour", "people[1].id", "people[1].start"} <= fields
    with pytest.raises(InputProblems, match="unknown format"):
        read_export(b'{"format": "other", "people": []}', "x.json", TODAY)


def test_a_bound_and_a_word_come_back_from_csv() -> None:
    labs = (LabResult("tsh", 0.01, "m[IU]/L", "<0.01 m[IU]/L"), LabResult("igra", text="negative"))
    course = Course("one", START, (Visit(date(2026, 6, 1), labs=labs),))
    back = read_export(to_csv([course]).encode(), "x.csv", TODAY)
    assert back == (course,)


def test_a_typed_result_that_is_neither_number_nor_word_is_told_with_the_rest() -> None:
    assert lab_typed("ferritin=low") == {"test": "ferritin", "text": "low"}
    assert lab_typed("igra=see report") == {"test": "igra", "text": "see report"}
    visit, problems = read(measurements={"salt": 400}, labs=[lab_typed("ferritin=abc")])
    assert visit is None
    assert set(problems) == {"measurements.salt", "labs[0].value"}
