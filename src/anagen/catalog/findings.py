"""Findings as data: their vocabulary, how often each cause shows them, how a record yields them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from anagen.catalog.records import record, records, spaced
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


TEST_KINDS = ("question", "examination", "laboratory", "procedure", "advice")
TEST_COSTS = ("none", "low", "medium", "high")
# How soon a red flag wants a doctor, the soonest first.
URGENCIES = ("same day", "within days", "within a week", "before any drug", "within weeks")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that can be present, absent or unknown.

    `group` names findings that go together within one cause; `combine` says whether one of two
    causes is enough to show it (`any`) or both must (`all`); `about` is hair or body. `asked_if`
    (a rule expression) says whom it can concern, `asked_after` the general finding known first.
    """

    id: str
    label: str
    kind: str
    group: str
    combine: str
    about: str
    question: str
    synonyms: tuple[str, ...]
    asked_if: str
    asked_after: str


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
    """A test or question with what it settles. `when` and `against` are rule expressions.

    `kind` is a word of `TEST_KINDS`: advice tells what not to test. `after` are tests that must
    come first where their findings are not known; `burden` 0 to 3 and
    `cost` (a word of `TEST_COSTS`) are what it asks of the person. `parts` name what it consists of
    and what settles each part (`assess/parts.py`).
    """

    __test__ = False

    id: str
    label: str
    kind: str
    why: str
    findings: tuple[str, ...]
    when: str
    against: str
    after: tuple[str, ...]
    caution: str
    burden: float
    cost: str
    source: str
    verified: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RedFlagRow:
    """A rule that must reach a clinician. `condition` is a rule expression; `tests` it asks for."""

    rule: str
    condition: str
    label: str
    why: str
    action: str
    urgency: str
    stops_planning: bool
    source: str
    verified: str
    tests: tuple[str, ...]


@cache
def load_findings() -> dict[str, Finding]:
    """The finding vocabulary by id."""
    return {finding.id: finding for finding in records("findings.csv", Finding)}


@cache
def load_frequencies() -> tuple[Frequency, ...]:
    """P(finding | cause) for every pair that has a row."""
    return records("finding_frequencies.csv", Frequency)


@cache
def load_background() -> dict[str, Frequency]:
    """How often each finding is there when no cause at work says anything about it."""
    rows = ({**row, "cause": ""} for row in read_table("finding_background.csv"))
    return {row["finding"]: record(row, Frequency) for row in rows}


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
    return records("finding_rules.csv", FindingRule)


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
    return {test.id: test for test in records("tests.csv", TestRow, findings=spaced, after=spaced)}


@cache
def load_red_flags() -> tuple[RedFlagRow, ...]:
    """Red flags in file order."""
    return records("red_flags.csv", RedFlagRow, tests=spaced)


@cache
def load_settings() -> dict[str, float]:
    """Preferences of the assessment (what is listed, what a test must earn) by name."""
    return {row["setting"]: float(row["value"]) for row in read_table("assessment_settings.csv")}
