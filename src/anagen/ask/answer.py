"""From a question to an answer with verdict, grade and sources, or to an honest refusal."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from anagen.ask.index import Entry, Index, index
from anagen.ask.match import (
    Reading,
    compared,
    confidence,
    likeness,
    ranked,
    read,
    share,
    subject_words,
    treatments_in,
)
from anagen.ask.records import Answer, Citation, Content, Outcome, Statement, Topic
from anagen.ask.rules import raised_flags
from anagen.ask.situation import Situation
from anagen.ask.tokens import stem, stems
from anagen.ask.topics import about_cause, about_claim, about_other
from anagen.ask.treatments import (
    about_treatment,
    answers_situation,
    asked_first,
    people_of,
)
from anagen.ask.vocabulary import (
    Boundary,
    boundaries,
    general_topics,
    headline_claims,
    settings,
)
from anagen.catalog.claims import load_claims
from anagen.catalog.findings import load_red_flags
from anagen.catalog.sources import load_sources
from anagen.errors import InputProblems, Problem

# Kinds that are matched by their words when nothing is named.
BY_WORDS = ("claim", "cause", "treatment", "test")


def _citations(statements: Iterable[Statement]) -> tuple[Citation, ...]:
    known = load_sources()
    keys = dict.fromkeys(key for statement in statements for key in statement.sources)
    return tuple(Citation(key, known[key].reference) for key in keys if key in known)


def _checked(question: str) -> str:
    """The question without spaces around it. Raises InputProblems when empty or too long."""
    text = " ".join(question.split())
    longest = int(settings()["longest_question"])
    if text and len(text) <= longest and any(sign.isalnum() for sign in text):
        return text
    problem = Problem(
        file="ask",
        field="QUESTION",
        value=f"{len(text)} characters" if len(text) > longest else text,
        message="is too long to be one question" if len(text) > longest else "is empty",
        allowed=f"one question of 1 to {longest} characters",
        fix='ask one thing, such as "does biotin help hair growth?"',
    )
    raise InputProblems([problem])


def _boundary(question: str, effects: tuple[str, ...]) -> Boundary | None:
    text = question.casefold().replace("’", "'")
    return next(
        (row for row in boundaries() if row.effect in effects and re.search(row.pattern, text)),
        None,
    )


def _care(row: Boundary, situation: Situation | None = None) -> tuple[Topic, tuple[Statement, ...]]:
    """Where to go first, with the words of the red flag that the question raises."""
    own = Statement(row.text, row=f"ask/boundaries.csv {row.id}")
    raised = raised_flags(situation) if situation is not None else []
    named = [flag for flag in load_red_flags() if flag.rule == row.red_flag]
    flag = next(iter((*raised, *named)), None)
    if flag is None:
        return Topic("boundary", row.id, row.id.replace("_", " ")), (own,)
    told = Statement(f"{flag.action} ({flag.urgency})", (flag.source,), flag.verified)
    why = Statement(flag.why, (flag.source,), flag.verified)
    return Topic("red flag", flag.rule, flag.label), (told, own, why)


def _reply(
    question: str,
    outcome: Outcome,
    *,
    topics: tuple[Topic, ...] = (),
    content: Content | None = None,
    reading: Reading | None = None,
    sure: float = 0.0,
    least: float | None = None,
    unread: tuple[str, ...] = (),
    near: tuple[Topic, ...] = (),
) -> Answer:
    content = content or Content()
    # The first sentences carry the answer; the rest is there for whoever opens the card.
    statements = tuple(dict.fromkeys(content.statements))[: int(settings()["most_statements"])]
    return Answer(
        question=question,
        outcome=outcome,
        covered=outcome in ("answer", "care"),
        intent=reading.intent if reading else "",
        topics=topics,
        verdict=content.verdict,
        grade=content.grade,
        tier=content.tier,
        statements=statements,
        citations=_citations(statements),
        forecast=content.forecast,
        near=near,
        corrected=reading.corrected if reading else (),
        unread=unread,
        confidence=round(sure, 2),
        threshold=least if least is not None else settings()["confidence_threshold"],
    )


def _cared(text: str, row: Boundary, reading: Reading) -> Answer:
    """The answer that says where to go first and nothing else."""
    topic, statements = _care(row)
    content = Content(statements)
    return _reply(text, "care", topics=(topic,), content=content, reading=reading, sure=1.0)


def _least(reading: Reading) -> float:
    """How like a question a topic must be that nobody named: more so where no hair is spoken of."""
    return settings()["least_likeness" if reading.about_hair else "least_likeness_elsewhere"]


def _closest_claim(reading: Reading, found: Index) -> Entry | None:
    """The claim that is the question itself, or that speaks of all the question speaks of."""
    setting = settings()
    claims = [entry for (kind, _), entry in found.entries.items() if kind == "claim"]
    same = max(claims, key=lambda entry: (likeness(reading, entry, found), entry.topic.id))
    if likeness(reading, same, found) >= setting["same_question"]:
        return same
    best = [entry for _, entry in ranked(reading, found, ("claim",))]
    # Several names, or a name with what is asked about it, all in one claim.
    subject = reading.named_stems | reading.residue
    whole = subject if len(reading.named) > 1 else subject | reading.special_stems
    if not (reading.named or reading.residue):
        return None
    if len(reading.named) > 1 or whole - reading.named_stems - subject_words():
        for entry in best:
            near = reading.named or likeness(reading, entry, found) >= _least(reading)
            if near and share(whole, entry, found) >= setting["claim_whole"]:
                return entry
    if not reading.residue:
        return None
    for entry in best:
        held = share(reading.residue, entry, found)
        names = share(reading.named_stems, entry, found)
        near = reading.named or likeness(reading, entry, found) >= _least(reading)
        if near and held >= setting["claim_residue"] and names >= setting["claim_names"]:
            return entry
    return None


def _compared(reading: Reading, found: Index) -> Entry | None:
    """A claim that is itself about the treatments a question names, and about no other."""
    asked = {key for key in reading.named if key[0] == "treatment"}
    for _, entry in ranked(reading, found, ("claim",)):
        stated = load_claims()[entry.topic.id].kind == "claim"
        label = stems(entry.topic.label)
        # What they do together says nothing of which does more.
        compares = compared(label) and stem("combine") not in label
        fits = compares or not compared(reading.stems)
        if stated and fits and treatments_in(label, found) == asked:
            return entry
    return None


def _primary(reading: Reading, found: Index) -> Entry | None:
    """The one entry the answer is built on."""
    named = [found.entries[key] for key in reading.named]
    ids = [entry.topic.id for entry in named if entry.topic.kind == "treatment"]
    treatments = [found.entries["treatment", one] for one in asked_first(ids, reading)]
    if treatments and answers_situation(treatments[0].topic.id, ids, reading):
        return treatments[0]
    claim = _closest_claim(reading, found)
    # A claim on one use of both is no answer to which does more, unless it is the question.
    against = len(treatments) > 1 and compared(reading.stems)
    same = settings()["same_question"]
    if claim is not None and (not against or likeness(reading, claim, found) >= same):
        return claim
    if named and named[0].topic.kind == "claim":
        # What is asked about comes first; a treatment after it is what it is compared with.
        return named[0]
    if treatments:
        headline = headline_claims().get(("treatment", treatments[0].topic.id))
        # Whoever limits the question to a disease or to some people gets the rows about those.
        limited = len(named) > 1 or people_of(reading)
        if len(treatments) > 1 and reading.intent in ("", "works"):
            together = _compared(reading, found)
            return treatments[0] if together is None else together
        if headline and reading.intent in ("", "works", "permanent") and not limited:
            return found.entries["claim", headline]
        return treatments[0]
    if named:
        headline = headline_claims().get((named[0].topic.kind, named[0].topic.id))
        if headline and reading.intent in ("", "causes"):
            return found.entries["claim", headline]
        return named[0]
    if not reading.residue:
        key = general_topics().get(reading.intent)
        return found.entries[key] if key and reading.about_hair else None
    likely = [
        entry
        for _, entry in ranked(reading, found, BY_WORDS)
        if likeness(reading, entry, found) >= _least(reading)
    ]
    return likely[0] if likely else None


def ask(question: str) -> Answer:
    """Answer a question about hair loss from the evidence base.

    Raises InputProblems for an empty or over-long question. Questions that the evidence base does
    not cover, and those no program should answer, get an answer that says so.
    """
    text = _checked(question)
    if row := _boundary(text, ("care",)):
        topic, statements = _care(row)
        return _reply(text, "care", topics=(topic,), content=Content(statements), sure=1.0)
    if row := _boundary(text, ("refuse",)):
        content = Content((Statement(row.text, row=f"ask/boundaries.csv {row.id}"),))
        topic = Topic("boundary", row.id, row.id.replace("_", " "))
        return _reply(text, "refused", topics=(topic,), content=content, sure=1.0)

    found = index()
    reading = read(text, found)
    care = _boundary(text, ("care_unless_topic",))
    if care:
        # Whatever is asked, a child or an unborn one gets the rules and never an amount.
        reading = replace(reading, intent=care.intent)
    if care and not reading.named and reading.about_hair:
        return _cared(text, care, reading)

    entry = _primary(reading, found)
    sure = confidence(reading, entry, found)
    strange = reading.outside - (entry.head | entry.body if entry else frozenset())
    # A fever, a diet or coffee is a topic here for what it does to hair only.
    everyday = entry is not None and (
        entry.topic.id.startswith("trigger_")
        or (("claim", entry.topic.id) in reading.named and bool(reading.residue))
    )
    strayed = everyday and not reading.about_hair
    partly = bool(reading.named) and reading.about_hair
    least = settings()["partial_threshold" if partly else "confidence_threshold"]
    if entry is None or strange or strayed or sure < least:
        if care and reading.named:
            return _cared(text, care, reading)
        near = ranked(reading, found, BY_WORDS)[: int(settings()["most_near"])]
        close = (
            tuple(item.topic for score, item in near if score > 0.0)
            if (reading.about_hair or reading.named)
            else ()
        )
        return _reply(text, "not_covered", reading=reading, sure=sure, least=least, near=close)

    named = [found.entries[key].topic for key in reading.named]
    causes = tuple(topic.id for topic in named if topic.kind == "cause")
    treatments = tuple(topic.id for topic in named if topic.kind == "treatment")
    match entry.topic.kind:
        case "claim":
            content = about_claim(entry.topic.id, treatments, causes, reading)
        case "treatment":
            content = about_treatment(entry.topic.id, treatments, causes, reading)
        case "cause":
            content = about_cause(entry.topic.id, causes, reading)
        case _:
            content = about_other(entry.topic)
    missed = reading.residue - entry.head - entry.body
    if sure < settings()["confidence_threshold"] or (missed and entry.topic.kind != "claim"):
        # Part of the question was not read, so the verdict might be on something else.
        content = replace(content, verdict="", grade="")
    if entry.topic.kind == "treatment" and len(treatments) > 1 and compared(reading.stems):
        # That the first of them works is no verdict on which does more.
        content = replace(content, verdict="", grade="")
    if care and care.red_flag:
        # Who to see first, then the rules of the treatment.
        _, more = _care(care, reading.situation)
        content = content.after(more[:1])
    topics = tuple(dict.fromkeys((entry.topic, *named)))
    unread = tuple(reading.written.get(word, word) for word in reading.stems if word in missed)
    return _reply(
        text,
        "answer",
        topics=topics,
        content=content,
        reading=reading,
        sure=sure,
        unread=unread,
        least=least,
    )
