"""What computes the facts of patches of alopecia areata on a map of skin (A1 to A5).

All on even skin at central values: how a patch spreads must not hang on a lucky place. Fronts that
run on are those of the median person of the trials of severe disease; a patch that stops by itself
is the median one over people with limited disease. Each function gives one number in the unit of
its row of `data/facts/model_facts.csv`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import value
from anagen.model.scalp_day import PERSON_INDEX, RECORD
from anagen.simulate.advance import neutral_drivers
from anagen.simulate.person import Person
from anagen.simulate.scalp_map import ScalpMap, advance, scalp_map, skin
from anagen.simulate.twins import Lanes, build

FloatArray = NDArray[np.float64]
DAYS_PER_MONTH = 365.25 / 12.0
# A cell is part of a patch when it has lost half of its hair, and a patch has regrown when four
# fifths of what it lost are back, as in the facts of first patches.
HALF, REGROWN = 0.5, 0.2
SIDE_CM, SIDE_SELF_LIMITED_CM, APART_CM = 12.0, 10.0, 4.0
# Where susceptibility within limited disease is searched, in standard normal scores.
BORDER, BISECTIONS = 2.5, 9
# The speed of an edge is read between these radii: past its start, well before the rim of the map.
NEAR_CM, FAR_CM = 1.5, 4.0
LONGEST_DAYS, LONGEST_PATCH_DAYS = 728, 1092


def even_skin(side_cm: float, cell_mm: float, *, limited: bool) -> ScalpMap:
    """A square of healthy skin of the median person with severe or limited alopecia areata."""
    person = Person("patch", "female", 30.0, {"autoimmune": 1.0})
    group = build(Lanes(person, np.array([0]), 1, 0, central=True), frozenset({"autoimmune"}))
    log = np.log(value("susceptibility"))
    log += value("susceptibility_limited_log") if limited else 0.0
    group.person[PERSON_INDEX["log_susceptibility"]] = log
    side = round(10.0 * side_cm / cell_mm)
    return scalp_map(group, skin(side, side), cell_mm)


def middles(field: ScalpMap) -> tuple[FloatArray, FloatArray]:
    """Middles of the cells of a square map in cm from its middle. Shapes: (cell,)."""
    side = round(field.count**0.5)
    place = (np.arange(side) + 0.5 - side / 2.0) * field.cell_mm / 10.0
    row, column = np.divmod(np.arange(field.count), side)
    return place[column], place[row]


def lost(field: ScalpMap, days: int) -> FloatArray:
    """Share of visible terminal hair lost in every cell, week by week. Shape: (week, cell)."""
    record = advance(field, neutral_drivers(1, days)[0])
    return 1.0 - record[:, RECORD.index("visible_terminal")] / field.group.full_visible[0]


@cache
def edge_speed(cell_mm: float) -> float:
    """Speed at which the edge of a lone patch advances, mm/d; 0 when it does not get far."""
    field = even_skin(SIDE_CM, cell_mm, limited=False)
    x, y = middles(field)
    field.light(np.hypot(x, y) <= value("patch_trigger_radius_mm") / 10.0)
    area = (lost(field, LONGEST_DAYS) > HALF).sum(axis=1) * (cell_mm / 10.0) ** 2
    radius = np.sqrt(area / np.pi)
    week = np.arange(radius.size)
    # The first way out; later the patch may fill again.
    reached = int((radius >= FAR_CM).argmax()) or radius.size
    read = (radius >= NEAR_CM) & (week <= reached)
    if read.sum() < 3:
        return 0.0
    return float(10.0 * np.polyfit(7.0 * week[read], radius[read], 1)[0])


@cache
def _patch(score: float) -> tuple[str, float, float]:
    """The patch of one person: what becomes of it, its largest area in cm2, months until regrown.

    `score` is the standard normal score of susceptibility within limited disease. What becomes of
    it: "hidden" never half bald, "limited" stays inside the map and regrows, else "spreading".
    """
    field = even_skin(SIDE_SELF_LIMITED_CM, 2.0, limited=True)
    own = value("susceptibility_limited_log_sd") * score
    field.person[PERSON_INDEX["log_susceptibility"]] += own
    x, y = middles(field)
    field.light(np.hypot(x, y) <= value("patch_trigger_radius_mm") / 10.0)
    loss = lost(field, LONGEST_PATCH_DAYS)
    bald = loss > HALF
    largest = int(bald.sum(axis=1).argmax())
    inside = bald[largest]
    if not inside.any():
        return "hidden", 0.0, 0.0
    area = float(inside.sum()) * (field.cell_mm / 10.0) ** 2
    course = loss[:, inside].mean(axis=1)
    back = (np.arange(course.size) > largest) & (course <= REGROWN * course.max())
    months = 7.0 * int(back.argmax()) / DAYS_PER_MONTH if back.any() else np.inf
    rim = np.maximum(np.abs(x), np.abs(y)) > SIDE_SELF_LIMITED_CM / 2.0 - field.cell_mm / 10.0
    limited = back.any() and not bald[:, rim].any()
    return "limited" if limited else "spreading", area, months


@cache
def self_limited() -> tuple[float, float]:
    """Largest area, cm2, and months until regrown, of the median patch that clears by itself.

    Over people with limited disease: those of low susceptibility have no patch that shows, those of
    high susceptibility one that runs on. Between both, the median person has the median patch,
    because a patch is the larger the more susceptible its skin.
    """
    normal = NormalDist()

    def border(outside: str) -> float:
        """Score at which patches stop being `outside`, by bisection."""
        low, high = -BORDER, BORDER
        for _ in range(BISECTIONS):
            middle = 0.5 * (low + high)
            kind = _patch(middle)[0]
            above = kind != "hidden" if outside == "hidden" else kind == "spreading"
            low, high = (low, middle) if above else (middle, high)
        return 0.5 * (low + high)

    shares = normal.cdf(border("hidden")), normal.cdf(border("spreading"))
    _, area, months = _patch(normal.inv_cdf(0.5 * sum(shares)))
    return area, months


def merge_day() -> float:
    """Day on which two patches 4 cm apart have met: half of the hair between them is lost."""
    field = even_skin(SIDE_CM, 2.0, limited=False)
    x, y = middles(field)
    radius = value("patch_trigger_radius_mm") / 10.0
    for side in (-0.5, 0.5):
        field.light(np.hypot(x - side * APART_CM, y) <= radius)
    between = np.hypot(x, y) <= field.cell_mm / 10.0
    met = lost(field, LONGEST_DAYS)[:, between].mean(axis=1) > HALF
    return 7.0 * int(met.argmax()) if met.any() else np.inf


COMPUTE: Mapping[str, Callable[[], float]] = {
    "A1": lambda: edge_speed(2.0),
    "A2": lambda: edge_speed(2.0) / edge_speed(1.0),
    "A3": lambda: self_limited()[0],
    "A4": lambda: self_limited()[1],
    "A5": merge_day,
}
