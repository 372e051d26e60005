"""Everything that can be asked about, as documents of stems with the weight of each stem."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from anagen.ask.records import Topic
from anagen.ask.tokens import shortest_words, stems
from anagen.ask.vocabulary import intent_phrases, kinds_of_words, synonyms
from anagen.catalog.causes import load_causes
from anagen.catalog.claims import load_claims
from anagen.catalog.findings import load_red_flags, load_rules, load_tests
from anagen.catalog.harms import load_harms
from anagen.catalog.labs import load_labs
from anagen.catalog.medicines import load_medicines
from anagen.catalog.treatments import load_treatments

_BRACKETS = re.compile(r"\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Entry:
    """A topic with its names and stems: of its title, of all it is called, of what is said."""

    topic: Topic
    names: tuple[str, ...]
    title: frozenset[str]
    head: frozenset[str]
    body: frozenset[str]


@dataclass(frozen=True, slots=True)
class Index:
    """Entries by (kind, id), phrases that name topics, the weight of each stem, its whole word."""

    entries: Mapping[tuple[str, str], Entry]
    phrases: Mapping[tuple[str, ...], tuple[tuple[str, str], ...]]
    weights: Mapping[str, float]
    unknown_weight: float
    named_words: frozenset[str]
    spelled: Mapping[str, str]

    def weight(self, word: str) -> float:
        """How much a stem tells topics apart; a stem found nowhere weighs most."""
        return self.weights.get(word, self.unknown_weight)


def _entry(kind: str, name: str, label: str, names: tuple[str, ...], head: str, body: str) -> Entry:
    # What stands in brackets is the answer a claim was given, not what it says.
    title = frozenset(stems(_BRACKETS.sub(" ", label)))
    return Entry(
        Topic(kind, name, label), names, title, frozenset(stems(head)), frozenset(stems(body))
    )


def _treatments() -> Iterator[Entry]:
    harms: dict[str, list[str]] = {}
    for row in load_harms():
        harms.setdefault(row.treatment, []).append(row.event)
    for item in load_treatments().values():
        names = (item.id.replace("_", " "), item.name, *item.synonyms)
        body = (
            item.drug_class,
            item.route,
            item.burden,
            *item.positives,
            *item.negatives,
            *(row.what for row in item.evidence),
            *(f"{row.region} {row.status} {row.indication}" for row in item.approvals),
            *harms.get(item.id, ()),
        )
        yield _entry("treatment", item.id, item.name, names, " ".join(names), " ".join(body))


def _drugs(cause: str) -> tuple[str, ...]:
    """Names of the medicines behind a cause `trigger_drug_X`: those of which X is told."""
    rule = next((row for row in load_rules() if f"trigger_{row.finding}" == cause), None)
    if rule is None or rule.reads != "medicine":
        return ()
    told = set(rule.key.split())
    return tuple(
        name
        for row in load_medicines().values()
        if not row.treatment and told & {row.id, *row.classes}
        for name in (_BRACKETS.sub(" ", row.label), *row.synonyms)
    )


def _causes() -> Iterator[Entry]:
    for cause in load_causes().values():
        names = (cause.id.replace("_", " "), cause.label, *cause.aliases, *_drugs(cause.id))
        body = f"{cause.description} {cause.reversibility} {cause.mechanism}"
        yield _entry("cause", cause.id, cause.label, names, " ".join(names), body)


def _others() -> Iterator[Entry]:
    for claim in load_claims().values():
        head = f"{claim.claim} {claim.section}"
        yield _entry("claim", claim.id, claim.claim, (), head, claim.statement)
    for test in load_tests().values():
        names = (test.id.replace("_", " "), test.label)
        yield _entry("test", test.id, test.label, names, test.label, test.why)
    for lab in load_labs().values():
        names = (lab.label, *lab.synonyms)
        yield _entry("laboratory test", lab.id, lab.label, names, " ".join(names), lab.note)
    for flag in load_red_flags():
        body = f"{flag.why} {flag.action}"
        yield _entry("red flag", flag.rule, flag.label, (), flag.label, body)


@cache
def index() -> Index:
    """The index over the whole evidence base, built once."""
    entries = {
        (entry.topic.kind, entry.topic.id): entry
        for entry in (*_treatments(), *_causes(), *_others())
    }
    phrases: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    stop = kinds_of_words()["stop"]
    for key, entry in entries.items():
        for name in entry.names:
            phrase = tuple(stems(name))
            if phrase and not (len(phrase) == 1 and (phrase[0] in stop or len(phrase[0]) < 2)):
                phrases.setdefault(phrase, []).append(key)
    for synonym in synonyms():
        if synonym.kind != "words":
            key = (synonym.kind, synonym.target)
            # What people mean by a phrase goes before what happens to bear it as a name.
            phrases[synonym.phrase] = [
                key,
                *(other for other in phrases.get(synonym.phrase, ()) if other != key),
            ]
    documents = Counter(word for entry in entries.values() for word in entry.head | entry.body)
    total = len(entries)
    weights = {
        word: math.log(1 + (total - count + 0.5) / (count + 0.5))
        for word, count in documents.items()
    }
    named = {word for phrase in phrases for word in phrase if len(word) > 3}
    named |= {word for item in intent_phrases() for word in item.phrase if len(word) > 3}
    named |= {
        word for kind in ("hair", "change") for word in kinds_of_words()[kind] if len(word) > 3
    }
    return Index(
        entries,
        {phrase: tuple(keys) for phrase, keys in phrases.items()},
        weights,
        max(weights.values()),
        frozenset(named),
        shortest_words(name for entry in entries.values() for name in entry.names),
    )
