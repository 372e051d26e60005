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
    severity: str = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome at one week, in people per 100 like this one, for one arm.

    `better + same + worse` is 100. `difference` is percentage points against untreated.
    `better_low` to `better_high` is what the count `better` may be with what is unknown of the
    model; who of the hundred somebody is does not move it.
    """

    label: str
    week: float
    better: int
    same: int
    worse: int
    difference_points: float
    difference_low: float
    difference_high: float
    better_low: int
    better_high: int


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
class Aims:
    """How an option does on each aim before any weight; harm, burden and cost are 0 to 1.

    `gain` is better minus worse against no treatment, -2 to 2 summed over main outcomes; `benefit`
    is the part of it that counts, less the weaker the evidence.
    """

    gain: float
    benefit: float
    harm: float
    burden: float
    cost: float


@dataclass(frozen=True, slots=True)
class Points:
    """People per 100 and the central interval of what is unknown."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Contribution:
    """What the parts of a combination bring, in people per 100 at one week, in the same twins.

    `alone` is each part against no treatment, `added` the whole less the others (None when the
    others were not forecast), `interaction` what is left of the whole after the single gains:
    below zero when the parts reach the same hairs.
    """

    label: str
    week: float
    together: Points
    alone: tuple[Points, ...]
    added: tuple[Points | None, ...]
    interaction: Points


@dataclass(frozen=True, slots=True)
class Ordering:
    """The first options if one aim mattered most; `names` are option ids, best first."""

    aim: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One candidate plan with everything a person would compare.

    `tier` is forecast, plausible or no_evidence; `arm`/`stop_arm` name arms of the forecast and are
    None when no number may be shown. `folded_by` is the option that does at least as well on every
    aim, `folded_why` says so; empty when there is none.
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
    aims: Aims | None = None
    contribution: Contribution | None = None
    folded_by: str = ""
    folded_why: str = ""


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
    orderings: tuple[Ordering, ...] = ()
