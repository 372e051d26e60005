"""Findings as data: their vocabulary, how often each cause shows them, how a record yields them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from anagen.catalog.tables import read_table

FINDING_KINDS = (
    "history",
    "examination",
    "trichoscopy",
    "pull_test",
    "lab",
    "test",
    "demographic",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that can be present, absent or unknown.

    `group` names findings that go together within one cause; `combine` says whether one of two
    causes is enough to show it (`any`) or both must (`all`); `about` is hair or body.
    """

    id: str
    label: str
    kind: str
    group: str
    combine: str
    about: str
    question: str
    synonyms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Frequency:
    """P(finding present | cause), or its background when `cause` is empty.

    `low` and `high` bound the central 90 % of our uncertainty.
    """

    finding: str
    cause: str
    p: float
    low: float
    high: float
    source: str
    locator: str
    verified: str


@dataclass(frozen=True, slots=True)
class Sharing:
    """Share of a finding group that goes together, 0 (independent) to 1 (nested thresholds).

    `by_cause` where a cause makes the findings, `by_chance` where none of the causes does.
    """

    by_cause: float
    by_chance: float


@dataclass(frozen=True, slots=True)
class FindingRule:
    """How one part of a patient record makes a finding present or absent."""

    finding: str
    reads: str
    key: str
    test: str
    value: str
    unit: str
    sex: str
    absent: str
    source: str


@dataclass(frozen=True, slots=True)
class TestRow:
    """A test or question with what it settles. `when` and `against` are rule expressions."""

    __test__ = False

    id: str
    label: str
    why: str
    findings: tuple[str, ...]
    when: str
    against: str
    caution: str
    burden: float
    source: str
    verified: str


@dataclass(frozen=True, slots=True)
class RedFlagRow:
    """A rule that must reach a clinician. `condition` is a rule expression."""

    rule: str
    condition: str
    label: str
    why: str
    action: str
    urgency: str
    stops_planning: bool
    source: str
    verified: str


@cache
def load_findings() -> dict[str, Finding]:
    """The finding vocabulary by id."""
    return {
        row["id"]: Finding(
            id=row["id"],
            label=row["label"],
            kind=row["kind"],
            group=row["group"],
            combine=row["combine"],
            about=row["about"],
            question=row["question"],
            synonyms=tuple(word.strip() for word in row["synonyms"].split(";") if word.strip()),
        )
        for row in read_table("findings.csv")
    }


@cache
def load_frequencies() -> tuple[Frequency, ...]:
    """P(finding | cause) for every pair that has a row."""
    return tuple(
        Frequency(
            row["finding"],
            row["cause"],
            float(row["p"]),
            float(row["low"]),
            float(row["high"]),
            row["source"],
            row["locator"],
            row["verified"],
        )
        for row in read_table("finding_frequencies.csv")
    )


@cache
def load_background() -> dict[str, Frequency]:
    """How often each finding is there when no cause at work says anything about it."""
    return {
        row["finding"]: Frequency(
            row["finding"],
            "",
            float(row["p"]),
            float(row["low"]),
            float(row["high"]),
            row["source"],
            row["locator"],
            row["verified"],
        )
        for row in read_table("finding_background.csv")
    }


@cache
def load_sharing() -> dict[str, Sharing]:
    """How far the findings of each group go together; a group without a row is independent."""
    return {
        row["group"]: Sharing(float(row["shared"]), float(row["chance_shared"]))
        for row in read_table("finding_groups.csv")
    }


@cache
def load_rules() -> tuple[FindingRule, ...]:
    """The rules that read findings from a patient record, in file order."""
    return tuple(
        FindingRule(
            row["finding"],
            row["reads"],
            row["key"],
            row["test"],
            row["value"],
            row["unit"],
            row["sex"],
            row["absent"],
            row["source"],
        )
        for row in read_table("finding_rules.csv")
    )


@cache
def load_windows() -> dict[str, tuple[float, float]]:
    """Time windows in weeks: name -> (from, to)."""
    return {
        row["window"]: (float(row["after_weeks"]), float(row["before_weeks"]))
        for row in read_table("trigger_windows.csv")
    }


@cache
def load_tests() -> dict[str, TestRow]:
    """Tests and questions by id."""
    return {
        row["id"]: TestRow(
            id=row["id"],
            label=row["label"],
            why=row["why"],
            findings=tuple(row["findings"].split()),
            when=row["when"],
            against=row["against"],
            caution=row["caution"],
            burden=float(row["burden"]),
            source=row["source"],
            verified=row["verified"],
        )
        for row in read_table("tests.csv")
    }


@cache
def load_red_flags() -> tuple[RedFlagRow, ...]:
    """Red flags in file order."""
    return tuple(
        RedFlagRow(
            rule=row["rule"],
            condition=row["condition"],
            label=row["label"],
            why=row["why"],
            action=row["action"],
            urgency=row["urgency"],
            stops_planning=row["stops_planning"] == "yes",
            source=row["source"],
            verified=row["verified"],
        )
        for row in read_table("red_flags.csv")
    )


@cache
def load_settings() -> dict[str, float]:
    """Preferences of the assessment (what is listed, what a test must earn) by name."""
    return {row["setting"]: float(row["value"]) for row in read_table("assessment_settings.csv")}
