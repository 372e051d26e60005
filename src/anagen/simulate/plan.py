"""A plan in plain words: treatments together, and each in steps one after the other."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NoReturn

from anagen.catalog.treatments import Treatment, load_treatments
from anagen.errors import InputProblems, Problem
from anagen.simulate.regimen import (
    EVERY,
    LENGTH,
    NUMBER,
    OFTEN,
    START,
    STOP,
    TIMES,
    Regimen,
    any_name,
    given_twice,
    lasting_weeks,
    parse_regimen,
    regimen_text,
)
from anagen.simulate.regimen_words import number_text, plain_words, plan_problem

JOINED = re.compile(r"\s*(?:[+&;\n]|\bplus\b)\s*", re.IGNORECASE)
# Between two treatments only where the name of one follows: "vitamin D, 2000 IU" is one.
MAYBE_JOINED = r"(?:\s*,\s*and\s+|\s*,\s*|\s+and\s+)"
THEN = re.compile(r"\s*,?\s+(?:and\s+)?then\s+", re.IGNORECASE)
NOTHING = re.compile(
    r"(?:stop|stopped|pause|(?:a )?(?:pause|break|(?:(?:drug|treatment) )?holiday)(?: of)?"
    r"|nothing|none|off|no treatment)(?: for)?"
)
STOP_AT = re.compile(rf"\bstop(?:ping)? (?:at|in|from) week {NUMBER}\b")


def parse_plan(text: str, treatments: Mapping[str, Treatment] | None = None) -> tuple[Regimen, ...]:
    """Regimens of a plan such as "finasteride 1 mg daily + minoxidil 5% topical twice daily".

    A part may change its dose, stop, or pause: "baricitinib 4 mg daily for 52 weeks then stop for
    12 weeks then 2 mg". Raises InputProblems with everything wrong in any part at once, a treatment
    given twice in the same weeks included: two allowed doses together would pass the largest one.
    """
    known = load_treatments() if treatments is None else treatments
    regimens, problems = [], []
    for part in _parts(text, known):
        try:
            for step in _steps(part, known):
                regimens.append(step)
        except InputProblems as error:
            problems.extend(error.problems)
    problems.extend(given_twice(regimens))
    if problems:
        raise InputProblems(problems)
    return tuple(regimens)


def is_pause(phrase: str) -> bool:
    """Whether a step means that nothing is taken, with or without an end."""
    words = STOP_AT.sub("stop", plain_words(phrase))
    for pattern in (STOP, LENGTH):
        words = pattern.sub(" ", words, count=1)
    return NOTHING.fullmatch(" ".join(words.split())) is not None


def has_end(phrase: str) -> bool:
    """Whether a pause says for how long, or until which week."""
    words = STOP_AT.sub("stop", plain_words(phrase))
    return any(pattern.search(words) for pattern in (STOP, LENGTH))


def _parts(text: str, known: Mapping[str, Treatment]) -> list[str]:
    """The words of each treatment of a plan."""
    name = any_name(known)
    between = re.compile(f"{MAYBE_JOINED}(?=(?:{name.pattern}))", re.IGNORECASE)
    return [piece for part in JOINED.split(text.strip()) for piece in between.split(part)]


def _steps(part: str, known: Mapping[str, Treatment]) -> Iterator[Regimen]:
    """The regimens of one treatment's words, each after "then" from where the one before ended."""
    first, *later = THEN.split(part)
    # "Stop" alone would be a part of the name of stopping tight styles.
    if is_pause(first) and any_name(known).search(first) is None:
        raise InputProblems(
            [
                plan_problem(
                    part, first, "names nothing that is taken",
                    fix='say when the first treatment begins, such as "finasteride 1 mg daily '
                    'from week 12"; to take nothing is "no treatment"',
                )
            ]
        )  # fmt: skip
    step = parse_regimen(first, known)
    yield step
    # The week from which nothing is taken; infinite where the step, or its pause, has no end.
    free, pause = _end(step), ""
    for number, phrase in enumerate(later):
        last = number == len(later) - 1
        if is_pause(phrase):
            if math.isinf(free):
                _refuse(step, phrase, pause)
            free, pause = _after_pause(step, free, phrase, last), phrase
            continue
        step = _next_step(phrase, step, free, pause, known)
        yield step
        free, pause = _end(step), ""


def _end(step: Regimen) -> float:
    return math.inf if step.stop_week is None else step.stop_week


def _after_pause(before: Regimen, free: float, phrase: str, last: bool) -> float:
    """The week in which a pause from week `free` ends, infinite where it has no end."""
    words = plain_words(phrase)
    at = STOP_AT.search(words)
    if at and float(at[1]) != free:
        raise InputProblems([_other_end(before, phrase, free)])
    words = STOP_AT.sub("stop", words)
    length, until = LENGTH.search(words), STOP.search(words)
    lasting = math.inf if length is None else lasting_weeks(length)
    end = free + lasting if until is None else float(until[1])
    if until is not None and length is not None and end != free + lasting:
        raise InputProblems([_other_end(before, phrase, end)])
    if end <= free:
        raise InputProblems([_too_early(before, phrase, free)])
    if last and not math.isinf(end):
        raise InputProblems(
            [
                plan_problem(
                    before.text, phrase, "is a pause with nothing after it",
                    fix='say "then stop", or what follows, such as "then 1 mg daily"',
                )
            ]
        )  # fmt: skip
    return end


def _refuse(before: Regimen, phrase: str, pause: str) -> NoReturn:
    """Refuses what follows a step, or a pause, that does not end."""
    at = STOP_AT.search(plain_words(phrase))
    told = pause or before.text
    fix = f'say for how long: "{told} for 12 weeks then {phrase}"'
    if at and not pause:
        fix = f'say until when: "{before.text} until week {at[1]}"'
    raise InputProblems(
        [
            plan_problem(
                before.text, phrase, f"follows a {'pause' if pause else 'step'} without an end",
                fix=fix,
            )
        ]
    )  # fmt: skip


def _other_end(before: Regimen, phrase: str, week: float) -> Problem:
    return plan_problem(
        before.text, phrase, f"says another end than week {number_text(week)}",
        fix="say once for how long, or until which week",
    )  # fmt: skip


def _too_early(before: Regimen, phrase: str, free: float) -> Problem:
    return plan_problem(
        before.text, phrase, f"begins or ends before week {number_text(free)}",
        fix="weeks count from the start, in every step",
    )  # fmt: skip


def _next_step(
    phrase: str, before: Regimen, free: float, pause: str, known: Mapping[str, Treatment]
) -> Regimen:
    """The regimen of a phrase after "then", from week `free`.

    Without a name it is of the same treatment. After a pause without an end it says its week.
    """
    words = plain_words(phrase)
    told_start = START.search(words) is not None
    if math.isinf(free) and not (pause and told_start):
        _refuse(before, phrase, pause)
    named = any_name(known).search(phrase) is not None
    step = parse_regimen(
        phrase if named else f"{before.treatment.replace('_', ' ')} {phrase}", known
    )
    lasting = None if step.stop_week is None else step.stop_week - step.start_week
    told = any(found.search(words) for found in (EVERY, TIMES, *OFTEN))
    if step.treatment == before.treatment and not told:
        step = replace(step, interval_days=before.interval_days)
    earliest = _end(before) if math.isinf(free) else free
    start = step.start_week if told_start else earliest
    stop = step.stop_week if STOP.search(words) else None if lasting is None else start + lasting
    if start < earliest or (stop is not None and stop <= start):
        raise InputProblems([_too_early(before, phrase, earliest)])
    step = replace(step, start_week=start, stop_week=stop)
    return replace(step, text=regimen_text(step))
