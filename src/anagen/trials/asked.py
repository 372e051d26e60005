"""The single numbers a trial asks for: one arm, one end point, one visit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from anagen.catalog.endpoints import endpoint_cautions
from anagen.trials.design import Trial
from anagen.trials.endpoints import RULES, WORSE_IS_COUNTED
from anagen.trials.results import matching, places


def cautions(asked: Iterable[Asked]) -> tuple[str, ...]:
    """A sentence for every end point whose predictions are known to be wrong."""
    known = endpoint_cautions()
    named = dict.fromkeys(item.endpoint for item in asked if item.endpoint in known)
    return tuple(f"{name.replace('_', ' ')}: {known[name]}." for name in named)


@dataclass(frozen=True, slots=True)
class Asked:
    """One number to predict. `published` is what the trial found, None when it is not known;
    `use` is that of the row of a shipped study."""

    arm: str
    endpoint: str
    week: float
    analysis: str
    kind: str
    unit: str
    n: int | None
    published: float | None = None
    use: str = ""
    row: str = ""


def default_analysis(endpoint: str, unit: str) -> str:
    """Those who left are no responders; means are of those still there.

    In an extension of responders those who left did not fail: their last value counts. Nor is
    leaving a harm: whoever worsened is counted as if all had stayed.
    """
    if endpoint == "salt_le_20_maintained":
        return "locf"
    if endpoint == "salt_worsening_gt20":
        return "mixed_model"
    return "nri" if RULES[endpoint, unit].kind == "responders" else "observed"


def read_as(item: Asked) -> str:
    """The analysis a number is read by: who left can be counted as no responder, not as a mean."""
    if item.analysis != "nri":
        return item.analysis
    of_people = RULES[item.endpoint, item.unit].kind == "responders"
    return "nri" if of_people and item.endpoint not in WORSE_IS_COUNTED else "mixed_model"


def asked_of(trial: Trial) -> tuple[Asked, ...]:
    """Every end point at every visit in every arm of a trial file, with results where known."""
    sizes = {arm.id: arm.n for arm in trial.arms}
    roles = [arm.role for arm in trial.arms]
    asked = [
        (place, request)
        for request in trial.endpoints
        for place in places(request, tuple(sizes), roles)
    ]
    numbers = [place for place, _ in asked]
    results = {place: result for result in trial.results for place in matching(result, numbers)[:1]}
    found = []
    for place, request in asked:
        arm, endpoint, week, kind, unit = place
        result = results.get(place)
        found.append(
            Asked(
                arm=arm,
                endpoint=endpoint,
                week=week,
                analysis=request.analysis or default_analysis(endpoint, unit),
                kind=kind,
                unit=unit,
                n=(result.n if result and result.n else sizes[arm]),
                published=result.value if result else None,
            )
        )
    return tuple(found)
