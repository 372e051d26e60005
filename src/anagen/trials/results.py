"""Which number of a trial a published result belongs to, and whether it can be one at all."""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Sequence

from anagen.errors import Problem
from anagen.trials.design import (
    CONTROLS,
    MOST_DENSE,
    THICKEST_UM,
    EndpointRequest,
    PublishedResult,
)
from anagen.trials.endpoints import RULES, Rule, usual_unit

# Arm, end point, week, kind and unit of one number.
Place = tuple[str, str, float, str, str]
# The farthest a mean change can go, by unit; a change in percent ends at -100 only.
FARTHEST = {
    "hairs/cm2": MOST_DENSE,
    "um": THICKEST_UM,
    "points": 100.0,
    "SALT points": 100.0,
}


def places(
    request: EndpointRequest, arms: Sequence[str], roles: Sequence[str]
) -> tuple[Place, ...]:
    """The numbers one request asks for, arm by arm; a control has no number net of control.

    Raises KeyError for an unknown end point or a unit it is not read in.
    """
    unit = request.unit or usual_unit(request.endpoint)
    kind = request.kind or RULES[request.endpoint, unit].kind
    role = dict(zip(arms, roles, strict=True))
    return tuple(
        (arm, request.endpoint, week, kind, unit)
        for arm in request.arms or tuple(role)
        if not (kind == "net" and role.get(arm) in CONTROLS)
        for week in request.weeks
    )


def matching(result: PublishedResult, asked: Sequence[Place]) -> list[Place]:
    """The numbers a result may belong to; without a kind it is the arm's own where that is asked
    for, and else the one against control."""
    wanted = (result.arm, result.endpoint, result.week)
    found = list(
        dict.fromkeys(
            place
            for place in asked
            if place[:3] == wanted
            and (result.kind or place[3]) == place[3]
            and (result.unit or place[4]) == place[4]
        )
    )
    return [place for place in found if place[3] != "net"] or found


def possible(rule: Rule, kind: str) -> tuple[float, float]:
    """The least and the most a number of this kind can be, in its unit."""
    if rule.kind in ("responders", "level"):
        return (-100.0, 100.0) if kind == "net" else (0.0, 100.0)
    if rule.unit in FARTHEST:
        return (-FARTHEST[rule.unit], FARTHEST[rule.unit])
    return (-math.inf if kind == "net" else -100.0, math.inf)


def result_problems(
    results: Sequence[tuple[int, PublishedResult]],
    asked: Sequence[Place],
    lost: Container[int],
    file: str,
) -> Iterator[Problem]:
    """Results no number was asked for, of more than one number, given twice, or impossible.

    Results whose number is in `lost` cannot belong to any, which is told elsewhere.
    """
    seen: set[Place] = set()
    for number, result in results:
        at = f"results[{number}]"
        own = matching(result, asked)
        visit = f"{result.endpoint} at week {result.week:g}"
        if not own and number not in lost:
            yield Problem(
                file, at, visit, "is the result of a visit that no entry of endpoints asks for",
                fix="arm, end point, week, kind and unit must be those of one entry",
            )  # fmt: skip
        elif len(own) > 1:
            yield Problem(
                file, at, visit, "may be the result of more than one number",
                allowed=", ".join(unit for *_, unit in own), fix="say its unit",
            )  # fmt: skip
        elif own and own[0] in seen:
            yield Problem(file, at, visit, "is given twice")
        if len(own) == 1:
            seen.add(own[0])
        yield from _impossible(result, own, file, f"{at}.value")


def _impossible(
    result: PublishedResult, own: Sequence[Place], file: str, at: str
) -> Iterator[Problem]:
    rules = [(RULES[name, unit], kind) for _, name, _, kind, unit in own]
    if not rules:
        # Nobody asked for it; what is known of its end point still says what it cannot be.
        rules = [
            (rule, result.kind or rule.kind)
            for (name, unit), rule in RULES.items()
            if name == result.endpoint and (result.unit or unit) == unit
        ]
    ranges = [possible(rule, kind) for rule, kind in rules]
    if not ranges or any(low <= result.value <= high for low, high in ranges):
        return
    low, high = ranges[0]
    people = rules[0][0].kind == "responders"
    yield Problem(
        file, at, f"{result.value:g}",
        "is no percentage of people" if people else f"is no possible {rules[0][1]}",
        allowed=f"{low:g} to {high:g}" if high < math.inf else f"at least {low:g}",
    )  # fmt: skip
