"""Observations of a bundle: laboratory results, body measures, answers and our own hair codes."""

from __future__ import annotations

from datetime import date
from typing import Any

from anagen.catalog.labs import LabTest, find_lab, lab_by_loinc, load_labs
from anagen.catalog.tables import Row
from anagen.errors import nearest_name
from anagen.interop.fhir_bundle import codings, day, first_day, words
from anagen.interop.fhir_codes import HAIR_SYSTEM, LOINC, hair_fields, hair_units
from anagen.interop.fhir_draft import (
    Draft,
    answer,
    code_row,
    may_go_on,
    named,
    note_of,
    number_of,
    set_aside,
)
from anagen.patients.friendly import finding_ids
from anagen.patients.laboratory import read_lab
from anagen.patients.reading import Reading
from anagen.units import UnitError, convert

_NO_PLACE = "Observations not read, because the record has no place for them"
_NO_VALUE = "Observations without a value, so unknown"


def read_observation(observation: dict[str, Any], draft: Draft) -> None:
    """Take one observation into the draft, or list why it is not taken."""
    code = observation.get("code")
    if set_aside(observation, code, draft):
        return
    on = first_day(
        observation, "effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued"
    )
    if on is not None and on > draft.now:
        draft.leave_out("Observations after the day that counts as now", code)
        return
    ours = next((c for system, c, _ in codings(code) if system == HAIR_SYSTEM), None)
    if ours is not None and not ours.startswith("labs."):
        _hair(ours, observation, on, draft)
        return
    test = load_labs().get(ours.removeprefix("labs.")) if ours else _test(code, draft)
    if test is not None:
        _lab(test, observation, on, draft)
        return
    read = [_part(part, on, draft) for part in (observation, *observation.get("component", ()))]
    if not any(read):
        draft.leave_out(_NO_PLACE, code, "Observation")


def _test(code: Any, draft: Draft) -> LabTest | None:
    """The test of a LOINC code; by its name only when no LOINC code is given."""
    loinc = [c for system, c, _ in codings(code) if system == LOINC]
    if loinc:
        return next((test for c in loinc if (test := lab_by_loinc(c))), None)
    test = find_lab(words(code)) if words(code) else None
    if test is not None:
        draft.reading.note(f"{words(code)} has no LOINC code: read as {test.label} by its name.")
    return test


def _part(part: dict[str, Any], on: date | None, draft: Draft) -> bool:
    """An observation or a component of one: a test, or a code that has a row of its own."""
    row = code_row("observation", part.get("code"))
    if row is not None:
        return _coded(row, part, on, draft)
    due = code_row("due_date", part.get("code"))
    if due is not None:
        return _due(due, day(part.get("valueDateTime")), draft)
    test = next(
        (
            test
            for system, code, _ in codings(part.get("code"))
            if system == LOINC and (test := lab_by_loinc(code))
        ),
        None,
    )
    if test is None:
        return False
    _lab(test, part, on, draft)
    return True


def _coded(row: Row, part: dict[str, Any], on: date | None, draft: Draft) -> bool:
    if not row["field"]:
        found = code_row("answer", part.get("valueCodeableConcept"))
        if found is None:
            return False
        answer(found, on, draft)
        return True
    quantity = part.get("valueQuantity")
    value = number_of(quantity)
    if not isinstance(quantity, dict) or value is None:
        _without_value(part, draft)
        return True
    unit = str(quantity.get("code") or quantity.get("unit") or "")
    try:
        draft.put(row["field"], convert(value, unit, row["unit"]), on)
    except UnitError as error:
        draft.reading.note(f"{words(part.get('code'))}: {error}; left out.")
    return True


def _due(row: Row, due: date | None, draft: Draft) -> bool:
    """An expected day of birth that lies ahead: a pregnancy goes on."""
    if due is None:
        return False
    ahead = (due - draft.now).days / 7
    if ahead >= 0 and may_go_on(ahead):
        draft.put(row["field"], row["value"], draft.now)
    else:
        draft.reading.note(f"A birth was expected on {due.isoformat()}: no pregnancy is taken.")
    return True


def _without_value(observation: dict[str, Any], draft: Draft) -> None:
    reason = words(observation.get("dataAbsentReason"))
    name = named(observation.get("code"))
    draft.leave_out(_NO_VALUE, {"text": f"{name} ({reason})" if reason else name}, "Observation")


def _lab(test: LabTest, observation: dict[str, Any], on: date | None, draft: Draft) -> None:
    raw: dict[str, Any] = {"test": test.id}
    weeks = draft.weeks(on)
    if weeks is not None:
        raw["weeks_ago"] = weeks
    if not _result(observation, raw):
        _without_value(observation, draft)
        return
    trial = Reading(draft.reading.file)
    fields = read_lab(raw, test, test.label, trial)
    for problem in trial.problems:
        seen = f" ({problem.value})" if problem.value else ""
        when = f" of {on.isoformat()}" if on else ""
        draft.reading.note(f"{test.label}{when}: {problem.message}{seen}; left out.")
    if fields.get("value") is not None or fields.get("text"):
        draft.add("labs", fields)


def _result(observation: dict[str, Any], raw: dict[str, Any]) -> bool:
    """Put value, unit, range or words of a result into `raw`; False when there is no result."""
    quantity = observation.get("valueQuantity")
    value = number_of(quantity)
    if isinstance(quantity, dict) and value is not None:
        unit = str(quantity.get("code") or quantity.get("unit") or "")
        comparator = quantity.get("comparator")
        raw["value"] = f"{comparator}{value!r}" if comparator else value
        raw["unit"] = unit
        _range(observation, unit, raw)
        return True
    for name in ("valueString", "valueInteger"):
        if isinstance(observation.get(name), str | int):
            raw["value"] = observation[name]
            return True
    ratio = observation.get("valueRatio")
    if isinstance(ratio, dict):
        ends = number_of(ratio.get("numerator")), number_of(ratio.get("denominator"))
        if None not in ends:
            raw["value"] = f"{ends[0]:g}:{ends[1]:g}"
            return True
    if observation.get("valueCodeableConcept"):
        raw["text"] = words(observation["valueCodeableConcept"])
        return True
    for concept in observation.get("interpretation", ()):
        row = code_row("interpretation", concept)
        if row is not None:
            raw["text"] = row["value"]
            return True
    return False


def _range(observation: dict[str, Any], unit: str, raw: dict[str, Any]) -> None:
    """The printed range, when its unit is that of the value or is not given."""
    for entry in observation.get("referenceRange", ())[:1]:
        for end in ("low", "high"):
            quantity = entry.get(end)
            number = number_of(quantity)
            stated = str(quantity.get("code") or quantity.get("unit") or unit) if quantity else ""
            if number is not None and stated == unit:
                raw[f"reference_{end}"] = number


def _hair(code: str, observation: dict[str, Any], on: date | None, draft: Draft) -> None:
    """One observation of our own code system: a finding, or a field of the record."""
    if code not in finding_ids() and code not in hair_fields():
        near = nearest_name(code, (*finding_ids(), *hair_fields()))
        hint = f"; did you mean {near}?" if near else ""
        draft.reading.note(f"Hair code '{code}' is not known: left out{hint}")
        return
    value = _any_value(observation)
    if value is None or value == "":
        _without_value(observation, draft)
        return
    if code in finding_ids():
        draft.put(f"findings.{code}", _state(value, observation), on)
    elif code == "events":
        event = {"kind": value, "note": note_of(observation)}
        weeks = draft.weeks(on)
        draft.add("events", {**event, **({} if weeks is None else {"weeks_ago": weeks})})
    elif code == "asks_about":
        draft.add("asks_about", value)
    elif code == "complaint.pattern":
        draft.data.setdefault("complaint", {}).setdefault("pattern", []).append(value)
    else:
        _field(code, _in_unit(code, observation, value, draft), on, draft)


def _field(code: str, value: Any, on: date | None, draft: Draft) -> None:
    if value is None:
        return
    if code == "complaint.duration_weeks" and isinstance(value, float):
        value += draft.weeks(on) or 0.0
    draft.put(code, value, on)


def _state(value: Any, observation: dict[str, Any]) -> Any:
    """A finding's state: present or absent, from true and false, words, or a coded yes and no."""
    row = code_row("presence", observation.get("valueCodeableConcept"))
    if row is not None:
        return row["value"]
    state = value if isinstance(value, bool) else str(value).strip().casefold()
    return {True: "present", False: "absent", "yes": "present", "no": "absent"}.get(state, state)


def _in_unit(code: str, observation: dict[str, Any], value: Any, draft: Draft) -> Any:
    """A number in the unit of its place; None, and a note, when its unit does not fit."""
    wanted, quantity = hair_units().get(code), observation.get("valueQuantity")
    if not wanted or not isinstance(quantity, dict) or not isinstance(value, float):
        return value
    unit = str(quantity.get("code") or quantity.get("unit") or "1")
    if unit == "1":
        return value
    try:
        return convert(value, unit, wanted)
    except UnitError as error:
        draft.reading.note(f"{words(observation.get('code'))}: {error}; left out.")
        return None


def _any_value(observation: dict[str, Any]) -> Any:
    for name in ("valueBoolean", "valueString", "valueInteger"):
        if name in observation:
            return observation[name]
    if "valueQuantity" in observation:
        return number_of(observation["valueQuantity"])
    concept = observation.get("valueCodeableConcept")
    return next((code for _, code, _ in codings(concept) if code), words(concept))
