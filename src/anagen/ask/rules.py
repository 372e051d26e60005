"""Safety rules and red flags by what a question says: those that always hold, those it triggers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from anagen.ask.records import Statement
from anagen.ask.situation import Person, Situation
from anagen.ask.tokens import stems
from anagen.catalog.causes import load_causes
from anagen.catalog.conditions import load_conditions, with_broader
from anagen.catalog.expressions import Value, evaluate, truth, words
from anagen.catalog.findings import RedFlagRow, load_findings, load_red_flags, load_rules
from anagen.catalog.medicines import load_medicines
from anagen.catalog.questions import PERSON, SIGNS
from anagen.catalog.safety import SafetyRule, load_definitions, load_safety_rules
from anagen.catalog.treatments import Treatment, cause_matches, load_treatments

# What only the record of a person can tell: its assessed cause, the sum of its products.
SUMS = frozenset({"already_over_limit", "would_pass_limit"})
OF_A_RECORD = SUMS | {"cause", "probability"}


@dataclass(slots=True)
class StatedFacts:
    """One person as a question describes them. Whatever it does not say is unknown."""

    person: Person
    situation: Situation
    treatment: str = ""
    also: frozenset[str] = frozenset()
    _open: set[str] = field(default_factory=set)

    def name(self, word: str) -> Value:
        """A stated fact, a definition of data/safety/definitions.csv, or a finding."""
        definition = load_definitions().get(word)
        if definition is not None and word not in self._open:
            self._open.add(word)
            try:
                return evaluate(definition.when, self)
            finally:
                self._open.discard(word)
        if word in PERSON.names or word in SIGNS.names:
            return self.person.get(word)
        if word in load_findings():
            return self._finding(word)
        raise KeyError(word)

    def call(self, function: str, arguments: tuple[str, ...]) -> Value:
        """One of the functions of rules or red flags; a list never denies."""
        if function not in PERSON.functions and function not in SIGNS.functions:
            raise KeyError(function)
        word = arguments[0]
        match function:
            case "condition":
                return True if word in self.situation.conditions else None
            case "ever":
                return True if word in self.situation.past else None
            case "medicine":
                # A rule about a class may ask whether one of it is taken, this one too.
                own = load_treatments()[self.treatment].words() if self.treatment else ()
                held = self._medicines() | self.also | (self.situation.medicines & set(own))
                return True if word in held else None
            case "other_medicine":
                return True if word in self._medicines() else None
            case "cause":
                return 1.0 if self._named(word) else None
            case "also":
                return word in self.also
            case "finding":
                return self._finding(word)
        return None

    def _named(self, pattern: str) -> bool:
        """Whether the question names such a cause, or one that is a kind of it."""
        known = load_causes()
        return any(
            cause_matches(cause, (pattern,)) or cause_matches(known[cause].parent, (pattern,))
            for cause in self.situation.causes
        )

    def _medicines(self) -> set[str]:
        """Medicines taken beside the treatment that is asked about, or asked with it."""
        rows = load_medicines().values()
        asked = {
            word for row in rows if row.treatment in self.also for word in (row.id, *row.classes)
        }
        if self.treatment not in self.situation.taken:
            return set(self.situation.medicines) | asked
        others = self.situation.taken - {self.treatment}
        own = {
            word
            for row in rows
            if row.treatment == self.treatment
            for word in (row.id, *row.classes)
        }
        kept = {word for row in rows if row.treatment in others for word in (row.id, *row.classes)}
        return (set(self.situation.medicines) - own) | kept | asked

    def _finding(self, finding: str) -> Value:
        """A finding read from medicines, where one of them is taken."""
        for row in load_rules():
            if row.finding == finding and row.reads == "medicine":
                held = {part for word in self.situation.medicines for part in word.split("_")}
                return True if (held | self.situation.medicines) & set(row.key.split()) else None
        return None


def _needs_a_record(when: str) -> bool:
    for name, _ in words(when):
        definition = load_definitions().get(name)
        if name in OF_A_RECORD or (definition and _needs_a_record(definition.when)):
            return True
    return False


def _applying(treatment: Treatment) -> list[SafetyRule]:
    rules = [rule for rule in load_safety_rules() if set(rule.applies_to) & treatment.words()]
    return sorted(rules, key=lambda rule: rule.effect != "block")


def _sentences(
    treatment: Treatment, rules: Iterable[SafetyRule], *, why: bool = False
) -> list[Statement]:
    return [
        Statement(
            f"{treatment.name}: {rule.text}{f' {rule.because}' if why else ''} ({rule.authority})",
            (rule.source,),
            rule.verified,
        )
        for rule in rules
    ]


def general_rules(treatment: Treatment, *, why: bool = False) -> list[Statement]:
    """Rules that hold for whoever is not known at all, blocks first; with their reason."""
    nobody = StatedFacts({}, Situation(), treatment.id)
    return _sentences(
        treatment,
        (rule for rule in _applying(treatment) if truth(rule.when, nobody) is True),
        why=why,
    )


def all_rules(treatment: Treatment, speaking_of: Iterable[str] = ("",)) -> list[Statement]:
    """Whom a treatment is not for: every rule that needs no person's record, blocks first.

    `speaking_of` are parts of conditions, one of which a rule must hold.
    """
    wanted = tuple(speaking_of)
    return _sentences(
        treatment,
        (
            rule
            for rule in _applying(treatment)
            if not _needs_a_record(rule.when) and any(part in rule.when for part in wanted)
        ),
    )


def triggered_rules(
    treatment: Treatment,
    situation: Situation,
    beside: Iterable[str] = (),
    *,
    notes: bool = True,
    blocks: bool = False,
) -> list[Statement]:
    """Rules that what is stated makes true and that do not hold for everybody, blocks first.

    `beside` are the other treatments asked about together with this one; notes may be left out, or
    everything but blocks.
    """
    nobody = StatedFacts({}, Situation(), treatment.id)
    others = [load_treatments()[one] for one in {*beside, *situation.taken} if one != treatment.id]
    also = frozenset(word for other in others for word in other.words())
    people = [StatedFacts(person, situation, treatment.id, also) for person in situation.people]
    return _sentences(
        treatment,
        (
            rule
            for rule in _applying(treatment)
            if (notes or rule.effect != "note")
            and (not blocks or rule.effect == "block")
            and truth(rule.when, nobody) is not True
            and any(truth(rule.when, person) is True for person in people)
        ),
    )


def near_rules(treatment: Treatment, situation: Situation) -> list[Statement]:
    """Rules about a kind of a stated condition, or whose words name it; blocks first."""
    names = [
        frozenset(stems(name))
        for row in load_conditions().values()
        if row.id in situation.conditions | situation.past
        and "hair_loss" not in with_broader(row.id)
        for name in (row.label, *row.synonyms)
    ]
    names += [frozenset(stems(label)) for label in situation.labels]

    def about(rule: SafetyRule) -> bool:
        named = any(name <= frozenset(stems(rule.text)) for name in names)
        if _needs_a_record(rule.when):
            return named and not SUMS & {function for function, _ in words(rule.when)}
        kinds = (
            with_broader(arguments[0])
            for function, arguments in words(rule.when)
            if function in ("condition", "ever")
        )
        told = frozenset(stems(f"{rule.because} {rule.ask}"))
        return (
            named
            or any(kind & situation.own for kind in kinds)
            or any(name <= told for name in names)
        )

    return _sentences(treatment, (rule for rule in _applying(treatment) if about(rule)))


def raised_flags(situation: Situation) -> list[RedFlagRow]:
    """Red flags that what is stated raises, those that stop planning first."""
    nobody = StatedFacts({}, Situation())
    people = [StatedFacts(person, situation) for person in situation.people]
    raised = [
        flag
        for flag in load_red_flags()
        if truth(flag.condition, nobody) is not True
        and any(truth(flag.condition, person) is True for person in people)
    ]
    return sorted(raised, key=lambda flag: not flag.stops_planning)
