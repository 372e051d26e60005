"""What a question is about: its words mended, the topics it names, what it asks of them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from anagen.ask.index import Entry, Index
from anagen.ask.situation import Situation, stated
from anagen.ask.situation import phrases as names_of_situations
from anagen.ask.tokens import stem, stems, words
from anagen.ask.vocabulary import (
    intent_phrases,
    kinds_of_words,
    marker_words,
    settings,
    synonyms,
    whole_words,
)

Key = tuple[str, str]

# Intents whose words tell no claim from another: they are asked of everything.
GENERIC = ("works", "treat")


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as understood: stems, named topics in order, intent, and what is left over."""

    stems: tuple[str, ...]
    corrected: tuple[tuple[str, str], ...]
    named: tuple[Key, ...]
    named_stems: frozenset[str]
    intent: str
    intent_stems: frozenset[str]
    special_stems: frozenset[str]
    residue: frozenset[str]
    written: Mapping[str, str]
    about_hair: bool
    outside: frozenset[str]
    situation: Situation

    @property
    def content(self) -> frozenset[str]:
        """Every stem that says something: names, intent, the rest and the words of hair."""
        hair = kinds_of_words()["hair"]
        return self.named_stems | self.residue | (frozenset(self.stems) & hair)


def _mend(question: str, index: Index) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """Stems of a question with unknown words read as the known word they are spelled most like."""
    setting = settings()
    kinds = kinds_of_words()
    known = set(index.weights) | index.named_words | frozenset().union(*kinds.values())
    known |= {word for synonym in synonyms() for word in synonym.phrase}
    known |= {word for item in intent_phrases() for word in item.phrase}
    known |= {word for phrase in names_of_situations() for word in phrase}
    mended: list[str] = []
    corrected: list[tuple[str, str]] = []
    for word in words(question):
        root = stem(word)
        if root not in known and len(root) >= setting["spelling_shortest"]:
            close = difflib.get_close_matches(
                root, sorted(index.named_words), n=1, cutoff=setting["spelling_cutoff"]
            )
            # People rarely miss the first letter; another word with the same ending is no slip.
            if close and close[0][0] == root[0] and abs(len(close[0]) - len(root)) < 2:
                corrected.append((word, _whole(close[0], index)))
                root = close[0]
        mended.append(root)
    return mended, tuple(corrected)


def _whole(root: str, index: Index) -> str:
    """The word behind a stem, as the tables or the names of topics spell it."""
    return whole_words().get(root) or index.spelled.get(root, root)


def _find(phrase: tuple[str, ...], text: list[str]) -> int:
    """Where a phrase stands in a text, or -1."""
    size = len(phrase)
    spots = range(len(text) - size + 1)
    return next((spot for spot in spots if tuple(text[spot : spot + size]) == phrase), -1)


def _reword(text: list[str]) -> list[str]:
    """Words of people replaced by words of the field, where the table asks for it."""
    for synonym in synonyms():
        if synonym.kind == "words":
            spot = _find(synonym.phrase, text)
            if spot >= 0:
                text = [*text[:spot], *stems(synonym.target), *text[spot + len(synonym.phrase) :]]
    return text


def _spans(text: list[str], index: Index, kind: str) -> list[tuple[Key, int, int]]:
    """Topics named in a text and where, in order, the longest name first where names overlap.

    Where a name means several things, the one of the wanted kind is taken, else the first.
    """
    longest = max(len(phrase) for phrase in index.phrases)
    found: list[tuple[Key, int, int]] = []
    spot = 0
    while spot < len(text):
        for size in range(min(longest, len(text) - spot), 0, -1):
            phrase = tuple(text[spot : spot + size])
            if phrase in index.phrases:
                keys = index.phrases[phrase]
                key = next((key for key in keys if key[0] == kind), keys[0])
                found.append((key, spot, spot + size))
                spot += size
                break
        else:
            spot += 1
    return found


def treatments_in(text: list[str], index: Index) -> set[Key]:
    """The treatments that the stems of a text name."""
    return {key for key, _, _ in _spans(text, index, "treatment") if key[0] == "treatment"}


def compared(text: Sequence[str]) -> bool:
    """Whether the stems of a text set one thing against another: `vs`, `or`, `better than`.

    `Is A better with B or C` asks for the sum of two, not which does more.
    """
    if any(pair == ("better", "with") for pair in pairwise(text)):
        return False
    return bool({stem(word) for word in marker_words()["compare"]} & set(text))


def _intent(text: list[str]) -> tuple[str, frozenset[str], frozenset[str]]:
    """What is asked, all stems that belong to some intent, and those that tell one from another."""
    held = [item for item in intent_phrases() if _find(item.phrase, text) >= 0]
    return (
        held[0].intent if held else "",
        frozenset(word for item in held for word in item.phrase),
        frozenset(word for item in held if item.intent not in GENERIC for word in item.phrase)
        - kinds_of_words()["stop"],
    )


def read(question: str, index: Index) -> Reading:
    """Read a question: mend its spelling, find what it names and what it asks."""
    mended, corrected = _mend(question, index)
    text = _reword(mended)
    kinds = kinds_of_words()
    intent, intent_stems, special_stems = _intent(text)
    spans = _spans(text, index, "laboratory test" if intent == "range" else "")
    named = tuple(dict.fromkeys(key for key, _, _ in spans))
    named_stems = frozenset(word for _, start, end in spans for word in text[start:end])
    situation = stated(question, mended, _spans(mended, index, ""), intent)
    # What somebody else takes is understood, and is not what the question is about.
    named = tuple(key for key in named if key[1] not in situation.of_others)
    rest = {word for word in text if len(word) > 1 or word in index.weights}
    residue = rest - named_stems - intent_stems - kinds["stop"] - kinds["filler"] - subject_words()
    residue -= situation.stems
    return Reading(
        stems=tuple(text),
        corrected=corrected,
        named=named,
        named_stems=named_stems,
        intent=intent,
        intent_stems=intent_stems,
        special_stems=special_stems,
        residue=frozenset(residue),
        written=dict(zip(mended, words(question), strict=True)),
        about_hair=bool(kinds["hair"] & set(text)),
        outside=kinds["outside"] & frozenset(text) - situation.stems,
        situation=situation,
    )


def subject_words() -> frozenset[str]:
    """Stems of hair and of what becomes of it."""
    return kinds_of_words()["hair"] | kinds_of_words()["change"]


def share(wanted: frozenset[str], entry: Entry, index: Index) -> float:
    """Weighted share (0 to 1) of some stems that an entry holds; its text counts less."""
    total = sum(index.weight(word) for word in wanted)
    if not total:
        return 1.0
    credit = settings()["body_credit"]
    held = sum(
        index.weight(word) * (1.0 if word in entry.head else credit if word in entry.body else 0.0)
        for word in wanted
    )
    return held / total


def likeness(reading: Reading, entry: Entry, index: Index) -> float:
    """How far a question and the name of a topic share their words, both ways (0 to 1)."""
    stop = kinds_of_words()["stop"]
    asked = frozenset(word for word in reading.stems if word not in stop)
    said = entry.title - stop
    both = sum(index.weight(word) for word in asked & said)
    either = sum(index.weight(word) for word in asked | said)
    return both / either if either else 0.0


def ranked(reading: Reading, index: Index, kinds: tuple[str, ...]) -> list[tuple[float, Entry]]:
    """Entries of some kinds by how well they fit the words of a question, best first."""
    stop = kinds_of_words()["stop"]
    asked = frozenset(word for word in reading.stems if word not in stop)
    scored = [
        (share(asked, entry, index) * (1.0 + likeness(reading, entry, index)), entry)
        for (kind, _), entry in index.entries.items()
        if kind in kinds
    ]
    scored.sort(key=lambda pair: (-pair[0], pair[1].topic.id))
    return scored


def confidence(reading: Reading, entry: Entry | None, index: Index) -> float:
    """Share of the telling words of a question that its topics and its intent explain."""
    kinds = kinds_of_words()
    explained = reading.named_stems | reading.situation.stems | subject_words()
    if reading.named or (reading.about_hair and not reading.residue):
        # An intent alone is no subject: "does it work" fits every trade.
        explained |= reading.intent_stems
    held_words = entry.head | entry.body if entry else frozenset()
    silent = kinds["stop"] | (kinds["filler"] - held_words)
    telling = frozenset(word for word in reading.stems if word not in silent)
    total = sum(index.weight(word) for word in telling)
    if not total:
        return 0.0
    credit = settings()["body_credit"]
    held = 0.0
    for word in telling:
        if word in explained or (entry and word in entry.head):
            held += index.weight(word)
        elif entry and word in entry.body:
            held += credit * index.weight(word)
    return held / total
