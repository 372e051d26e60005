"""What the Composition of a document bundle adds: sections such as those of the patient summary.

The resources are read wherever they stand; the sections tell which problems are of the past, and
which parts hold text alone or nothing, which must be said and not be taken for "none".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from anagen.catalog.tables import read_table
from anagen.interop.fhir_bundle import Bundle, codings, words
from anagen.patients.reading import Reading


@dataclass(frozen=True, slots=True)
class Section:
    """One section without its subsections: title, LOINC codes, references, why it is empty."""

    title: str
    codes: tuple[str, ...]
    references: tuple[str, ...]
    empty_reason: str
    parent: bool


def sections(composition: dict[str, Any]) -> Iterator[Section]:
    """The sections of a Composition, depth first."""
    waiting = list(_list(composition.get("section")))
    while waiting:
        section = waiting.pop(0)
        inner = _list(section.get("section"))
        waiting = [*inner, *waiting]
        codes = tuple(code for _, code, _ in codings(section.get("code")) if code)
        yield Section(
            title=str(section.get("title") or words(section.get("code")) or "without a title"),
            codes=codes,
            references=tuple(
                str(entry.get("reference"))
                for entry in _list(section.get("entry"))
                if entry.get("reference")
            ),
            empty_reason=words(section.get("emptyReason")),
            parent=bool(inner),
        )


def _list(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def read_sections(bundle: Bundle, reading: Reading) -> None:
    """Mark problems of the past and say what the sections hold beside resources that are read."""
    past_codes = {row["code"] for row in read_table("fhir_codes.csv") if row["role"] == "section"}
    if bundle.kind == "document" and not bundle.compositions:
        reading.note("The document has no Composition: its resources are read without sections.")
    for composition in bundle.compositions:
        for section in sections(composition):
            lost = []
            for reference in section.references:
                resource = bundle.resolve(reference)
                if past_codes & set(section.codes) and resource:
                    bundle.past.add(id(resource))
                if not bundle.holds(reference):
                    lost.append(reference)
            if lost:
                reading.note(
                    f"Section '{section.title}' points to what the bundle does not hold: "
                    f"{', '.join(lost)}."
                )
            if section.references or section.parent:
                continue
            if section.empty_reason:
                reading.note(f"Section '{section.title}' is empty: {section.empty_reason}.")
            else:
                reading.note(f"Section '{section.title}' holds text alone, which is not read.")
