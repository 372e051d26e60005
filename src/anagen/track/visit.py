"""One visit: what was read that day, checked with the rules of the patient record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from anagen.catalog.parameters import value
from anagen.errors import InputProblems, nearest_name
from anagen.patients.documents import ODD
from anagen.patients.reading import Reading, listed
from anagen.patients.validation import from_document

QUADRANTS = ("top", "back", "left", "right")
# Field of the record's measurements -> observable of a forecast.
OBSERVABLE = {
    "salt": "salt",
    "terminal_density_per_cm2": "terminal_density",
    "total_density_per_cm2": "total_density",
    "hairs_shed_per_day": "daily_shed",
    "telogen_percent": "telogen_percent",
}
NOTHING_TAKEN = "none"
FIELDS = (
    "date", "measurements", "salt_quadrants", "findings", "labs", "photos", "adherence_percent",
    "plan", "note",
)  # fmt: skip
_LAB_FIELDS = ("test", "value", "unit", "text")


@dataclass(frozen=True, slots=True)
class LabResult:
    """One result in the canonical unit of its test, or in words."""

    test: str
    value: float | None = None
    unit: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known of one day.

    `measurements` are fields of `OBSERVABLE` with their values; `findings` ids of the finding
    vocabulary with "present" or "absent". `plan` is all that is taken from this day on, in the
    words of `anagen forecast`; "none" stops everything, "" changes nothing.
    """

    date: date
    measurements: tuple[tuple[str, float], ...] = ()
    salt_quadrants: tuple[tuple[str, float], ...] = ()
    labs: tuple[LabResult, ...] = ()
    photos: tuple[date, ...] = ()
    adherence_percent: float | None = None
    plan: str = ""
    note: str = ""
    findings: tuple[tuple[str, str], ...] = ()

    def readings(self) -> tuple[tuple[str, float], ...]:
        """Observable and value of everything that a forecast can be held against."""
        return tuple((OBSERVABLE[name], number) for name, number in self.measurements)


def as_document(visit: Visit) -> dict[str, Any]:
    """The visit as plain JSON values; what is unknown is left out."""
    document: dict[str, Any] = {"date": visit.date.isoformat()}
    if visit.measurements:
        document["measurements"] = dict(visit.measurements)
    if visit.salt_quadrants:
        document["salt_quadrants"] = dict(visit.salt_quadrants)
    if visit.findings:
        document["findings"] = dict(visit.findings)
    if visit.labs:
        document["labs"] = [
            {
                name: getattr(lab, name)
                for name in _LAB_FIELDS
                if getattr(lab, name) not in (None, "")
            }
            for lab in visit.labs
        ]
    if visit.photos:
        document["photos"] = [day.isoformat() for day in visit.photos]
    if visit.adherence_percent is not None:
        document["adherence_percent"] = visit.adherence_percent
    for name in ("plan", "note"):
        if getattr(visit, name):
            document[name] = getattr(visit, name)
    return document


def from_stored(document: Mapping[str, Any]) -> Visit:
    """The visit that `as_document` gave: its form is checked, its words are not.

    A treatment that a later version names otherwise must not lock up the whole file. Raises
    KeyError, TypeError or ValueError for what `as_document` cannot have written.
    """
    unknown = set(document) - set(FIELDS)
    unknown |= set(document.get("measurements", {})) - set(OBSERVABLE)
    if unknown:
        raise ValueError(f"unknown fields {sorted(unknown)}")

    def numbers(name: str) -> tuple[tuple[str, float], ...]:
        order = list(OBSERVABLE) if name == "measurements" else list(QUADRANTS)
        found = document.get(name, {})
        return tuple((key, float(found[key])) for key in sorted(found, key=order.index))

    taken = document.get("adherence_percent")
    plan, note = document.get("plan", ""), document.get("note", "")
    if not isinstance(plan, str) or not isinstance(note, str):
        raise TypeError("plan and note are text")
    return Visit(
        date=date.fromisoformat(document["date"]),
        measurements=numbers("measurements"),
        salt_quadrants=numbers("salt_quadrants"),
        labs=tuple(LabResult(**lab) for lab in document.get("labs", [])),
        photos=tuple(date.fromisoformat(day) for day in document.get("photos", [])),
        adherence_percent=None if taken is None else float(taken),
        plan=plan,
        note=note,
        findings=tuple(sorted((str(k), str(v)) for k, v in document.get("findings", {}).items())),
    )


def read_visit(
    raw: Any, person: str, start: date | None, today: date, reading: Reading, place: str = ""
) -> Visit | None:
    """The visit in a document; what is wrong goes to `reading`, and then the result is None.

    `start` is the first day a visit may have, None where it is itself wrong; `today` the last.
    """
    before = len(reading.problems)
    at = f"{place}." if place else ""
    if not isinstance(raw, dict):
        reading.problem(place or "visit", raw, "a visit must be a group of fields")
        return None
    for name in raw:
        if name not in FIELDS:
            near = nearest_name(str(name), FIELDS)
            reading.problem(
                f"{at}{name}", name, "no field of this name is known",
                allowed=listed(FIELDS), nearest=near,
            )  # fmt: skip
    day = read_day(raw.get("date"), f"{at}date", reading, start, today)
    quadrants = _quadrants(raw.get("salt_quadrants"), f"{at}salt_quadrants", reading)
    measurements = _with_salt(raw.get("measurements", {}), quadrants, at, reading)
    said = {"measurements": measurements, "labs": raw.get("labs", [])}
    said["findings"] = raw.get("findings", {})
    checked, labs, findings = _by_the_record(person, said, at, reading)
    photos = _photos(raw.get("photos", []), f"{at}photos", reading, today)
    adherence = _percent(raw.get("adherence_percent"), f"{at}adherence_percent", reading)
    plan = _plan(raw.get("plan", ""), f"{at}plan", reading)
    note = raw.get("note", "")
    if not isinstance(note, str):
        reading.problem(f"{at}note", note, "this must be text")
    elif ODD.search(note):
        reading.problem(
            f"{at}note", ascii(note)[:60], "this text holds control characters or broken ones",
            fix="type the text again",
        )  # fmt: skip
    known = checked or labs or findings or photos or adherence is not None or plan or note
    if len(reading.problems) == before and not known:
        reading.problem(place or "visit", "", "the visit says nothing", fix="give a reading")
    if day is None or len(reading.problems) > before:
        return None
    return Visit(day, checked, quadrants, labs, photos, adherence, plan, note, findings)


def read_day(
    raw: Any, place: str, reading: Reading, first: date | None, today: date
) -> date | None:
    """A day from `first` to `today`, written 2026-11-01."""
    try:
        day = raw if type(raw) is date else date.fromisoformat(str(raw))
    except ValueError:
        reading.problem(place, raw, "this is no day", allowed="a day such as 2026-11-01")
        return None
    if day > today:
        reading.problem(place, str(day), "this lies in the future", allowed=f"at most {today}")
        return None
    if first is not None and day < first:
        reading.problem(
            place, str(day), "this is before the day of the record, where the forecast starts",
            allowed=f"{first} or later",
        )  # fmt: skip
        return None
    return day


def _quadrants(raw: Any, place: str, reading: Reading) -> tuple[tuple[str, float], ...]:
    if raw is None:
        return ()
    if not isinstance(raw, dict) or set(raw) != set(QUADRANTS):
        reading.problem(
            place, raw, "SALT by quadrant needs all four of them", allowed=", ".join(QUADRANTS)
        )
        return ()
    found = [(name, _percent(raw[name], f"{place}.{name}", reading)) for name in QUADRANTS]
    return tuple((name, number) for name, number in found if number is not None)


def _with_salt(
    raw: Any, quadrants: tuple[tuple[str, float], ...], at: str, reading: Reading
) -> Any:
    """The measurements with SALT as the weighted sum of its quadrants, where these are given."""
    if not isinstance(raw, dict) or len(quadrants) < len(QUADRANTS):
        return raw
    total = round(sum(value(f"salt_weight_{name}") * number for name, number in quadrants), 6)
    said = raw.get("salt")
    if isinstance(said, int | float) and abs(said - total) > 0.5:
        reading.problem(
            f"{at}measurements.salt", said, "this is not what the four quadrants give",
            allowed=f"{total:g}", fix="leave one of them out",
        )  # fmt: skip
    return {**raw, "salt": total if said is None else said}


def _by_the_record(
    person: str, said: dict[str, Any], at: str, reading: Reading
) -> tuple[tuple[tuple[str, float], ...], tuple[LabResult, ...], tuple[tuple[str, str], ...]]:
    """Measurements, labs and findings as the patient record reads them: bounds, units, words."""
    measurements = said["measurements"]
    if isinstance(measurements, dict):
        for name in measurements:
            if name not in OBSERVABLE:
                reading.problem(
                    f"{at}measurements.{name}", name, "a visit has no measurement of this name",
                    allowed=listed(OBSERVABLE), nearest=nearest_name(str(name), OBSERVABLE),
                )  # fmt: skip
        measurements = {k: v for k, v in measurements.items() if k in OBSERVABLE}
    try:
        record = from_document({"id": person, **said, "measurements": measurements}, reading.file)
    except InputProblems as error:
        for found in error.problems:
            reading.problem(
                at + found.field, found.value, found.message,
                allowed=found.allowed, nearest=found.nearest, fix=found.fix,
            )  # fmt: skip
        return (), (), ()
    known = [(name, getattr(record.measurements, name)) for name in OBSERVABLE]
    results = tuple(LabResult(x.test, x.value, x.unit, x.text) for x in record.labs)
    for index, lab in enumerate(results):
        if ";" in lab.text:
            reading.problem(f"{at}labs[{index}].text", lab.text, "no ';' may stand here")
    numbers = tuple((name, number) for name, number in known if number is not None)
    return numbers, results, tuple(sorted(record.findings.items()))


def _photos(raw: Any, place: str, reading: Reading, today: date) -> tuple[date, ...]:
    if not isinstance(raw, list | tuple):
        reading.problem(place, raw, "this must be a list of days")
        return ()
    days = (read_day(day, f"{place}[{i}]", reading, None, today) for i, day in enumerate(raw))
    return tuple(sorted({day for day in days if day is not None}))


def _percent(raw: Any, place: str, reading: Reading) -> float | None:
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not 0 <= raw <= 100:
        reading.problem(place, raw, "this is not a possible value", allowed="0 to 100")
        return None
    return float(raw)


def _plan(raw: Any, place: str, reading: Reading) -> str:
    if not isinstance(raw, str):
        reading.problem(place, raw, "this must be text")
        return ""
    text = raw.strip()
    if text and text.lower() != NOTHING_TAKEN:
        from anagen.simulate.plan import parse_plan

        try:
            parse_plan(text)
        except InputProblems as error:
            for found in error.problems:
                reading.problem(
                    place, found.value, found.message,
                    allowed=found.allowed, nearest=found.nearest, fix=found.fix,
                )  # fmt: skip
    return text
