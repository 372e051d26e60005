"""Medicines and supplements as data rows: names, classes, codes, and which treatment they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from anagen.catalog.records import records
from anagen.catalog.words import contained, normal

# What users write has no end: a server must not keep all of it.
NAMES_KEPT = 4096


@dataclass(frozen=True, slots=True)
class MedicineRow:
    """One medicine, or one class named by its usual members.

    `classes` are the words safety rules ask for (ace_inhibitor, jak_inhibitor, ...); `treatment` is
    the id of the treatment it is, '' when it is none of ours. `verified` speaks of the codes.
    """

    id: str
    label: str
    synonyms: tuple[str, ...]
    classes: tuple[str, ...]
    treatment: str
    atc: tuple[str, ...]
    rxnorm: tuple[str, ...]
    source: str
    locator: str
    verified: str
    note: str
    row: str


@cache
def load_medicines() -> dict[str, MedicineRow]:
    """All medicines by id."""
    return {row.id: row for row in records("medicines.csv", MedicineRow)}


@cache
def _synonyms() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for row in load_medicines().values():
        for name in {normal(name) for name in (row.id, row.label, *row.synonyms)}:
            table[name] = (*table.get(name, ()), row.id)
    return table


@cache
def _class_words() -> dict[str, tuple[str, ...]]:
    return {normal(word): (word,) for row in load_medicines().values() for word in row.classes}


@lru_cache(NAMES_KEPT)
def match_medicine(name: str) -> tuple[MedicineRow, ...]:
    """Medicines named in free text such as `Levothyroxine Sodium 0.075 MG Oral Tablet`.

    A combination product gives several; an unknown name gives none. Names match as whole words.
    """
    return tuple(load_medicines()[found] for found in contained(name, _synonyms()))


@lru_cache(NAMES_KEPT)
def medicine_classes(name: str) -> frozenset[str]:
    """Class words of a medicine given as free text: of its rows, or named outright (`an ARB`)."""
    named = contained(name, _class_words())
    return frozenset(named).union(*(row.classes for row in match_medicine(name)))


@dataclass(frozen=True, slots=True)
class LingeringRow:
    """A medicine, or a class of them, that counts as taken for so many weeks after its end."""

    medicine: str
    weeks: float
    meaning: str
    source: str
    locator: str
    verified: str
    note: str
    row: str


@lru_cache(NAMES_KEPT)
def weeks_after_the_end(name: str) -> float:
    """How long a medicine given as free text still counts as taken. Unit: weeks."""
    words = medicine_classes(name) | {row.id for row in match_medicine(name)}
    rows = records("lingering_medicines.csv", LingeringRow)
    return max((row.weeks for row in rows if row.medicine in words), default=0.0)


def treatments_of(name: str) -> frozenset[str]:
    """Ids of our treatments that this medicine is; empty for all others."""
    return frozenset(row.treatment for row in match_medicine(name) if row.treatment)
