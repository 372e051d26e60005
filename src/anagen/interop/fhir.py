"""A FHIR R4 bundle to a patient record: the same record as from a file, its source marked fhir.

Laboratory results are matched by LOINC, conditions by SNOMED CT and ICD-10, medicines by name. What
the hair itself shows has no public codes, so it travels in a code system of our own, `HAIR_SYSTEM`:
a code is a finding id, or a place in the patient record such as `measurements.salt`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from anagen.catalog.conditions import (
    ConditionRow,
    condition_by_icd10,
    condition_by_snomed,
    find_condition,
    with_broader,
)
from anagen.catalog.labs import LabTest, lab_by_loinc, load_labs
from anagen.catalog.medicines import match_medicine, medicine_classes
from anagen.catalog.tables import Row, read_table
from anagen.catalog.words import normal
from anagen.errors import InputProblems, nearest_name
from anagen.interop.fhir_bundle import (
    Bundle,
    codings,
    day,
    first_day,
    open_bundle,
    weeks_between,
    words,
)
from anagen.interop.fhir_codes import (
    HAIR_SYSTEM,
    LOINC,
    PATIENT_SYSTEM,
    SNOMED,
    hair_fields,
    hair_units,
)
from anagen.patients.friendly import finding_ids
from anagen.patients.laboratory import read_lab
from anagen.patients.plausibility import load_limits
from anagen.patients.reading import Reading
from anagen.patients.record import PatientRecord
from anagen.patients.validation import from_document
from anagen.units import UnitError, convert

_ICD10 = ("icd-10", "2.16.840.1.113883.6.90", "2.16.840.1.113883.6.3")
_VOID = frozenset({"entered-in-error", "cancelled", "draft", "not-taken", "not-done", "refuted"})
_DAYS_PER_YEAR = 365.25
_COUNTED = "Weeks are counted back from "


@dataclass
class _Draft:
    """The record while it is put together."""

    now: date
    reading: Reading
    data: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)

    def put(self, place: str, value: Any, on: date | None) -> None:
        """Set a field of the record unless a later resource has already set it."""
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

    def skip(self, what: str) -> None:
        """Count something that the record has no place for."""
        self.counts[what] = self.counts.get(what, 0) + 1


def read_bundle(document: dict[str, Any], name: str, *, today: date | None = None) -> PatientRecord:
    """The patient in a parsed FHIR R4 bundle. Raises InputProblems.

    Ages and weeks count back from `today`, or from the latest day in the bundle, so that the same
    file gives the same record on every day.
    """
    reading = Reading(name)
    bundle = open_bundle(document, reading, today)
    draft = _Draft(bundle.now, reading)
    _patient(bundle.of("Patient")[0], draft)
    for observation in bundle.of("Observation"):
        _observation(observation, draft)
    for condition in bundle.of("Condition"):
        _condition(condition, draft)
    for allergy in bundle.of("AllergyIntolerance"):
        _allergy(allergy, draft)
    for procedure in bundle.of("Procedure"):
        _procedure(procedure, draft)
    for history in bundle.of("FamilyMemberHistory"):
        _family(history, draft)
    _medicines(bundle, draft)
    _complaint(draft)
    return _finish(bundle, draft, name)


def counted_from(record: PatientRecord) -> date | None:
    """The day that counted as now when a record was read from a bundle; None for another source."""
    said = next((note for note in record.source.reading if note.startswith(_COUNTED)), "")
    return day(said.removeprefix(_COUNTED)) if record.source.kind == "fhir" else None


def _finish(bundle: Bundle, draft: _Draft, name: str) -> PatientRecord:
    reading = draft.reading
    if reading.problems:
        raise InputProblems(reading.problems)
    notes = [f"{_COUNTED}{bundle.now.isoformat()}."]
    if draft.counts:
        skipped = ", ".join(f"{count} {what}" for what, count in sorted(draft.counts.items()))
        notes.append(f"Not read, because the record has no place for them: {skipped}.")
    others = {kind: count for kind, count in bundle.other_types.items() if kind != "Composition"}
    if others:
        listed = ", ".join(f"{count} {kind or 'unnamed'}" for kind, count in sorted(others.items()))
        notes.append(f"Resources of other kinds, not read: {listed}.")
    draft.data["labs"] = sorted(
        draft.data.get("labs", []), key=lambda lab: (lab["test"], lab.get("weeks_ago", 0.0))
    )
    draft.data["source"] = {"kind": "fhir", "reading": (*notes, *reading.notes)}
    return from_document(draft.data, name)


def _identifier(text: Any) -> str:
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in str(text))
    return kept.strip("-._")[:120] or "fhir-patient"


def _patient(patient: dict[str, Any], draft: _Draft) -> None:
    ours = [
        entry.get("value")
        for entry in patient.get("identifier", ())
        if isinstance(entry, dict) and entry.get("system") == PATIENT_SYSTEM
    ]
    draft.data["id"] = _identifier((ours or [patient.get("id") or "fhir-patient"])[0])
    gender = patient.get("gender")
    if gender in ("female", "male"):
        draft.data["sex"] = gender
    else:
        draft.reading.note(f"Patient.gender is '{gender or 'missing'}': sex stays unknown.")
    born = day(patient.get("birthDate"))
    if born is None:
        draft.reading.note("Patient.birthDate is missing: age stays unknown.")
    elif born > draft.now:
        draft.reading.problem(
            "Patient.birthDate",
            patient.get("birthDate"),
            f"this is after {draft.now.isoformat()}, the day that counts as now",
        )
    else:
        draft.data["age_years"] = float(int((draft.now - born).days / _DAYS_PER_YEAR))
    if patient.get("deceasedBoolean") is True or patient.get("deceasedDateTime"):
        draft.reading.note("The record says that this person has died.")


def _void(resource: dict[str, Any]) -> bool:
    if resource.get("status") in _VOID:
        return True
    return any(code in _VOID for _, code, _ in codings(resource.get("verificationStatus")))


@cache
def _code_rows() -> dict[tuple[str, str, str], Row]:
    table = read_table("fhir_codes.csv")
    return {(row["role"], row["system"], row["code"]): row for row in table}


def _short(system: str) -> str:
    return {LOINC: "loinc", SNOMED: "snomed"}.get(system, system)


def _row(role: str, concept: Any) -> Row | None:
    for system, code, _ in codings(concept):
        found = _code_rows().get((role, _short(system), code))
        if found is not None:
            return found
    return None


def _observation(observation: dict[str, Any], draft: _Draft) -> None:
    if _void(observation):
        return
    on = first_day(
        observation, "effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued"
    )
    if on is not None and on > draft.now:
        draft.skip("Observation after the day that counts as now")
        return
    code = observation.get("code")
    ours = next((c for system, c, _ in codings(code) if system == HAIR_SYSTEM), None)
    test = next(
        (t for system, c, _ in codings(code) if system == LOINC and (t := lab_by_loinc(c))), None
    )
    if ours is not None and ours.startswith("labs."):
        test = load_labs().get(ours.removeprefix("labs."))
    elif ours is not None:
        _hair(ours, observation, on, draft)
        return
    if test is not None:
        _lab(test, observation, on, draft)
        return
    read = False
    for part in (observation, *observation.get("component", ())):
        row = _row("observation", part.get("code"))
        if row is not None:
            read = _coded(row, part, on, draft) or read
    if not read:
        draft.skip("Observation")


def _coded(row: Row, part: dict[str, Any], on: date | None, draft: _Draft) -> bool:
    """One observation or component whose code has a row of its own."""
    if not row["field"]:
        answer = _row("answer", part.get("valueCodeableConcept"))
        if answer is None:
            return False
        _answer(answer, on, draft)
        return True
    quantity = part.get("valueQuantity")
    value = _value_of(quantity)
    if not isinstance(quantity, dict) or value is None:
        return False
    unit = str(quantity.get("code") or quantity.get("unit") or "")
    try:
        draft.put(row["field"], convert(value, unit, row["unit"]), on)
    except UnitError as error:
        draft.reading.note(f"{words(part.get('code'))}: {error}; left out.")
    return True


def _answer(row: Row, on: date | None, draft: _Draft) -> None:
    value: Any = row["value"]
    if value in ("true", "false"):
        value = value == "true"
    if value == "pregnant":
        weeks = weeks_between(draft.now, on)
        if weeks is None or not load_limits()["pregnancy_record_weeks"].holds(weeks):
            draft.reading.note(
                "A pregnancy recorded long ago or without a day is not taken for now."
            )
            return
    draft.put(row["field"], value, on)


def _value_of(quantity: Any) -> float | None:
    value = quantity.get("value") if isinstance(quantity, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def _lab(test: LabTest, observation: dict[str, Any], on: date | None, draft: _Draft) -> None:
    raw: dict[str, Any] = {"test": test.id}
    weeks = weeks_between(draft.now, on)
    if weeks is not None:
        raw["weeks_ago"] = weeks
    quantity = observation.get("valueQuantity")
    value = _value_of(quantity)
    if isinstance(quantity, dict) and value is not None:
        unit = str(quantity.get("code") or quantity.get("unit") or "")
        comparator = quantity.get("comparator")
        raw["value"] = f"{comparator}{value!r}" if comparator else value
        raw["unit"] = unit
        _range(observation, unit, raw)
    elif isinstance(observation.get("valueString"), str):
        raw["value"] = observation["valueString"]
    elif isinstance(observation.get("valueInteger"), int):
        raw["value"] = observation["valueInteger"]
    elif observation.get("valueCodeableConcept"):
        raw["text"] = words(observation["valueCodeableConcept"])
    else:
        draft.skip(f"result of {test.label} without a value")
        return
    trial = Reading(draft.reading.file)
    fields = read_lab(raw, test, test.label, trial)
    for problem in trial.problems:
        seen = f" ({problem.value})" if problem.value else ""
        when = f" of {on.isoformat()}" if on else ""
        draft.reading.note(f"{test.label}{when}: {problem.message}{seen}; left out.")
    if fields.get("value") is not None or fields.get("text"):
        draft.add("labs", fields)


def _range(observation: dict[str, Any], unit: str, raw: dict[str, Any]) -> None:
    """The printed range, when its unit is that of the value or is not given."""
    for entry in observation.get("referenceRange", ())[:1]:
        for end in ("low", "high"):
            quantity = entry.get(end)
            number = _value_of(quantity)
            stated = str(quantity.get("code") or quantity.get("unit") or unit) if quantity else ""
            if number is not None and stated == unit:
                raw[f"reference_{end}"] = number


def _hair(code: str, observation: dict[str, Any], on: date | None, draft: _Draft) -> None:
    """One observation of our own code system: a finding, or a field of the record."""
    value = _any_value(observation)
    if code in finding_ids():
        state = value if isinstance(value, bool) else str(value).strip().casefold()
        state = {True: "present", False: "absent", "yes": "present", "no": "absent"}.get(
            state, state
        )
        findings = draft.data.setdefault("findings", {})
        findings[code] = state
        return
    group, _, name = code.partition(".")
    if code == "events":
        event = {"kind": value, "note": _note(observation)}
        weeks = weeks_between(draft.now, on)
        draft.add("events", {**event, **({} if weeks is None else {"weeks_ago": weeks})})
    elif code == "asks_about":
        draft.add("asks_about", value)
    elif code == "complaint.pattern":
        draft.data.setdefault("complaint", {}).setdefault("pattern", []).append(value)
    elif code in hair_fields():
        value = _in_unit(code, observation, value, draft)
        if value is None:
            return
        if code == "complaint.duration_weeks" and isinstance(value, float):
            weeks = weeks_between(draft.now, on) or 0.0
            value += weeks
        draft.put(code if name else group, value, on)
    else:
        near = nearest_name(code, (*finding_ids(), *hair_fields()))
        hint = f"; did you mean {near}?" if near else ""
        draft.reading.note(f"Hair code '{code}' is not known: left out{hint}")


def _in_unit(code: str, observation: dict[str, Any], value: Any, draft: _Draft) -> Any:
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
        return _value_of(observation["valueQuantity"])
    concept = observation.get("valueCodeableConcept")
    return next((code for _, code, _ in codings(concept) if code), words(concept))


def _note(resource: dict[str, Any]) -> str:
    notes = resource.get("note", ())
    return " ".join(str(note.get("text", "")) for note in notes if isinstance(note, dict)).strip()


def _find(concept: Any, draft: _Draft) -> ConditionRow | None:
    """The condition of a concept: our code, SNOMED CT, ICD-10, then its name."""
    for system, code, display in codings(concept):
        row = None
        if system == HAIR_SYSTEM:
            row = find_condition(code)
        elif system == SNOMED:
            row = condition_by_snomed(code)
        elif any(mark in system.casefold() for mark in _ICD10):
            row = condition_by_icd10(code)
        if row is None:
            continue
        by_name = find_condition(_plain(display))
        known = {row.id, *with_broader(row.id)}
        if (
            by_name is not None
            and by_name.id not in known
            and row.id not in with_broader(by_name.id)
        ):
            draft.reading.note(
                f"Code {code} is known as '{row.label}' but called '{display}': taken as "
                f"'{by_name.label}'."
            )
            return by_name
        return row
    for text in (words(concept), *(display for _, _, display in codings(concept))):
        row = find_condition(_plain(text))
        if row is not None:
            return row
    return None


def _plain(display: str) -> str:
    """A SNOMED CT display without its tag: `Anemia (disorder)` is `Anemia`."""
    return display.rsplit(" (", 1)[0] if display.endswith(")") else display


def _condition(condition: dict[str, Any], draft: _Draft) -> None:
    if _void(condition):
        return
    code = condition.get("code")
    if any(c.startswith(("no-known", "no-problem")) for _, c, _ in codings(code)):
        draft.reading.note(f"The record states: {words(code)}.")
        return
    on = first_day(condition, "onsetDateTime", "onsetPeriod", "recordedDate")
    status = _status(condition)
    special = _row("condition", code)
    if special is not None:
        if special["field"] and status == "current":
            _answer(special, on, draft)
        return
    row, name = _find(code, draft), words(code)
    if row is None and not name:
        draft.skip("Condition without a name")
        return
    entry = {"id": row.id if row else "", "name": name, "status": status}
    if row is not None and normal(name) == normal(row.label):
        entry["name"] = ""
    if note := _note(condition):
        entry["note"] = note
    if entry not in draft.data.get("conditions", []):
        draft.add("conditions", entry)
    if row is not None and "hair_loss" in with_broader(row.id) and status != "past":
        known = draft.days.get("hair loss")
        if on is not None and (known is None or on < known):
            draft.days["hair loss"] = on
        draft.data.setdefault("_hair_names", []).append(name or row.label)


def _status(condition: dict[str, Any]) -> str:
    doubts = {code for _, code, _ in codings(condition.get("verificationStatus"))}
    if doubts & {"unconfirmed", "provisional", "differential"}:
        return "suspected"
    states = {code for _, code, _ in codings(condition.get("clinicalStatus"))}
    if states & {"resolved", "remission", "inactive"}:
        return "past"
    if not states and any(key.startswith("abatement") for key in condition):
        return "past"
    return "current"


def _complaint(draft: _Draft) -> None:
    """A coded hair disease is a hair complaint when none is described."""
    names = draft.data.pop("_hair_names", [])
    complaint = draft.data.setdefault("complaint", {})
    if names and not complaint.get("description"):
        complaint["description"] = "Recorded: " + ", ".join(dict.fromkeys(names))
    onset = draft.days.get("hair loss")
    if onset is not None and complaint.get("duration_weeks") is None:
        complaint["duration_weeks"] = weeks_between(draft.now, onset)


def _allergy(allergy: dict[str, Any], draft: _Draft) -> None:
    if _void(allergy):
        return
    code = allergy.get("code")
    if any(c.startswith("no-known") for _, c, _ in codings(code)) or _row("condition", code):
        draft.reading.note(f"The record states: {words(code) or 'no known allergy'}.")
        return
    name = words(code)
    if not name:
        draft.skip("AllergyIntolerance without a name")
        return
    row = find_condition(f"{name} allergy") or find_condition(f"allergy to {name}")
    row = row or find_condition(_plain(name))
    categories = allergy.get("category", ())
    if row is None:
        named = match_medicine(name) or medicine_classes(name)
        kind = "drug_allergy" if named or "medication" in categories else ""
        row = find_condition(kind or ("food_allergy" if "food" in categories else ""))
    status = _status(allergy)
    entry = {"id": row.id if row else "", "name": name, "status": status, "note": "allergy"}
    draft.add("conditions", entry)


def _procedure(procedure: dict[str, Any], draft: _Draft) -> None:
    if _void(procedure):
        return
    row = _row("procedure", procedure.get("code"))
    on = first_day(procedure, "performedDateTime", "performedPeriod")
    if row is None or (on is not None and on > draft.now):
        draft.skip("Procedure")
        return
    if row["field"] == "conditions":
        draft.add("conditions", {"id": row["value"], "status": "past"})
        return
    event: dict[str, Any] = {"kind": row["value"], "note": words(procedure.get("code"))}
    weeks = weeks_between(draft.now, on)
    if weeks is not None:
        event["weeks_ago"] = weeks
    draft.add("events", event)


def _family(history: dict[str, Any], draft: _Draft) -> None:
    if _void(history):
        return
    for entry in history.get("condition", ()):
        row = _find(entry.get("code"), draft)
        if row is None:
            draft.skip("condition of a relative")
        elif row.id not in draft.data.get("family_history", []):
            draft.add("family_history", row.id)


def _medicine_name(resource: dict[str, Any], bundle: Bundle) -> str:
    named = words(resource.get("medicationCodeableConcept"))
    if named:
        return named
    pointer = resource.get("medicationReference")
    reference = str(pointer.get("reference") or "") if isinstance(pointer, dict) else ""
    contained = resource.get("contained")
    for entry in contained if isinstance(contained, list) else ():
        if isinstance(entry, dict) and f"#{entry.get('id')}" == reference:
            return words(entry.get("code"))
    found = bundle.by_reference.get(reference, {})
    return words(found.get("code")) or (
        str(pointer.get("display") or "") if isinstance(pointer, dict) else ""
    )


def _medicines(bundle: Bundle, draft: _Draft) -> None:
    """Medicines in use or used, one entry a name: the newest record of it wins.

    A prescription that is renewed was started with its first record, not with its last.
    """
    newest: dict[str, tuple[date, dict[str, Any]]] = {}
    started: dict[str, float] = {}
    for kind in ("MedicationRequest", "MedicationStatement"):
        for resource in bundle.of(kind):
            if _void(resource):
                continue
            name = _medicine_name(resource, bundle)
            if not name:
                draft.skip(f"{kind} without a name")
                draft.reading.note("A medicine without a name could not be read: ask for it.")
                continue
            if name.casefold().startswith(("no current medication", "no known medication")):
                draft.reading.note(f"The record states: {name}.")
                continue
            on = first_day(resource, "effectivePeriod", "effectiveDateTime", "authoredOn")
            on = on or first_day(resource, "dateAsserted")
            entry = _medicine(resource, name, on, draft)
            key = name.casefold()
            if "started_weeks_ago" in entry:
                started[key] = max(started.get(key, 0.0), entry["started_weeks_ago"])
            if key not in newest or (on or date.min) >= newest[key][0]:
                newest[key] = (on or date.min, entry)
    for key, (_, entry) in newest.items():
        if key in started:
            entry["started_weeks_ago"] = started[key]
        draft.add("medicines", entry)


def _medicine(
    resource: dict[str, Any], name: str, on: date | None, draft: _Draft
) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": name}
    for key in ("dosage", "dosageInstruction"):
        for dose in resource.get(key, ())[:1]:
            if isinstance(dose.get("text"), str):
                entry["dose"] = dose["text"]
    if note := _note(resource):
        entry["note"] = note
    if any(c == "supplement" for s, c, _ in codings(resource.get("category")) if s == HAIR_SYSTEM):
        entry["supplement"] = True
    weeks = weeks_between(draft.now, on)
    if weeks is not None:
        entry["started_weeks_ago"] = weeks
    period = resource.get("effectivePeriod")
    ended = day(period.get("end")) if isinstance(period, dict) else None
    if ended is not None and ended <= draft.now:
        entry["stopped_weeks_ago"] = weeks_between(draft.now, ended)
    elif resource.get("status") in ("stopped", "completed"):
        # No end is recorded: the last day it is known to have been in use stands for it.
        entry["stopped_weeks_ago"] = weeks if weeks is not None else 0.0
        entry["note"] = " ".join(
            part for part in (entry.get("note", ""), "recorded as stopped, end not given") if part
        )
    return entry
