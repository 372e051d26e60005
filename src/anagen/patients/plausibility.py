"""Values that are allowed one by one and impossible together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from anagen.catalog.records import records
from anagen.patients.reading import Reading

_WEEKS_PER_YEAR = 365.25 / 7
_ONLY_WOMEN = frozenset(
    {"premenopausal", "perimenopausal", "postmenopausal", "pregnant", "postpartum", "breastfeeding"}
)
_MENOPAUSE = frozenset({"perimenopausal", "postmenopausal"})
_PREGNANCY = frozenset({"pregnant", "postpartum", "breastfeeding"})
_ADULT_AGE = 18.0
# No visit of a living person is on another day; one that is has a slip in its year.
_DAYS = (date(1900, 1, 1), date(2100, 1, 1))


@dataclass(frozen=True, slots=True)
class Limit:
    """A range outside of which a value is a slip of the pen; None is open."""

    id: str
    low: float | None
    high: float | None
    unit: str

    def holds(self, value: float) -> bool:
        """Whether `value` is inside."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def words(self) -> str:
        """The range in words."""
        if self.high is None:
            return f"at least {self.low:g} {self.unit}"
        return f"{self.low:g} to {self.high:g} {self.unit}"


@cache
def load_limits() -> dict[str, Limit]:
    """The limits of data/record_limits.csv by id."""
    return {limit.id: limit for limit in records("record_limits.csv", Limit)}


def _number(data: Any, *path: str) -> float | None:
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    usable = isinstance(data, int | float) and not isinstance(data, bool)
    try:
        return float(data) if usable else None
    except OverflowError:
        return None


def _items(data: dict[str, Any], key: str) -> list[tuple[int, dict[str, Any]]]:
    value = data.get(key)
    if not isinstance(value, list | tuple):
        return []
    return [(index, item) for index, item in enumerate(value) if isinstance(item, dict)]


def check_together(data: dict[str, Any], reading: Reading) -> None:
    """Add a problem for every impossible combination in a record-shaped mapping.

    Values of a wrong type are passed over: their own check speaks of them.
    """
    _check_sex_and_age(data, reading)
    _check_times(data, reading)
    _check_body(data, reading)
    total = _number(data, "measurements", "total_density_per_cm2")
    terminal = _number(data, "measurements", "terminal_density_per_cm2")
    if total is not None and terminal is not None and terminal > total:
        reading.problem(
            "measurements.terminal_density_per_cm2",
            terminal,
            "there are more terminal hairs than hairs",
            allowed=f"at most {total:g}",
        )


def _check_sex_and_age(data: dict[str, Any], reading: Reading) -> None:
    limits = load_limits()
    sex, age = data.get("sex"), _number(data, "age_years")
    situation = data.get("situation")
    situation = situation if isinstance(situation, dict) else {}
    status = situation.get("reproductive_status")
    status = status if isinstance(status, str) else None
    if sex == "male":
        if status in _ONLY_WOMEN:
            reading.problem(
                "situation.reproductive_status",
                status,
                "this is not possible for sex = male",
                allowed="surgically_sterile, not_applicable",
                fix="check sex and reproductive_status",
            )
        for name in ("breastfeeding", "weeks_since_delivery"):
            value = situation.get(name)
            if value is not None and value is not False:
                reading.problem(f"situation.{name}", value, "this is not possible for sex = male")
        for index, event in _items(data, "events"):
            if event.get("kind") == "childbirth":
                reading.problem(
                    f"events[{index}].kind", "childbirth", "this is not possible for sex = male"
                )
    if age is not None:
        for states, limit in (
            (_MENOPAUSE, limits["menopause_age"]),
            (_PREGNANCY, limits["pregnancy_age"]),
        ):
            if status in states and not limit.holds(age):
                reading.problem(
                    "situation.reproductive_status",
                    status,
                    f"this is not possible at age {age:g}",
                    allowed=limit.words(),
                    fix="check age_years and reproductive_status",
                )
    since = _number(situation, "weeks_since_delivery")
    limit = limits["postpartum_weeks"]
    if status == "postpartum" and since is not None and not limit.holds(since):
        reading.problem(
            "situation.weeks_since_delivery",
            since,
            "this is too long ago for reproductive_status = postpartum",
            allowed=limit.words(),
        )


def _check_times(data: dict[str, Any], reading: Reading) -> None:
    day, (first, last) = data.get("visit_date"), _DAYS
    if isinstance(day, date) and not first.isoformat() <= day.isoformat() <= last.isoformat():
        reading.problem(
            "visit_date", str(day), "this is not a possible day", allowed=f"{first} to {last}"
        )
    age = _number(data, "age_years")
    places = [("complaint.duration_weeks", _number(data, "complaint", "duration_weeks"))]
    for key, names in (
        ("events", ("weeks_ago",)),
        ("labs", ("weeks_ago",)),
        ("medicines", ("started_weeks_ago", "stopped_weeks_ago")),
    ):
        for index, item in _items(data, key):
            places += [(f"{key}[{index}].{name}", _number(item, name)) for name in names]
    for place, weeks in places:
        # A year of grace: ages are written as whole years.
        if age is not None and weeks is not None and weeks > (age + 1) * _WEEKS_PER_YEAR:
            reading.problem(
                place, weeks, f"this is before birth: the age is {age:g} years", fix="check both"
            )
    for index, item in _items(data, "medicines"):
        started, stopped = _number(item, "started_weeks_ago"), _number(item, "stopped_weeks_ago")
        if started is not None and stopped is not None and stopped > started:
            reading.problem(
                f"medicines[{index}].stopped_weeks_ago",
                stopped,
                "the medicine stopped before it was started",
                allowed=f"at most {started:g}",
            )


def _check_body(data: dict[str, Any], reading: Reading) -> None:
    limits = load_limits()
    age = _number(data, "age_years")
    weight = _number(data, "situation", "weight_kg")
    height = _number(data, "situation", "height_cm")
    if age is not None and age >= _ADULT_AGE:
        for place, value, limit in (
            ("situation.height_cm", height, limits["adult_height_cm"]),
            ("situation.weight_kg", weight, limits["adult_weight_kg"]),
        ):
            if value is not None and not limit.holds(value):
                reading.problem(
                    place, value, "this is not possible in an adult", allowed=limit.words()
                )
    if weight is None or not height or height < 0:
        return
    # Squared, what is no height at all would overflow.
    index = 1e4 * weight / height / height
    if not limits["body_mass_index"].holds(index):
        reading.problem(
            "situation.weight_kg",
            weight,
            f"with this height the body mass index would be {index:.3g}",
            allowed=f"a body mass index of {limits['body_mass_index'].words()}",
            fix="weight is in kg, height in cm",
        )
