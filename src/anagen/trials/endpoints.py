"""From the courses of virtual people to the number a trial would print for one visit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import value
from anagen.observe.noise import READING_ERROR, read_with_error

FloatArray = NDArray[np.float64]

Statistic = Callable[[FloatArray, FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Rule:
    """How one end point is read: `person(start, now)` gives one value a person.

    `kind` is responders (0 or 1), change or level; `unit` is that of the result; `scale` names
    the family of between-study spread.
    """

    observable: str
    kind: str
    unit: str
    scale: str
    person: Statistic


def _at_most(limit: float) -> Statistic:
    return lambda start, now: (now <= limit).astype(float)


def _under(limit: float) -> Statistic:
    return lambda start, now: (now < limit).astype(float)


def _better_by(percent: float) -> Statistic:
    return lambda start, now: (now <= start * (1.0 - percent / 100.0)).astype(float)


def _difference(start: FloatArray, now: FloatArray) -> FloatArray:
    return now - start


def _percent(start: FloatArray, now: FloatArray) -> FloatArray:
    return 100.0 * (now - start) / np.maximum(start, 1.0)


def _percent_of_mean(start: FloatArray, now: FloatArray) -> FloatArray:
    """Change against the mean start: single starts read with error would raise a mean of ratios."""
    return 100.0 * (now - start) / max(float(start.mean()), 1.0)


def _level(start: FloatArray, now: FloatArray) -> FloatArray:
    return now


def _other_level(start: FloatArray, now: FloatArray) -> FloatArray:
    """The rest of 100 %: hairs that do not grow."""
    return 100.0 - now


def _other_difference(start: FloatArray, now: FloatArray) -> FloatArray:
    return start - now


def _up_by(percent: float) -> Statistic:
    def risen(start: FloatArray, now: FloatArray) -> FloatArray:
        # From none to none is no rise.
        enough = 100.0 * (now - start) >= percent * start
        return (enough & (now > start)).astype(float)

    return risen


def _salt(kind: str, unit: str, person: Statistic) -> Rule:
    return Rule("salt", kind, unit, "percent" if kind == "responders" else "salt", person)


def _hairs(
    observable: str, kind: str, unit: str, person: Statistic, scale: str = "percent_change"
) -> Rule:
    return Rule(observable, kind, unit, scale, person)


# (end point, unit) where the unit decides what is read; "" takes any unit.
RULES: Mapping[tuple[str, str], Rule] = {
    ("salt_le_20", "%"): _salt("responders", "%", _at_most(20.0)),
    ("salt_le_10", "%"): _salt("responders", "%", _at_most(10.0)),
    ("salt_lt_10", "%"): _salt("responders", "%", _under(10.0)),
    ("salt_le_20_maintained", "%"): _salt("responders", "%", _at_most(20.0)),
    ("salt30_response", "%"): _salt("responders", "%", _better_by(30.0)),
    ("salt50_response", "%"): _salt("responders", "%", _better_by(50.0)),
    ("salt75_response", "%"): _salt("responders", "%", _better_by(75.0)),
    ("salt90_response", "%"): _salt("responders", "%", _better_by(90.0)),
    ("salt_worsening_gt20", "%"): _salt(
        "responders", "%", lambda start, now: (now - start > 20.0).astype(float)
    ),
    ("salt_change_points", "SALT points"): _salt("change", "SALT points", _difference),
    ("salt_change_points_ls", "SALT points"): _salt("change", "SALT points", _difference),
    ("salt_pct_change", "%"): _salt("change", "%", _percent),
    ("salt_level_mean", "SALT points"): _salt("level", "SALT points", _level),
    ("count_total", "hairs/cm2"): _hairs(
        "total_density", "change", "hairs/cm2", _difference, "count"
    ),
    ("count_terminal", "hairs/cm2"): _hairs(
        "terminal_density", "change", "hairs/cm2", _difference, "count"
    ),
    ("count_gt40um", "hairs/cm2"): _hairs(
        "terminal_density", "change", "hairs/cm2", _difference, "count"
    ),
    ("count_total", "%"): _hairs("total_density", "change", "%", _percent_of_mean),
    ("count_terminal", "%"): _hairs("terminal_density", "change", "%", _percent_of_mean),
    ("hair_weight", "%"): _hairs("hair_mass", "change", "%", _percent_of_mean),
    ("count_total_up_10_pct", "%"): _hairs(
        "total_density", "responders", "%", _up_by(10.0), "percent"
    ),
    ("count_terminal_up_10_pct", "%"): _hairs(
        "terminal_density", "responders", "%", _up_by(10.0), "percent"
    ),
    ("hair_diameter", "%"): _hairs("hair_diameter", "change", "%", _percent_of_mean),
    ("hair_diameter", "um"): _hairs("hair_diameter", "change", "um", _difference, "diameter"),
    ("anagen_pct_level", "%"): _hairs("anagen_percent", "level", "%", _level),
    ("anagen_pct", "%"): _hairs("anagen_percent", "change", "%", _percent_of_mean),
    ("anagen_pct_points", "points"): _hairs("anagen_percent", "change", "points", _difference),
    ("telogen_pct_level", "%"): _hairs("anagen_percent", "level", "%", _other_level),
    ("telogen_pct_points", "points"): _hairs(
        "anagen_percent", "change", "points", _other_difference
    ),
    ("shed_rate", "%"): _hairs("daily_shed", "change", "%", _percent_of_mean),
}
WORSE_IS_COUNTED = ("salt_worsening_gt20",)
# Responders told by one reading; all others, and every change, are told against the start.
BY_ONE_READING = ("salt_le_20", "salt_le_10", "salt_lt_10", "salt_le_20_maintained")
# Observables that are percentages of a whole.
OF_100 = ("salt", "anagen_percent")


def against_start(endpoint: str, unit: str) -> bool:
    """Whether an end point compares with the start, where it is 0 by definition."""
    return RULES[endpoint, unit].kind != "level" and endpoint not in BY_ONE_READING


def known_endpoints() -> tuple[str, ...]:
    """Ids of the end points that can be predicted."""
    return tuple(dict.fromkeys(name for name, _ in RULES))


def usual_unit(endpoint: str) -> str:
    """The unit an end point is read in when none is said. Raises KeyError for an unknown one."""
    for name, unit in RULES:
        if name == endpoint:
            return unit
    raise KeyError(endpoint)


def readings(
    observable: str, course: FloatArray, weeks: NDArray[np.int64], random: np.random.Generator
) -> FloatArray:
    """One reading with its error at each person's own week. `course` (draw, week); (draw,)."""
    row, relative = READING_ERROR[observable]
    truth = course[np.arange(course.shape[0]), weeks]
    read = read_with_error(truth, value(row), relative, random)
    return np.minimum(read, 100.0) if observable in OF_100 else read
