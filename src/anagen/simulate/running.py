"""What a person is taking already: going on with it, stopping it, and adding to it.

Running regimens begin before week 0. An arm says all that is taken from today on, so an arm without
them would make a drug vanish overnight; these functions let it wash out instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from anagen.simulate.person import Person
from anagen.simulate.regimen import Regimen


def going_on(person: Person) -> tuple[Regimen, ...]:
    """Everything that runs goes on: no change."""
    return person.running


def all_stopped(person: Person) -> tuple[Regimen, ...]:
    """Everything that runs is stopped today and washes out."""
    return tuple(replace(regimen, stop_week=0.0) for regimen in person.running)


def with_running(person: Person, regimens: Iterable[Regimen]) -> tuple[Regimen, ...]:
    """New regimens beside what runs.

    One of a treatment that runs already takes its place from its own start: at the same dose and
    interval that is going on, stop and all; at another the old one ends as the new one begins.
    """
    new = tuple(regimens)
    kept: list[Regimen] = []
    taken_over: set[str] = set()
    for old in person.running:
        same = [regimen for regimen in new if regimen.treatment == old.treatment]
        if not same:
            kept.append(old)
            continue
        first = same[0]
        alike = (first.dose, first.interval_days) == (old.dose, old.interval_days)
        if alike and first.start_week <= 0.0:
            kept.append(replace(old, stop_week=first.stop_week, text=first.text))
            taken_over.add(old.treatment)
        else:
            kept.append(replace(old, stop_week=first.start_week))
    added = [r for r in new if r.treatment not in taken_over]
    # Later courses of a treatment that goes on stay as they are.
    for treatment in taken_over:
        added.extend([r for r in new if r.treatment == treatment][1:])
    return (*kept, *added)
