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


def _salt(kind: str, unit: str, person: Statistic) -> Rule:
    return Rule("salt", kind, unit, "percent" if kind == "responders" else "salt", person)


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
    ("count_total", "hairs/cm2"): Rule(
        "total_density", "change", "hairs/cm2", "count", _difference
    ),
    ("count_terminal", "hairs/cm2"): Rule(
        "terminal_density", "change", "hairs/cm2", "count", _difference
    ),
    ("count_gt40um", "hairs/cm2"): Rule(
        "terminal_density", "change", "hairs/cm2", "count", _difference
    ),
    ("count_total", "%"): Rule("total_density", "change", "%", "percent_change", _percent_of_mean),
    ("count_terminal", "%"): Rule(
        "terminal_density", "change", "%", "percent_change", _percent_of_mean
    ),
    ("hair_weight", "%"): Rule("hair_mass", "change", "%", "percent_change", _percent_of_mean),
    ("telogen_pct_level", "%"): Rule("telogen_percent", "level", "%", "percent_change", _level),
    ("shed_rate", "%"): Rule("daily_shed", "change", "%", "percent_change", _percent_of_mean),
}
WORSE_IS_COUNTED = ("salt_worsening_gt20",)


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
    return np.minimum(read, 100.0) if observable == "salt" else read
