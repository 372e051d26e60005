"""Which test or question comes next: expected information, change of plan, burden and cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from anagen.assess.hypotheses import Hypotheses
from anagen.assess.knowledge import Array, Knowledge
from anagen.assess.parts import left_of
from anagen.assess.questions import can_apply
from anagen.assess.records import SuggestedTest
from anagen.assess.red_flags import Signs, tests_that_flags_require
from anagen.assess.weigh import Evidence, frequencies, group_likelihood, sharing
from anagen.catalog.expressions import truth
from anagen.catalog.findings import TEST_COSTS, TestRow, load_settings, load_tests
from anagen.catalog.plans import load_settings as plan_settings

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
    knowledge: Knowledge,
    choice: Candidates,
    known: Evidence,
    findings: tuple[str, ...],
    most: int = _FINDINGS_PER_TEST,
) -> tuple[str, ...]:
    """The few unknown findings of a test that tell most alone."""
    seen = {knowledge.findings[int(c)].id for c in known.columns}
    unknown = [f for f in findings if f not in seen]
    scored = [(expected_information(knowledge, choice, known, (f,)), f) for f in unknown]
    scored.sort(key=lambda item: (-item[0], item[1]))
    return tuple(f for _, f in scored[:most])


def suggested_tests(
    knowledge: Knowledge,
    every: Hypotheses,
    choice: Candidates,
    known: Evidence,
    signs: Signs,
) -> tuple[SuggestedTest, ...]:
    """Tests that a rule asks for or that tell enough for their burden, those asked for first.

    Within each, the ones worth most come first: bits, plus what a change of plan is worth, less
    burden and cost; advice that tells nothing comes last. A test that guidelines advise against as
    a routine in this picture is left out, however telling, unless a sign of this person asks for
    it. What must be known before a test (biotin before an immunoassay) is asked just before it.
    Tests that a raised red flag requires come first of all. Of a test in parts only what is not
    done yet is named.
    """
    settings = load_settings()
    required_by_flags = tests_that_flags_require(signs)
    found: list[tuple[bool, bool, float, SuggestedTest]] = []
    for whole in load_tests().values():
        row = left_of(whole, signs)
        if row is None:
            continue
        asked = truth(row.when, signs) is True
        if not asked and row.against and truth(row.against, signs) is True:
            continue
        open_now = tuple(f for f in row.findings if can_apply(f, signs))
        chosen = best_findings(knowledge, choice, known, open_now)
        if row.findings and not chosen:
            continue
        asked = asked or row.id in required_by_flags
        bits = expected_information(knowledge, choice, known, chosen)
        worth = (
            row.burden <= settings["light_burden"]
            and bits >= settings["worth_bits"] + settings["cost_bits"] * row.burden
        )
        if not asked and not worth:
            continue
        suggestion = _suggestion(knowledge, every, choice, known, row, chosen, bits, signs)
        found.append((asked, row.kind != "advice", _value(suggestion), suggestion))
    first = {test: place for place, test in enumerate(required_by_flags)}
    found.sort(
        key=lambda item: (
            first.get(item[3].test, len(first)),
            not item[0],
            not item[1],
            -round(item[2], 9),
            item[3].test,
        )
    )
    required = [test for asked, _, _, test in found if asked]
    optional = [test for asked, _, _, test in found if not asked]
    kept = required + optional[: max(0, _LISTED - len(required))]
    return tuple(_with_what_comes_first(knowledge, every, choice, known, kept, signs))


def _value(test: SuggestedTest) -> float:
    """What a test is worth, in bits: told, changed, less what it asks of the person."""
    settings = load_settings()
    asks = (test.burden + TEST_COSTS.index(test.cost)) / 2.0
    changed = settings["plan_bits"] * test.changes_plan
    return test.expected_information_bits + changed - settings["cost_bits"] * asks


def _with_what_comes_first(
    knowledge: Knowledge,
    every: Hypotheses,
    choice: Candidates,
    known: Evidence,
    tests: Sequence[SuggestedTest],
    signs: Signs,
) -> Iterator[SuggestedTest]:
    rows = load_tests()
    told: set[str] = set()
    for test in tests:
        for first in rows[test.test].after:
            wanted = best_findings(knowledge, choice, known, rows[first].findings)
            if wanted and first not in told and all(item.test != first for item in tests):
                told.add(first)
                yield _suggestion(knowledge, every, choice, known, rows[first], wanted, 0.0, signs)
        yield test


def _suggestion(
    knowledge: Knowledge,
    every: Hypotheses,
    choice: Candidates,
    known: Evidence,
    row: TestRow,
    chosen: tuple[str, ...],
    bits: float,
    signs: Signs,
) -> SuggestedTest:
    rows = load_tests()
    cautions = [
        f"Taken now: {rows[first].caution[0].lower()}{rows[first].caution[1:]}"
        for first in row.after
        if any(signs.present.get(finding) for finding in rows[first].findings)
    ]
    return SuggestedTest(
        test=row.id,
        label=row.label,
        why=row.why,
        expected_information_bits=round(bits, 3),
        separates=_separates(knowledge, every, choice, known, chosen),
        caution=". ".join(text for text in (*cautions, row.caution) if text),
        source=row.source,
        changes_plan=round(changes_of_plan(knowledge, every, choice, known, chosen), 3),
        burden=row.burden,
        cost=row.cost,
    )


def changes_of_plan(
    knowledge: Knowledge,
    every: Hypotheses,
    choice: Candidates,
    known: Evidence,
    findings: tuple[str, ...],
) -> float:
    """Probability that learning these findings changes which causes bring their treatments.

    A cause brings its treatments into the plan once it is as probable as the setting of the plan
    asks (`min_cause_probability`).
    """
    if not findings:
        return 0.0
    least = plan_settings()["min_cause_probability"]
    inside = every.contains[choice.rows]
    before = choice.weight @ inside >= least
    columns = [knowledge.finding_index[f] for f in findings]
    changed = 0.0
    for states in product((True, False), repeat=len(columns)):
        joint = choice.weight * _conditional(knowledge, choice, known, columns, states)
        total = float(joint.sum())
        if total > 0 and bool(np.any(((joint / total) @ inside >= least) != before)):
            changed += total
    return min(1.0, changed)


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
    for whole in load_tests().values():
        row = left_of(whole, signs)
        if row is None or (row.against and truth(row.against, signs) is True):
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
