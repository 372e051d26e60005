"""Questions with known answers: what is found, what is refused, how often it is right.

The `blind` half of `questions.csv` was never tuned on: a change of the synonyms may look at
failures of the open half only. The group `free` was written after the matching, in looser words.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from anagen.ask.answer import ask
from anagen.ask.index import index
from anagen.ask.records import Answer
from anagen.ask.vocabulary import synonyms
from anagen.catalog.claims import load_claims


@dataclass(frozen=True)
class Row:
    group: str
    half: str
    question: str
    expected: tuple[str, ...]
    verdicts: tuple[str, ...]
    covered: bool


@cache
def rows() -> tuple[Row, ...]:
    with Path(__file__).with_name("questions.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Row(
                row["group"],
                row["half"],
                row["question"],
                tuple(row["expected"].split()),
                tuple(row["verdict"].split()),
                row["covered"] == "yes",
            )
            for row in csv.DictReader(file)
        )


@cache
def answers() -> dict[str, Answer]:
    return {row.question: ask(row.question) for row in rows()}


def _right(row: Row) -> bool:
    """The main topic is one of the expected; what should be refused is refused."""
    answer = answers()[row.question]
    if not row.covered:
        return not answer.covered
    return answer.covered and answer.topics[0].id in row.expected


def _chosen(groups: tuple[str, ...], half: str) -> list[Row]:
    return [row for row in rows() if row.group in groups and row.half == half]


def _rate(chosen: list[Row]) -> float:
    wrong = [row.question for row in chosen if not _right(row)]
    print(f"{len(chosen) - len(wrong)} of {len(chosen)} right; wrong: {wrong}")
    return 1.0 - len(wrong) / len(chosen)


def test_there_are_enough_questions_of_every_group() -> None:
    assert len(rows()) >= 150
    assert len({row.question for row in rows()}) == len(rows())
    for groups, half, least in (
        (("article",), "open", 23),
        (("subject",), "open", 45),
        (("reworded",), "open", 40),
        (("reworded",), "blind", 40),
        (("unrelated", "hostile"), "open", 25),
        (("unrelated", "hostile"), "blind", 25),
    ):
        assert len(_chosen(groups, half)) >= least, (groups, half)


@pytest.mark.parametrize(
    ("groups", "half", "least"),
    [
        (("article",), "open", 0.95),
        (("subject",), "open", 0.85),
        (("reworded",), "open", 0.85),
        (("reworded",), "blind", 0.85),
        (("unrelated", "hostile"), "open", 0.95),
        (("unrelated", "hostile"), "blind", 0.95),
        (("free",), "open", 0.8),
        # How people talk, asked once and left alone: what fails is mostly "not covered".
        (("free",), "blind", 0.5),
        (("care",), "open", 1.0),
        (("care",), "blind", 1.0),
    ],
)
def test_topics_are_found_and_strangers_refused(
    groups: tuple[str, ...], half: str, least: float
) -> None:
    assert _rate(_chosen(groups, half)) >= least


@pytest.mark.parametrize(
    ("groups", "half", "most"),
    [
        (("article", "subject", "reworded"), "open", 0.05),
        (("reworded",), "blind", 0.05),
        (("free",), "blind", 0.15),
    ],
)
def test_a_wrong_topic_is_rarer_than_not_covered(
    groups: tuple[str, ...], half: str, most: float
) -> None:
    chosen = _chosen(groups, half)
    wrong = [row for row in chosen if answers()[row.question].covered and not _right(row)]
    print([(row.question, answers()[row.question].topics[0].id) for row in wrong])
    assert len(wrong) <= most * len(chosen)


def test_no_question_of_the_articles_is_refused() -> None:
    assert all(answers()[row.question].covered for row in rows() if row.group == "article")


@pytest.mark.parametrize(("half", "least"), [("open", 0.95), ("blind", 0.8)])
def test_verdicts(half: str, least: float) -> None:
    judged = [row for row in rows() if row.verdicts and row.half == half]
    wrong = [
        (row.question, answers()[row.question].verdict)
        for row in judged
        if answers()[row.question].verdict not in row.verdicts
    ]
    print(f"{len(judged) - len(wrong)} of {len(judged)} verdicts right; wrong: {wrong}")
    assert 1.0 - len(wrong) / len(judged) >= least


def test_claims_asked_in_their_own_words_are_found() -> None:
    claims = load_claims()
    found = {claim.id: ask(claim.claim) for claim in claims.values()}
    missed = [
        asked
        for asked, answer in found.items()
        if not answer.covered
        or answer.topics[0].kind != "claim"
        or claims[answer.topics[0].id].section != claims[asked].section
    ]
    assert len(missed) <= 0.02 * len(claims), missed
    same = sum(answer.topics[0].id == asked for asked, answer in found.items() if answer.topics)
    assert same >= 0.95 * len(claims)


def test_every_subject_of_a_claim_is_asked() -> None:
    claims = load_claims()
    asked = {claims[one].section for row in rows() for one in row.expected if one in claims}
    # These two repeat what other sections say.
    assert {claim.section for claim in claims.values()} - asked <= {"Vitamin D", "Conclusion"}


def test_misspelled_words_are_named() -> None:
    assert dict(ask("minoxidl side efects").corrected)["minoxidl"] == "minoxidil"
    assert not ask("does minoxidil help hair growth?").corrected


@cache
def loose() -> tuple[dict[str, str], ...]:
    """Questions frozen before they were first asked: what may be said, and what must never be."""
    found: list[dict[str, str]] = []
    for name in ("fresh_questions.csv", "forum_questions.csv"):
        with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as file:
            found += list(csv.DictReader(file))
    return tuple(found)


def _as_expected(row: dict[str, str]) -> bool:
    answer = ask(row["question"])
    topic = answer.topics[0].id if answer.topics else ""
    said = answer.outcome in ("answer", "care")
    return answer.outcome in row["outcome"].split() and (
        not said or topic in row["expected"].split()
    )


@pytest.mark.parametrize(
    ("group", "least"),
    [("reworded", 0.9), ("misspelled", 0.7), ("forum", 0.8), ("unrelated", 1.0), ("hostile", 1.0)],
)
def test_questions_written_before_they_were_asked(group: str, least: float) -> None:
    chosen = [row for row in loose() if row["group"] == group]
    wrong = [row["question"] for row in chosen if not _as_expected(row)]
    print(f"{len(chosen) - len(wrong)} of {len(chosen)} right; wrong: {wrong}")
    assert 1.0 - len(wrong) / len(chosen) >= least


def test_what_must_never_be_said_is_not() -> None:
    for row in loose():
        for statement in ask(row["question"]).statements:
            assert not (row["never"] and re.search(row["never"], statement.text)), row


def test_every_synonym_leads_somewhere() -> None:
    known = set(index().entries)
    lost = [item for item in synonyms() if item.kind != "words"
            and (item.kind, item.target) not in known]  # fmt: skip
    assert lost == []
