"""Diseases, allergies, procedures and relatives of a bundle."""

from __future__ import annotations

from typing import Any

from anagen.catalog.conditions import (
    ConditionRow,
    condition_by_icd10,
    condition_by_snomed,
    find_condition,
    with_broader,
)
from anagen.catalog.medicines import match_medicine, medicine_classes
from anagen.catalog.words import normal
from anagen.interop.fhir_bundle import codings, words
from anagen.interop.fhir_codes import HAIR_SYSTEM, SNOMED
from anagen.interop.fhir_draft import Draft, answer, code_row, note_of, says_nothing, set_aside

_ICD10 = ("icd-10", "2.16.840.1.113883.6.90", "2.16.840.1.113883.6.3")
_HAIR_DAY = "hair loss"


def find(concept: Any, draft: Draft) -> ConditionRow | None:
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


def read_condition(condition: dict[str, Any], draft: Draft) -> None:
    """Take one condition into the draft, or list why it is not taken."""
    code = condition.get("code")
    if set_aside(condition, code, draft):
        return
    if says_nothing(code):
        draft.reading.note(f"The record states: {words(code)}.")
        return
    on = draft.day_of(condition, "onset", "recordedDate")
    status = _status(condition, draft)
    special = code_row("condition", code)
    if special is not None:
        if special["field"] and status == "current":
            answer(special, on, draft)
        return
    row, name = find(code, draft), words(code)
    if row is None and not name:
        draft.leave_out("Not read", None, "Condition")
        return
    entry = {"id": row.id if row else "", "name": name, "status": status}
    if row is not None and normal(name) == normal(row.label):
        entry["name"] = ""
    if note := note_of(condition):
        entry["note"] = note
    if entry not in draft.data.get("conditions", []):
        draft.add("conditions", entry)
    if row is not None and "hair_loss" in with_broader(row.id) and status != "past":
        known = draft.days.get(_HAIR_DAY)
        if on is not None and (known is None or on < known):
            draft.days[_HAIR_DAY] = on
        draft.hair_names.append(name or row.label)


def _status(condition: dict[str, Any], draft: Draft) -> str:
    doubts = {code for _, code, _ in codings(condition.get("verificationStatus"))}
    if doubts & {"unconfirmed", "provisional", "differential"}:
        return "suspected"
    states = {code for _, code, _ in codings(condition.get("clinicalStatus"))}
    if states & {"resolved", "remission", "inactive"}:
        return "past"
    ended = any(key.startswith("abatement") for key in condition)
    if ended and states:
        # Contradiction: what still goes on is the safer reading.
        draft.reading.note(
            f"{words(condition.get('code'))} is called {', '.join(sorted(states))} though an end "
            "is recorded: taken as current."
        )
        return "current"
    if ended or (not states and draft.bundle.is_past(condition)):
        return "past"
    return "current"


def complete_complaint(draft: Draft) -> None:
    """A coded hair disease is a hair complaint when none is described."""
    complaint = draft.data.setdefault("complaint", {})
    if draft.hair_names and not complaint.get("description"):
        complaint["description"] = "Recorded: " + ", ".join(dict.fromkeys(draft.hair_names))
    onset = draft.days.get(_HAIR_DAY)
    if onset is not None and complaint.get("duration_weeks") is None:
        complaint["duration_weeks"] = draft.weeks(onset)


def read_allergy(allergy: dict[str, Any], draft: Draft) -> None:
    """Take one allergy or intolerance into the draft as a condition."""
    code = allergy.get("code")
    if set_aside(allergy, code, draft):
        return
    if says_nothing(code) or code_row("condition", code):
        draft.reading.note(f"The record states: {words(code) or 'no known allergy'}.")
        return
    substances = [reaction.get("substance") for reaction in allergy.get("reaction", ())]
    name = next((words(concept) for concept in (code, *substances) if words(concept)), "")
    if not name:
        draft.leave_out("Not read", None, "AllergyIntolerance")
        return
    row = find_condition(f"{name} allergy") or find_condition(f"allergy to {name}")
    row = row or find_condition(_plain(name))
    categories = allergy.get("category", ())
    if row is None:
        known = match_medicine(name) or medicine_classes(name)
        kind = "drug_allergy" if known or "medication" in categories else ""
        row = find_condition(kind or ("food_allergy" if "food" in categories else ""))
    status = _status(allergy, draft)
    entry = {"id": row.id if row else "", "name": name, "status": status, "note": "allergy"}
    draft.add("conditions", entry)


def read_procedure(procedure: dict[str, Any], draft: Draft) -> None:
    """Take one procedure into the draft: an event, or a condition that stays after it."""
    code = procedure.get("code")
    if set_aside(procedure, code, draft):
        return
    if says_nothing(code):
        draft.reading.note(f"The record states: {words(code)}.")
        return
    on = draft.day_of(procedure, "performed")
    if on is not None and on > draft.now:
        draft.leave_out("Procedures after the day that counts as now", code)
        return
    row = code_row("procedure", code)
    lasting = row["value"] if row is not None and row["field"] == "conditions" else ""
    if row is None:
        known = find(code, draft)
        lasting = known.id if known is not None else ""
    if lasting:
        entry = {"id": lasting, "status": "past"}
        if entry not in draft.data.get("conditions", []):
            draft.add("conditions", entry)
        return
    row = row or code_row("procedure", procedure.get("category"))
    if row is None:
        draft.leave_out(
            "Procedures not read, because the record has no place for them", code, "Procedure"
        )
        return
    event: dict[str, Any] = {"kind": row["value"], "note": words(code)}
    weeks = draft.weeks(on)
    if weeks is not None:
        event["weeks_ago"] = weeks
    draft.add("events", event)


def read_relative(history: dict[str, Any], draft: Draft) -> None:
    """Take the conditions of one relative into the draft."""
    if set_aside(history, history.get("relationship"), draft):
        return
    for entry in history.get("condition", ()):
        row = find(entry.get("code"), draft)
        if row is None:
            draft.leave_out("Conditions of relatives not read", entry.get("code"))
        elif row.id not in draft.data.get("family_history", []):
            draft.add("family_history", row.id)
