"""What somebody else takes is not the asker's, and a comparison is not answered by a verdict."""

from __future__ import annotations

import pytest

from anagen.ask.answer import ask
from anagen.ask.index import index
from anagen.ask.match import read
from anagen.ask.situation import Situation


def situation(question: str) -> Situation:
    return read(question, index()).situation


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("my wife takes methotrexate, can I use minoxidil?", "methotrexate"),
        ("my husband is on spironolactone, can I take finasteride?", "spironolactone_oral"),
        ("my father uses dutasteride, does minoxidil help me?", "dutasteride"),
        ("my wife takes spironolactone, is minoxidil safe for me?", "spironolactone_oral"),
    ],
)
def test_what_a_relative_takes_is_left_out(question: str, other: str) -> None:
    found = situation(question)
    assert found.of_others == {other}
    assert other not in found.taken
    assert other not in found.medicines
    assert not found.labels
    assert ("treatment", other) not in read(question, index()).named


def test_a_medicine_of_a_relative_stands_in_nobodys_way() -> None:
    theirs = ask("my husband takes warfarin, can I take saw palmetto?")
    mine = ask("I take warfarin, can I take saw palmetto?")
    assert any("thinners" in said.text for said in mine.statements)
    assert not any("warfarin" in said.text for said in theirs.statements)


@pytest.mark.parametrize(
    ("question", "sex"),
    [
        ("my husband takes methotrexate and we want a baby", "male"),
        ("my wife takes methotrexate and we want a baby", "female"),
    ],
)
def test_a_question_about_a_relative_is_about_that_person(question: str, sex: str) -> None:
    found = situation(question)
    assert [person["sex"] for person in found.people] == [sex]
    assert found.people[0]["pregnancy_planned"] is True
    assert "age" not in found.people[0]
    assert found.taken == {"methotrexate"}


def test_a_father_is_told_to_ask_before_trying() -> None:
    said = ask("my husband takes methotrexate and we want a baby").statements
    assert said[0].text.startswith("Ask the prescriber before trying")
    assert not any("Paediatric" in one.text for one in said)


def test_the_pregnancy_of_the_asker_stays_hers() -> None:
    found = situation("my husband takes finasteride and I am pregnant")
    assert found.taken == frozenset()
    assert found.people[0]["reproductive_status"] == "pregnant"
    said = ask("my husband takes finasteride and I am pregnant").statements
    assert any("pregnan" in one.text.lower() for one in said)


def test_what_the_asker_takes_is_still_read() -> None:
    assert situation("I take finasteride, can I add minoxidil?").taken == {"finasteride"}
    assert situation("my wife says I take minoxidil wrongly").of_others == frozenset()


@pytest.mark.parametrize(
    ("question", "both"),
    [
        ("finasteride vs minoxidil", {"finasteride", "minoxidil_topical"}),
        ("minoxidil or finasteride", {"finasteride", "minoxidil_topical"}),
        ("is finasteride better than minoxidil?", {"finasteride", "minoxidil_topical"}),
        ("baricitinib vs ritlecitinib", {"baricitinib", "ritlecitinib"}),
        ("PRP vs minoxidil", {"prp", "minoxidil_topical"}),
    ],
)
def test_a_comparison_is_answered_with_both_and_without_a_verdict(
    question: str, both: set[str]
) -> None:
    answer = ask(question)
    assert answer.outcome == "answer"
    assert (answer.verdict, answer.grade) == ("", "")
    assert {topic.id for topic in answer.topics} == both
    names = {said.text.split(":")[0] for said in answer.statements}
    assert len(names) >= 2
