"""The single numbers a trial asks for: one arm, one end point, one visit."""

from __future__ import annotations

from dataclasses import dataclass

from anagen.trials.design import CONTROLS, Trial
from anagen.trials.endpoints import RULES, usual_unit


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

    In an extension of responders those who left did not fail: their last value counts.
    """
    if endpoint == "salt_le_20_maintained":
        return "locf"
    return "nri" if RULES[endpoint, unit].kind == "responders" else "observed"


def asked_of(trial: Trial) -> tuple[Asked, ...]:
    """Every end point at every visit in every arm of a trial file, with results where known."""
    found = []
    sizes = {arm.id: arm.n for arm in trial.arms}
    roles = {arm.id: arm.role for arm in trial.arms}
    for request in trial.endpoints:
        unit = request.unit or usual_unit(request.endpoint)
        kind = request.kind or RULES[request.endpoint, unit].kind
        for arm in request.arms or tuple(sizes):
            if kind == "net" and roles[arm] in CONTROLS:
                continue
            for week in request.weeks:
                result = next(
                    (
                        r
                        for r in trial.results
                        if (r.arm, r.endpoint, r.week) == (arm, request.endpoint, week)
                        and (r.kind or kind) == kind
                    ),
                    None,
                )
                found.append(
                    Asked(
                        arm=arm,
                        endpoint=request.endpoint,
                        week=week,
                        analysis=request.analysis or default_analysis(request.endpoint, unit),
                        kind=kind,
                        unit=unit,
                        n=(result.n if result and result.n else sizes[arm]),
                        published=result.value if result else None,
                    )
                )
    return tuple(found)
