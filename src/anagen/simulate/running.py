"""What a person is taking already, and what becomes of it in an arm.

An arm says all that is taken from today on. A treatment that runs and that the arm does not name is
stopped today and washes out; one that it names goes on from where it is. `named` says so in the
label.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from anagen.catalog.treatments import load_treatments
from anagen.simulate.person import Person
from anagen.simulate.regimen import Arm, Regimen, regimen_text
from anagen.simulate.result import NO_CHANGE


def lived(person: Person) -> Arm:
    """The arm of the past: what was taken up to today."""
    return Arm("lived", "What was taken up to today", (*person.ended, *person.running))


def no_change(person: Person) -> Arm:
    """The arm in which everything that runs goes on."""
    goes_on = " + ".join(regimen_text(replace(r, start_week=0.0)) for r in person.running)
    return Arm(NO_CHANGE, f"No change: goes on with {goes_on}", person.running, as_in_trial=False)


def named(arm: Arm, person: Person) -> Arm:
    """The arm with a label that says which running treatments it stops; the same where none."""
    kept = {regimen.treatment for regimen in arm.regimens}
    names = [load_treatments()[r.treatment].name for r in person.running if r.treatment not in kept]
    if not names:
        return arm
    left = " and ".join(n if n[:2].isupper() else n[:1].lower() + n[1:] for n in names)
    label = f"{arm.label} (instead of {left})" if kept else f"Stop {left}, no treatment"
    return replace(arm, label=label)


def from_today(person: Person, regimens: Iterable[Regimen]) -> tuple[Regimen, ...]:
    """Regimens to simulate when `regimens` are all that is taken from today on.

    Of a treatment that runs at the same dose and interval, the first course is the running one,
    without a gap; at another dose the old course ends as the new one begins. Courses that ended
    before today are in every arm: what they leave is the same.
    """
    named = list(regimens)
    past: list[Regimen] = []
    for old in person.running:
        place = next(
            (
                i
                for i, new in enumerate(named)
                if new.treatment == old.treatment
                and new.start_week <= 0.0
                and (new.dose, new.interval_days) == (old.dose, old.interval_days)
            ),
            None,
        )
        if place is None:
            past.append(replace(old, stop_week=0.0))
        else:
            past.append(replace(old, stop_week=named.pop(place).stop_week))
    return (*person.ended, *past, *named)
