"""Words of people beside words of the field: `data/ask/*.csv`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from anagen.ask.tokens import shortest_words, stems
from anagen.catalog.tables import read_table

WORD_KINDS = ("stop", "filler", "hair", "change", "outside", "plain")


@dataclass(frozen=True, slots=True)
class Synonym:
    """A phrase people use: for a topic (`kind:id`), or for other words (`words:...`)."""

    phrase: tuple[str, ...]
    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class IntentPhrase:
    """A phrase that tells what is asked about a topic."""

    intent: str
    phrase: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Boundary:
    """A kind of question that is refused, or that is sent to care before anything else.

    `pattern` is a regular expression over the question in lower case. `effect` is `refuse`, `care`
    (always first) or `care_unless_topic` (first unless a treatment or a cause is named); there
    `intent` is what such a question is taken to ask of the treatment it names.
    """

    id: str
    effect: str
    pattern: str
    red_flag: str
    intent: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class SituationPattern:
    """Words that tell something of the person: `holds` lists facts (`name=value`) of `who`."""

    id: str
    who: str
    pattern: str
    holds: str


@cache
def settings() -> dict[str, float]:
    """Values of `data/ask/settings.csv` by id."""
    return {row["id"]: float(row["value"]) for row in read_table("ask/settings.csv")}


@cache
def kinds_of_words() -> Mapping[str, frozenset[str]]:
    """Stems by kind: `stop` never tells anything, `filler` only where a topic holds it.

    `hair` and `change` are the subject itself, `outside` is another subject; `plain` words are
    spelled right and are never read as others.
    """
    rows = read_table("ask/words.csv")
    return {
        kind: frozenset(part for row in rows if row["kind"] == kind for part in stems(row["words"]))
        for kind in WORD_KINDS
    }


@cache
def marker_words() -> Mapping[str, frozenset[str]]:
    """Words before a name that tell whether it is the person's own: `data/ask/markers.csv`."""
    return {row["kind"]: frozenset(row["words"].split()) for row in read_table("ask/markers.csv")}


@cache
def situation_patterns() -> tuple[SituationPattern, ...]:
    """What questions say of a person, in the order of the table."""
    return tuple(
        SituationPattern(row["id"], row["who"], row["pattern"], row["holds"])
        for row in read_table("ask/situations.csv")
    )


@cache
def situation_names() -> dict[tuple[str, ...], tuple[str, str]]:
    """What people call medicines and conditions in a question: stems -> (kind, id)."""
    return {
        tuple(stems(row["phrase"])): (row["kind"], row["target"])
        for row in read_table("ask/situation_names.csv")
    }


@cache
def whole_words() -> dict[str, str]:
    """The shortest word of the tables behind each stem, to show in its place."""
    texts = [row["phrase"] for row in read_table("ask/synonyms.csv")]
    texts += [row["phrases"] for row in read_table("ask/intents.csv")]
    texts += [row["words"] for row in read_table("ask/words.csv")]
    return shortest_words(texts)


@cache
def people_words() -> dict[str, frozenset[str]]:
    """Stems that limit a question to some people, by the pattern hair loss those people have."""
    return {row["cause"]: frozenset(stems(row["words"])) for row in read_table("ask/people.csv")}


@cache
def synonyms() -> tuple[Synonym, ...]:
    """All synonyms in the order of the table."""
    return tuple(
        Synonym(tuple(stems(row["phrase"])), row["kind"], row["target"])
        for row in read_table("ask/synonyms.csv")
    )


@cache
def intent_phrases() -> tuple[IntentPhrase, ...]:
    """All phrases of intents; the first that a question holds decides."""
    return tuple(
        IntentPhrase(row["intent"], tuple(stems(phrase)))
        for row in read_table("ask/intents.csv")
        for phrase in row["phrases"].split(";")
    )


@cache
def boundaries() -> tuple[Boundary, ...]:
    """All boundaries in the order of the table."""
    return tuple(
        Boundary(
            row["id"],
            row["effect"],
            row["pattern"],
            row["red_flag"],
            row["intent"],
            row["text"],
            row["source"],
        )
        for row in read_table("ask/boundaries.csv")
    )


@cache
def general_topics() -> dict[str, tuple[str, str]]:
    """Intent -> the topic for questions about hair loss as a whole, by kind and id."""
    return {row["intent"]: (row["kind"], row["topic"]) for row in read_table("ask/general.csv")}


@cache
def headline_claims() -> dict[tuple[str, str], str]:
    """The claim that says best whether a treatment helps hair, or whether a cause costs it.

    By kind and id of the topic.
    """
    return {
        (row["kind"], row["topic"]): row["claim"] for row in read_table("ask/headline_claims.csv")
    }
