"""What a person takes of a nutrient a day, summed over all products that say how much."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from anagen.catalog.medicines import match_medicine
from anagen.catalog.salts import salts_of
from anagen.catalog.supplements import in_unit, upper_limits
from anagen.catalog.words import normal
from anagen.patients.record import Medicine, PatientRecord

_DAILY = re.compile(
    r"^\s*([0-9]+(?:\.[0-9]+)?)\s*(ug|mcg|µg|mg|g|iu)\s*"
    r"(?:daily|a day|per day|/day|once daily|once a day|every day)\s*$",
    re.IGNORECASE,
)
MOST_TABLETS = 3
_UNITS = {"mcg": "ug", "µg": "ug", "iu": "IU"}


@dataclass(frozen=True, slots=True)
class Intake:
    """The daily sum of one nutrient over the products taken now.

    `amount` in `unit` a day is what the products tell; `complete` is False when a product holds the
    nutrient without saying how much, so that the sum is a lower bound.
    """

    nutrient: str
    amount: float
    unit: str
    products: tuple[str, ...]
    complete: bool


def daily_dose(text: str) -> tuple[float, str] | None:
    """Amount and unit of a dose such as `4000 IU daily`, or None when it does not say both."""
    found = _DAILY.match(text)
    if found is None:
        return None
    unit = found.group(2).casefold()
    return float(found.group(1)), _UNITS.get(unit, unit)


def intake(record: PatientRecord, nutrient: str, *, within_weeks: float = 0.0) -> Intake | None:
    """The daily sum of one nutrient, or None when no product is known to hold it.

    Products taken now, and those stopped at most `within_weeks` ago. What is not listed is unknown:
    there may be more. Food is not counted.
    """
    limits = upper_limits(nutrient)
    unit = limits[0][1] if limits else "mg"
    amount, products, complete = 0.0, [], True
    for medicine in record.medicines:
        if (medicine.stopped_weeks_ago or 0.0) > within_weeks:
            continue
        for said in _amounts(medicine, nutrient):
            found = None if said is None else in_unit(nutrient, *said, unit)
            products.append(medicine.name)
            complete = complete and found is not None
            amount += found or 0.0
    if not products:
        return None
    return Intake(nutrient, amount, unit, tuple(dict.fromkeys(products)), complete)


def _amounts(medicine: Medicine, nutrient: str) -> Iterator[tuple[float, str] | None]:
    """What one product brings of a nutrient; None for a product that holds an unknown amount."""
    listed = [item for item in medicine.contents if item.nutrient == nutrient]
    for item in listed:
        yield item.per_day, item.unit
    if listed or medicine.contents:
        return
    rows = match_medicine(medicine.name)
    if any(row.id == nutrient for row in rows):
        alone = len(rows) == 1 or normal(medicine.name) == normal(nutrient)
        said = daily_dose(medicine.dose) if alone else None
        yield None if said is None else _of_element(medicine.name, nutrient, said)


def _of_element(name: str, nutrient: str, said: tuple[float, str]) -> tuple[float, str] | None:
    """A daily amount as that of the nutrient, where the product is named by a salt of it.

    What known tablets of that salt weigh is read as those tablets, up to three a day. Less than
    one holds is said of the nutrient itself; of any other amount nobody knows which is meant.
    """
    words = set(normal(name).split())
    salts = [
        salt
        for salt in salts_of(nutrient)
        if any(set(normal(called).split()) <= words for called in salt.names)
    ]
    for salt in salts:
        for tablets in range(1, MOST_TABLETS + 1):
            if said == (tablets * salt.amount, salt.unit):
                return tablets * salt.holds, salt.unit
    most = max(((salt.holds, salt.unit) for salt in salts), default=None)
    if most is None:
        return said
    amount = in_unit(nutrient, *said, most[1])
    return said if amount is not None and amount <= most[0] else None


def over_limit(found: Intake | None, nutrient: str, more: float = 0.0) -> bool:
    """Whether a known sum plus `more`, in the unit of the limits, passes the lowest upper limit."""
    limits = upper_limits(nutrient)
    return bool(limits) and more + (found.amount if found else 0.0) > limits[0][0]


def over_every_limit(found: Intake | None, nutrient: str) -> bool:
    """Whether a known sum passes the highest of the upper limits."""
    limits = upper_limits(nutrient)
    return bool(limits) and found is not None and found.amount > limits[-1][0]
