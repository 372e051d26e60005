"""From a document in the patient format to a record: every problem listed, in plain words."""

from __future__ import annotations

from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from anagen.errors import InputProblems, nearest_name
from anagen.patients.friendly import to_record_form
from anagen.patients.plausibility import check_together
from anagen.patients.reading import Reading, listed
from anagen.patients.record import PatientRecord


def from_document(document: dict[str, Any], name: str, *, stem: str = "") -> PatientRecord:
    """The patient in a document of the patient format. Raises InputProblems."""
    reading = Reading(name)
    data = to_record_form(document, reading)
    if "id" not in data and stem:
        data["id"] = stem
    record = _validated(data, reading)
    check_together(record.model_dump() if record else data, reading)
    if reading.problems or record is None:
        raise InputProblems(reading.problems)
    if not reading.notes:
        return record
    source = record.source.model_copy(update={"reading": (*record.source.reading, *reading.notes)})
    return record.model_copy(update={"source": source})


def _validated(data: dict[str, Any], reading: Reading) -> PatientRecord | None:
    try:
        return PatientRecord.model_validate(data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            if reading.full:
                break
            _tell(detail, reading)
    except (RecursionError, OverflowError, ValueError) as error:
        reading.problem("record", "", f"the record cannot be read ({type(error).__name__})")
    return None


def _place(loc: tuple[int | str, ...]) -> str:
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f"{'.' if text else ''}{part}"
    return text or "top level"


def _inner(annotation: Any) -> Any:
    """The type inside Optional, tuple and dict: what one step of a place leads to."""
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        kept = [_inner(entry) for entry in get_args(annotation) if entry is not type(None)]
        return kept[0] if kept else annotation
    if origin in (tuple, list):
        return _inner(get_args(annotation)[0])
    if origin is dict:
        return _inner(get_args(annotation)[1])
    return annotation


def _at(loc: tuple[int | str, ...]) -> Any:
    """The type at a place of the record, or None."""
    found: Any = PatientRecord
    for part in loc:
        if isinstance(part, int):
            continue
        is_model = isinstance(found, type) and issubclass(found, BaseModel)
        fields = found.model_fields if is_model else {}
        if part not in fields:
            return found if not is_model else None
        found = _inner(fields[part].annotation)
    return found


def _field_names(loc: tuple[int | str, ...]) -> list[str]:
    found = _at(loc)
    is_model = isinstance(found, type) and issubclass(found, BaseModel)
    return list(found.model_fields) if is_model else []


def _choices(loc: tuple[int | str, ...]) -> list[str]:
    found = _at(loc)
    return [str(word) for word in get_args(found)] if get_origin(found) is Literal else []


_SAID = {
    "missing": "this is missing",
    "float_type": "this must be a number",
    "float_parsing": "this must be a number",
    "int_type": "this must be a whole number",
    "int_parsing": "this must be a whole number",
    "int_from_float": "this must be a whole number",
    "string_type": "this must be text",
    "date_type": "this must be a day, such as 2026-05-01",
    "bool_type": "this must be true or false",
    "bool_parsing": "this must be true or false",
    "finite_number": "this must be a finite number",
    "string_too_short": "this must not be empty",
    "string_too_long": "this text is too long",
}
_CONTAINERS = {
    "tuple_type": "this must be a list",
    "list_type": "this must be a list",
    "dict_type": "this must be a group of fields",
    "model_type": "this must be a group of fields",
    "model_attributes_type": "this must be a group of fields",
}


def _tell(detail: ErrorDetails, reading: Reading) -> None:
    """One problem of the record's own validation, in plain words."""
    loc, kind, value = detail["loc"], detail["type"], detail["input"]
    place, limits = _place(loc), detail.get("ctx", {})
    if kind == "extra_forbidden":
        names = _field_names(loc[:-1])
        near = nearest_name(str(loc[-1]), names)
        reading.problem(
            place,
            loc[-1],
            "no field of this name is known",
            allowed=listed(names),
            nearest=near,
            fix=f"write {near}" if near else "take it out",
        )
    elif kind == "literal_error":
        words = _choices(loc)
        near = nearest_name(str(value), words) if isinstance(value, str) else ""
        message = "this word is not known here" if isinstance(value, str) else "a word is needed"
        reading.problem(place, value, message, allowed=", ".join(words), nearest=near)
    elif kind in ("greater_than_equal", "less_than_equal", "greater_than", "less_than"):
        _tell_bound(place, value, _bounds(loc) or limits, reading)
    elif kind == "string_pattern_mismatch":
        reading.problem(
            place, value, "only letters, digits, '.', '_' and '-' may stand here", allowed="an id"
        )
    elif kind in _CONTAINERS:
        reading.problem(place, value, _CONTAINERS[kind], allowed=listed(_field_names(loc)))
    else:
        allowed = ", ".join(_choices(loc)) or _range_words(_bounds(loc))
        shown_value = "" if kind == "missing" else value
        reading.problem(place, shown_value, _SAID.get(kind, detail["msg"]), allowed=allowed)


def _bounds(loc: tuple[int | str, ...]) -> dict[str, Any]:
    """The numeric bounds of the field at a place: ge, gt, le, lt."""
    names = [part for part in loc if isinstance(part, str)]
    if not names:
        return {}
    parent = _at(tuple(names[:-1]))
    if not (isinstance(parent, type) and issubclass(parent, BaseModel)):
        return {}
    info = parent.model_fields.get(names[-1])
    bounds: dict[str, Any] = {}
    for entry in info.metadata if info else ():
        for key in ("ge", "gt", "le", "lt"):
            if getattr(entry, key, None) is not None:
                bounds[key] = getattr(entry, key)
    return bounds


def _range_words(bounds: dict[str, Any]) -> str:
    low, high = bounds.get("ge", bounds.get("gt")), bounds.get("le", bounds.get("lt"))
    above = "more than " if "gt" in bounds else ""
    if low is not None and high is not None:
        return f"{above}{low:g} to {high:g}"
    if low is not None:
        return f"{above or 'at least '}{low:g}"
    return f"at most {high:g}" if high is not None else ""


def _tell_bound(place: str, value: Any, bounds: dict[str, Any], reading: Reading) -> None:
    number = value if isinstance(value, int | float) else 0
    future = number < 0 and place.rsplit(".", 1)[-1].endswith(("weeks_ago", "duration_weeks"))
    reading.problem(
        place,
        value,
        "this lies in the future: weeks are counted back from now"
        if future
        else "this is not a possible value",
        allowed=_range_words(bounds),
    )
