"""The forms a person may write, to the one form of the record; words checked in the vocabularies.

What is accepted beside the record's own form: a medicine, condition or relative's condition as a
plain string, a laboratory test under `name` with a printed `reference`, findings as true/false or
yes/no or as a list of those present, and `female`/`male` in one letter.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Any

from anagen.catalog.conditions import condition_names, find_condition, load_conditions
from anagen.catalog.labs import find_lab, lab_names, load_labs
from anagen.catalog.medicines import load_medicines, match_medicine, medicine_classes
from anagen.catalog.tables import read_table
from anagen.catalog.words import normal
from anagen.patients.laboratory import read_lab
from anagen.patients.reading import MOST, Reading

_PRESENCE = {
    "present": "present",
    "yes": "present",
    "absent": "absent",
    "no": "absent",
    "none": "absent",
}
_SEX = {"f": "female", "woman": "female", "girl": "female", "m": "male", "man": "male"}
_SEX["boy"] = "male"
_LIKELY = 0.8


def finding_ids() -> tuple[str, ...]:
    """Ids of the finding vocabulary, in its order."""
    return tuple(row["id"] for row in read_table("findings.csv"))


def to_record_form(raw: dict[str, Any], reading: Reading) -> dict[str, Any]:
    """The document in the record's own form; what cannot be read is left out and told."""
    data = dict(raw)
    if isinstance(data.get("sex"), str):
        sex = data["sex"].strip().casefold()
        data["sex"] = _SEX.get(sex, sex)
    if "findings" in data:
        data["findings"] = _findings(data["findings"], reading)
    for key, reader in _LISTS.items():
        if key in data:
            data[key] = _each(data[key], key, reader, reading)
    return data


def _each(
    value: Any, key: str, reader: Callable[[Any, str, Reading], Any], reading: Reading
) -> list[Any]:
    if not isinstance(value, list):
        reading.problem(key, value, "this must be a list", allowed=f"[[{key}]] or {key} = [ … ]")
        return []
    return [reader(item, f"{key}[{index}]", reading) for index, item in enumerate(value)]


def _findings(value: Any, reading: Reading) -> dict[str, Any]:
    if isinstance(value, list):
        value = {item if isinstance(item, str) else repr(item): "present" for item in value}
    if not isinstance(value, dict):
        reading.problem(
            "findings", value, "findings are names with a state", allowed="id = present or absent"
        )
        return {}
    known = {normal(name): name for name in finding_ids()}
    found: dict[str, Any] = {}
    for name, state in value.items():
        place = f"findings.{name}"
        finding = known.get(normal(str(name)))
        if finding is None:
            reading.unknown_word(place, str(name), "finding", finding_ids())
            continue
        if isinstance(state, bool):
            state = "present" if state else "absent"
        elif isinstance(state, str):
            state = _PRESENCE.get(state.strip().casefold(), state)
        if state not in ("present", "absent"):
            reading.problem(
                place,
                state,
                "a finding is present or absent",
                allowed="present, absent",
                fix="leave it out when it is unknown",
            )
            continue
        if found.get(finding, state) != state:
            reading.problem(place, state, "this finding is given twice, once each way")
        found[finding] = state
    return found


def _condition(item: Any, place: str, reading: Reading) -> Any:
    if isinstance(item, str):
        row = find_condition(item)
        if row is None:
            _unknown_condition(place, item, reading)
            return {"name": item}
        return {"id": row.id, "name": "" if normal(item) == normal(row.id) else item}
    if not isinstance(item, dict):
        return item
    word, name = item.get("id"), item.get("name")
    if isinstance(word, str) and word.strip():
        row = find_condition(word)
        if row is None:
            _unknown_condition(f"{place}.id", word, reading)
            return {**item, "id": ""}
        return {**item, "id": row.id}
    if isinstance(name, str) and name.strip():
        row = find_condition(name)
        if row is None and len(reading.notes) >= MOST:
            return item
        if row is None:
            near = _close(name, condition_names())
            hint = f"; did you mean {near}?" if near else ""
            reading.note(f"Condition '{name}' is not in the vocabulary: no rule reads it{hint}")
            return item
        return {**item, "id": row.id}
    reading.problem(place, item, "a condition has neither id nor name", allowed="id or name")
    return item


def _close(name: str, names: Iterable[str]) -> str:
    """A name so near that it is likely meant; closer than a suggestion for a refused word."""
    found = difflib.get_close_matches(name.casefold(), list(names), n=1, cutoff=_LIKELY)
    return found[0] if found else ""


def _unknown_condition(place: str, word: str, reading: Reading) -> None:
    before = len(reading.problems)
    reading.unknown_word(place, word, "condition", load_conditions(), condition_names())
    if len(reading.problems) != before + 1:
        return
    problem = reading.problems[-1]
    if not problem.nearest:
        reading.problems[-1] = type(problem)(
            problem.file,
            problem.field,
            problem.value,
            problem.message,
            problem.allowed,
            fix='write { name = "…" } to keep a disease that no rule reads',
        )


def _relative(item: Any, place: str, reading: Reading) -> Any:
    if not isinstance(item, str):
        return item
    row = find_condition(item)
    if row is None:
        reading.unknown_word(place, item, "condition", load_conditions(), condition_names())
        return item
    return row.id


def _medicine(item: Any, place: str, reading: Reading) -> Any:
    if isinstance(item, str):
        item = {"name": item}
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        return item
    name = item["name"]
    if len(reading.notes) >= MOST:
        return item
    if name.strip() and not match_medicine(name) and not medicine_classes(name):
        names = [word for row in load_medicines().values() for word in (row.id, *row.synonyms)]
        near = _close(name, names) or _close(name.split()[0], names)
        hint = f"; did you mean {near}?" if near else ""
        reading.note(
            f"Medicine '{name}' is not in the vocabulary: its interactions are not checked{hint}"
        )
    return item


def _lab(item: Any, place: str, reading: Reading) -> Any:
    if not isinstance(item, dict):
        return item
    item = dict(item)
    if "name" in item and "test" not in item:
        item["test"] = item.pop("name")
    word = item.get("test")
    if not isinstance(word, str):
        reading.problem(f"{place}.test", word, "a result needs the id of its test", allowed="test")
        return _fields_only(item)
    test = find_lab(word)
    if test is None:
        reading.unknown_word(f"{place}.test", word, "laboratory test", load_labs(), lab_names())
        return _fields_only(item)
    return read_lab(item, test, place, reading)


def _fields_only(item: dict[str, Any]) -> dict[str, Any]:
    """A result that cannot be read, kept so that its other fields are still checked."""
    dropped = ("test", "value", "unit", "reference", "reference_low", "reference_high")
    return {"test": "", **{key: value for key, value in item.items() if key not in dropped}}


_LISTS: dict[str, Callable[[Any, str, Reading], Any]] = {
    "conditions": _condition,
    "family_history": _relative,
    "medicines": _medicine,
    "labs": _lab,
}
