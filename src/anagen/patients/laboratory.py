"""One laboratory result as it was written, to the canonical unit of its test."""

from __future__ import annotations

import math
import re
from typing import Any

from anagen.catalog.labs import LabTest, load_conversions
from anagen.errors import nearest_name
from anagen.patients.reading import Reading
from anagen.units import UnitError, convert, ucum

_NUMBER = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_PLAIN = re.compile(rf"^({_NUMBER})$")
_BOUND = re.compile(rf"^([<>]=?|≤|≥)\s*({_NUMBER})$")
_TITRE = re.compile(r"^1\s*[:/]\s*(\d+)$")
_RANGE = re.compile(rf"^({_NUMBER})\s*(?:-|–|to|\.\.)\s*({_NUMBER})$")
_WORDS = {
    "positive": ("positive", "pos", "reactive", "detected", "present", "+", "abnormal positive"),
    "negative": ("negative", "neg", "non-reactive", "nonreactive", "not detected", "absent", "-"),
    "normal": ("normal", "within normal limits", "wnl", "unremarkable", "in range"),
    "abnormal": ("abnormal", "out of range"),
    "low": ("low", "decreased", "below range"),
    "high": ("high", "raised", "elevated", "increased", "above range"),
    "indeterminate": ("indeterminate", "equivocal", "borderline", "inconclusive"),
}
RESULT_WORDS = tuple(_WORDS)
_WORD = {spelling: word for word, spellings in _WORDS.items() for spelling in spellings}


def result_word(text: str) -> str:
    """The plain word for a result: `Non-reactive` is `negative`; other words stay as written."""
    return _WORD.get(text.strip().casefold(), text.strip())


def to_canonical(test: LabTest, value: float, unit: str) -> float:
    """`value` of `unit` in the canonical unit of the test. Raises UnitError, naming what fits."""
    special = load_conversions().get((test.id, ucum(unit)))
    if special is not None:
        return float(f"{special.slope * value + special.intercept:.12g}")
    return convert(value, unit, test.unit, test.molar_mass_g_per_mol)


def units_of(test: LabTest) -> str:
    """The units a result of this test is usually given in, for a message."""
    return " or ".join((test.unit, *test.other_units))


def plausible(test: LabTest, value: float) -> bool:
    """Whether a canonical value is physically possible."""
    low = -math.inf if test.plausible_low is None else test.plausible_low
    high = math.inf if test.plausible_high is None else test.plausible_high
    return low <= value <= high


def _number(value: Any) -> tuple[float | None, str]:
    """A number and the bound sign in front of it; None when `value` is no number."""
    if isinstance(value, bool):
        return None, ""
    if isinstance(value, int | float):
        try:
            number = float(value)
        except OverflowError:
            return None, ""
        return (number, "") if math.isfinite(number) else (None, "")
    if isinstance(value, str):
        text = value.strip()
        if found := _PLAIN.match(text):
            return _number(float(found.group(1)))
        if found := _TITRE.match(text):
            return _number(float(found.group(1)))
        if found := _BOUND.match(text):
            return _number(float(found.group(2)))[0], found.group(1)
    return None, ""


def _range(text: str) -> tuple[float | None, float | None] | None:
    """Low and high end of a printed range: `0.5-5.0`, `<=55`, `>20`; None when unreadable."""
    text = text.strip()
    if found := _RANGE.match(text):
        return float(found.group(1)), float(found.group(2))
    if found := _BOUND.match(text):
        end = float(found.group(2))
        return (None, end) if found.group(1) in ("<", "<=", "≤") else (end, None)
    return None


def read_lab(raw: dict[str, Any], test: LabTest, place: str, reading: Reading) -> dict[str, Any]:
    """The fields of one result with value and range in the canonical unit.

    `raw` has test, value, unit, text, reference_low, reference_high, reference, weeks_ago. What is
    wrong goes to `reading`; the rest is returned so that reading can go on.
    """
    fields = {key: value for key, value in raw.items() if key != "reference"}
    fields["test"] = test.id
    value, unit = raw.get("value"), raw.get("unit", "")
    if not isinstance(unit, str):
        reading.problem(f"{place}.unit", unit, "a unit is a word", allowed=units_of(test))
        return _without_numbers(fields)
    if isinstance(value, str) and result_word(value) in _WORDS and not raw.get("text"):
        fields["text"], value = value, None
        fields.pop("value", None)
    if isinstance(fields.get("text"), str) and fields["text"].strip():
        word = result_word(fields["text"])
        if word != fields["text"]:
            fields.setdefault("original", fields["text"])
        fields["text"] = word
    if test.kind == "qualitative":
        return _qualitative(fields, value, test, place, reading)
    if value is None:
        return _without_value(fields, raw, test, place, reading)
    number, bound = _number(value)
    if number is None:
        reading.problem(
            f"{place}.value",
            value,
            f"the result of {test.label} is not a number",
            allowed="a number with a decimal point, or text for a result in words",
            fix="write 9.5, not 9,5" if isinstance(value, str) and "," in value else "",
        )
        return _without_numbers(fields)
    return _quantity(fields, raw, number, bound, unit, test, place, reading)


def _without_numbers(fields: dict[str, Any]) -> dict[str, Any]:
    dropped = ("value", "unit", "reference_low", "reference_high")
    return {key: value for key, value in fields.items() if key not in dropped}


def _qualitative(
    fields: dict[str, Any], value: Any, test: LabTest, place: str, reading: Reading
) -> dict[str, Any]:
    if isinstance(value, str):
        fields["text"] = result_word(value)
        if fields["text"] != value:
            fields.setdefault("original", value)
    elif value is not None:
        reading.problem(
            f"{place}.value",
            value,
            f"{test.label} has a result in words, not a number",
            allowed=listed_words(),
            fix="write it as text",
        )
    elif not fields.get("text"):
        reading.problem(f"{place}.text", "", "a result is missing", allowed=listed_words())
    return _without_numbers(fields)


def listed_words() -> str:
    """The plain words for results."""
    return ", ".join(RESULT_WORDS) + ", or the words of the report"


def _without_value(
    fields: dict[str, Any], raw: dict[str, Any], test: LabTest, place: str, reading: Reading
) -> dict[str, Any]:
    if not fields.get("text"):
        reading.problem(
            f"{place}.value",
            "",
            f"the result of {test.label} is missing",
            allowed=f"a number with a unit ({units_of(test)}), or text",
            fix="leave the whole result out when it is unknown",
        )
    return _without_numbers(fields)


def _quantity(
    fields: dict[str, Any],
    raw: dict[str, Any],
    number: float,
    bound: str,
    unit: str,
    test: LabTest,
    place: str,
    reading: Reading,
) -> dict[str, Any]:
    if not unit.strip() and test.unit in ("1", "{titer}"):
        unit = test.unit
    if not unit.strip():
        reading.problem(
            f"{place}.unit",
            "",
            f"{test.label} has no unit, and a unit is never guessed",
            allowed=units_of(test),
        )
        return _without_numbers(fields)
    try:
        value = to_canonical(test, number, unit)
    except UnitError as error:
        reading.problem(
            f"{place}.unit",
            unit,
            f"a result of {test.id} cannot be read in this unit: {error}",
            allowed=units_of(test),
            nearest=nearest_name(ucum(unit), (test.unit, *test.other_units)),
            fix="give value and unit as the laboratory printed them",
        )
        return _without_numbers(fields)
    if not plausible(test, value):
        reading.problem(
            f"{place}.value",
            f"{shown_number(number)} {unit}",
            f"this is not a possible result of {test.label}",
            allowed=f"{shown_number(test.plausible_low)} to {shown_number(test.plausible_high)} "
            f"{test.unit}",
            fix="check the number and its unit",
        )
        return _without_numbers(fields)
    fields["value"], fields["unit"] = value, test.unit
    if not fields.get("original"):
        written = raw["value"] if isinstance(raw["value"], str) else shown_number(number)
        fields["original"] = f"{written.strip()} {unit}".removesuffix(" {titer}").removesuffix(" 1")
    if bound and not fields.get("text"):
        fields["text"] = f"{bound}{shown_number(value)} {test.unit}"
    return _with_range(fields, raw, unit, test, place, reading)


def shown_number(value: float | None) -> str:
    """A number without needless digits; an open end as 'any'."""
    return "any" if value is None else f"{value:.10g}"


def _with_range(
    fields: dict[str, Any],
    raw: dict[str, Any],
    unit: str,
    test: LabTest,
    place: str,
    reading: Reading,
) -> dict[str, Any]:
    low, high = raw.get("reference_low"), raw.get("reference_high")
    printed = raw.get("reference")
    if printed is not None:
        ends = _range(printed) if isinstance(printed, str) else None
        if ends is None:
            reading.problem(
                f"{place}.reference",
                printed,
                "this range cannot be read",
                allowed="0.5-5.0, <=55 or >20, in the unit of the result",
            )
        else:
            low, high = ends
    for name, end in (("reference_low", low), ("reference_high", high)):
        number, _ = _number(end)
        if number is not None:
            fields[name] = to_canonical(test, number, unit)
        elif end is not None:
            reading.problem(f"{place}.{name}", end, "the end of a range must be a number")
            fields.pop(name, None)
    ends = (fields.get("reference_low"), fields.get("reference_high"))
    if isinstance(ends[0], float) and isinstance(ends[1], float) and ends[0] > ends[1]:
        reading.problem(
            f"{place}.reference_low", low, "the range ends below where it begins", fix="swap them"
        )
    return fields
