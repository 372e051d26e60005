"""What of a test is still to be done: its parts, less those that the record holds already.

A part of `parts` in data/tests.csv is `name = word word`: all words must be settled, and
`this|that` is settled by either. A word is a finding (settled when known), `salt`, or a laboratory
test (settled by a recent result). A part without words is a question that no result settles.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from anagen.assess.questions import can_apply, result_can_apply
from anagen.assess.red_flags import Signs
from anagen.catalog.findings import TestRow, load_findings, load_tests
from anagen.patients.recent import recent


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a test and the alternatives that settle each of its words."""

    name: str
    words: tuple[tuple[str, ...], ...]


@cache
def load_parts() -> dict[str, tuple[Part, ...]]:
    """The parts of each test that has any."""
    return {row.id: tuple(map(_part, row.parts)) for row in load_tests().values() if row.parts}


def _part(cell: str) -> Part:
    name, _, words = cell.partition("=")
    return Part(name.strip(), tuple(tuple(word.split("|")) for word in words.split()))


def _settled(word: str, signs: Signs) -> bool:
    if word == "salt":
        return signs.record.measurements.salt is not None
    if word in load_findings():
        return word in signs.present or not can_apply(word, signs)
    return recent(signs.record, word) or not result_can_apply(word, signs)


def left_of(row: TestRow, signs: Signs) -> TestRow | None:
    """The test as it is still to be done, named by what is missing; None when nothing is.

    Where only questions are left of a test, it asks nothing more of the person than to answer.
    """
    parts = load_parts().get(row.id)
    if parts is None:
        return row
    left = [
        part
        for part in parts
        if not part.words
        or not all(any(_settled(word, signs) for word in words) for words in part.words)
    ]
    if not left:
        return None
    if not any(_done(part, signs) for part in parts if part.words):
        return row
    names = ", ".join(part.name for part in left)
    before, colon, _ = row.label.partition(": ")
    label = f"{before}: {names}" if colon else f"{names[0].upper()}{names[1:]}"
    if any(part.words for part in left):
        return replace(row, label=label)
    return replace(row, label=label, burden=0.0, cost="none")


def _done(part: Part, signs: Signs) -> bool:
    """Whether the record holds the part, not merely that it cannot concern the person."""
    held = {"salt"} if signs.record.measurements.salt is not None else set[str]()
    return all(
        any(word in held or word in signs.present or recent(signs.record, word) for word in words)
        for words in part.words
    )
