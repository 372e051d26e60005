"""Weighing, red flags, next tests: small worked examples."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from anagen.assess.assess import assess
from anagen.assess.hypotheses import hypotheses, shares
from anagen.assess.knowledge import load_knowledge
from anagen.assess.weigh import combined, group_likelihood
from anagen.catalog.causes import KINDS, MECHANISMS, load_causes, load_pair_factors
from anagen.catalog.expressions import ExpressionError, Value, truth, words
from anagen.catalog.findings import (
    FINDING_KINDS,
    load_background,
    load_findings,
    load_frequencies,
    load_red_flags,
    load_settings,
    load_sharing,
    load_tests,
)
from anagen.catalog.parameters import GRADES, VERIFIED
from anagen.catalog.questions import SIGNS
from anagen.catalog.tables import read_table
from anagen.patients.record import PatientRecord


@dataclass
class Answers:
    """Findings by name, a missing one unknown; every cause has probability 0.4."""

    names: dict[str, Value]

    def name(self, word: str) -> Value:
        return self.names.get(word)

    def call(self, function: str, arguments: tuple[str, ...]) -> Value:
        return {"probability": 0.4, "ever": None}[function]


def person(**fields: object) -> PatientRecord:
    return PatientRecord.model_validate({"id": "p", **fields})


def probabilities(record: PatientRecord) -> dict[str, float]:
    return {cause.cause: cause.probability for cause in assess(record).causes}


def test_two_causes_combine_as_a_noisy_or() -> None:
    p = np.array([[0.5], [0.3], [np.nan]])
    background = np.array([0.1])
    members = np.array([[0, -1], [0, 1], [0, 2], [2, -1]])
    result = combined(p, background, members, np.array([False]))[:, 0]
    # excess over background: 4/9 and 2/9; 1 - .9 * 5/9 * 7/9 = 0.6111
    np.testing.assert_allclose(result, [0.5, 1 - 0.9 * (5 / 9) * (7 / 9), 0.5, 0.1])


def test_a_finding_that_needs_all_takes_the_smallest() -> None:
    p = np.array([[0.9], [0.05]])
    result = combined(p, np.array([0.3]), np.array([[0, 1]]), np.array([True]))
    assert result[0, 0] == pytest.approx(0.05)


def test_a_cause_that_rules_a_finding_out_does_not_hide_its_partner() -> None:
    p = np.array([[0.9], [0.001]])
    result = combined(p, np.array([0.05]), np.array([[0, 1]]), np.array([False]))
    assert result[0, 0] == pytest.approx(0.9)


def test_nested_thresholds_multiply_to_the_band_between_them() -> None:
    p = np.array([[0.2, 0.5]])
    shared = np.array([1.0])
    assert group_likelihood(p, np.array([True, True]), shared)[0] == pytest.approx(0.2)
    assert group_likelihood(p, np.array([False, True]), shared)[0] == pytest.approx(0.3)
    assert group_likelihood(p, np.array([False, False]), shared)[0] == pytest.approx(0.5)


@pytest.mark.parametrize("shared", [0.0, 0.3, 1.0])
def test_group_likelihoods_sum_to_one(shared: float) -> None:
    p = np.array([[0.2, 0.6, 0.35]])
    states = np.array(np.meshgrid(*[[True, False]] * 3)).reshape(3, -1).T
    total = sum(group_likelihood(p, state, np.array([shared]))[0] for state in states)
    assert total == pytest.approx(1.0, abs=1e-4)


def test_priors_follow_sex_and_age() -> None:
    knowledge = load_knowledge()
    boy = shares(knowledge, person(sex="male", age_years=7))
    man = shares(knowledge, person(sex="male", age_years=50))
    woman = shares(knowledge, person(sex="female", age_years=50))
    i, j = knowledge.index["tinea_capitis"], knowledge.index["male_pattern_hair_loss"]
    assert boy.value[i] > 20 * man.value[i]
    assert man.value[j] > 0.3
    assert woman.value[j] == 0.0


def test_more_than_one_disease_is_the_exception_before_any_finding() -> None:
    knowledge = load_knowledge()
    share = shares(knowledge, person(sex="female", age_years=35))
    every = hypotheses(knowledge, share)
    disease = np.array([c.kind == "disease" for c in knowledge.causes])
    several = every.contains[:, disease].sum(axis=1) > 1
    # 7.8 % in one clinic counted doctors' second diagnoses; cofactors such as iron add to it.
    assert 0.05 < every.prior[several].sum() < 0.40
    assert every.prior.sum() == pytest.approx(1.0)


def test_a_trigger_comes_only_with_its_effluvium() -> None:
    knowledge = load_knowledge()
    every = hypotheses(knowledge, shares(knowledge, person(sex="female", age_years=35)))
    acute = knowledge.index["telogen_effluvium_acute"]
    for cause in knowledge.causes:
        if cause.kind == "trigger":
            rows = every.contains[:, knowledge.index[cause.id]]
            assert every.contains[rows, acute].all()


def test_low_ferritin_with_sudden_shedding_names_both() -> None:
    result = probabilities(
        person(
            age_years=31,
            sex="female",
            complaint={"duration_weeks": 10, "onset": "sudden", "pattern": ["diffuse"]},
            findings={"shedding_increased": "present"},
            labs=[{"test": "ferritin", "value": 9.0}],
        )
    )
    assert result["iron_deficiency"] > 0.55
    assert result["telogen_effluvium_acute"] > 0.5


def test_vitamin_d_separates_no_causes() -> None:
    frame: dict[str, object] = {
        "age_years": 40,
        "sex": "female",
        "complaint": {"pattern": ["midline_part"]},
    }
    before = probabilities(person(**frame))
    after = probabilities(person(**frame, labs=[{"test": "vitamin_d", "value": 15.0}]))
    change = after["female_pattern_hair_loss"] - before["female_pattern_hair_loss"]
    assert abs(change) < 0.05


@pytest.mark.parametrize(
    ("cause", "extra"),
    [
        ("tinea_capitis", {"findings": {"koh_hyphae": "present"}}),
        ("syphilis_secondary", {"labs": [{"test": "rpr", "text": "positive"}]}),
        ("lichen_planopilaris", {"findings": {"biopsy_scarring_lymphocytic": "present"}}),
        ("hypothyroidism", {"labs": [{"test": "tsh", "value": 30.0}]}),
    ],
)
def test_a_confirming_result_dominates(cause: str, extra: dict[str, object]) -> None:
    frame: dict[str, object] = {
        "age_years": 45,
        "sex": "female",
        "complaint": {"duration_weeks": 20},
    }
    before = assess(person(**frame))
    after = assess(person(**frame, **extra))
    old = next((c.probability for c in before.causes if c.cause == cause), 0.02)
    new = next(c.probability for c in after.causes if c.cause == cause)
    assert new > 0.3
    assert new > 5 * old


def test_assessment_is_whole_and_repeatable() -> None:
    record = person(
        age_years=30,
        sex="male",
        complaint={"pattern": ["vertex"], "duration_weeks": 100},
        findings={"itch": "present"},
    )
    first, second = assess(record), assess(record)
    assert first == second
    assert sum(m.probability for m in first.mixtures) == pytest.approx(1.0)
    for cause in first.causes:
        assert 0.0 <= cause.low <= cause.probability <= cause.high <= 1.0
        for weight in (*cause.findings_for, *cause.findings_against):
            assert weight.low <= weight.log_likelihood_ratio <= weight.high
            assert weight.source


def test_no_hair_complaint_invents_no_cause() -> None:
    result = assess(person(age_years=60, sex="male", labs=[{"test": "ferritin", "value": 9.0}]))
    assert not result.complaint_found
    assert result.causes == ()
    assert result.mixtures == ()
    assert result.tests == ()
    assert "age 60" in result.read
    assert [flag.rule for flag in result.red_flags] == ["iron_loss_without_periods"]


def test_routine_blood_tests_are_advised_against_in_men_with_pattern_loss() -> None:
    record = person(age_years=35, sex="male", complaint={"pattern": ["vertex", "bitemporal"]})
    tests = {test.test for test in assess(record).tests}
    assert "no_routine_bloods" in tests
    assert not tests & {"tsh", "ferritin_and_blood_count", "vitamin_d", "zinc", "androgen_panel"}


def test_an_advice_against_a_test_holds_unless_a_sign_asks_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = load_tests()["trichoscopy"]
    record = person(age_years=40, sex="female", complaint={"pattern": ["diffuse"]})

    def suggested(when: str, against: str) -> bool:
        changed = {"trichoscopy": replace(row, when=when, against=against)}
        monkeypatch.setattr("anagen.assess.next_test.load_tests", lambda: changed)
        return "trichoscopy" in {test.test for test in assess(record).tests}

    assert suggested("age < 1", "age < 1")  # telling enough by itself
    assert not suggested("age < 1", "age > 1")
    assert suggested("age > 1", "age > 1")


def test_a_heavy_test_needs_a_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    row = load_tests()["trichoscopy"]
    record = person(age_years=40, sex="female", complaint={"pattern": ["diffuse"]})
    heavy = {"trichoscopy": replace(row, when="age < 1", burden=3.0)}
    monkeypatch.setattr("anagen.assess.next_test.load_tests", lambda: heavy)
    assert assess(record).tests == ()


def test_kinds_of_one_disease_exclude_one_another() -> None:
    knowledge = load_knowledge()
    every = hypotheses(knowledge, shares(knowledge, person(sex="female", age_years=35)))
    for family in ("alopecia_areata", "telogen_effluvium"):
        kinds = [knowledge.index[c.id] for c in knowledge.causes if c.parent == family]
        assert len(kinds) > 2
        assert every.contains[:, kinds].sum(axis=1).max() == 1


def test_triggers_share_an_effluvium_and_never_add_to_it() -> None:
    """Also when their base rates add up to more than one."""
    knowledge = load_knowledge()
    share = shares(knowledge, person(sex="female", age_years=35))
    effluvium = knowledge.index["telogen_effluvium_acute"]
    triggers = [i for i, cause in enumerate(knowledge.causes) if cause.kind == "trigger"]
    likely = share.value.copy()
    likely[triggers] *= 4.0
    assert likely[triggers].sum() > 1.0
    usual, crowded = (
        hypotheses(knowledge, replace(share, value=value)) for value in (share.value, likely)
    )
    for one in (usual, crowded):
        assert one.prior.min() >= 0.0
    with_it = [float(one.prior @ one.contains[:, effluvium]) for one in (usual, crowded)]
    assert with_it[0] == pytest.approx(with_it[1])


def test_what_cannot_be_told_apart_names_what_would() -> None:
    record = person(age_years=30, sex="female", complaint={"pattern": ["diffuse"]})
    result = assess(record)
    assert result.cannot_tell_apart
    assert all("without: " in line or "no listed test" in line for line in result.cannot_tell_apart)


@pytest.mark.parametrize(
    ("rule", "names", "expected"),
    [
        ("a and b", {"a": True}, None),
        ("a and b", {"a": False}, False),
        ("a or b", {"a": True}, True),
        ("a or b", {"a": False}, None),
        ("not a", {}, None),
        ("age < 12", {}, None),
        ("age < 12", {"age": 8.0}, True),
        ("age >= 12 and age < 18", {"age": 20.0}, False),
        ("probability('x') + probability('y') >= 0.7", {}, True),
        ("ever('depression')", {}, None),
    ],
)
def test_rules_keep_unknown_apart(
    rule: str, names: dict[str, Value], expected: bool | None
) -> None:
    assert truth(rule, Answers(names)) is expected


def test_rules_refuse_anything_else() -> None:
    with pytest.raises(ExpressionError, match="not allowed"):
        truth("[x for x in a]", Answers({"a": True}))


def test_data_rows_hang_together() -> None:
    causes, findings, tests = load_causes(), load_findings(), load_tests()
    flags = {flag.rule for flag in load_red_flags()}
    assert set(load_background()) == set(findings)
    allowed = set(findings) | set(SIGNS.names)
    for finding in findings.values():
        assert finding.kind in FINDING_KINDS
        assert finding.combine in ("any", "all")
        assert finding.question.endswith("?")
    for cause in causes.values():
        assert cause.kind in KINDS
        assert cause.mechanism in MECHANISMS
        assert not cause.parent or causes[cause.parent].kind == "group"
        assert not cause.requires or cause.requires in causes
        assert set(cause.tests) <= set(tests)
        assert set(cause.red_flags) <= flags
        assert cause.kind == "group" or cause.base_rates
        assert cause.sources
    for row in (*load_frequencies(), *load_background().values()):
        assert row.finding in findings
        assert not row.cause or row.cause in causes
        assert 0.0 < row.low <= row.p <= row.high < 1.0
        assert row.verified in VERIFIED
    for row in read_table("finding_frequencies.csv"):
        assert row["grade"] in GRADES
    for pair in load_pair_factors():
        assert pair.low <= pair.factor <= pair.high
        assert {pair.a, pair.b} <= set(causes) | {"*"}
    assert set(load_sharing()) <= {finding.group for finding in findings.values()}
    for test in tests.values():
        assert set(test.findings) <= set(findings)
        for rule in filter(None, (test.when, test.against)):
            assert {word for word, given in words(rule) if not given} <= allowed
    for flag in load_red_flags():
        assert {word for word, given in words(flag.condition) if not given} <= allowed
        assert flag.action
        assert flag.why


def test_no_frequency_row_repeats() -> None:
    pairs = [(row.finding, row.cause) for row in load_frequencies()]
    assert len(pairs) == len(set(pairs))


def test_no_picture_however_typical_is_certain() -> None:
    result = assess(
        person(
            age_years=9,
            sex="male",
            complaint={"duration_weeks": 5, "pattern": ["patchy"]},
            findings={
                "koh_hyphae": "present",
                "comma_hairs": "present",
                "corkscrew_hairs": "present",
                "scalp_scale": "present",
                "tinea_contact": "present",
            },
            labs=[{"test": "fungal_culture", "text": "Trichophyton tonsurans"}],
        )
    )
    assert result.causes[0].cause == "tinea_capitis"
    assert 0.9 < result.causes[0].probability < 0.99


def test_a_weak_finding_that_may_speak_either_way_is_not_listed() -> None:
    record = person(
        age_years=30, sex="male",
        complaint={"pattern": ["vertex"], "duration_weeks": 100},
        findings={"itch": "present", "scalp_scale": "absent", "bitemporal_recession": "present"},
    )  # fmt: skip
    causes = assess(record).causes
    assert any(cause.findings_for for cause in causes)
    clear = load_settings()["clear_weight"]
    for cause in causes:
        for weight in (*cause.findings_for, *cause.findings_against):
            either_way = weight.low <= 0.0 <= weight.high
            assert not either_way or abs(weight.log_likelihood_ratio) >= clear
