"""Safety rules as data: who must not take what, what must come first, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from anagen.catalog.records import records

EFFECTS = ("block", "condition", "note")


@dataclass(frozen=True, slots=True)
class SafetyRule:
    """One rule. `applies_to` holds treatment ids or tags, `when` an expression over the record.

    An empty `when` is always true. When `when` cannot be decided and `ask` is not empty, the rule
    becomes the condition "check first: <ask>"; with an empty `ask` it stays silent.
    """

    id: str
    applies_to: tuple[str, ...]
    effect: str
    when: str
    ask: str
    text: str
    because: str
    authority: str
    source: str
    locator: str
    verified: str
    note: str
    row: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A named expression that rules and indications may use, such as `could_become_pregnant`."""

    id: str
    when: str
    meaning: str
    source: str
    verified: str
    row: str


@cache
def load_safety_rules() -> tuple[SafetyRule, ...]:
    """All rules in the order of the table."""
    return records("safety/rules.csv", SafetyRule)


@cache
def load_definitions() -> dict[str, Definition]:
    """All definitions by id."""
    return {row.id: row for row in records("safety/definitions.csv", Definition)}


@dataclass(frozen=True, slots=True)
class DoseRule:
    """A person for whom the label gives another dose (in the unit of the usual regimen)."""

    id: str
    treatment: str
    when: str
    dose: float
    text: str
    source: str
    verified: str
    row: str


@cache
def load_dose_rules() -> tuple[DoseRule, ...]:
    """All dose rules in the order of the table; the smallest dose that applies is taken."""
    return records("safety/doses.csv", DoseRule)
