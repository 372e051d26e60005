"""What an answer consists of: topics, statements with their sources, and how sure the match is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Outcome = Literal["answer", "care", "refused", "not_covered"]


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing of the evidence base: treatment, cause, claim, test, laboratory test, red flag."""

    kind: str
    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence or two from a data row, with the keys of the sources behind it.

    `verified` is the word of the row: seen, recalled, assumed. A sentence that follows by rule
    from a row, or whose row names no source of its own, names the `row` instead.
    """

    text: str
    sources: tuple[str, ...] = ()
    verified: str = ""
    row: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """The body of an answer."""

    statements: tuple[Statement, ...] = ()
    verdict: str = ""
    grade: str = ""
    tier: str = ""
    forecast: str = ""

    def after(self, first: Iterable[Statement]) -> Content:
        """The same with other sentences before its own."""
        return replace(self, statements=(*first, *self.statements))


@dataclass(frozen=True, slots=True)
class Citation:
    """A source key and the reference a reader can find it by."""

    key: str
    reference: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question.

    `verdict` and `grade` are words of the claims table, `tier` of the treatments; all three are
    empty when they do not apply. `confidence` is the share of the question (0 to 1) that the topic
    and the intent explain; under `threshold` nothing is answered and `near` lists what is close.
    `corrected` holds the words read as misspellings, as (written, read as), and `unread` the words
    that neither the topic nor the intent explains; with any of them there may be no verdict.
    """

    question: str
    outcome: Outcome
    covered: bool
    intent: str
    topics: tuple[Topic, ...]
    verdict: str
    grade: str
    tier: str
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    forecast: str
    near: tuple[Topic, ...]
    corrected: tuple[tuple[str, str], ...]
    unread: tuple[str, ...]
    confidence: float
    threshold: float
