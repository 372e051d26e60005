"""Controls over every modelled treatment: zero dose, double dose, nothing missing, no evidence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from io import StringIO
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from anagen.catalog.indicated_people import load_indicated_people
from anagen.catalog.plans import load_combinations
from anagen.catalog.tables import names
from anagen.catalog.treatments import load_treatments, tier_of
from anagen.model.drivers import DRIVER_INDEX
from anagen.plan.interventions import indicated_person
from anagen.plan.make import make_plan
from anagen.plan.safety import check
from anagen.plan.single import forecast_plan
from anagen.provenance import Stamp
from anagen.report.document import build
from anagen.report.json import dump
from anagen.report.single import as_document, print_single
from anagen.simulate.forecast import UNTREATED, forecast
from anagen.simulate.person import Person
from anagen.simulate.regimen import Arm, Regimen
from anagen.simulate.result import ArmForecast
from anagen.simulate.system import daily_drivers, system_readout
from plan_cases import assessment, fake_forecast, person

KNOWN = load_treatments()
USUAL = {
    name: Regimen(name, usual.dose, usual.unit, usual.interval_days)
    for name, treatment in KNOWN.items()
    if treatment.modelled and (usual := treatment.regimen) is not None
}
PEOPLE = {row.id: indicated_person(row) for row in load_indicated_people()}
MEANT_FOR = {
    name: [row.id for row in load_indicated_people() if name in row.treatments] for name in USUAL
}
SPAN = {"start_day": -10, "end_day": 200}
STAMP = Stamp("0", "0", "none", 0, 20)


def arm(*regimens: Regimen, name: str = "arm") -> Arm:
    return Arm(name, name, regimens, as_in_trial=False)


def drivers(who: Person, *regimens: Regimen, draws: int = 10) -> np.ndarray:
    return daily_drivers(who, arm(*regimens), draws=draws, seed=4, **SPAN)


def same(a: ArmForecast, b: ArmForecast) -> bool:
    return all(np.array_equal(a.values[name], b.values[name]) for name in a.values)


def test_every_modelled_treatment_has_its_person() -> None:
    waiting = {"watchful_waiting"}
    assert {name for name, row in KNOWN.items() if row.modelled} == set(USUAL) | waiting
    assert all(MEANT_FOR[name] for name in USUAL), MEANT_FOR


@pytest.mark.parametrize("treatment", sorted(USUAL))
def test_dose_zero_gives_the_drivers_of_no_treatment_exactly(treatment: str) -> None:
    zero = replace(USUAL[treatment], dose=0.0)
    for trial in (True, False):
        for who in PEOPLE.values():
            got, untreated = (
                daily_drivers(who, replace(a, as_in_trial=trial), draws=5, seed=4, **SPAN)
                for a in (arm(zero), arm())
            )
            assert np.array_equal(got, untreated)


@pytest.mark.parametrize("who", sorted(PEOPLE))
def test_dose_zero_gives_the_forecast_of_no_treatment_exactly(who: str) -> None:
    zero = [arm(replace(regimen, dose=0.0), name=name) for name, regimen in USUAL.items()]
    done = forecast(PEOPLE[who], (UNTREATED, *zero), weeks=16, draws=10, seed=4)
    untreated = done.arms["untreated"]
    assert [name for name in USUAL if not same(done.arms[name], untreated)] == []


@pytest.mark.parametrize("treatment", sorted(USUAL))
def test_a_trace_of_a_dose_leaves_what_the_placebo_of_a_trial_has(treatment: str) -> None:
    """Dose zero is no special case: the smallest dose tends to it, and the vehicle has no dose."""
    vehicle = DRIVER_INDEX["vehicle_response"]
    usual = USUAL[treatment]
    for who in MEANT_FOR[treatment]:
        full, trace, nothing = (
            daily_drivers(PEOPLE[who], Arm("trial", "trial", regimens), draws=10, seed=4, **SPAN)
            for regimens in ((usual,), (replace(usual, dose=1e-12 * usual.dose),), ())
        )
        assert np.array_equal(trace[:, :, vehicle], full[:, :, vehicle])
        rest = [np.delete(got, vehicle, axis=2) for got in (trace, nothing)]
        np.testing.assert_allclose(rest[0], rest[1], rtol=0.0, atol=1e-6)


# Shown in the person who lacks nothing, for whom they do nothing.
FOR_LACKS_ONLY = ("biotin", "vitamin_e")


@pytest.mark.parametrize("who", sorted(PEOPLE))
def test_the_usual_dose_is_no_empty_control(who: str) -> None:
    """Without this, a model in which nothing does anything would pass the controls above."""
    meant = [name for name, ids in MEANT_FOR.items() if who in ids and name not in FOR_LACKS_ONLY]
    for name in meant:
        # Ten draws are two sets of parameters; saw palmetto does nothing in one of six.
        treated, untreated = (
            drivers(PEOPLE[who], *regimens, draws=50) for regimens in ((USUAL[name],), ())
        )
        assert not np.array_equal(treated, untreated), name


@pytest.mark.parametrize("treatment", sorted(USUAL))
@pytest.mark.parametrize("share", [0.25, 1.0, 2.0])
def test_doubling_the_dose_never_lowers_exposure(treatment: str, share: float) -> None:
    once = replace(USUAL[treatment], dose=share * USUAL[treatment].dose)
    twice = replace(once, dose=2.0 * once.dose)
    for who in MEANT_FOR[treatment]:
        low, high = (
            system_readout(PEOPLE[who], arm(regimen), draws=10, seed=4, **SPAN)
            for regimen in (once, twice)
        )
        assert np.all(high.concentration[treatment] >= low.concentration[treatment])
        assert high.concentration[treatment].max() > low.concentration[treatment].max() > 0.0
        # Rounding in a pool that settles may move a level by a part in 1e12, never more.
        for level in ("ferritin", "vitamin_d", "thyroxine_ratio"):
            assert np.all(getattr(high, level) >= getattr(low, level) * (1.0 - 1e-12)), level
        assert np.all(high.scalp_dht_ratio <= low.scalp_dht_ratio)


# What more of a drug may only raise, whoever takes it.
RISING = (
    "jak1_2_block",
    "jak1_3_block",
    "glucocorticoid",
    "antigenic_competition",
    "androgen_receptor_block",
    "thickening",
)


@pytest.mark.parametrize("treatment", sorted(USUAL))
def test_doubling_the_dose_never_lowers_what_the_drug_does(treatment: str) -> None:
    usual = USUAL[treatment]
    for who in MEANT_FOR[treatment]:
        once = drivers(PEOPLE[who], usual)
        twice = drivers(PEOPLE[who], replace(usual, dose=2.0 * usual.dose))
        for name in RISING:
            assert np.all(twice[:, :, DRIVER_INDEX[name]] >= once[:, :, DRIVER_INDEX[name]]), name
        dht = DRIVER_INDEX["scalp_dht_ratio"]
        assert np.all(twice[:, :, dht] <= once[:, :, dht])


# Somebody who lacks nothing, with each kind of hair loss the model has. Other labs are unknown:
# they are drawn, and a tablet must not change what was drawn for them either.
STORES: dict[str, dict[str, float]] = {
    "iron": {"ferritin_ug_per_l": 120.0},
    "vitamin_d": {"vitamin_d_nmol_per_l": 100.0},
    "biotin": {},
    "zinc_oral": {"zinc_umol_per_l": 15.0},
    "vitamin_b12": {},
    "vitamin_e": {},
}
LOSSES: dict[str, dict[str, Any]] = {
    "autoimmune": {"salt": 40.0, "episode_years": 1.0},
    "androgenetic": {"ludwig": "II", "postmenopausal": True},
    "effluvium": {"episode_years": 0.6},
}


def replete(treatment: str, loss: str) -> Person:
    return Person(
        f"replete_{loss}", "female", 48.0, {loss: 1.0}, **(LOSSES[loss] | STORES[treatment])
    )


@pytest.mark.parametrize("treatment", sorted(STORES))
@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_vitamins_do_nothing_in_somebody_who_lacks_nothing(treatment: str, loss: str) -> None:
    who = replete(treatment, loss)
    usual = USUAL[treatment]
    most = KNOWN[treatment].regimen.max_dose or usual.dose  # type: ignore[union-attr]
    arms = (UNTREATED, arm(usual, name="usual"), arm(replace(usual, dose=most), name="most"))
    done = forecast(who, arms, weeks=52, draws=20, seed=4)
    # Tolerance: none at all.
    assert same(done.arms["usual"], done.arms["untreated"])
    assert same(done.arms["most"], done.arms["untreated"])


@pytest.mark.parametrize("treatment", ["iron", "vitamin_d"])
def test_the_same_tablets_do_something_where_there_is_a_lack(treatment: str) -> None:
    """So that doing nothing in the replete is a result and not a switch left off."""
    lacking = {"ferritin_ug_per_l": 8.0} if treatment == "iron" else {"vitamin_d_nmol_per_l": 15.0}
    loss = "effluvium" if treatment == "iron" else "autoimmune"
    who = replace(replete("biotin", loss), **lacking)
    done = forecast(who, (UNTREATED, arm(USUAL[treatment])), weeks=52, draws=20, seed=4)
    assert not same(done.arms["arm"], done.arms["untreated"])


def never(*_args: object, **_kwargs: object) -> Any:
    raise AssertionError("nothing may be simulated here")


@pytest.mark.parametrize("cause", ["female_pattern_hair_loss", "telogen_effluvium_chronic"])
def test_levothyroxine_is_refused_with_a_normal_thyroid(cause: str) -> None:
    tsh = {"test": "tsh", "value": 1.8, "unit": "mIU/L", "weeks_ago": 2}
    record = person(sex="female", age_years=45, labs=[tsh])
    found = assessment({cause: 0.95})
    assert check(record, found, "levothyroxine").status == "blocked"
    made = forecast_plan(record, found, [USUAL["levothyroxine"]], forecaster=never)
    assert made.refused
    assert made.forecast is None


SITUATIONS: dict[str, tuple[str, float]] = {
    "male_pattern_hair_loss": ("male", 35),
    "female_pattern_hair_loss": ("female", 58),
    "alopecia_areata_patchy": ("female", 30),
    "telogen_effluvium_chronic": ("female", 45),
    "tinea_capitis": ("male", 20),
    "lichen_planopilaris": ("female", 50),
}


def regimen_of(treatment: str) -> Regimen:
    usual = KNOWN[treatment].regimen
    if usual is None:
        return Regimen(treatment, 0.0, "", 1.0)
    return Regimen(treatment, usual.dose, usual.unit, usual.interval_days)


def without_evidence(cause: str) -> Sequence[str]:
    return [name for name, row in KNOWN.items() if tier_of(row, (cause,))[0] == "no_evidence"]


@pytest.mark.parametrize("cause", sorted(SITUATIONS))
def test_asking_for_a_forecast_without_evidence_gets_no_number(cause: str) -> None:
    sex, age = SITUATIONS[cause]
    record = person(sex=sex, age_years=age)
    found = assessment({cause: 0.97})
    silent = without_evidence(cause)
    assert {"nin_peptides", "biotin"} <= set(silent)
    for name in silent:
        made = forecast_plan(record, found, [regimen_of(name)], forecaster=never)
        assert made.silent or made.refused, name
        said = as_document(made, STAMP)
        assert not {"arms", "weeks"} & set(said), name
        assert made.outcomes == {}


def numbers_in(told: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Every number of a document, with where it stands."""
    if isinstance(told, dict):
        for key, part in told.items():
            yield from numbers_in(part, f"{path}.{key}")
    elif isinstance(told, list):
        for part in told:
            yield from numbers_in(part, path)
    elif isinstance(told, int | float) and not isinstance(told, bool):
        yield path, told


# What was asked for and how it was run: no statement about hair.
ASKED = re.compile(r"\.regimens\.(dose|interval_days|start_week|stop_week)|\.stamp\.(seed|draws)")


@pytest.mark.parametrize("cause", sorted(SITUATIONS))
def test_one_part_without_evidence_silences_every_combination(cause: str) -> None:
    sex, age = SITUATIONS[cause]
    record = person(sex=sex, age_years=age)
    found = assessment({cause: 0.97})
    silent = set(without_evidence(cause))
    named = [pair.parts for pair in load_combinations() if silent & set(pair.parts)]
    alone = [(name,) for name in sorted(silent)]
    paired = [("minoxidil_topical", *parts) for parts in alone if "minoxidil_topical" not in parts]
    for parts in (*named, *alone, *paired):
        made = forecast_plan(record, found, [regimen_of(name) for name in parts], forecaster=never)
        assert made.forecast is None, parts
        assert made.silent or made.refused, parts
        shown = dict(numbers_in(as_document(made, STAMP)))
        assert not [path for path in shown if not ASKED.fullmatch(path)], parts
        page = StringIO()
        print_single(made, STAMP, Console(file=page, width=10_000))
        printed = page.getvalue()
        words = [text for verdict in made.verdicts for text in verdict.conditions]
        called = [KNOWN[name].name for name in parts]
        for text in (*words, *made.refused, *made.tier_basis, made.label, *called):
            printed = printed.replace(text, "")
        assert not re.search(r"\d", printed), (parts, printed)


NUMBERS = ("outcomes", "changes", "harms")


@pytest.mark.parametrize("cause", sorted(SITUATIONS))
def test_plans_and_reports_show_no_number_without_evidence(cause: str) -> None:
    sex, age = SITUATIONS[cause]
    record = person(sex=sex, age_years=age)
    plan = make_plan(record, assessment({cause: 0.97}), draws=20, forecaster=fake_forecast)
    silent = set(without_evidence(cause))
    shown = (*plan.options, *plan.blocked, *plan.no_evidence)
    quiet = [item for item in shown if silent & set(item.treatments)]
    assert quiet
    for item in quiet:
        told = asdict(item)
        assert not any(told[field] for field in NUMBERS), item.id
        assert told["arm"] is told["stop_arm"] is told["score"] is None, item.id
        if plan.forecast is not None:
            assert item.id not in plan.forecast.arms
    document = json.loads(dump(build(record, plan, STAMP)))
    for told in document["no_evidence"]:
        assert not any(told[field] for field in NUMBERS), told["id"]
        assert told["arm"] is None
        assert told["weeks_to_judge"] is None
    named = {item.id for item in quiet}
    assert not [curve for curve in document["curves"] if curve["arm"].split("@")[0] in named]


def test_what_speaks_against_a_treatment_holds_no_number() -> None:
    causes = [
        name.removeprefix("causes/").removesuffix(".toml") for name in names("causes", ".toml")
    ]
    for treatment in KNOWN.values():
        for cause in causes:
            tier, basis = tier_of(treatment, (cause,))
            digits = re.search(r"\d", basis.replace(treatment.name, ""))
            assert tier != "no_evidence" or not digits, (treatment.id, cause, basis)


# A shampoo that is not found in blood.
SAID = sorted(
    name for name in USUAL if KNOWN[name].kind != "supplement" and name != "ketoconazole_topical"
)


@pytest.mark.parametrize("treatment", SAID)
def test_pregnancy_never_passes_a_drug_unsaid(treatment: str) -> None:
    situation = {"reproductive_status": "pregnant"}
    record = person(sex="female", age_years=30, situation=situation)
    verdict = check(record, assessment({"female_pattern_hair_loss": 0.97}), treatment)
    assert verdict.status in ("blocked", "conditions"), treatment
