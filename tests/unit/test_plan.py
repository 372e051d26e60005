"""The plan: candidates, people per 100, score, order, and what stops it."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from anagen.assess.records import RedFlag
from anagen.catalog.harms import SEVERITIES, USES, harms_of, load_harms
from anagen.catalog.plans import load_combinations, load_outcomes, load_settings, load_weights
from anagen.catalog.treatments import (
    COMPARATORS,
    COST_CLASSES,
    DESIGNS,
    DIRECTIONS,
    GRADES,
    ROLES,
    best_grade,
    cause_matches,
    load_treatments,
    tier_of,
)
from anagen.observe.noise import smallest_real_change
from anagen.patients.record import Values
from anagen.plan.compare import better_or_worse, harm_index, importance_of, per_100
from anagen.plan.make import make_plan
from anagen.plan.options import Candidate, asked_about, counted_share
from anagen.plan.records import Plan
from plan_cases import assessment, fake_forecast, person, stop_flag

MODELLED = {
    "finasteride", "finasteride_topical", "dutasteride", "minoxidil_topical", "minoxidil_oral",
    "ketoconazole_topical", "baricitinib", "ritlecitinib", "deuruxolitinib", "upadacitinib",
    "tofacitinib", "triamcinolone_intralesional", "clobetasol_topical",
    "contact_immunotherapy_dpcp", "iron", "vitamin_d", "levothyroxine", "biotin",
    "watchful_waiting",
}  # fmt: skip


def _plan(causes: dict[str, float], weeks: int = 104, **fields: object) -> Plan:
    return make_plan(
        person(**fields), assessment(causes), weeks=weeks, draws=40, forecaster=fake_forecast
    )


def _man(**fields: object) -> Plan:
    return _plan({"male_pattern_hair_loss": 0.95}, sex="male", age_years=30, **fields)


def test_treatment_files_use_the_allowed_words() -> None:
    treatments = load_treatments()
    assert {key for key, item in treatments.items() if item.modelled} >= MODELLED
    for key, item in treatments.items():
        assert item.row == f"treatments/{key}.toml"
        assert item.positives, key
        assert item.negatives, key
        assert item.cost_class in COST_CLASSES
        assert 0 <= item.burden_level <= load_settings()["top_burden"]
        assert all(row.role in ROLES for row in item.indications)
        if item.modelled and item.kind != "care":
            assert item.regimen is not None, key
        for row in item.evidence:
            assert row.design in DESIGNS, key
            assert row.comparator in COMPARATORS, key
            assert row.direction in DIRECTIONS, key
            assert row.grade in GRADES, key
            assert row.source, key


@pytest.mark.parametrize(
    ("treatment", "cause", "tier"),
    [
        ("finasteride", "male_pattern_hair_loss", "forecast"),
        ("finasteride", "female_pattern_hair_loss", "no_evidence"),
        ("minoxidil_topical", "female_pattern_hair_loss", "forecast"),
        ("minoxidil_topical", "alopecia_areata_patchy", "plausible"),
        ("baricitinib", "alopecia_areata_totalis", "forecast"),
        ("tofacitinib", "alopecia_areata_totalis", "plausible"),
        ("contact_immunotherapy_dpcp", "alopecia_areata_totalis", "plausible"),
        ("contact_immunotherapy_sadbe", "alopecia_areata_totalis", "plausible"),
        ("lllt", "male_pattern_hair_loss", "forecast"),
        ("prp", "male_pattern_hair_loss", "plausible"),
        ("exosomes", "male_pattern_hair_loss", "plausible"),
        ("clascoterone_topical", "male_pattern_hair_loss", "plausible"),
        ("spironolactone_oral", "female_pattern_hair_loss", "plausible"),
        ("spironolactone_oral", "male_pattern_hair_loss", "no_evidence"),
        ("iron", "iron_deficiency", "plausible"),
        ("biotin", "male_pattern_hair_loss", "no_evidence"),
        ("nin_peptides", "male_pattern_hair_loss", "no_evidence"),
        ("ccl22_il_2_microneedle_patch", "alopecia_areata_patchy", "no_evidence"),
        ("ruxolitinib_topical", "alopecia_areata_patchy", "no_evidence"),
    ],
)
def test_tier_follows_from_evidence(treatment: str, cause: str, tier: str) -> None:
    assert tier_of(load_treatments()[treatment], [cause])[0] == tier


def test_tier_falls_with_its_evidence_and_its_model() -> None:
    row = load_treatments()["finasteride"]
    cause = ["male_pattern_hair_loss"]
    assert tier_of(replace(row, modelled=False), cause)[0] == "plausible"
    weak = tuple(replace(e, design="uncontrolled", comparator="none") for e in row.evidence)
    assert tier_of(replace(row, evidence=weak), cause)[0] == "plausible"
    mice = tuple(replace(e, design="mouse") for e in row.evidence)
    assert tier_of(replace(row, evidence=mice), cause)[0] == "no_evidence"
    assert tier_of(replace(row, evidence=()), cause)[0] == "no_evidence"


def test_cause_patterns() -> None:
    assert cause_matches("alopecia_areata_patchy", ["alopecia_areata*"])
    assert not cause_matches("male_pattern_hair_loss", ["alopecia_areata*"])


def test_harm_rows_are_whole() -> None:
    for row in load_harms():
        assert row.treatment in load_treatments(), row.id
        assert row.severity in SEVERITIES
        assert row.use in USES
        assert 0.0 <= row.per_100_treated <= 100.0
        assert row.time_frame
        assert row.population
        if row.use.startswith("placebo"):
            assert row.per_100_control is not None, row.id
        if row.use == "treated_only":
            assert row.per_100_control is None, row.id


def test_combinations_name_treatments() -> None:
    for pair in load_combinations():
        assert set(pair.parts) <= set(load_treatments())
        assert len(set(pair.parts)) == len(pair.parts) >= 2


def test_waiting_is_always_there_and_scores_zero() -> None:
    plan = _man()
    waiting = next(item for item in plan.options if item.id == "watchful_waiting")
    assert waiting.arm == "untreated"
    assert waiting.score == 0.0
    assert all(item.difference_points == 0.0 for item in waiting.outcomes)
    assert plan.untreated == waiting.outcomes


def test_options_show_untreated_and_stopping() -> None:
    plan = _man()
    assert plan.forecast is not None
    numbered = [item for item in plan.options if item.arm and item.id != "watchful_waiting"]
    assert {"finasteride", "minoxidil_topical", "finasteride+minoxidil_topical"} <= {
        item.id for item in numbered
    }
    for item in numbered:
        assert item.arm in plan.forecast.arms
        assert item.stop_arm in plan.forecast.arms
        stopped = plan.forecast.arms[item.stop_arm].arm
        for r in stopped.regimens:
            usual = load_treatments()[r.treatment].regimen
            assert usual is not None
            # A course that ends by itself before that ends as it does.
            assert r.stop_week == min(load_settings()["stop_week"], usual.weeks or math.inf)
        assert item.outcomes
        assert item.changes
        assert item.score is not None
    assert "untreated" in plan.forecast.arms


def test_short_forecast_has_no_stop_arm_and_no_later_outcome() -> None:
    plan = make_plan(
        person(sex="male", age_years=30),
        assessment({"male_pattern_hair_loss": 0.95}),
        weeks=36,
        draws=20,
        forecaster=fake_forecast,
    )
    assert all(item.stop_arm is None for item in plan.options)
    assert {outcome.week for item in plan.options for outcome in item.outcomes} == {24.0}


def test_people_per_100_add_up_everywhere() -> None:
    plan = _plan({"alopecia_areata_totalis": 0.9}, sex="male", age_years=40)
    counted = [outcome for item in plan.options for outcome in item.outcomes]
    assert counted
    for outcome in counted:
        assert outcome.better + outcome.same + outcome.worse == 100
        assert min(outcome.better, outcome.same, outcome.worse) >= 0
        assert outcome.difference_low <= outcome.difference_points <= outcome.difference_high
    assert plan.main_observable == "salt"


def test_per_100_is_cautious_with_ties() -> None:
    assert per_100(1, 1, 1) == (33, 34, 33)
    assert per_100(0.5, 0.5, 0.0) == (50, 50, 0)
    assert per_100(1, 0, 1) == (50, 0, 50)
    assert per_100(0.005, 0.99, 0.005) == (0, 99, 1)


def test_better_and_worse_exclude_each_other_and_noise_counts() -> None:
    row = next(item for item in load_outcomes() if item.id == "salt_30_percent")
    row = replace(row, real_change=True)
    start = np.array([20.0, 20.0, 80.0, 80.0])
    then = np.array([13.0, 0.0, 50.0, 110.0])
    noise = smallest_real_change("salt", 80.0)
    assert noise is not None
    assert 10.0 < noise < 13.0
    better, worse = better_or_worse(row, start, then, noise)
    assert better.tolist() == [False, True, True, False]
    assert worse.tolist() == [False, False, False, True]


def test_a_level_is_reached_only_by_who_was_not_there() -> None:
    row = next(item for item in load_outcomes() if item.id == "salt_20")
    start = np.array([80.0, 15.0, 15.0, 80.0])
    then = np.array([18.0, 15.0, 60.0, 70.0])
    better, worse = better_or_worse(row, start, then, None)
    assert better.tolist() == [True, False, False, False]
    assert worse.tolist() == [False, False, True, False]


def test_no_evidence_never_has_a_number() -> None:
    for causes in ({"male_pattern_hair_loss": 0.95}, {"alopecia_areata_totalis": 0.95}):
        plan = _plan(causes, sex="male", age_years=40)
        assert "nin_peptides" in {item.id for item in plan.no_evidence}
        for item in plan.no_evidence:
            assert item.arm is None
            assert item.stop_arm is None
            assert not item.outcomes
            assert not item.changes
            assert not item.harms
            assert item.score is None
            assert item.weeks_to_judge is None
            assert not re.search(r"\d", item.tier_basis), item.tier_basis
        assert not any(item.tier == "no_evidence" for item in (*plan.options,))


def test_options_without_model_show_no_number() -> None:
    plan = _man()
    graft = next(item for item in plan.options if item.id == "hair_transplant")
    assert (graft.arm, graft.score, graft.outcomes) == (None, None, ())
    numbered = [item.score is not None for item in plan.options]
    assert numbered == sorted(numbered, reverse=True)


def test_red_flag_leaves_referral_only() -> None:
    def never(*_args: object, **_kwargs: object) -> object:
        raise AssertionError("no forecast after a red flag")

    plan = make_plan(
        person(sex="male", age_years=30),
        assessment({"male_pattern_hair_loss": 0.95}, flags=[stop_flag()]),
        forecaster=never,  # type: ignore[arg-type]
    )
    assert [item.id for item in plan.options] == ["specialist_referral"]
    assert plan.stopped_by == ("Made-up flag",)
    assert plan.forecast is None
    assert "dermatologist" in plan.options[0].indication


def test_a_stopped_plan_still_answers_what_was_asked_about() -> None:
    plan = make_plan(
        person(sex="female", age_years=30, asks_about=("finasteride", "biotin")),
        assessment({"female_pattern_hair_loss": 0.95}, flags=[stop_flag()]),
    )
    assert [item.id for item in plan.options] == ["specialist_referral"]
    assert [item.id for item in plan.blocked] == ["finasteride"]
    assert any("biotin" in text.casefold() for text in plan.limits)
    assert not any(item.outcomes or (item.harms and item.arm) for item in plan.blocked)


def test_what_was_asked_about_is_ruled_out_first() -> None:
    plan = _plan(
        {"female_pattern_hair_loss": 0.9}, sex="female", age_years=30, asks_about=("finasteride",)
    )
    assert plan.blocked[0].id == "finasteride"
    assert [item.id for item in plan.blocked[1:]] == sorted(i.id for i in plan.blocked[1:])


def test_nothing_asks_for_less_than_no_treatment() -> None:
    orders = {order.aim: order.names for order in _man().orderings}
    for aim in ("few_side_effects", "low_burden", "low_cost"):
        assert orders[aim][0] == "watchful_waiting", aim
    assert orders["regrowth"][0] != "watchful_waiting"


def test_what_stopping_does_is_told_part_by_part() -> None:
    pair = next(o for o in _man().options if o.id == "finasteride+minoxidil_topical")
    names = [load_treatments()[name].name for name in pair.treatments]
    assert all(f"{name}: " in pair.if_stopped for name in names)


def test_blocked_are_listed_with_reason_and_never_simulated() -> None:
    plan = _plan({"female_pattern_hair_loss": 0.9}, sex="female", age_years=30)
    blocked = {item.id: item for item in plan.blocked}
    assert {"finasteride", "dutasteride"} <= set(blocked)
    assert plan.forecast is not None
    for item in blocked.values():
        assert item.status == "blocked"
        assert item.id not in plan.forecast.arms
        assert item.score is None
        effects = [r.effect for verdict in item.verdicts for r in verdict.reasons]
        assert "block" in effects
    assert not set(blocked) & {item.id for item in plan.options}


def test_no_combination_with_a_blocked_part() -> None:
    plan = _plan({"male_pattern_hair_loss": 0.9}, sex="male", age_years=17)
    assert not any("+" in item.id and item.arm for item in plan.options)
    assert {"finasteride", "dutasteride", "minoxidil_topical"} <= {item.id for item in plan.blocked}


def test_unmodelled_cause_has_no_forecast_and_says_so() -> None:
    plan = _plan({"traction_alopecia": 0.9}, sex="female", age_years=30)
    assert plan.forecast is None
    assert plan.options[0].id == "stop_tight_styles"
    assert any("no forecast" in text for text in plan.limits)
    assert not any(item.tier == "forecast" for item in plan.options)


def test_deficit_is_treated_only_when_there() -> None:
    low = _plan(
        {"iron_deficiency": 0.9, "telogen_effluvium_acute": 0.5}, sex="female", age_years=31
    )
    assert "iron" in {item.id for item in low.options}
    none = _plan({"telogen_effluvium_acute": 0.9}, sex="female", age_years=31)
    assert "iron" not in {item.id for item in (*none.options, *none.blocked)}


def test_the_persons_values_move_the_order() -> None:
    calm = {"regrowth": 0.0, "few_side_effects": 1.0, "low_burden": 1.0, "low_cost": 1.0}
    first = _man(values=calm).options[0]
    assert first.id == "watchful_waiting"
    keen = {"regrowth": 1.0, "few_side_effects": 0.0, "low_burden": 0.0, "low_cost": 0.0}
    assert _man(values=keen).options[0].id != "watchful_waiting"


def test_weights_default_where_not_said() -> None:
    defaults = {key: row.default for key, row in load_weights().items()}
    assert importance_of(Values()) == defaults
    assert importance_of(Values(low_cost=0.9)) == {**defaults, "low_cost": 0.9}


def test_basis_limits_and_sources_are_filled() -> None:
    plan = _man()
    assert "no treatment scores 0" in plan.order_basis
    assert any("not advice to do one" in text for text in plan.limits)
    assert plan.sources
    assert plan.real_change is not None
    for item in plan.options:
        assert item.positives
        assert item.negatives
        assert item.sources
        assert item.burden
        assert item.if_stopped


def test_a_treatment_without_rates_of_its_own_is_as_harmful_as_the_worst_of_its_class() -> None:
    known = load_treatments()
    worst = max(
        harm_index([(known[name], harms_of(name, None))])
        for name in ("upadacitinib", "ritlecitinib")
    )
    assert harm_index([(known["tofacitinib"], harms_of("tofacitinib", None))]) >= worst
    assert harm_index([(known["watchful_waiting"], ())]) == 0.0


@pytest.mark.parametrize(
    ("treatment", "share"), [("baricitinib", 1.0), ("tofacitinib", 0.8), ("upadacitinib", 0.7)]
)
def test_doubt_is_counted_once_in_all(treatment: str, share: float) -> None:
    """Certainty takes off what the chance of doing nothing has not taken off already."""
    settings = load_settings()
    part = load_treatments()[treatment]
    causes = ("alopecia_areata_patchy",)
    item = Candidate(
        id=treatment, label=treatment, treatments=(part,), causes=causes, role="option",
        tier=tier_of(part, causes)[0], tier_basis="", grade=best_grade(part, causes),
        status="allowed", verdicts=(), indication="", sources=(),
    )  # fmt: skip
    assert counted_share(item) == pytest.approx(share)
    if item.tier == "plausible":
        chance = settings[f"credence_{item.grade}"]
        assert counted_share(item) * chance == pytest.approx(settings[f"certainty_{item.grade}"])


def test_an_ambiguous_name_asks_about_all_its_forms() -> None:
    fields: dict[str, object] = {"sex": "male", "age_years": 30, "asks_about": ("Minoxidil",)}
    asked = asked_about(person(**fields))
    assert asked == {"minoxidil_oral", "minoxidil_topical"}
    plan = _plan({"alopecia_areata_patchy": 0.9}, **fields)
    told = (*plan.options, *plan.blocked, *plan.no_evidence)
    assert asked <= {item.id for item in told}


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("oral minoxidil", {"minoxidil_oral"}),
        ("is minoxidil 5% safe?", {"minoxidil_oral", "minoxidil_topical"}),
        ("Nutrafol", {"hair_nutraceuticals"}),
        ("laser", {"lllt"}),
        ("tablets", set()),
        ("turmeric", set()),
    ],
)
def test_what_is_asked_about_is_read_as_people_write_it(words: str, meant: set[str]) -> None:
    assert asked_about(person(asks_about=(words,))) == meant


@pytest.mark.parametrize("flags", [[], [stop_flag()]], ids=["planned", "stopped"])
def test_what_is_asked_about_and_not_known_is_said(flags: list[RedFlag]) -> None:
    plan = make_plan(
        person(sex="male", age_years=30, asks_about=("turmeric", "rosemary oil", "finasteride")),
        assessment({"male_pattern_hair_loss": 0.9}, flags=flags),
        draws=40, forecaster=fake_forecast,
    )  # fmt: skip
    assert "Asked about, not known to Anagen: turmeric." in plan.limits
    assert any("rosemary oil" in text and "anagen ask" in text for text in plan.limits)
    assert not any("known to Anagen" in text for text in _man().limits)


def test_the_order_tells_the_answers_that_its_weights_come_from() -> None:
    basis = _man(values={"low_cost": 0.9}).order_basis
    assert "low burden 0.1 (answer 50 of 100, times 0.2)" in basis
    assert "low cost 0.09 (answer 90 of 100, times 0.1)" in basis


def test_a_trigger_is_removed_only_where_a_drug_may_be_it() -> None:
    def offered(causes: dict[str, float], **fields: object) -> bool:
        plan = _plan(causes, sex="female", age_years=32, **fields)
        return "remove_trigger" in {item.id for item in plan.options}

    assert not offered({"telogen_effluvium_postpartum": 0.9})
    assert not offered({"telogen_effluvium_acute": 0.9, "trigger_fever": 0.8})
    assert offered({"telogen_effluvium_acute": 0.9, "trigger_drug_retinoid": 0.5})
    assert offered({"telogen_effluvium_acute": 0.9}, medicines=[{"name": "valproate"}])
    assert offered({"telogen_effluvium_acute": 0.9}, findings={"recent_new_drug": "present"})
