"""What an assessment says. Frozen records, JSON-able by `dataclasses.asdict`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FindingWeight:
    """One finding's weight for or against one cause.

    `log_likelihood_ratio` is natural log of P(finding | cause) / P(finding | the other candidates,
    weighted); positive speaks for the cause. `low`/`high` carry the uncertainty of the frequencies.
    """

    finding: str
    label: str
    state: str
    log_likelihood_ratio: float
    low: float
    high: float
    source: str
    verified: str


@dataclass(frozen=True, slots=True)
class CauseProbability:
    """Probability that a cause is at work, alone or with another (so they may sum to over 1)."""

    cause: str
    label: str
    probability: float
    low: float
    high: float
    findings_for: tuple[FindingWeight, ...]
    findings_against: tuple[FindingWeight, ...]
    description: str
    reversibility: str
    source: str


@dataclass(frozen=True, slots=True)
class Mixture:
    """One hypothesis: one cause or two at once, with the trigger of an effluvium where one acts.

    Mixtures sum to 1; the last may have no causes and holds the share of all that are not listed.
    """

    causes: tuple[str, ...]
    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A sign that must reach a clinician. `stops_planning` blocks every plan but referral."""

    rule: str
    label: str
    why: str
    action: str
    urgency: str
    stops_planning: bool
    source: str
    verified: str


@dataclass(frozen=True, slots=True)
class SuggestedTest:
    """A test or question worth having next, with what it would tell apart.

    `changes_plan` is the probability that its result changes which causes the plan would treat;
    `burden` is 0 (a question) to 3 (an operation), `cost` none, low, medium or high.
    """

    test: str
    label: str
    why: str
    expected_information_bits: float
    separates: tuple[str, ...]
    caution: str
    source: str
    changes_plan: float = 0.0
    burden: float = 0.0
    cost: str = "none"


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything known about why: causes and mixtures, red flags, next tests, what is unknown."""

    patient_id: str
    complaint_found: bool
    causes: tuple[CauseProbability, ...]
    mixtures: tuple[Mixture, ...]
    red_flags: tuple[RedFlag, ...]
    tests: tuple[SuggestedTest, ...]
    unknown: tuple[str, ...]
    cannot_tell_apart: tuple[str, ...]
    read: tuple[str, ...]
    limits: tuple[str, ...]
