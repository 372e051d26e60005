"""Which test or question would tell most: expected information in bits."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from anagen.assess.hypotheses import Hypotheses
from anagen.assess.knowledge import Array, Knowledge
from anagen.assess.records import SuggestedTest
from anagen.assess.red_flags import Signs
from anagen.assess.weigh import Evidence, frequencies, group_likelihood, sharing
from anagen.catalog.expressions import truth
from anagen.catalog.findings import TestRow, load_settings, load_tests

_FINDINGS_PER_TEST = 3
_LISTED = 14


@dataclass(frozen=True, slots=True)
class Candidates:
    """Leading hypotheses and the frequencies of every finding under them.

    `weight` Shape: (kept,), sums to 1. `p` Shape: (kept, finding).
    """

    rows: NDArray[np.intp]
    members: NDArray[np.intp]
    weight: Array
    p: Array


def candidates(
    knowledge: Knowledge, every: Hypotheses, central: Array, most: int = 80
) -> Candidates:
    """The hypotheses worth separating."""
    rows = np.argsort(-central, kind="stable")[:most]
    kept = Hypotheses(every.members[rows], every.prior[rows], every.contains[rows])
    p = frequencies(knowledge, kept, np.arange(len(knowledge.findings)))
    weight = central[rows]
    return Candidates(rows, kept.members, weight / weight.sum(), p)


def entropy_bits(weight: Array) -> float:
    """Entropy of a distribution in bits."""
    held = weight[weight > 0]
    return float(-np.sum(held * np.log2(held)))


def expected_information(
    knowledge: Knowledge, choice: Candidates, known: Evidence, findings: tuple[str, ...]
) -> float:
    """Bits expected from learning these findings, given what is known of their groups."""
    if not findings:
        return 0.0
    columns = [knowledge.finding_index[f] for f in findings]
    before = entropy_bits(choice.weight)
    after = 0.0
    for states in product((True, False), repeat=len(columns)):
        likelihood = _conditional(knowledge, choice, known, columns, states)
        joint = choice.weight * likelihood
        total = float(joint.sum())
        if total > 0:
            after += total * entropy_bits(joint / total)
    return max(0.0, before - after)


def _conditional(
    knowledge: Knowledge,
    choice: Candidates,
    known: Evidence,
    columns: list[int],
    states: tuple[bool, ...],
) -> Array:
    """P(states | hypothesis, findings already known). Shape: (kept,)."""
    likelihood = np.ones(len(choice.weight))
    old = dict(zip((int(c) for c in known.columns), known.present.tolist(), strict=True))
    new = dict(zip(columns, states, strict=True))
    for group in dict.fromkeys(knowledge.groups[c] for c in columns):
        shared = sharing(knowledge, choice.members, group)
        seen = [c for c in old if knowledge.groups[c] == group]
        asked = [c for c in columns if knowledge.groups[c] == group]
        both = seen + asked
        joint = group_likelihood(
            choice.p[:, both], np.array([*(old[c] for c in seen), *(new[c] for c in asked)]), shared
        )
        if seen:
            joint = joint / group_likelihood(
                choice.p[:, seen], np.array([old[c] for c in seen]), shared
            )
        likelihood = likelihood * joint
    return likelihood


def best_findings(
    knowledge: Knowledge, choice: Candidates, known: Evidence, findings: tuple[str, ...]
) -> tuple[str, ...]:
    """The few unknown findings of a test that tell most alone."""
    seen = {knowledge.findings[int(c)].id for c in known.columns}
    unknown = [f for f in findings if f not in seen]
    scored = [(expected_information(knowledge, choice, known, (f,)), f) for f in unknown]
    scored.sort(key=lambda item: (-item[0], item[1]))
    return tuple(f for _, f in scored[:_FINDINGS_PER_TEST])


def suggested_tests(
    knowledge: Knowledge,
    every: Hypotheses,
    choice: Candidates,
    known: Evidence,
    signs: Signs,
) -> tuple[SuggestedTest, ...]:
    """Tests that a rule asks for or that tell enough for their burden, those asked for first.

    A test that guidelines advise against as a routine in this picture is left out, however telling,
    unless a sign of this person asks for it.
    """
    settings = load_settings()
    found: list[tuple[bool, float, SuggestedTest]] = []
    for row in load_tests().values():
        asked = truth(row.when, signs) is True
        if not asked and row.against and truth(row.against, signs) is True:
            continue
        chosen = best_findings(knowledge, choice, known, row.findings)
        if row.findings and not chosen:
            continue
        bits = expected_information(knowledge, choice, known, chosen)
        worth = (
            row.burden <= settings["light_burden"]
            and bits >= settings["worth_bits"] + settings["cost_bits"] * row.burden
        )
        if not asked and not worth:
            continue
        separates = _separates(knowledge, every, choice, known, chosen)
        found.append((asked, bits, _suggestion(row, bits, separates)))
    found.sort(key=lambda item: (not item[0], -item[1], item[2].test))
    required = [test for asked, _, test in found if asked]
    optional = [test for asked, _, test in found if not asked]
    return tuple(required + optional[: max(0, _LISTED - len(required))])


def _suggestion(row: TestRow, bits: float, separates: tuple[str, ...]) -> SuggestedTest:
    return SuggestedTest(
        test=row.id,
        label=row.label,
        why=row.why,
        expected_information_bits=round(bits, 3),
        separates=separates,
        caution=row.caution,
        source=row.source,
    )


def _separates(
    knowledge: Knowledge,
    every: Hypotheses,
    choice: Candidates,
    known: Evidence,
    findings: tuple[str, ...],
) -> tuple[str, ...]:
    """Labels of the causes whose probability the test would move most."""
    if not findings:
        return ()
    inside = every.contains[choice.rows]
    before = choice.weight @ inside
    movement = np.zeros(len(knowledge.causes))
    columns = [knowledge.finding_index[f] for f in findings]
    for states in product((True, False), repeat=len(columns)):
        joint = choice.weight * _conditional(knowledge, choice, known, columns, states)
        total = float(joint.sum())
        if total > 0:
            movement += total * np.abs((joint / total) @ inside - before)
    order = np.argsort(-movement, kind="stable")[:3]
    return tuple(knowledge.causes[i].label for i in order if movement[i] >= 0.01)


def best_separator(
    knowledge: Knowledge,
    every: Hypotheses,
    choice: Candidates,
    known: Evidence,
    a: int,
    b: int,
    signs: Signs,
) -> str | None:
    """The label of the test that best tells two causes apart, or None when none is known."""
    inside = every.contains[choice.rows]
    either = inside[:, a] != inside[:, b]
    if not either.any():
        return None
    narrowed = Candidates(
        choice.rows[either],
        choice.members[either],
        choice.weight[either] / choice.weight[either].sum(),
        choice.p[either],
    )
    settings = load_settings()
    best: tuple[float, str] | None = None
    for row in load_tests().values():
        if row.against and truth(row.against, signs) is True:
            continue
        if row.burden > settings["light_burden"] and truth(row.when, signs) is not True:
            continue
        chosen = best_findings(knowledge, narrowed, known, row.findings)
        gain = _gain_between(knowledge, inside[either, a], narrowed, known, chosen)
        gain -= settings["cost_bits"] * row.burden / 2
        if chosen and (best is None or gain > best[0]):
            best = (gain, row.label)
    return best[1] if best is not None and best[0] >= settings["worth_bits"] else None


def _gain_between(
    knowledge: Knowledge,
    is_a: NDArray[np.bool_],
    narrowed: Candidates,
    known: Evidence,
    findings: tuple[str, ...],
) -> float:
    """Bits about which of the two causes is at work."""
    if not findings:
        return 0.0
    columns = [knowledge.finding_index[f] for f in findings]
    share = float(narrowed.weight @ is_a)
    after = 0.0
    for states in product((True, False), repeat=len(columns)):
        joint = narrowed.weight * _conditional(knowledge, narrowed, known, columns, states)
        total = float(joint.sum())
        if total > 0:
            part = float(joint @ is_a) / total
            after += total * entropy_bits(np.array([part, 1.0 - part]))
    return max(0.0, entropy_bits(np.array([share, 1.0 - share])) - after)
