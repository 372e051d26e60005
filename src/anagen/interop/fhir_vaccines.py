"""Vaccinations of a bundle: a live vaccine given lately counts against lowering the defence."""

from __future__ import annotations

from typing import Any

from anagen.catalog.medicines import medicine_classes, weeks_after_the_end
from anagen.interop.fhir_bundle import codings, first_day, words
from anagen.interop.fhir_draft import Draft, code_row, note_of, says_nothing, set_aside

LIVE = "live_vaccine"
_CODED = ("/cvx", "2.16.840.1.113883.12.292", "/atc")


def read_vaccines(draft: Draft) -> None:
    """Take live vaccines that still count as medicines of one day; say how many others there are.

    A vaccine without a day counts: nobody can tell that it is long ago.
    """
    taken, others = set[tuple[str, float | None]](), 0
    for resource in draft.bundle.of("Immunization"):
        concept = resource.get("vaccineCode")
        if set_aside(resource, concept, draft):
            continue
        if says_nothing(concept):
            draft.reading.note(f"The record states: {words(concept)}.")
            continue
        on = first_day(resource, "occurrenceDateTime")
        weeks = draft.weeks(on)
        past = weeks is not None and weeks > weeks_after_the_end(LIVE)
        if past or not _is_live(concept):
            others += 1
            continue
        name = words(concept)
        name = name if LIVE in medicine_classes(name) else f"{name} (live vaccine)"
        if (name, weeks) not in taken:
            taken.add((name, weeks))
            draft.add("medicines", _given(name, weeks, note_of(resource), dated=on is not None))
    if others:
        draft.reading.note(
            f"Vaccinations that are not live or long past, not taken into the record: {others}."
        )


def _is_live(concept: Any) -> bool:
    """By its code where it has one that tells; else by its name."""
    if code_row("vaccine", concept) is not None:
        return True
    if any(system.casefold().endswith(_CODED) for system, _, _ in codings(concept)):
        return False
    return LIVE in medicine_classes(words(concept))


def _given(name: str, weeks: float | None, note: str, *, dated: bool) -> dict[str, Any]:
    """One entry of `medicines`: begun and ended on one day, or planned, or on a day unknown."""
    if weeks is not None:
        told = "given once"
        days = {"started_weeks_ago": weeks, "stopped_weeks_ago": weeks}
    else:
        told = "planned" if dated else "day not recorded"
        days = {}
    return {"name": name, **days, "note": f"{told}. {note}".removesuffix(". ")}
