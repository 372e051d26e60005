"""Whether a dose may be simulated: its unit, the largest amount, how often, a trial's loading."""

from __future__ import annotations

import re

from anagen.catalog.salts import Salt
from anagen.catalog.treatments import Treatment, UsualRegimen, load_treatments
from anagen.errors import Problem
from anagen.simulate.regimen_words import (
    BELOW_ZERO,
    NO_ORDINARY_NUMBER,
    frequency_text,
    number_text,
    plan_problem,
    source_text,
)

MASS_IN_UG = {"ug": 1.0, "mg": 1e3, "g": 1e6}
# Amounts of the body: half as often is half as much. Of what is spread or injected it is not.
SUMMED = (*MASS_IN_UG, "IU")
ROUNDING = 1e-9


def impossible(text: str, words: str) -> list[Problem]:
    """Numbers that no dose, time or count can have."""
    found = [(match, "is below zero") for match in BELOW_ZERO.finditer(words)]
    found += [(match, "is no ordinary number") for match in NO_ORDINARY_NUMBER.finditer(words)]
    return [
        plan_problem(text, match[0].strip(), wrong, fix="give a number above zero, written out")
        for match, wrong in found
    ]


def convertible(unit: str, wanted: str) -> bool:
    """Whether an amount in `unit` can be told in `wanted`."""
    return unit == wanted or (unit in MASS_IN_UG and wanted in MASS_IN_UG)


def dose_in_usual_unit(
    text: str,
    amount: re.Match[str],
    unit: str,
    usual: UsualRegimen,
    treatment: Treatment,
    problems: list[Problem],
) -> float:
    """The amount in the unit of the treatment; a problem and the usual dose where it has none."""
    given = float(amount[1])
    if given == 0.0:
        problems.append(
            plan_problem(
                text, amount[0], "is no dose", fix="leave the treatment out, or give its dose"
            )
        )
        return usual.dose
    if not convertible(unit, usual.unit):
        masses = [u for u in MASS_IN_UG if usual.unit in MASS_IN_UG]
        problems.append(
            plan_problem(
                text, unit, f"is not the unit of {treatment.name}",
                allowed=", ".join(dict.fromkeys([usual.unit, *masses])),
                fix=f"for example: {usual.text}",
            )
        )  # fmt: skip
        return usual.dose
    return given if unit == usual.unit else given * MASS_IN_UG[unit] / MASS_IN_UG[usual.unit]


def is_loading(
    dose: float, interval: float, start: float, stop: float | None, usual: UsualRegimen
) -> bool:
    """Whether this is the treatment's loading dose: at the start, no longer than a row allows."""
    return (
        usual.loading_dose is not None
        and usual.loading_weeks is not None
        and stop is not None
        and start == 0.0
        and stop <= usual.loading_weeks
        and interval >= usual.interval_days
        and dose <= usual.loading_dose * (1.0 + ROUNDING)
    )


def too_much(
    text: str,
    dose: float,
    interval_days: float,
    usual: UsualRegimen,
    treatment: Treatment,
    tablet: Salt | None = None,
) -> list[Problem]:
    """A dose above the largest one, or taken so often that a day brings more than that.

    `tablet` is one with a known content, where the dose was said of its salt.
    """
    largest = usual.max_dose
    if largest is None:
        return []
    source = source_text(usual.source)
    if dose > largest * (1.0 + ROUNDING):
        allowed = f"at most {number_text(largest)} {usual.unit} ({source})"
        if usual.loading_dose is not None:
            allowed += f", or {number_text(usual.loading_dose)} {usual.unit} for the first "
            allowed += f"{usual.loading_weeks:g} weeks ({source_text(usual.loading_source)})"
        return [
            plan_problem(
                text, f"{number_text(dose)} {usual.unit}",
                f"is above the largest dose of {treatment.name} that Anagen will simulate",
                allowed=allowed,
                fix=f"for example: {usual.text}"
                + _other_way(dose, interval_days, treatment)
                + _as_salt(tablet),
            )
        ]  # fmt: skip
    if usual.unit in SUMMED:
        if dose / interval_days <= largest / usual.interval_days * (1.0 + ROUNDING):
            return []
        often = frequency_text(usual.interval_days)
        return [
            plan_problem(
                text, f"{number_text(dose)} {usual.unit} {frequency_text(interval_days)}",
                f"is above the largest daily amount of {treatment.name}",
                allowed=f"at most {number_text(largest)} {usual.unit} {often} ({source})",
                fix=f"for example: {usual.text}",
            )
        ]  # fmt: skip
    shortest = usual.interval_days if usual.shortest_days is None else usual.shortest_days
    if interval_days >= shortest * (1.0 - ROUNDING):
        return []
    why = source if usual.shortest_days is None else source_text(usual.shortest_source)
    return [
        plan_problem(
            text, frequency_text(interval_days),
            f"is more often than {treatment.name} is given",
            allowed=f"at most {frequency_text(shortest)} ({why})",
            fix=f"for example: {usual.text}",
        )
    ]  # fmt: skip


def _as_salt(tablet: Salt | None) -> str:
    """The question of who wrote a salt: doses are those of the element."""
    if tablet is None:
        return ""
    return (
        f"; is that the element? {tablet.names[0]} {number_text(tablet.amount)} {tablet.unit} "
        f"holds {number_text(tablet.holds)} {tablet.unit} of it"
    )


def _other_way(dose: float, interval_days: float, treatment: Treatment) -> str:
    """The course of the same class that takes such a dose so rarely, as pulses; empty if none."""
    for other in load_treatments().values():
        usual = other.regimen
        if (
            other.id != treatment.id
            and (other.drug_class, other.route) == (treatment.drug_class, treatment.route)
            and usual is not None
            and usual.max_dose is not None
            and dose <= usual.max_dose * (1.0 + ROUNDING)
            and interval_days >= usual.interval_days > 1.0
        ):
            name = other.name[:1].lower() + other.name[1:]
            return f"; so large a dose is given as {name}: {usual.text}"
    return ""
