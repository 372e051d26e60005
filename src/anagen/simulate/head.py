"""One head of single follicles on a map, and how it goes on under every arm.

The person is the typical one who fits the record: every parameter at its central value, chance only
in what happens to each follicle.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import value
from anagen.errors import AnagenError, InputProblems, Problem
from anagen.simulate.head_days import advance
from anagen.simulate.head_geometry import HeadGeometry
from anagen.simulate.head_past import attack_was_held, drivers_of, released, start_head
from anagen.simulate.head_state import (
    Head,
    HeadState,
    salt_of,
    target_area,
    visible,
    whole_scalp,
)
from anagen.simulate.person import Person
from anagen.simulate.regimen import Arm
from anagen.simulate.running import from_today
from anagen.simulate.twins import MECHANISMS

FloatArray = NDArray[np.float64]
Float32Array = NDArray[np.float32]
Progress = Callable[[int, int, str], None]

FOLLICLES = (1_000, 200_000)
WEEKS = (1, 2080)
CELL_MM = (1.0, 5.0)


@dataclass(frozen=True, slots=True)
class HeadRun:
    """One arm of one head. `weeks` are those asked for; arrays have shape (week, follicle).

    `visible` hairs stand out of the skin, `growing` are in anagen; `length_cm` and `diameter_um`
    are of the hair where there is one. `shed_per_day` (week,) is the mean of the week before over
    the whole scalp, `salt` (week,) and `salt_by_quadrant` (week, quadrant) in %. `target` marks the
    follicles of the target area; `follicles_per_cm2` before any loss; `full_visible` is the share
    of follicles that show a terminal hair without loss. `mechanisms` are those at work.
    """

    geometry: HeadGeometry
    mechanisms: frozenset[str]
    weeks: tuple[int, ...]
    visible: NDArray[np.bool_]
    growing: NDArray[np.bool_]
    length_cm: Float32Array
    diameter_um: Float32Array
    shed_per_day: FloatArray
    salt: FloatArray
    salt_by_quadrant: FloatArray
    target: NDArray[np.bool_]
    follicles_per_cm2: float
    full_visible: float
    terminal_um: float


def mechanisms_of(person: Person) -> frozenset[str]:
    """The mechanisms of the person's most probable mixture of causes."""
    if person.mechanism_mixtures:
        names, _ = max(person.mechanism_mixtures, key=lambda item: item[1])
        return frozenset(names) & frozenset(MECHANISMS)
    likely = {n for n, p in person.mechanism_probability.items() if p >= 0.5}
    return frozenset(likely) & frozenset(MECHANISMS)


def simulate_head(
    person: Person,
    arms: Sequence[Arm],
    *,
    weeks: int,
    frames: Sequence[int],
    follicles: int = 100_000,
    cell_mm: float = 2.0,
    seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, HeadRun]:
    """Every arm from the same head of today, by id of the arm, at the weeks `frames`.

    Raises InputProblems for a request out of bounds and AnagenError when no mechanism of the person
    can be put on a map, both before any work.
    """
    _check(weeks, frames, follicles, cell_mm)
    acting = mechanisms_of(person)
    if not acting:
        raise AnagenError("the most probable cause of this hair loss has no model: nothing to draw")
    if "scarring" in acting:
        raise AnagenError("scarring has no map yet: nothing to draw")
    if "autoimmune" in acting and attack_was_held(person):
        # One susceptibility cannot say both how far the attack went and how the drug held it.
        raise AnagenError(
            "a treatment holds the attack of this alopecia areata or did until lately: such a past "
            "has no map yet, so nothing is drawn; `anagen forecast` follows it"
        )
    total = len(arms) * weeks + weeks
    if progress:
        progress(0, total, "the past up to today (a first run also compiles the model)")
    head = start_head(person, acting, follicles=follicles, cell_mm=cell_mm, seed=seed)
    runs = {}
    for number, arm in enumerate(arms, start=1):

        def told(week: int, begun: int = number, label: str = arm.label) -> None:
            if progress:
                progress(begun * weeks + week, total, label)

        runs[arm.id] = run_arm(head, arm, frames=frames, weeks=weeks, told=told)
    return runs


def _check(weeks: int, frames: Sequence[int], follicles: int, cell_mm: float) -> None:
    asked = {
        "weeks": (weeks, WEEKS),
        "follicles": (follicles, FOLLICLES),
        "cell_mm": (cell_mm, CELL_MM),
        **{f"frames[{i}]": (week, (0, weeks)) for i, week in enumerate(frames)},
    }
    problems = [
        Problem("head", name, f"{number:g}", "is out of bounds", f"{low:g} to {high:g}")
        for name, (number, (low, high)) in asked.items()
        if not low <= number <= high
    ]
    if not frames:
        problems.append(Problem("head", "frames", "", "is empty", "one week or more"))
    if problems:
        raise InputProblems(problems)


def run_arm(
    head: Head, arm: Arm, *, frames: Sequence[int], weeks: int, told: Callable[[int], None]
) -> HeadRun:
    """One arm from today to `weeks`; `told` is called after every week.

    As in a forecast the arm is all that is taken from today on: what it does not name stops today.
    """
    state = head.state.copy()
    taken_on = replace(arm, regimens=from_today(head.person, arm.regimens))
    drivers = released(drivers_of(head, taken_on, 0, 7 * weeks), head.release_scale)
    chosen = tuple(sorted(set(frames)))
    taken: list[dict[str, Any]] = []
    shed, salt = [], []
    last = head.last_shed
    for week in range(weeks + 1):
        if week in chosen:
            taken.append(_picture(head, state))
            shed.append(last)
            salt.append(salt_of(head, state))
        if week == weeks:
            break
        span = slice(7 * week, 7 * week + 7)
        last = float(advance(head, state, drivers[span], 7 * week).mean()) * whole_scalp(head)
        told(week + 1)
    return HeadRun(
        geometry=head.geometry,
        mechanisms=head.group.mechanisms,
        weeks=chosen,
        visible=np.array([one["visible"] for one in taken]),
        growing=np.array([one["growing"] for one in taken]),
        length_cm=np.array([one["length_cm"] for one in taken]),
        diameter_um=np.array([one["diameter_um"] for one in taken]),
        shed_per_day=np.array(shed),
        salt=np.array([one.mean_of_scalp for one in salt]),
        salt_by_quadrant=np.array([one.of_quadrant for one in salt]),
        target=target_area(head),
        follicles_per_cm2=float(head.group.density[0]),
        full_visible=float(head.group.full_visible[0]),
        terminal_um=value("terminal_diameter_um"),
    )


def _picture(head: Head, state: HeadState) -> dict[str, Any]:
    starts = head.group.layout.starts
    return {
        "visible": visible(head, state),
        "growing": state.alive & (state.stage >= starts[1]) & (state.stage < starts[2]),
        "length_cm": state.length_cm.copy(),
        "diameter_um": head.group.diameters[state.size].astype(np.float32),
    }
