"""The document: all a report shows, already in words and rounded numbers.

HTML, terminal text and JSON are three renderings of one `Document`, so they cannot disagree.
Numbers in `citations` are those of `Document.references`.
"""

from __future__ import annotations

from dataclasses import dataclass

from anagen.charts.series import Curve
from anagen.report.citations import Reference


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing the record says; `group` is the heading it stands under."""

    group: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class FlagItem:
    """A sign that must reach a clinician first."""

    rule: str
    label: str
    why: str
    action: str
    urgency: str
    stops_planning: bool
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FindingItem:
    """A finding for or against a cause; `odds` multiplies the odds of the cause."""

    finding: str
    label: str
    state: str
    strength: str
    odds: float
    odds_low: float
    odds_high: float
    verified: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CauseItem:
    """One cause; `percent` of 100 people with this record, `low` to `high` its interval."""

    cause: str
    label: str
    percent: int
    low: int
    high: int
    percent_text: str
    range_text: str
    description: str
    reversibility: str
    findings_for: tuple[FindingItem, ...]
    findings_against: tuple[FindingItem, ...]
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MixtureItem:
    """One hypothesis: one cause or two at once."""

    causes: tuple[str, ...]
    label: str
    percent: int
    percent_text: str


@dataclass(frozen=True, slots=True)
class NextTest:
    """A test or question worth having next.

    `changes_plan` is how many of 100 results would change which causes are treated.
    """

    test: str
    label: str
    why: str
    information_bits: float
    changes_plan: int
    changes_text: str
    burden: str
    cost: str
    separates: tuple[str, ...]
    caution: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OutcomeItem:
    """How 100 people like this one fare at one time; better + same + worse is 100."""

    week: float
    when: str
    label: str
    better: int
    same: int
    worse: int
    difference: int
    difference_low: int
    difference_high: int
    difference_text: str
    sentence: str
    better_low: int
    better_high: int
    model_text: str


@dataclass(frozen=True, slots=True)
class SpreadItem:
    """Why the range of one arm is wide, in the unit of the main measure at one time.

    9 of 10 people lie between `people_low` and `people_high` if the model is right; what it does
    not know, and the chance of the draw, may put their mean between `model_low` and `model_high`.
    """

    arm: str
    label: str
    week: float
    when: str
    people_low: float
    people_high: float
    model_low: float
    model_high: float


@dataclass(frozen=True, slots=True)
class ChangeItem:
    """Difference from no treatment of one measure at one time, with 50 % and 90 % intervals."""

    observable: str
    label: str
    unit: str
    week: float
    when: str
    median: float
    low50: float
    high50: float
    low90: float
    high90: float
    text: str


@dataclass(frozen=True, slots=True)
class HarmItem:
    """One side effect per 100 people of studies; `fitted_to_person` says that it is theirs."""

    treatment: str
    treatment_label: str
    event: str
    treated: float
    control: float | None
    n_treated: int | None
    n_control: int | None
    time_frame: str
    population: str
    verified: str
    text: str
    citations: tuple[int, ...]
    fitted_to_person: bool = False


@dataclass(frozen=True, slots=True)
class ReasonItem:
    """Why a treatment is ruled out, or what must be done or known first."""

    rule: str
    effect: str
    treatment: str
    text: str
    because: str
    authority: str
    verified: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PartItem:
    """One part of a combination, in people of 100: alone, and on top of the other parts."""

    label: str
    alone: str
    added: str


@dataclass(frozen=True, slots=True)
class OptionItem:
    """One plan a person can compare. `arm` is None when no number may be shown.

    `is_untreated` marks waiting: its numbers are those of no treatment, beside which all stand.

    `outcomes` count by the main definition, `further_outcomes` by other definitions. `folded` says
    why the option is left out of the comparison; `parts` what each treatment of a combination adds.
    """

    option: str
    label: str
    treatments: tuple[str, ...]
    regimens: tuple[str, ...]
    tier: str
    tier_label: str
    tier_basis: str
    status: str
    status_label: str
    indication: str
    certainty: str
    arm: str | None
    stop_arm: str | None
    stop_label: str
    is_untreated: bool
    outcomes: tuple[OutcomeItem, ...]
    further_outcomes: tuple[OutcomeItem, ...]
    changes: tuple[ChangeItem, ...]
    harms: tuple[HarmItem, ...]
    reasons: tuple[ReasonItem, ...]
    conditions: tuple[str, ...]
    monitoring: tuple[str, ...]
    burden: str
    cost: str
    weeks_to_judge: float | None
    judge_text: str
    if_stopped: str
    positives: tuple[str, ...]
    negatives: tuple[str, ...]
    folded: str
    parts: tuple[PartItem, ...]
    parts_text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Observable:
    """One measure that the curves show; `better` is higher or lower."""

    observable: str
    label: str
    unit: str
    better: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ValueItem:
    """One thing that may matter: the question, its weight here, and who leads if it matters most.

    `weight` is 0 to 100; `first` are the labels of the options that then come first.
    """

    aim: str
    label: str
    question: str
    weight: int
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StampItem:
    """What produced the report."""

    anagen_version: str
    data_hash: str
    posterior: str
    seed: int
    draws: int
    published: str


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the field in plain words."""

    term: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Document:
    """Everything a report shows, in reading order."""

    format: str
    patient: str
    title: str
    decision: str
    summary: tuple[str, ...]
    flags: tuple[FlagItem, ...]
    stopped_by: tuple[str, ...]
    complaint_found: bool
    facts: tuple[Fact, ...]
    read: tuple[str, ...]
    unknown: tuple[str, ...]
    causes: tuple[CauseItem, ...]
    mixtures: tuple[MixtureItem, ...]
    cannot_tell_apart: tuple[str, ...]
    tests: tuple[NextTest, ...]
    outcome_label: str
    outcome_definition: str
    order_basis: str
    values: tuple[ValueItem, ...]
    values_asked: bool
    times: tuple[float, ...]
    untreated: tuple[OutcomeItem, ...]
    options: tuple[OptionItem, ...]
    blocked: tuple[OptionItem, ...]
    no_evidence: tuple[OptionItem, ...]
    main_observable: str
    real_change: float | None
    observables: tuple[Observable, ...]
    curves: tuple[Curve, ...]
    spreads: tuple[SpreadItem, ...]
    individualised: tuple[str, ...]
    not_individualised: tuple[str, ...]
    steps: tuple[str, ...]
    questions: tuple[str, ...]
    limits: tuple[str, ...]
    notices: tuple[str, ...]
    glossary: tuple[Term, ...]
    references: tuple[Reference, ...]
    stamp: StampItem
