"""Sham arms of devices and needles gain what the treated arms gain besides the treatment."""

from __future__ import annotations

import numpy as np
import pytest

from anagen.calibrate.targets import fitted_trials
from anagen.catalog.never_fitted import never_fitted
from anagen.catalog.studies import load_study
from anagen.catalog.treatments import load_treatments
from anagen.model.drivers import DRIVER_INDEX
from anagen.simulate.person import Person
from anagen.simulate.regimen import Arm, Regimen
from anagen.simulate.system import daily_drivers
from anagen.trials.arms import control_gain, control_route, regimens_of
from anagen.trials.design import CONTROLS, Trial
from anagen.trials.published import published_trial
from anagen.trials.scorecard import fitted_people

STUDIES = {
    "Lanzafame_2013_laser_men": "sham",
    "Lanzafame_2014_laser_women": "sham",
    "Kim_2013_laser_helmet": "sham",
    "Jimenez_2014_laser_comb": "sham",
    "Abdallah_2009_dutasteride_intralesional": "sham",
    "Lee_2016_ala_ghk": "topical",
    "Sudeep_2023_saw_palmetto": "oral",
}
NEEDLES_AND_LIGHT = ("lllt", "microneedling", "prp", "exosomes", "dutasteride_intralesional")
WEEKS = 24


def trial_of(study: str) -> Trial:
    trial = published_trial(load_study(study)).trial
    assert trial is not None
    return trial


@pytest.mark.parametrize("study", sorted(STUDIES))
def test_control_arms_are_treated_as_their_active_arms_are(study: str) -> None:
    trial = trial_of(study)
    plans = {arm.id: regimens_of(arm, "", arm.id) for arm in trial.arms}
    routes = {control_route(trial, arm, plans) for arm in trial.arms if arm.role in CONTROLS}
    assert routes == {STUDIES[study]}
    assert any(plans.values())


@pytest.mark.parametrize("treatment", NEEDLES_AND_LIGHT)
@pytest.mark.parametrize("sex", ["female", "male", None])
def test_sham_and_treated_arm_gain_the_same_besides_the_treatment(
    treatment: str, sex: str | None
) -> None:
    who = Person("trial x", sex, 40.0, {"androgenetic": 1.0})
    usual = load_treatments()[treatment].regimen
    assert usual is not None
    arm = Arm("a", "a", (Regimen(treatment, usual.dose, usual.unit, usual.interval_days),))
    drivers = daily_drivers(who, arm, start_day=0, end_day=7 * WEEKS + 1, draws=20, seed=2)
    treated = drivers[:, 6 : 7 * WEEKS : 7, DRIVER_INDEX["vehicle_response"]]
    sham = control_gain("sham", who, WEEKS, 20, 2)[:, 1:]
    np.testing.assert_allclose(treated, sham, rtol=1e-9, atol=1e-9)
    assert sham.mean() > 1.0


def test_a_fit_never_sees_an_arm_on_a_treatment_that_is_only_predicted() -> None:
    assert never_fitted() <= {name for name, row in load_treatments().items() if row.modelled}
    for layer in ("areata", "pattern"):
        for fitted in fitted_trials(layer):
            for arm in fitted.trial.arms:
                drugs = {regimen.treatment for regimen in regimens_of(arm, "", arm.id)}
                assert not drugs & never_fitted(), (fitted.trial.id, arm.id)
    assert {"Lanzafame_2013_laser_men", "Olsen_2002_minoxidil"} <= fitted_people()
    assert not {"Fischer_2012_melatonin", "MackayWiggan_2016_ruxolitinib"} & fitted_people()


def test_of_a_trial_of_such_a_treatment_the_other_arms_are_fitted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("anagen.calibrate.targets.never_fitted", lambda: frozenset({"lllt"}))
    left = {fitted.trial.id: fitted for fitted in fitted_trials("pattern")}
    assert [item.arm for item in left["Lanzafame_2013_laser_men"].asked] == ["sham"]
    assert "Kim_2020_laser_helmet" not in left
