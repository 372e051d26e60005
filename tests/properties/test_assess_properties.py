"""Properties of the weighing that hold whatever the numbers are."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anagen.assess.assess import assess
from anagen.assess.hypotheses import Hypotheses, hypotheses, shares
from anagen.assess.knowledge import load_knowledge
from anagen.assess.weigh import evidence, frequencies, log_likelihood, posterior
from anagen.patients.record import PatientRecord

KNOWLEDGE = load_knowledge()
FINDINGS = [finding.id for finding in KNOWLEDGE.findings]
QUICK = settings(max_examples=40, deadline=None)

some_findings = st.dictionaries(st.sampled_from(FINDINGS), st.booleans(), max_size=8)


@cache
def frame(sex: str, age: float) -> Hypotheses:
    record = PatientRecord.model_validate({"id": "p", "sex": sex, "age_years": age})
    return hypotheses(KNOWLEDGE, shares(KNOWLEDGE, record))


def marginals(states: dict[str, bool], sex: str = "female", age: float = 35.0) -> dict[str, float]:
    every = frame(sex, age)
    known = evidence(KNOWLEDGE, states)
    p = frequencies(KNOWLEDGE, every, known.columns)
    weight = posterior(every.prior, log_likelihood(KNOWLEDGE, every.members, p, known))
    total = weight @ every.contains
    return {cause.id: float(total[i]) for i, cause in enumerate(KNOWLEDGE.causes)}


@QUICK
@given(some_findings, st.randoms())
def test_order_of_findings_changes_nothing(states: dict[str, bool], random) -> None:  # type: ignore[no-untyped-def]
    items = list(states.items())
    random.shuffle(items)
    assert marginals(states) == marginals(dict(items))


@QUICK
@given(some_findings, st.sampled_from(FINDINGS))
def test_a_missing_finding_is_the_average_of_its_two_states(
    states: dict[str, bool], finding: str
) -> None:
    """Unknown is not negative: the answer without a finding lies between its two answers."""
    states.pop(finding, None)
    unknown = marginals(states)
    present, absent = marginals({**states, finding: True}), marginals({**states, finding: False})
    for cause, value in unknown.items():
        low, high = sorted((present[cause], absent[cause]))
        assert low - 1e-3 <= value <= high + 1e-3


@QUICK
@given(
    some_findings,
    st.sampled_from(
        [
            ("male_pattern_hair_loss", "pattern_universalis"),
            ("telogen_effluvium_acute", "ostia_lost"),
            ("telogen_effluvium_acute", "exclamation_mark_hairs"),
            ("female_pattern_hair_loss", "smooth_bald_patch_ostia_kept"),
            ("alopecia_areata_patchy", "boggy_swelling"),
            ("hyperthyroidism", "tsh_high"),
        ]
    ),
)
def test_a_finding_that_a_cause_never_shows_lowers_it(
    states: dict[str, bool], pair: tuple[str, str]
) -> None:
    cause, finding = pair
    group = KNOWLEDGE.groups[KNOWLEDGE.finding_index[finding]]
    # Signs of the same group may already have ruled the cause out; then nothing is left to lower.
    states = {
        f: s for f, s in states.items() if KNOWLEDGE.groups[KNOWLEDGE.finding_index[f]] != group
    }
    sex = "male" if cause.startswith("male") else "female"
    before = uncarried(states, cause, finding, sex)
    after = uncarried({**states, finding: True}, cause, finding, sex)
    assert after <= before + 1e-9


def uncarried(states: dict[str, bool], cause: str, finding: str, sex: str) -> float:
    """Probability that the cause is at work and nothing else that could show the finding.

    A second cause may carry the finding, and the first then stays as likely as it is beside it.
    """
    every = frame(sex, 35.0)
    known = evidence(KNOWLEDGE, states)
    p = frequencies(KNOWLEDGE, every, known.columns)
    weight = posterior(every.prior, log_likelihood(KNOWLEDGE, every.members, p, known))
    shown = frequencies(KNOWLEDGE, every, evidence(KNOWLEDGE, {finding: True}).columns)[:, 0]
    holds = every.contains[:, KNOWLEDGE.index[cause]].astype(bool)
    disease = [i for i, c in enumerate(KNOWLEDGE.causes) if c.kind == "disease"]
    single = holds & (every.contains[:, disease].sum(axis=1) == 1)
    return float(weight[holds & (shown <= shown[single].max() + 1e-12)].sum())


@QUICK
@given(some_findings, st.sampled_from(["female", "male"]), st.floats(0, 95))
def test_probabilities_are_probabilities(states: dict[str, bool], sex: str, age: float) -> None:
    every = frame(sex, round(age))
    known = evidence(KNOWLEDGE, states)
    p = frequencies(KNOWLEDGE, every, known.columns)
    weight = posterior(every.prior, log_likelihood(KNOWLEDGE, every.members, p, known))
    assert weight.min() >= 0.0
    assert weight.sum() == pytest.approx(1.0)


@settings(max_examples=5, deadline=None)
@given(some_findings, some_findings)
def test_order_of_patients_changes_nothing(a: dict[str, bool], b: dict[str, bool]) -> None:
    def said(ident: str, states: dict[str, bool]) -> object:
        findings = {f: "present" if state else "absent" for f, state in states.items()}
        return assess(
            PatientRecord.model_validate(
                {"id": ident, "sex": "female", "age_years": 35, "findings": findings}
            )
        )

    first, second = said("a", a), said("b", b)
    assert (said("b", b), said("a", a)) == (second, first)
