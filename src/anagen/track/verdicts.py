"""Real change or measurement noise, reading by reading."""

from __future__ import annotations

import datetime as calendar
from dataclasses import dataclass, replace

from anagen.catalog.parameters import value
from anagen.observe.noise import smallest_real_change
from anagen.patients.record import PatientRecord
from anagen.track.store import Course
from anagen.track.visit import OBSERVABLE


@dataclass(frozen=True, slots=True)
class Change:
    """One reading against an earlier one, in the unit of the observable.

    `since` is the day of the earlier one. `noise` is the smallest change that two readings tell
    from their own error; `real` whether this one is larger.
    """

    since: calendar.date
    difference: float
    noise: float
    real: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """One reading in plain words.

    `last` is the change from the reading before, `first` from the first one of all where that is
    another; None without one. `surprise` is the probability, given the readings before, of one at
    least as far out; None where no forecast is held against it. `off` is true when it is below
    `track_surprise`.
    """

    # A field called date hides the type of that name from what reads the annotations.
    date: calendar.date
    observable: str
    value: float
    last: Change | None
    first: Change | None
    surprise: float | None
    off: bool
    words: str


def verdicts_of(record: PatientRecord, course: Course) -> tuple[Verdict, ...]:
    """Every reading in order of date, against the one before and the first.

    The record's own measurement is the first where it has one and no visit of its day reads it.
    """
    known = ((name, getattr(record.measurements, field)) for field, name in OBSERVABLE.items())
    start = {name: (course.start, number) for name, number in known if number is not None}
    first, last = dict(start), dict(start)
    found: list[Verdict] = []
    for visit in sorted(course.visits, key=lambda visit: visit.date):
        for name, number in visit.readings():
            from_last = _change(name, number, last.get(name))
            from_first = _change(name, number, first.get(name))
            if last.get(name) == first.get(name):
                from_first = None
            words = _words(from_last, from_first, course.start if name in start else None)
            found.append(
                Verdict(visit.date, name, number, from_last, from_first, None, False, words)
            )
            first.setdefault(name, (visit.date, number))
            last[name] = (visit.date, number)
    return tuple(found)


def _change(
    observable: str, number: float, before: tuple[calendar.date, float] | None
) -> Change | None:
    if before is None:
        return None
    day, earlier = before
    difference = number - earlier
    noise = smallest_real_change(observable, earlier)
    return Change(day, difference, noise, abs(difference) > noise)


def _words(last: Change | None, first: Change | None, record: calendar.date | None) -> str:
    """`record` is its day where the record measures the same."""
    if last is None:
        return "first reading: nothing to compare it with"
    return "; ".join(_told(change, record) for change in (last, first) if change is not None)


def _told(change: Change, record: calendar.date | None) -> str:
    since = "the record" if change.since == record else str(change.since)
    size = f"since {since}: {change.difference:+.3g}"
    if change.real:
        return f"{size}, a real change (more than {change.noise:.3g})"
    return f"{size}, may be measurement noise (within {change.noise:.3g})"


def surprised(verdict: Verdict, p: float | None) -> Verdict:
    """The verdict with how far off the expected course its reading was."""
    if p is None or p >= value("track_surprise"):
        return replace(verdict, surprise=p)
    chance = "less than 1 in 1000" if p < 0.001 else f"about {1000.0 * p:.0f} in 1000"
    words = f"{verdict.words}; OFF THE EXPECTED COURSE (a reading this far out: {chance})"
    return replace(verdict, surprise=p, off=True, words=words)
