"""Medicines of a bundle: what is taken or was taken, one entry a name."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from anagen.catalog.medicines import MedicineRow, load_medicines, match_medicine, medicine_classes
from anagen.interop.fhir_bundle import codings, day, first_day, words
from anagen.interop.fhir_codes import HAIR_SYSTEM, RESPONSE_EXTENSION
from anagen.interop.fhir_draft import Draft, note_of, number_of, says_nothing, set_aside

_NOTHING = ("no current medication", "no known medication", "no medication")


def read_medicines(draft: Draft) -> None:
    """Medicines in use or used, one entry a name: the newest record of it wins.

    A prescription that is renewed was started with its first record, not with its last.
    """
    newest: dict[str, tuple[date, dict[str, Any]]] = {}
    started: dict[str, float] = {}
    for kind in ("MedicationRequest", "MedicationStatement"):
        for resource in draft.bundle.of(kind):
            concept = _concept(resource, draft)
            if set_aside(resource, concept, draft):
                continue
            name = _name(concept, draft)
            if not name:
                draft.leave_out("Not read", None, kind)
                draft.reading.note("A medicine without a name could not be read: ask for it.")
                continue
            if says_nothing(concept) or name.casefold().startswith(_NOTHING):
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


def _concept(resource: dict[str, Any], draft: Draft) -> Any:
    """The concept of a medicine: its own, or that of the Medication it points to."""
    own = resource.get("medicationCodeableConcept")
    if words(own):
        return own
    pointer = resource.get("medicationReference")
    reference = str(pointer.get("reference") or "") if isinstance(pointer, dict) else ""
    contained = resource.get("contained")
    for entry in contained if isinstance(contained, list) else ():
        if isinstance(entry, dict) and f"#{entry.get('id')}" == reference:
            return entry.get("code")
    found = draft.bundle.resolve(reference).get("code")
    if words(found):
        return found
    return {"text": str(pointer.get("display") or "")} if isinstance(pointer, dict) else None


@cache
def _by_code() -> dict[str, MedicineRow]:
    table: dict[str, MedicineRow] = {}
    for row in load_medicines().values():
        for code in (*row.rxnorm, *row.atc):
            table.setdefault(code, row)
    return table


def _name(concept: Any, draft: Draft) -> str:
    """The words of a medicine; the name of its RxNorm or ATC code beside words we do not know."""
    text = words(concept)
    if not text or match_medicine(text) or medicine_classes(text) or says_nothing(concept):
        return text
    for system, code, _ in codings(concept):
        marked = system.casefold()
        row = _by_code().get(code) if "rxnorm" in marked or "atc" in marked else None
        if row is not None:
            return row.label if text == code else f"{text} ({row.label})"
    draft.leave_out("Medicines that are not in the vocabulary, kept as words", concept)
    return text


def _medicine(resource: dict[str, Any], name: str, on: date | None, draft: Draft) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": name}
    if dose := _dose(resource):
        entry["dose"] = dose
    notes = [note_of(resource), "on hold" if resource.get("status") == "on-hold" else ""]
    if any(c == "supplement" for s, c, _ in codings(resource.get("category")) if s == HAIR_SYSTEM):
        entry["supplement"] = True
    for told in resource.get("extension", ()):
        if isinstance(told, dict) and told.get("url") == RESPONSE_EXTENSION:
            entry["response"] = told.get("valueCode")
    weeks = draft.weeks(on)
    if weeks is not None:
        entry["started_weeks_ago"] = weeks
    period = resource.get("effectivePeriod")
    ended = day(period.get("end")) if isinstance(period, dict) else None
    if ended is not None and ended <= draft.now:
        entry["stopped_weeks_ago"] = draft.weeks(ended)
    elif resource.get("status") in ("stopped", "completed"):
        # No end is recorded: the last day it is known to have been in use stands for it.
        entry["stopped_weeks_ago"] = weeks if weeks is not None else 0.0
        notes.append("recorded as stopped, end not given")
    if told := " ".join(note for note in notes if note):
        entry["note"] = told
    return entry


def _dose(resource: dict[str, Any]) -> str:
    """The dose in words, as written or from its parts."""
    for key in ("dosage", "dosageInstruction"):
        for dose in resource.get(key, ())[:1]:
            if isinstance(dose.get("text"), str):
                return dose["text"]
            for part in dose.get("doseAndRate", ())[:1]:
                quantity = part.get("doseQuantity")
                value = number_of(quantity)
                if isinstance(quantity, dict) and value is not None:
                    unit = quantity.get("unit") or quantity.get("code") or ""
                    return f"{value:g} {unit}{_rhythm(dose)}".strip()
    return ""


def _rhythm(dose: dict[str, Any]) -> str:
    timing = dose.get("timing")
    repeat = timing.get("repeat") if isinstance(timing, dict) else None
    if not isinstance(repeat, dict) or "frequency" not in repeat or "period" not in repeat:
        return ""
    return f", {repeat['frequency']} per {repeat['period']:g} {repeat.get('periodUnit', '')}"
