"""Nutrients summed over all products: units, doses in words, what is not said."""

from __future__ import annotations

import pytest

from anagen.assess.assess import assess
from anagen.assess.findings import read_findings
from anagen.catalog.supplements import in_unit, upper_limits
from anagen.errors import InputProblems
from anagen.patients.nutrients import daily_dose, intake, over_every_limit, over_limit
from anagen.patients.record import PatientRecord
from anagen.patients.validation import from_document


def person(*medicines: dict, **fields: object) -> PatientRecord:  # type: ignore[type-arg]
    return PatientRecord.model_validate({"id": "p", "medicines": medicines, **fields})


def content(nutrient: str, per_day: float, unit: str) -> dict:  # type: ignore[type-arg]
    return {"nutrient": nutrient, "per_day": per_day, "unit": unit}


def test_units_meet_in_the_unit_of_the_limit() -> None:
    record = person(
        {"name": "oil", "contents": [content("vitamin_a", 5000, "IU")]},
        {"name": "capsule", "contents": [content("vitamin_a", 1, "mg")]},
    )
    found = intake(record, "vitamin_a")
    assert found is not None
    assert found.amount == pytest.approx(5000 * 0.3 + 1000)
    assert found.unit == "ug"
    assert found.products == ("oil", "capsule")
    assert found.complete


def test_a_plain_daily_dose_counts_and_any_other_makes_the_sum_a_lower_bound() -> None:
    plain = intake(person({"name": "zinc", "dose": "30 mg daily"}), "zinc_oral")
    assert plain is not None
    assert (plain.amount, plain.complete) == (30.0, True)
    vague = intake(person({"name": "zinc", "dose": "two tablets"}), "zinc_oral")
    assert vague is not None
    assert (vague.amount, vague.complete) == (0.0, False)


def test_nothing_listed_is_unknown_and_stopped_products_do_not_count() -> None:
    assert intake(person(), "selenium") is None
    stopped = {"name": "selenium", "dose": "400 ug daily", "stopped_weeks_ago": 3}
    assert intake(person(stopped), "selenium") is None
    assert intake(person(stopped), "selenium", within_weeks=26) is not None
    assert not over_limit(None, "selenium")


def test_the_limits_are_those_of_the_rows() -> None:
    assert [value for value, _ in upper_limits("selenium")] == [255, 400]
    between = intake(person({"name": "selenium", "dose": "300 ug daily"}), "selenium")
    assert over_limit(between, "selenium")
    assert not over_every_limit(between, "selenium")
    assert upper_limits("biotin") == ()


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("4000 IU daily", (4000.0, "IU")),
        ("55 mcg a day", (55.0, "ug")),
        ("0.5 g once daily", (0.5, "g")),
        ("50 mg weekly", None),
        ("50 mg", None),
        ("", None),
    ],
)
def test_doses_in_words(text: str, dose: tuple[float, str] | None) -> None:
    assert daily_dose(text) == dose


@pytest.mark.parametrize(
    ("name", "dose", "nutrient", "amount"),
    [
        ("zinc sulfate", "220 mg daily", "zinc_oral", 50.0),
        ("Zinc sulphate tablets", "110 mg daily", "zinc_oral", 25.0),
        ("ferrous sulfate", "200 mg daily", "iron", 65.0),
        ("ferrous fumarate", "210 mg once daily", "iron", 68.0),
        # Said of the element, for no tablet of the salt is so small.
        ("ferrous sulfate", "65 mg daily", "iron", 65.0),
        ("zinc sulfate", "15 mg daily", "zinc_oral", 15.0),
        ("zinc", "220 mg daily", "zinc_oral", 220.0),
        # Neither a known tablet nor an amount of the element: not known.
        ("zinc sulfate", "100 mg daily", "zinc_oral", None),
        ("zinc sulfate", "1 g daily", "zinc_oral", None),
    ],
)
def test_a_salt_is_not_read_as_its_element(
    name: str, dose: str, nutrient: str, amount: float | None
) -> None:
    found = intake(person({"name": name, "dose": dose}), nutrient)
    assert found is not None
    assert found.amount == (amount or 0.0)
    assert found.complete == (amount is not None)


def test_no_conversion_without_a_row() -> None:
    assert in_unit("selenium", 100, "IU", "ug") is None
    assert in_unit("vitamin_d", 40, "IU", "ug") == pytest.approx(1.0)


def test_an_ordinary_dose_of_selenium_is_no_excess() -> None:
    usual = person({"name": "selenium", "dose": "55 ug daily"})
    assert "high_selenium_intake" not in read_findings(usual).present
    unsaid = person({"name": "selenium"})
    assert read_findings(unsaid).present["high_selenium_intake"]


def test_a_sum_above_the_limit_is_told_before_any_plan() -> None:
    record = person(
        {"name": "gummies", "contents": [content("selenium", 200, "ug")]},
        {"name": "tablet", "contents": [content("selenium", 100, "ug")]},
        complaint={"pattern": ["diffuse"]},
    )
    assert "supplement_over_limit" in {flag.rule for flag in assess(record).red_flags}


def test_a_wrong_nutrient_or_unit_is_told_with_the_nearest_name() -> None:
    document = {
        "id": "p",
        "medicines": [{"name": "x", "contents": [content("selenum", 5, "spoons")]}],
    }
    with pytest.raises(InputProblems) as caught:
        from_document(document, "p.toml")
    first, second = caught.value.problems
    assert first.nearest == "selenium"
    assert "IU" in second.allowed
