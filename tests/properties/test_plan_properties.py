"""Properties of safety and plan that hold for every person."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anagen.catalog.expressions import words
from anagen.catalog.safety import load_safety_rules
from anagen.catalog.treatments import load_treatments
from anagen.plan import options as options_module
from anagen.plan.compare import per_100
from anagen.plan.make import make_plan
from anagen.plan.safety import check
from plan_cases import assessment, fake_forecast, person

CAUSES = (
    "male_pattern_hair_loss",
    "female_pattern_hair_loss",
    "alopecia_areata_patchy",
    "alopecia_areata_totalis",
    "telogen_effluvium_acute",
    "iron_deficiency",
    "hypothyroidism",
    "lichen_planopilaris",
)
CONTRAINDICATIONS = sorted(
    {
        arguments[0]
        for rule in load_safety_rules()
        if rule.effect == "block" and "not known" not in rule.when
        for word, arguments in words(rule.when)
        if word in ("condition", "ever")
    }
)
MEDICINES = ("lisinopril", "co-trimoxazole", "warfarin", "isotretinoin", "adalimumab", "ibuprofen")
ORDER = {"allowed": 0, "conditions": 1, "blocked": 2}

people = st.fixed_dictionaries(
    {},
    optional={
        "sex": st.sampled_from(["female", "male"]),
        "age_years": st.integers(5, 85),
        "measurements": st.fixed_dictionaries({"salt": st.integers(0, 100)}),
        "situation": st.fixed_dictionaries(
            {},
            optional={
                "pregnancy_planned": st.booleans(),
                "breastfeeding": st.booleans(),
                "smoker": st.booleans(),
                "blood_donor": st.booleans(),
            },
        ),
        "findings": st.dictionaries(
            st.sampled_from(["ostia_lost", "pustules", "scalp_erythema", "heavy_periods"]),
            st.sampled_from(["present", "absent"]),
        ),
    },
)
causes = st.dictionaries(st.sampled_from(CAUSES), st.floats(0.0, 1.0), min_size=1, max_size=3)


@settings(max_examples=40, deadline=None)
@given(people, causes, st.sampled_from(CONTRAINDICATIONS), st.sampled_from(MEDICINES))
def test_a_contraindication_never_unblocks(
    fields: dict[str, Any], probable: dict[str, float], condition: str, medicine: str
) -> None:
    before = person(**fields)
    after = person(
        **fields,
        conditions=[{"id": condition}],
        medicines=[{"name": medicine}],
    )
    judged = assessment(probable)
    for treatment in load_treatments():
        first, then = check(before, judged, treatment), check(after, judged, treatment)
        if first.status == "blocked":
            assert then.status == "blocked", (treatment, condition, medicine)


@settings(max_examples=20, deadline=None)
@given(people, causes, st.sampled_from(sorted(load_treatments())))
def test_knowing_nothing_is_never_freer_than_being_well(
    fields: dict[str, Any], probable: dict[str, float], treatment: str
) -> None:
    """A verdict on someone never asked about mood and smoking is no freer than on one who was."""
    situation = {**fields.get("situation", {}), "suicidal_thoughts": False, "smoker": False}
    asked = person(**{**fields, "situation": situation})
    unasked = person(
        **{
            **fields,
            "situation": {
                key: value
                for key, value in situation.items()
                if key not in ("suicidal_thoughts", "smoker")
            },
        }
    )
    judged = assessment(probable)
    assert (
        ORDER[check(unasked, judged, treatment).status]
        >= ORDER[check(asked, judged, treatment).status]
    )


@settings(max_examples=8, deadline=None)
@given(st.randoms(use_true_random=False), people, causes)
def test_order_of_input_changes_nothing(
    random: Any, fields: dict[str, Any], probable: dict[str, float]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        shuffled = list(load_treatments().items())
        random.shuffle(shuffled)
        pairs = list(options_module.load_combinations())
        record = person(**fields)

        def run(order: list[str]) -> dict[str, Any]:
            judged = assessment({name: probable[name] for name in order})
            plan = make_plan(record, judged, weeks=52, draws=10, forecaster=fake_forecast)
            shown = (*plan.options, *plan.blocked, *plan.no_evidence)
            return {"ids": [item.id for item in shown], "all": [asdict(item) for item in shown]}

        first = run(list(probable))
        random.shuffle(pairs)
        patch.setattr(options_module, "load_treatments", lambda: dict(shuffled))
        patch.setattr(options_module, "load_combinations", lambda: tuple(pairs))
        names = list(probable)
        random.shuffle(names)
        assert run(names) == first


@given(
    st.tuples(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500)).filter(
        lambda c: any(c)
    )
)
def test_people_per_100_add_to_100_and_stay_near(counts: tuple[int, int, int]) -> None:
    whole = per_100(*counts)
    assert sum(whole) == 100
    for count, people_of_100 in zip(counts, whole, strict=True):
        assert abs(people_of_100 - 100.0 * count / sum(counts)) < 1.0


@settings(max_examples=15, deadline=None)
@given(people, causes)
def test_no_evidence_never_has_numbers_and_blocked_never_an_arm(
    fields: dict[str, Any], probable: dict[str, float]
) -> None:
    plan = make_plan(
        person(**fields), assessment(probable), weeks=52, draws=10, forecaster=fake_forecast
    )
    for item in (*plan.no_evidence, *plan.blocked):
        assert item.arm is None
        assert item.stop_arm is None
        assert not item.outcomes
        assert not item.changes
        assert item.score is None
    for item in plan.no_evidence:
        assert not item.harms
    for item in plan.options:
        assert item.status != "blocked"
        assert item.tier != "no_evidence"
