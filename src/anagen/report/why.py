"""Red flags, causes and tests of an assessment in words and whole numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable

from anagen.assess.records import Assessment, CauseProbability, FindingWeight, RedFlag
from anagen.report.citations import Citations
from anagen.report.records import CauseItem, FindingItem, FlagItem, MixtureItem, NextTest
from anagen.report.words import percent, percent_text, range_text, sentence, spoken

# How a likelihood ratio reads in words: Jeffreys' steps on his scale of evidence (10 and 3.16).
STRONG = math.log(10)
CLEAR = math.log(10) / 2
BURDENS = ("a question or a look", "a small test", "several visits", "a small operation")


def flag_items(flags: Iterable[RedFlag], cite: Citations) -> tuple[FlagItem, ...]:
    """Red flags in their order, those that stop planning first."""
    ordered = sorted(flags, key=lambda flag: not flag.stops_planning)
    return tuple(
        FlagItem(
            rule=flag.rule,
            label=sentence(flag.label),
            why=sentence(flag.why),
            action=sentence(flag.action),
            urgency=spoken(flag.urgency),
            stops_planning=flag.stops_planning,
            citations=cite.cite(flag.source),
        )
        for flag in ordered
    )


def cause_items(assessment: Assessment, cite: Citations) -> tuple[CauseItem, ...]:
    """Causes, the likeliest first."""
    ordered = sorted(assessment.causes, key=lambda cause: (-cause.probability, cause.cause))
    return tuple(_cause(cause, cite) for cause in ordered)


def _cause(cause: CauseProbability, cite: Citations) -> CauseItem:
    return CauseItem(
        cause=cause.cause,
        label=cause.label,
        percent=percent(cause.probability),
        low=percent(cause.low),
        high=percent(cause.high),
        percent_text=percent_text(cause.probability),
        range_text=range_text(cause.low, cause.high),
        description=sentence(cause.description),
        reversibility=sentence(spoken(cause.reversibility)),
        findings_for=tuple(_finding(finding, cite) for finding in cause.findings_for),
        findings_against=tuple(_finding(finding, cite) for finding in cause.findings_against),
        citations=cite.cite(cause.source),
    )


def _finding(finding: FindingWeight, cite: Citations) -> FindingItem:
    size = abs(finding.log_likelihood_ratio)
    word = "strongly" if size >= STRONG else "clearly" if size >= CLEAR else "a little"
    side = "for" if finding.log_likelihood_ratio >= 0 else "against"
    return FindingItem(
        finding=finding.finding,
        label=finding.label,
        state=finding.state,
        strength=f"{word} {side}",
        odds=_significant(math.exp(finding.log_likelihood_ratio)),
        odds_low=_significant(math.exp(finding.low)),
        odds_high=_significant(math.exp(finding.high)),
        verified=finding.verified,
        citations=cite.cite(finding.source),
    )


def _significant(value: float) -> float:
    return float(f"{value:.2g}")


def mixture_items(assessment: Assessment) -> tuple[MixtureItem, ...]:
    """Hypotheses of one or two causes, the likeliest first."""
    ordered = sorted(assessment.mixtures, key=lambda mixture: -mixture.probability)
    return tuple(
        MixtureItem(
            mixture.causes,
            mixture.label,
            percent(mixture.probability),
            percent_text(mixture.probability),
        )
        for mixture in ordered
    )


def next_tests(assessment: Assessment, cite: Citations) -> tuple[NextTest, ...]:
    """Tests in the order of the assessment."""
    names = {cause.cause: cause.label for cause in assessment.causes}
    return tuple(
        NextTest(
            test=test.test,
            label=test.label,
            why=sentence(test.why),
            information_bits=round(test.expected_information_bits, 2),
            changes_plan=percent(test.changes_plan),
            changes_text=_changes(test.changes_plan),
            burden=BURDENS[min(int(test.burden), len(BURDENS) - 1)],
            cost=test.cost,
            separates=tuple(names.get(cause, spoken(cause)) for cause in test.separates),
            caution=sentence(test.caution),
            citations=cite.cite(test.source),
        )
        for test in assessment.tests
    )


def _changes(probability: float) -> str:
    """How often a result would change which causes are treated, in words."""
    if probability <= 0.0:
        return "no"
    return f"in {percent_text(probability)} of 100 cases"
