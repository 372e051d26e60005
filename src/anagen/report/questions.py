"""The short version, the questions for a doctor, and the words that need explaining."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

from anagen.report.records import Document, OptionItem, Term
from anagen.report.words import inside, joined, plural, when


def completed(document: Document, terms: tuple[Term, ...]) -> Document:
    """The document with its summary, its questions and the glossary of the words it uses."""
    told = replace(
        document,
        summary=tuple(_summary(document)),
        steps=tuple(_steps(document)),
        questions=tuple(_questions(document)),
    )
    used = " ".join(_texts(asdict(told))).lower()
    found = tuple(term for term in terms if re.search(rf"\b{re.escape(term.term.lower())}", used))
    return replace(told, glossary=found)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in ("references", "curves", "stamp"):
                yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)


NO_TREATMENT = "No treatment"
# Tests of this prefix are advice to leave something out, not something to have done.
ADVICE_AGAINST = "no_"


def _summary(document: Document) -> Iterator[str]:
    if document.stopped_by:
        yield (
            "Planning stopped here on purpose. Comparing treatments now could do harm or waste "
            "time that matters."
        )
    if not document.complaint_found:
        yield "No hair complaint was found in this record, so no cause was ranked."
    elif document.causes:
        yield _causes(document)
    wanted = [test.label for test in document.tests if not test.test.startswith(ADVICE_AGAINST)]
    if wanted:
        names = joined(wanted[:3])
        yield f"The next tests or questions most worth having: {names}."
    spread = _spread(document)
    if spread:
        yield spread
    if document.blocked:
        names = joined(option.label for option in document.blocked[:4])
        more = len(document.blocked) - 4
        yield f"Ruled out for you: {names}{f', and {more} more' if more > 0 else ''}."
    if document.no_evidence:
        yield (
            f"{plural(len(document.no_evidence), 'treatment')} that you may read about "
            f"{'has' if len(document.no_evidence) == 1 else 'have'} too little evidence for any "
            "number here."
        )


def numbered(document: Document) -> list[OptionItem]:
    """Options with a forecast, in order; waiting stands beside each, folded ones are left out."""
    return [
        option
        for option in document.options
        if option.outcomes and not option.is_untreated and not option.folded
    ]


def folded(document: Document) -> list[OptionItem]:
    """Options with a forecast that another one matches, each with the reason."""
    return [option for option in document.options if option.folded]


def untreated_label(document: Document) -> str:
    """What no treatment is for this person: who takes one now would stop it."""
    labels = (curve.label for curve in document.curves if curve.role == "untreated")
    return next(labels, NO_TREATMENT)


def yardstick(document: Document) -> str:
    """A sentence on what "no treatment" means where something would be stopped; else empty."""
    label = untreated_label(document)
    if label == NO_TREATMENT:
        return ""
    return (
        f'"No treatment" stops what is taken now ({inside(label)}), and so does every option '
        "that stands instead of it."
    )


def shown_first(times: Sequence[float]) -> float:
    """The time a reader sees first: one year when there is one, else the middle one."""
    return 52.0 if 52.0 in times else times[len(times) // 2]


def _causes(document: Document) -> str:
    first = document.causes[0]
    about = "about " if first.percent_text.isdigit() else ""
    reach = "" if first.range_text == first.percent_text else f" (range {first.range_text})"
    text = (
        f"This record fits best with {inside(first.label)}: {about}{first.percent_text} of 100 "
        f"people with the same record have it{reach}."
    )
    others = [c for c in document.causes[1:3] if c.percent >= 10]
    if others:
        text += f" Next: {joined(f'{inside(c.label)} ({c.percent_text})' for c in others)}."
    return text


def _spread(document: Document) -> str:
    if not document.times:
        return ""
    week = shown_first(document.times)
    options = numbered(document)
    counts = [
        outcome.better for option in options for outcome in option.outcomes if outcome.week == week
    ]
    bare = [outcome.better for outcome in document.untreated if outcome.week == week]
    nothing = "no treatment" + (" (what is taken now stopped)" if yardstick(document) else "")
    if not counts:
        return (
            f"After {when(week)}, {bare[0]} of 100 people like you are better with {nothing}. "
            "No other option has a forecast."
            if bare
            else ""
        )
    reach = f"{min(counts)}" if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"
    text = f"{plural(len(options), 'option')} compared by number. "
    if bare:
        text += (
            f"After {when(week)}, {bare[0]} of 100 people like you are better with {nothing}, "
            f"and {reach} with the options."
        )
    else:
        text += f"After {when(week)}, {reach} of 100 people like you are better."
    return text


def _steps(document: Document) -> Iterator[str]:
    """From this report to a decision, one step a line; nothing to decide has no steps."""
    if document.stopped_by or not document.options:
        return
    if document.flags:
        yield "Show the first box to a doctor before anything else."
    yield "Check what was read about you. Correct what is wrong and add what is missing."
    if document.tests:
        yield "Have the tests that would change the plan, and wait with the rest."
    if numbered(document):
        yield "Answer the four questions about what matters to you."
        yield "Pick two or three options, no treatment among them, and read each in full."
    else:
        yield "Read the options in full, waiting among them."
    yield "Take the questions below to your doctor and decide together."
    yield "Take photographs now and set the date on which you will judge the result."


def _questions(document: Document) -> Iterator[str]:
    if document.stopped_by:
        yield "How soon should I be seen, and by whom?"
    if document.flags:
        yield f"What could this mean: {document.flags[0].label.rstrip('.').lower()}?"
    if len(document.causes) > 1 and document.causes[1].percent >= 5:
        yield (
            f"What makes {inside(document.causes[0].label)} more likely for me than "
            f"{inside(document.causes[1].label)}?"
        )
    if document.tests:
        yield f"Could we start with this: {inside(document.tests[0].label)}? What would it change?"
    for option in document.options:
        if option.conditions:
            yield (
                f"Before {inside(option.label)}, what about this: "
                f"{inside(option.conditions[0].rstrip('.'))}?"
            )
            break
    if document.options:
        yield "What happens if I wait and treat nothing for now?"
        yield "How will we measure whether it works, and when do we decide to go on or stop?"
        yield "What will happen to my hair if I stop?"
    if any(option.harms for option in document.options):
        yield "Which side effects should make me stop at once and call you?"
    if document.unknown:
        yield "Which of the things not known about me would change this plan most?"
