"""The record while it is put together from a bundle, and a list of all that is left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from anagen.catalog.tables import Row, read_table
from anagen.interop.fhir_bundle import Bundle, codings, first_day, weeks_between, words
from anagen.interop.fhir_codes import LOINC, SNOMED
from anagen.patients.reading import Reading
from anagen.units import UnitError, convert

_SHORT_NAMES = {LOINC: "LOINC", SNOMED: "SNOMED CT"}
_LISTED = 40
_SAYS_NOTHING = (
    "absent-unknown",
    "http://terminology.hl7.org/CodeSystem/data-absent-reason",
    "http://terminology.hl7.org/CodeSystem/v3-NullFlavor",
)
_SET_ASIDE = {
    "entered-in-error": "entered in error",
    "cancelled": "cancelled",
    "draft": "only drafted",
    "refuted": "ruled out",
    "not-taken": "not taken",
    "not-done": "not done",
    "preparation": "not done yet",
    "intended": "only intended",
    "proposal": "only proposed",
    "plan": "only planned",
    "option": "only an option",
}


@dataclass
class Draft:
    """The data of the record so far, and what was left out by reason: text -> how often.

    `series` keeps every dated value of a field, of which `data` has the newest; `own` is true for a
    bundle that we wrote: what it does not state was not in the record.
    """

    bundle: Bundle
    reading: Reading
    data: dict[str, Any] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)
    series: dict[str, list[tuple[date, Any]]] = field(default_factory=dict)
    left_out: dict[str, dict[str, int]] = field(default_factory=dict)
    hair_names: list[str] = field(default_factory=list)
    born: date | None = None
    own: bool = False

    @property
    def now(self) -> date:
        """The day that weeks count back from."""
        return self.bundle.now

    def put(self, place: str, value: Any, on: date | None) -> None:
        """Set a field of the record unless a later resource has already set it."""
        if on is not None:
            self.series.setdefault(place, []).append((on, value))
        on = on or date.min
        if place in self.days and self.days[place] > on:
            return
        self.days[place] = on
        group, _, name = place.partition(".")
        if name:
            self.data.setdefault(group, {})[name] = value
        else:
            self.data[group] = value

    def add(self, key: str, value: Any) -> None:
        """Append to a list of the record."""
        self.data.setdefault(key, []).append(value)

    def weeks(self, on: date | None) -> float | None:
        """Weeks from a day to now; None for an unknown day or one after now."""
        return weeks_between(self.now, on)

    def leave_out(self, why: str, concept: Any, kind: str = "") -> None:
        """List something that is not taken into the record, with its words and its code."""
        listed = self.left_out.setdefault(why, {})
        name = named(concept) or f"{kind} without a name".strip()
        listed[name] = listed.get(name, 0) + 1

    def day_of(self, resource: dict[str, Any], stem: str, *names: str) -> date | None:
        """The day of `onset[x]` or `performed[x]`, an age counted from birth; then other fields."""
        found = first_day(resource, f"{stem}DateTime", f"{stem}Period")
        age = resource.get(f"{stem}Age")
        if found is None and isinstance(age, dict) and self.born is not None:
            found = self._at_age(age)
        return found or first_day(resource, *names)

    def _at_age(self, age: dict[str, Any]) -> date | None:
        value = number_of(age)
        if value is None or self.born is None:
            return None
        try:
            days = convert(value, str(age.get("code") or age.get("unit") or "a"), "d")
            return date.fromordinal(self.born.toordinal() + round(days))
        except (UnitError, ValueError, OverflowError):
            return None

    def notes(self) -> list[str]:
        """One line for each reason of leaving out, every name and code in it."""
        lines = []
        for why, listed in self.left_out.items():
            shown = [
                name if count == 1 else f"{name} ({count} times)"
                for name, count in sorted(listed.items())
            ]
            more = f"; and {len(shown) - _LISTED} more" if len(shown) > _LISTED else ""
            lines.append(f"{why}: {'; '.join(shown[:_LISTED])}{more}.")
        return lines


def named(concept: Any) -> str:
    """The words of a concept with its codes, for a list; '' when it has neither."""
    codes = [
        f"{_SHORT_NAMES.get(system, system.rsplit('/', 1)[-1] or 'code')} {code}"
        for system, code, _ in codings(concept)
        if code
    ]
    text = words(concept)
    if not codes:
        return text
    text = "" if text in [code for _, code, _ in codings(concept)] else text
    return f"{text} [{', '.join(codes)}]".strip()


def number_of(quantity: Any) -> float | None:
    """The number of a Quantity, or None; hundreds of digits are none."""
    value = quantity.get("value") if isinstance(quantity, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def note_of(resource: dict[str, Any]) -> str:
    """The notes of a resource as one text."""
    notes = resource.get("note", ())
    return " ".join(str(note.get("text", "")) for note in notes if isinstance(note, dict)).strip()


def set_aside(resource: dict[str, Any], concept: Any, draft: Draft) -> bool:
    """Whether a resource says itself that it does not count; it is listed with its reason."""
    states = [resource.get("status"), resource.get("intent")]
    states += [code for _, code, _ in codings(resource.get("verificationStatus"))]
    why = next((_SET_ASIDE[state] for state in states if state in _SET_ASIDE), "")
    if resource.get("doNotPerform") is True:
        why = "not to be given"
    if why:
        draft.leave_out(f"Not taken, because it is {why}", concept, resource["resourceType"])
    return bool(why)


def says_nothing(concept: Any) -> bool:
    """Whether a concept only states that nothing is known or nothing is there."""
    if words(concept).casefold().startswith(("no known ", "no information ")):
        return True
    return any(
        any(mark in system for mark in _SAYS_NOTHING) or code.startswith("no-known")
        for system, code, _ in codings(concept)
    )


@cache
def _code_rows() -> dict[tuple[str, str, str], Row]:
    table = read_table("fhir_codes.csv")
    return {(row["role"], row["system"], row["code"]): row for row in table}


def code_row(role: str, concept: Any) -> Row | None:
    """The row of data/fhir_codes.csv for one of the codes of a concept."""
    short = {LOINC: "loinc", SNOMED: "snomed", "urn:oid:2.16.840.1.113883.12.292": "cvx"}
    for system, code, _ in codings(concept):
        found = _code_rows().get((role, short.get(system, system.rsplit("/", 1)[-1]), code))
        if found is not None:
            return found
    return None


def answer(row: Row, on: date | None, draft: Draft) -> None:
    """What a coded answer says of a field of the record."""
    value: Any = row["value"]
    if value in ("true", "false"):
        value = value == "true"
    if value == "pregnant" and not may_go_on(draft.weeks(on)):
        draft.reading.note("A pregnancy recorded long ago or without a day is not taken for now.")
        return
    draft.put(row["field"], value, on)


def may_go_on(weeks: float | None) -> bool:
    """Whether a pregnancy recorded so many weeks ago may still go on."""
    from anagen.patients.plausibility import load_limits

    return weeks is not None and load_limits()["pregnancy_record_weeks"].holds(weeks)
