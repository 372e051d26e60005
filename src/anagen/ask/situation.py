"""What a question says of the person it is about: medicines, conditions, age, pregnancy."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from anagen.ask.tokens import stem, stems, words
from anagen.ask.vocabulary import (
    marker_words,
    settings,
    situation_names,
    situation_patterns,
)
from anagen.catalog.causes import load_causes
from anagen.catalog.conditions import load_conditions, with_broader
from anagen.catalog.expressions import Value
from anagen.catalog.expressions import words as expression_words
from anagen.catalog.medicines import MedicineRow, load_medicines
from anagen.catalog.safety import load_safety_rules

# What one person is said to be, as the bare names of safety rules.
Person = Mapping[str, Value]
Phrase = tuple[str, ...]
_BRACKETS = re.compile(r"\([^)]*\)")
_AGE = re.compile(
    r"\b(?:am|i'm|im|aged?|he is|she is|he's|she's|at|over|from)\s+(\d{1,2})\b"
    r"(?!\s*(?:%|mg|mcg|g\b|ml|weeks?|months?|days?|times?|hairs?|hours?|percent|minutes?))"
    r"|\b(\d{1,2})[- ]?(?:years?[- ]old|yrs?[- ]old|yo\b|y/o)"
)
# Younger ages explain nothing of a question: what else it holds must, or it goes to care.
ADULT_QUESTION = 12.0
_MARK = re.compile(r"\w+=\w+")


@dataclass(frozen=True, slots=True)
class Situation:
    """The asker's situation as the question states it; what is not stated is unknown.

    `people` are the persons a rule may be about: the asker, a partner where one is named, and the
    asker as one who may breast-feed after a birth.
    `conditions` holds all that a stated condition is a kind of, `past` the same with earlier ones,
    `own` the conditions as stated; `medicines` ids and classes of medicines taken, `taken` the
    treatments taken already. `labels` names the medicines and conditions that may stand in the way
    of a treatment, `drug_causes` the causes that stand for those medicines, `causes` the causes
    named beside a treatment, `stems` the words all of it was read from. `of_others` are ids of what
    somebody else takes, which no rule about the asker may read.
    """

    people: tuple[Person, ...] = ({},)
    conditions: frozenset[str] = frozenset()
    past: frozenset[str] = frozenset()
    medicines: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    labels: tuple[str, ...] = ()
    drug_causes: frozenset[str] = frozenset()
    causes: frozenset[str] = frozenset()
    stems: frozenset[str] = frozenset()
    of_others: frozenset[str] = frozenset()

    @property
    def told(self) -> bool:
        """Whether more than the sex is stated."""
        kept = [person for person in self.people if set(person) - {"sex"}]
        return bool(self.labels or self.own or self.taken or kept)

    def without_pregnancy(self) -> Situation:
        """The same people as if nothing was said of a pregnancy, a birth or breast-feeding."""
        said = ("reproductive_status", "pregnancy_planned", "breastfeeding")
        people = tuple(
            {name: value for name, value in person.items() if name not in said}
            for person in self.people
        )
        return replace(self, people=people)


@dataclass(frozen=True, slots=True)
class _Mention:
    kind: str
    id: str
    start: int
    end: int


@cache
def _drug_cause_words() -> dict[str, frozenset[str]]:
    """Cause `trigger_drug_X` -> X, where X is a medicine or a class of medicines."""
    known = {word for row in load_medicines().values() for word in (row.id, *row.classes)}
    suffixes = {cause: cause.removeprefix("trigger_drug_") for cause in load_causes()}
    return {
        cause: frozenset({word} | _words_of(word))
        for cause, word in suffixes.items()
        if cause.startswith("trigger_drug_") and word in known
    }


def _words_of(medicine: str) -> set[str]:
    row = load_medicines().get(medicine)
    return {row.id, *row.classes} if row else {medicine}


def _medicine_words(item: _Mention, text: Sequence[str]) -> set[str]:
    """Id and classes of a medicine, which may be named by the cause that stands for it."""
    if item.kind == "medicine":
        return _words_of(item.id)
    kind, name = phrases().get(tuple(text[item.start : item.end]), ("", ""))
    return {*_drug_cause_words()[item.id], *(_words_of(name) if kind == "medicine" else ())}


def _names(row: MedicineRow) -> tuple[str, ...]:
    return (row.id.replace("_", " "), _BRACKETS.sub(" ", row.label), *row.synonyms)


@cache
def _classes_asked() -> tuple[str, ...]:
    """Classes of medicines that a safety rule asks for."""
    asked = {
        arguments[0]
        for rule in load_safety_rules()
        for function, arguments in expression_words(rule.when)
        if function in ("medicine", "other_medicine")
    }
    classes = {word for row in load_medicines().values() for word in row.classes}
    return tuple(sorted(asked & classes))


@cache
def phrases() -> dict[Phrase, tuple[str, str]]:
    """Names of medicines, of their classes and of conditions, as stems -> (kind, id)."""
    found: dict[Phrase, tuple[str, str]] = dict(situation_names())
    for row in load_medicines().values():
        for name in _names(row):
            found.setdefault(tuple(stems(name)), ("medicine", row.id))
    for word in _classes_asked():
        found.setdefault(tuple(stems(word.replace("_", " "))), ("medicine", word))
    for row in load_conditions().values():
        for name in (row.id.replace("_", " "), row.label, *row.synonyms):
            found.setdefault(tuple(stems(name)), ("condition", row.id))
    return {phrase: key for phrase, key in found.items() if phrase and len("".join(phrase)) > 2}


def _mentions(
    text: Sequence[str], spans: Sequence[tuple[tuple[str, str], int, int]]
) -> list[_Mention]:
    """Treatments, medicines and conditions in order; what the index names goes first."""
    found: list[_Mention] = []
    for (kind, name), start, end in spans:
        if kind == "treatment":
            found.append(_Mention("treatment", name, start, end))
        elif kind == "cause" and name in _drug_cause_words():
            found.append(_Mention("drug cause", name, start, end))
    held = {spot for item in found for spot in range(item.start, item.end)}
    longest = max(map(len, phrases()))
    spot = 0
    while spot < len(text):
        for size in range(min(longest, len(text) - spot), 0, -1):
            key = phrases().get(tuple(text[spot : spot + size]))
            if key and not held & set(range(spot, spot + size)):
                found.append(_Mention(*key, spot, spot + size))
                spot += size - 1
                break
        spot += 1
    return sorted(found, key=lambda item: item.start)


def _standing(raw: Sequence[str], start: int) -> str:
    """How a name stands in a question: `stated` of a person, `past`, `linked` (meant), `open`."""
    marks = marker_words()
    first = max(0, start - int(settings()["words_before_a_name"]))
    for spot in range(start - 1, first - 1, -1):
        word, before = raw[spot], [one for one in raw[:spot] if one not in marks["adverb"]]
        if word == "with" and before and before[-1] in marks["link"]:
            return "linked"
        if word in marks["verb"]:
            says = len(before) > 0 and before[-1] in marks["subject"]
            asks = len(before) > 1 and before[-2] in marks["modal"] - {"if", "whether"}
            if not says or asks:
                return "open"
        elif word in marks["link"]:
            return "linked"
        if word in marks["verb"] | marks["stated"]:
            denied = any(
                one in ("not", "never", "without", "no") for one in raw[max(0, spot - 2) : spot]
            )
            return "linked" if denied else "past" if word in marks["past"] else "stated"
        if word in marks["break"]:
            return "open"
    return "open"


def _taken(raw: Sequence[str], start: int) -> bool:
    """Whether a treatment is one the asker takes already: `I am on`, `I take`, `while using`."""
    marks = marker_words()
    for spot in range(start - 1, max(0, start - 4) - 1, -1):
        word, before = raw[spot], raw[spot - 1] if spot else ""
        if word in ("on", "taking", "using"):
            return before in marks["taken"]
        if word in ("take", "takes", "use", "uses"):
            return _standing(raw, start) == "stated"
        if word in marks["break"] | marks["link"]:
            return False
    return False


def _of_another(raw: Sequence[str], start: int) -> str:
    """Who else takes or has it, as in `my husband takes X`; empty where nobody is named."""
    marks = marker_words()
    relatives = marks["relative_man"] | marks["relative_woman"] | marks["relative_either"]
    first = max(1, start - int(settings()["words_before_a_name"]))
    takes = False
    for spot in range(start - 1, first - 1, -1):
        word = raw[spot]
        if word in relatives:
            return word if takes and raw[spot - 1] in marks["owner"] else ""
        # `my wife is on X` goes on, `my wife takes X, is Y` asks for something else.
        if word in marks["self"] or (word in marks["break"] and raw[spot - 1] not in relatives):
            return ""
        takes = takes or word in marks["takes"]
    return ""


def _others(raw: Sequence[str], found: Sequence[_Mention]) -> dict[_Mention, str]:
    """For every mention who else takes or has it, where the question is about the asker."""
    others = {item: _of_another(raw, item.start) for item in found}
    # Who says nothing of themselves asks for the one they name.
    return others if marker_words()["self"] & set(raw) else dict.fromkeys(found, "")


def _takers(people: tuple[Person, ...], relatives: set[str]) -> tuple[Person, ...]:
    """The persons of a question about what one relative takes: the relative, where it is clear."""
    marks, own = marker_words(), dict(people[0])
    if "reproductive_status" in own or len(relatives) != 1:
        return people
    if relatives <= marks["relative_man"]:
        return ({**own, "sex": "male"},)
    return ({**own, "sex": "female"},) if relatives <= marks["relative_woman"] else people


def _people(question: str) -> tuple[tuple[Person, ...], frozenset[str]]:
    """Facts of the persons a question is about, and the words they were read from."""
    text = question.casefold().replace("’", "'")
    facts: dict[str, dict[str, Value]] = {"self": {}, "partner": {}, "feeding": {}}
    read: set[str] = set()
    for age in _AGE.finditer(text):
        years = float(age.group(1) or age.group(2))
        facts["self"].setdefault("age", years)
        if years >= ADULT_QUESTION:
            read |= set(stems(age.group()))
    sexes: set[Value] = set()
    for row in situation_patterns():
        found = re.search(row.pattern, text)
        if found is None:
            continue
        # What one row has read is not read again: to plan a pregnancy is not to be pregnant.
        if row.who == "self":
            text = text[: found.start()] + " | " + text[found.end() :]
        read |= set(stems(found.group()))
        if row.id in ("female", "male"):
            sexes.add(row.id)
            continue
        for mark in _MARK.findall(row.holds):
            name, value = mark.split("=")
            facts[row.who].setdefault(name, True if value == "yes" else _value(value))
    if "sex" not in facts["self"] and len(sexes) == 1:
        facts["self"]["sex"] = next(iter(sexes))
    expecting = {"reproductive_status", "pregnancy_planned"} & set(facts["self"])
    others = [facts[who] for who in ("partner", "feeding") if facts[who]]
    people = (facts["self"], *(others if expecting else ()))
    return people, frozenset(read)


def _value(word: str) -> Value:
    return word if word.isalpha() else float(word.removesuffix("s"))


def stated(
    question: str,
    text: Sequence[str],
    spans: Sequence[tuple[tuple[str, str], int, int]],
    intent: str,
) -> Situation:
    """The situation in a question; `text` holds its stems, `spans` the topics it names and where.

    Nothing is read where no treatment is named: a medicine is then what may cost hair.
    """
    found = _mentions(text, spans)
    if not any(item.kind == "treatment" for item in found):
        return Situation()
    raw = words(question)
    people, read = _people(question)
    treatments = [item for item in found if item.kind == "treatment"]
    takers = {_of_another(raw, item.start) for item in treatments}
    others = _others(raw, found)
    if "" not in takers:
        # Nothing is asked about but what a relative takes.
        people = _takers(people, takers)
        pregnant = "reproductive_status" in people[0]
        others = {item: others[item] if pregnant else "" for item in found}
    medicines: set[str] = set()
    conditions: set[str] = set()
    past: set[str] = set()
    own_conditions: set[str] = set()
    taken: set[str] = set()
    causes: set[str] = set()
    labels: list[str] = []
    asked = {spot for (kind, _), *ends in spans if kind == "cause" for spot in range(*ends)}
    used: set[str] = set(read)
    for item in found:
        if others[item]:
            used |= set(text[item.start : item.end])
            used |= {stem(others[item]), *map(stem, marker_words()["takes"] & set(raw))}
            continue
        standing = _standing(raw, item.start)
        if item.kind == "treatment":
            if _taken(raw, item.start):
                taken.add(item.id)
            continue
        drug = item.kind in ("medicine", "drug cause")
        # A drug beside a treatment is what the person takes, unless it is asked as the cause.
        open_drug = drug and standing == "open" and intent != "causes"
        # So is a disease beside it, unless it is a cause of hair loss to be asked about.
        beside = not drug and standing == "open" and intent not in ("causes", "works")
        if standing not in ("stated", "past") and not open_drug and not beside:
            continue
        # A disease that is to be cured is what is asked about.
        if not drug and intent in ("cure", "treat"):
            continue
        if drug:
            own = _medicine_words(item, text)
            medicines |= own
            causes |= {f"trigger_drug_{word}" for word in own} & set(load_causes())
        else:
            if not beside or not asked & set(range(item.start, item.end)):
                own_conditions.add(item.id)
            past |= with_broader(item.id)
            if standing != "past":
                conditions |= with_broader(item.id)
        # Hair loss itself is what a treatment is for, not what stands in its way.
        if drug or (item.id in own_conditions and "hair_loss" not in with_broader(item.id)):
            labels.append(" ".join(raw[item.start : item.end]))
        used |= set(text[item.start : item.end])
        used |= {stem(word) for word in raw if word in marker_words()["stated"]}
    for row in load_medicines().values():
        if row.treatment in taken:
            medicines |= {row.id, *row.classes}
    return Situation(
        people,
        frozenset(conditions),
        frozenset(past),
        frozenset(medicines),
        frozenset(taken),
        frozenset(own_conditions),
        tuple(dict.fromkeys(labels)),
        frozenset(causes),
        frozenset(name for (kind, name), _, _ in spans if kind == "cause") - causes,
        frozenset(used),
        frozenset(
            item.id
            for item in found
            if others[item]
            and "" in takers
            and item.kind in ("treatment", "medicine", "drug cause")
        ),
    )
