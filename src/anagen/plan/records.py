"""What a plan says: safety verdicts, options with their forecasts; never a directive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from anagen.assess.records import Assessment
from anagen.simulate.regimen import Regimen
from anagen.simulate.result import Forecast


@dataclass(frozen=True, slots=True)
class SafetyReason:
    """One rule that fired. `effect` is block, condition or note."""

    rule: str
    effect: str
    text: str
    because: str
    source: str
    verified: str
    authority: str


@dataclass(frozen=True, slots=True)
class SafetyVerdict:
    """`status` is blocked, conditions (something must be done or known first) or allowed."""

    treatment: str
    status: str
    reasons: tuple[SafetyReason, ...]
    conditions: tuple[str, ...]
    monitoring: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HarmRate:
    """One adverse event, absolute rates per 100 over one time frame. Not individualised."""

    treatment: str
    event: str
    per_100_treated: float
    per_100_control: float | None
    n_treated: int | None
    n_control: int | None
    time_frame: str
    population: str
    source: str
    verified: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome at one week, in people per 100 like this one, for one arm.

    `better + same + worse` is 100. `difference` is percentage points against untreated.
    """

    label: str
    week: float
    better: int
    same: int
    worse: int
    difference_points: float
    difference_low: float
    difference_high: float


@dataclass(frozen=True, slots=True)
class Change:
    """Change of the main observable against untreated at one week: median and 50/90 % intervals."""

    observable: str
    week: float
    median: float
    low90: float
    high90: float
    low50: float
    high50: float


@dataclass(frozen=True, slots=True)
class Option:
    """One candidate plan with everything a person would compare.

    `tier` is forecast, plausible or no_evidence; `arm`/`stop_arm` name arms of the forecast and are
    None when no number may be shown.
    """

    id: str
    label: str
    regimens: tuple[Regimen, ...]
    treatments: tuple[str, ...]
    tier: str
    tier_basis: str
    status: str
    verdicts: tuple[SafetyVerdict, ...]
    indication: str
    arm: str | None
    stop_arm: str | None
    outcomes: tuple[Outcome, ...]
    changes: tuple[Change, ...]
    certainty: str
    harms: tuple[HarmRate, ...]
    burden: str
    cost_class: str
    weeks_to_judge: float | None
    if_stopped: str
    positives: tuple[str, ...]
    negatives: tuple[str, ...]
    score: float | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The main result: assessment, options in order, what is blocked and why, one batch.

    `untreated` holds the outcomes of the untreated arm (differences 0) at the weeks of the options'
    outcomes. `real_change` is the smallest change of the main observable, in its unit, that a
    measurement can tell from noise; None when not known.
    """

    patient_id: str
    assessment: Assessment
    stopped_by: tuple[str, ...]
    options: tuple[Option, ...]
    blocked: tuple[Option, ...]
    no_evidence: tuple[Option, ...]
    forecast: Forecast | None
    main_observable: str
    main_outcome: str
    order_basis: str
    values: Mapping[str, float]
    limits: tuple[str, ...]
    sources: tuple[str, ...]
    untreated: tuple[Outcome, ...] = ()
    real_change: float | None = None
