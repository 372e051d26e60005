"""The calibration: emulator, likelihood, sampler, diagnostics, recovery, release."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from anagen.calibrate import release
from anagen.calibrate.diagnose import demand_convergence, effective_draws, split_r_hat
from anagen.calibrate.emulator import learn
from anagen.calibrate.fit import Effort, Posterior, posterior_chains
from anagen.calibrate.leave_out import leave_out, without
from anagen.calibrate.likelihood import (
    Likelihood,
    Spreads,
    block_covariance,
    likelihood,
)
from anagen.calibrate.priors import calibrated, parameter_sets
from anagen.calibrate.recover import mean_and_chance, published_like, recover, simulated_rows
from anagen.calibrate.sampler import draw, normal_approximation
from anagen.calibrate.simulation import Ensemble, people_covariance, run
from anagen.calibrate.targets import (
    ANGLES,
    LAYERS,
    Targets,
    expected_readings,
    fitted_trials,
    from_scale,
    observed_on_scale,
    targets,
    to_scale,
)
from anagen.catalog.parameters import load_parameters, value
from anagen.catalog.studies import load_studies
from anagen.cli.app import app as command
from anagen.errors import AnagenError, InputProblems
from anagen.provenance import add_files
from anagen.simulate.parameter_draws import PEOPLE_PER_SET
from anagen.simulate.parameter_draws import sample as sample_parameter
from anagen.simulate.parameter_sets import SeedWithSets
from anagen.trials.asked import Asked
from anagen.trials.effects import only_women, product_factors
from anagen.trials.endpoints import RULES
from anagen.trials.predict import Reading
from anagen.trials.published import published_trial

FloatArray = NDArray[np.float64]
PARAMETERS = 5
NAMES = tuple(f"p{i}" for i in range(PARAMETERS))


def test_every_calibrated_parameter_is_a_free_row_with_a_prior() -> None:
    table = load_parameters()
    for layer in LAYERS:
        names = calibrated(layer)
        assert names
        for name in names:
            row = table[name]
            assert row.role in ("free", "fixed_measured"), name
            assert row.distribution in ("normal", "lognormal", "logitnormal"), name
    assert not set(calibrated("areata")) & set(calibrated("pattern"))


def test_only_rows_that_may_be_fitted_are_fitted() -> None:
    studies = load_studies()
    for layer in LAYERS:
        for fitted in fitted_trials(layer):
            assert studies[fitted.trial.id].split == "train"
            assert all(item.use == "fit" and item.n and item.published is not None
                       for item in fitted.asked)  # fmt: skip


def test_shares_are_compared_on_the_arcsine_scale() -> None:
    assert observed_on_scale(0.0, 100) > 0.0
    assert observed_on_scale(30.0, 1e9) == pytest.approx(
        to_scale(np.array([30.0]), np.array([True]))[0], abs=1e-6
    )
    assert to_scale(np.array([30.0]), np.array([False]))[0] == 30.0


@pytest.mark.parametrize("n", [1, 29, 351])
@pytest.mark.parametrize("share", [0.0, 0.4, 3.0, 41.5, 99.0, 100.0])
def test_a_prediction_is_held_against_what_an_arm_of_its_size_reads(n: int, share: float) -> None:
    """Also of none: an arm without a responder, predicted so, misses by nothing."""
    drawn = np.random.default_rng(n).binomial(n, share / 100.0, 4000)
    read = np.array([observed_on_scale(100.0 * k / n, float(n)) for k in drawn])
    at = math.asin(math.sqrt(share / 100.0)) / (0.5 * math.pi) * ANGLES
    expected = np.interp(at, np.arange(ANGLES + 1), expected_readings(n))
    assert expected == pytest.approx(read.mean(), abs=4.0 * read.std() / math.sqrt(4000) + 5e-4)


def test_early_zeros_do_not_ask_for_responders() -> None:
    wanted = targets(fitted_trials("areata"))
    zeros = np.array([row.published == 0.0 and row.unit == "%" for row in wanted.rows])
    zeros &= wanted.percent
    assert zeros.sum() > 10
    published = np.array([float(row.published or 0.0) for row in wanted.rows])
    miss = wanted.observed - wanted.expected(published)
    assert np.abs(miss[zeros]).max() < 1e-9
    middle = wanted.percent & (published > 20.0) & (published < 80.0)
    assert np.abs(miss[middle]).max() < 0.01


def _toy_mean(scores: np.ndarray) -> np.ndarray:
    """Twelve shares of responders and six means that depend on the scores. Shape: (set, row)."""
    weights = np.random.default_rng(1).normal(0.0, 0.6, (PARAMETERS, 18))
    eta = scores @ weights + 0.15 * scores[:, :1] * scores[:, 1:2] - 0.5
    shares = 100.0 / (1.0 + np.exp(-eta[:, :12]))
    return np.concatenate([shares, 10.0 * eta[:, 12:]], axis=1)


def _toy(people: int = 30, sets: int = 400) -> tuple[Ensemble, np.ndarray]:
    random = np.random.default_rng(2)
    scores = random.standard_normal((sets, PARAMETERS))
    mean = _toy_mean(scores)
    seen = mean + 0.0
    seen[:, :12] = 100.0 * random.binomial(people, mean[:, :12] / 100.0) / people
    seen[:, 12:] += random.normal(0.0, 3.0, (sets, 6))
    percent = np.arange(18) < 12
    covariance = np.diag(np.where(percent, 2000.0, 90.0))
    # Nobody of the toy recovers unaided.
    none = np.zeros_like(seen), np.zeros(18)
    return Ensemble(scores, seen, *none, covariance, np.full(18, float(people))), percent


def _of_random_sets(layer: str) -> tuple[Likelihood, Ensemble]:
    """A likelihood of the real rows with an emulator of random numbers."""
    names = calibrated(layer)
    wanted = targets(fitted_trials(layer))
    count = len(wanted.rows)
    random = np.random.default_rng(10)
    scores = random.standard_normal((6, len(names)))
    ensemble = Ensemble(
        scores,
        random.normal(5.0, 1.0, (6, count)),
        random.normal(8.0, 1.0, (6, count)),
        np.full(count, 2.0),
        np.eye(count),
        np.full(count, 30.0),
    )
    emulator = learn(ensemble, wanted.percent, np.ones(6), strongest=1)
    return likelihood(wanted, names, emulator, ensemble), ensemble


def _toy_likelihood() -> Likelihood:
    """Three studies of two arms each, three rows an arm."""
    ensemble, percent = _toy()
    emulator = learn(ensemble, percent, np.ones(ensemble.scores.shape[0]))
    real = targets(fitted_trials("pattern"))
    wanted = Targets(
        trials=tuple(fitted for fitted in real.trials if not only_women(fitted.trial))[:3],
        rows=tuple(replace(real.rows[0], kind="change") for _ in range(18)),
        observed=np.zeros(18),
        percent=percent,
        study=np.arange(18) // 6,
        people=np.arange(18) // 6,
        arm=np.arange(18) // 3,
        scale=tuple("percent" if share else "count" for share in percent),
        n=np.full(18, 120.0),
    )
    return likelihood(wanted, NAMES, emulator, ensemble)


def test_emulator_takes_out_the_chance_of_few_people() -> None:
    ensemble, percent = _toy()
    emulator = learn(ensemble, percent, np.ones(400))
    fresh = np.random.default_rng(3).standard_normal((300, PARAMETERS))
    miss = to_scale(emulator.predict(fresh), percent) - to_scale(_toy_mean(fresh), percent)
    raw = to_scale(ensemble.mean, percent) - to_scale(_toy_mean(ensemble.scores), percent)
    error = np.sqrt(np.mean(miss**2, axis=0))
    assert (error < 0.45 * np.sqrt(np.mean(raw**2, axis=0))).all()
    # What it says of its own error is of the right size.
    assert 0.4 < np.median(np.sqrt(np.diag(emulator.error)) / error) < 2.0


def test_rows_of_the_same_people_err_together() -> None:
    """The error of the emulator between rows is what ensembles of other people show it to be."""
    weights, fresh = np.ones(200), np.random.default_rng(15).standard_normal((300, PARAMETERS))
    percent = np.zeros(6, dtype=bool)
    mixing = np.eye(6)
    mixing[1, 0] = mixing[2, 0] = 2.0
    misses, said = [], []
    for number in range(60):
        random = np.random.default_rng([16, number])
        scores = random.standard_normal((200, PARAMETERS))
        seen = _toy_mean(scores)[:, 12:] + 5.0 * random.standard_normal((200, 6)) @ mixing.T
        none = np.zeros_like(seen), np.zeros(6)
        emulator = learn(
            Ensemble(scores, seen, *none, np.eye(6), np.full(6, 3.0)), percent, weights
        )
        misses.append(emulator.predict(fresh) - _toy_mean(fresh)[:, 12:])
        said.append(emulator.error)
    found = np.mean([miss.T @ miss / fresh.shape[0] for miss in misses], axis=0)
    error = np.mean(said, axis=0)

    def together(covariance: np.ndarray) -> np.ndarray:
        sd = np.sqrt(np.diag(covariance))
        return covariance / np.outer(sd, sd)

    assert together(found)[1, 2] > 0.6
    assert together(error) == pytest.approx(together(found), abs=0.15)
    assert (np.linalg.eigvalsh(said[0]) > 0.0).all()


def test_sampler_finds_a_posterior_that_is_known_exactly() -> None:
    random = np.random.default_rng(4)
    slope = random.normal(0.0, 1.0, (7, 3))
    observed = random.normal(0.0, 1.0, 7)
    covariance = 0.5 * np.eye(7)
    precision = np.eye(3) + slope.T @ slope / 0.5
    exact_covariance = np.linalg.inv(precision)
    exact = exact_covariance @ slope.T @ observed / 0.5

    def residual(scores: np.ndarray) -> np.ndarray:
        return observed - slope @ scores

    center, spread = normal_approximation(residual, covariance, 3)
    assert center == pytest.approx(exact, abs=1e-4)
    chain = draw(
        lambda s: -float(residual(s) @ residual(s)),
        center,
        4.0 * spread,
        draws=12000,
        burn_in=200,
        random=np.random.default_rng(5),
    )
    assert chain.mean(axis=0) == pytest.approx(exact, abs=0.03)
    assert np.cov(chain.T) == pytest.approx(exact_covariance, abs=0.03)


def test_diagnostics_fail_loudly() -> None:
    random = np.random.default_rng(6)
    good = random.standard_normal((4, 2000, 2))
    assert demand_convergence(good, ("a", "b"))["largest_r_hat"] < 1.01
    apart = good + np.arange(4)[:, None, None]
    with pytest.raises(AnagenError, match=r"not converged.*nothing was released"):
        demand_convergence(apart, ("a", "b"))
    assert split_r_hat(apart).min() > 1.2
    slow = np.zeros((4, 4000, 1))
    noise = random.standard_normal(slow.shape)
    for step in range(1, 4000):
        slow[:, step] = 0.9 * slow[:, step - 1] + noise[:, step]
    assert effective_draws(slow)[0] == pytest.approx(4 * 4000 * 0.1 / 1.9, rel=0.25)


def test_intervals_hold_simulated_truths_as_often_as_they_claim_and_narrower_ones_do_not() -> None:
    """Simulation-based calibration: truths from the prior, rows as trials would publish them."""
    found = _toy_likelihood()
    truths = np.random.default_rng(7).standard_normal((70, PARAMETERS))
    result = recover(found, truths, effort=Effort(chains=1, draws=400, burn_in=100))
    # 350 ranks, five of one truth not independent: two standard errors are 5 points.
    assert 0.85 <= result.cover(0.9) <= 0.95
    assert 0.42 <= result.cover(0.5) <= 0.58
    assert result.cover(0.9, shrink=0.8) < 0.85
    assert result.cover(0.5, shrink=0.7) < 0.42


def test_a_wrong_likelihood_does_not_pass_the_same_check() -> None:
    """Rows published with twice the spread that the fit believes in."""
    found = _toy_likelihood()
    random = np.random.default_rng(8)
    truths = random.standard_normal((40, PARAMETERS))
    rows = []
    for truth in truths:
        lower = np.linalg.cholesky(found.covariance(truth))
        predicted = to_scale(found.emulator.predict(truth), found.targets.percent)
        rows.append(predicted + 2.0 * lower @ random.standard_normal(predicted.size))
    result = recover(
        found, truths, effort=Effort(chains=1, draws=400, burn_in=100), observed=np.array(rows)
    )
    assert result.cover(0.9) < 0.85


def _same_people(found: Likelihood) -> Likelihood:
    """The toy with the people of its first study in its second, whose last row counts the worse."""
    rows = list(found.targets.rows)
    rows[11] = replace(rows[11], endpoint="salt_worsening_gt20")
    people = np.where(found.targets.study == 1, 0, found.targets.study)
    wanted = replace(found.targets, rows=tuple(rows), people=people)
    ensemble, _ = _toy()
    return likelihood(wanted, NAMES, found.emulator, ensemble)


def test_studies_that_share_people_share_one_effect_and_it_points_towards_health() -> None:
    apart = _toy_likelihood()
    together = _same_people(apart)
    at = np.zeros(PARAMETERS)
    before, after = apart.covariance(at), together.covariance(at)
    scale = np.array([row == "percent" for row in apart.targets.scale])
    assert scale[11], "the row that counts the worse is a share"
    study = value("trial_study_sd_percent") ** 2
    emulator = apart.emulator.error
    for row in range(6):
        assert not before[row, 6:].any()
        for other in range(6, 12):
            wanted = 0.0 if scale[row] != scale[other] else study if scale[row] else None
            if wanted is not None:
                sign = -1.0 if other == 11 else 1.0
                assert after[row, other] == pytest.approx(sign * wanted + emulator[row, other])
    assert not after[:12, 12:].any()
    assert np.allclose(np.diag(before), np.diag(after))


def test_what_a_study_has_of_its_own_is_read_off_all_its_rows() -> None:
    """0.1 rad on every share of one study is in part its effect; nothing moves elsewhere."""
    found = _toy_likelihood()
    share = found.targets.percent & (found.targets.study == 0)
    at = np.zeros(PARAMETERS)
    level = found.targets.expected(found.emulator.predict(at))
    effects = []
    for away in (0.0, 0.1):
        wanted = replace(found.targets, observed=level + away * share)
        effects.append(replace(found, targets=wanted).study_effects(at))
    assert np.allclose(effects[0], 0.0)
    assert (effects[1][share] > 0.02).all()
    assert (effects[1][share] < 0.1).all()
    assert np.ptp(effects[1][share]) < 1e-9
    assert np.allclose(effects[1][~share], 0.0)


def test_a_study_left_out_alone_leaves_others_of_its_people() -> None:
    """What the other study of its people found moves the prediction; its own rows do not."""
    found, effort = _same_people(_toy_likelihood()), Effort(chains=1, draws=50, burn_in=40)
    known = np.ones(6, dtype=bool)

    def said(moved_study: int, dropped: frozenset[int]) -> FloatArray:
        moved = found.targets.observed + 0.5 * (found.targets.study == moved_study)
        own = replace(found, targets=replace(found.targets, observed=moved))
        return without(own, 0, dropped, known, effort, 0, "same").edges

    alone, both = frozenset({0}), frozenset({0, 1})
    assert np.array_equal(said(-1, alone), said(0, alone))
    assert not np.array_equal(said(-1, alone), said(1, alone))
    assert np.array_equal(said(-1, both), said(1, both))


def test_a_study_left_out_is_predicted_as_well_as_it_is_said() -> None:
    found, effort = _toy_likelihood(), Effort(chains=1, draws=400, burn_in=100)
    known, random = np.ones(6, dtype=bool), np.random.default_rng(9)
    inside, halved = [], []
    for number, truth in enumerate(random.standard_normal((40, PARAMETERS))):
        rows = published_like(found, truth, random)
        own = replace(found, targets=replace(found.targets, observed=rows))
        said = without(own, 0, frozenset({0}), known, effort, 0, f"truth {number}")
        published = from_scale(rows, found.targets.percent)[:6]
        middle = said.edges[1:3].mean(axis=0)
        low, high = said.edges[0], said.edges[3]
        inside.append((low <= published) & (published <= high))
        halved.append(np.abs(published - middle) <= 0.25 * (high - low))
    # 240 rows, six of one study not independent.
    assert 0.83 <= np.mean(inside) <= 0.97
    assert np.mean(halved) < 0.75


def test_the_people_of_a_simulated_truth_move_its_rows_as_much_as_is_said() -> None:
    """What is taken off the spread of simulated rows is what their own people put there."""
    found, random = _toy_likelihood(), np.random.default_rng(14)
    level = found.predict(np.zeros(PARAMETERS))
    sd = np.where(found.targets.percent, 8.0, 3.0)
    made = [
        mean_and_chance(found, level + sd * random.standard_normal((40, level.size)))
        for _ in range(600)
    ]
    measured = np.var([mean for mean, _ in made], axis=0)
    said = np.mean([np.diag(chance) for _, chance in made], axis=0)
    assert np.allclose(measured, said, rtol=0.3)
    assert (measured > 0.0).all()


def test_rows_made_by_the_engine_hold_the_error_of_the_emulator_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The engine is not the emulator: what that errs by is not added to rows made without it."""
    ensemble, percent = _toy(people=10, sets=60)
    emulator = learn(ensemble, percent, np.ones(60))
    known = _toy_likelihood()
    found = likelihood(known.targets, NAMES, emulator, ensemble)
    truth = np.zeros(PARAMETERS)

    def engine(_trials: object, _names: object, scores: FloatArray, **_: object) -> Ensemble:
        mean = _toy_mean(scores)
        return replace(ensemble, scores=scores, mean=mean, unaided=np.zeros_like(mean))

    monkeypatch.setattr("anagen.calibrate.recover.run", engine)
    rows = np.concatenate(
        [
            simulated_rows(found, truth[None], sets_each=2, seed=seed, folder=tmp_path)
            for seed in range(800)
        ]
    )
    said = np.diag(found.covariance(truth))
    error = np.diag(emulator.error)
    assert (error > 0.2 * said).any()
    assert rows.var(axis=0) == pytest.approx(said - error, rel=0.25)
    assert rows.mean(axis=0) == pytest.approx(
        found.targets.expected(_toy_mean(truth[None])[0]), abs=0.2 * np.sqrt(said).max()
    )


def test_a_study_left_out_tells_nothing_about_itself() -> None:
    found, effort = _toy_likelihood(), Effort(chains=1, draws=50, burn_in=40)
    known = np.ones(6, dtype=bool)
    moved = found.targets.observed.copy()
    moved[:6] += 1.0
    other = replace(found, targets=replace(found.targets, observed=moved))
    first, second = (
        without(one, 0, frozenset({0}), known, effort, 0, "same") for one in (found, other)
    )
    assert np.array_equal(first.edges, second.edges)
    new = without(found, 0, frozenset({0}), ~known, effort, 0, "same")
    assert (new.edges[3] - new.edges[0] >= first.edges[3] - first.edges[0] - 1e-9).all()


def test_differences_from_one_control_share_its_people_and_both_arm_effects() -> None:
    random = np.random.default_rng(12)
    shared, other = random.standard_normal((2, 1, 4000))
    weight = np.ones((1, 4000))

    def reading(arm: str, kind: str, n: int, seen: FloatArray) -> Reading:
        asked = Asked(arm, "count_total", 24.0, "observed", kind, "hairs/cm2", n, 5.0)
        return Reading(
            asked, RULES["count_total", "hairs/cm2"], seen, seen, weight, unaided=np.array([False])
        )

    def net(n: int, active: FloatArray, control: FloatArray) -> Reading:
        return replace(
            reading("drug", "net", n, active), control=reading("placebo", "change", 25, control)
        )

    # People of the drug arm differ between visits, those of the control arm are as they were.
    two = (net(50, shared, 2.0 * other), net(100, random.standard_normal((1, 4000)), 2.0 * other))
    covariance = people_covariance(two)
    assert covariance[0, 0] == pytest.approx(1.0 + 4.0 * 50 / 25, rel=0.1)
    assert covariance[1, 1] == pytest.approx(1.0 + 4.0 * 100 / 25, rel=0.1)
    assert covariance[0, 1] == pytest.approx(4.0 * math.sqrt(50 * 100) / 25, rel=0.1)

    found, _ = _of_random_sets("pattern")
    rows = found.targets.rows
    nets = [block for block in found.blocks if sum(rows[i].kind == "net" for i in block.rows) > 1]
    assert nets
    for block in nets:
        spreads = Spreads(np.full(9, 9.0), np.full(9, 3.0), np.full(9, 0.0))
        covariance = block_covariance(block, spreads)
        assert np.allclose(covariance - block.fixed, 18.0 * block.same_scale * block.same_arm)


def test_studies_of_women_differ_more_by_the_factor() -> None:
    found, _ = _of_random_sets("pattern")
    spreads = Spreads(np.full(9, 2.0), np.full(9, 0.0), np.full(9, 0.0), women=3.0)
    seen = set()
    for block in found.blocks:
        own = np.sqrt(np.diag(block_covariance(block, spreads) - block.fixed))
        trial = found.targets.trials[found.targets.study[block.rows[0]]].trial
        women = trial.condition == "female_pattern_hair_loss"
        seen.add(women)
        assert np.allclose(own[block.net == 0.0], 6.0 if women else 2.0)
    assert seen == {True, False}


def test_arms_on_a_product_differ_more_by_the_factor_of_its_kind() -> None:
    found, _ = _of_random_sets("pattern")
    kinds = {"lllt": "light", "microneedling": "needling", "prp": "platelet"}
    kinds["saw palmetto"] = "saw_palmetto"
    assert set(found.products) == {f"{kind}_product_factor" for kind in kinds.values()}
    own_factor = {name: 2.0 + 3.0 * i for i, name in enumerate(found.products)}
    spreads = Spreads(
        np.full(9, 0.0), np.full(9, 2.0), np.full(9, 0.0), products=np.array([*own_factor.values()])
    )
    seen = set()
    for block in found.blocks:
        own = np.sqrt(np.diag(block_covariance(block, spreads) - block.fixed))
        for row, sd, net in zip(block.rows, own, block.net, strict=True):
            words = " ".join(_words(found, int(row))).lower()
            taken = [own_factor[f"{kinds[name]}_product_factor"] for name in kinds if name in words]
            seen.add(len(taken))
            # A difference from a control arm holds what that arm has of its own too.
            assert sd == pytest.approx(2.0 * math.sqrt(max(taken, default=1.0) ** 2 + net)), words
    assert seen == {0, 1, 2}


def test_a_kind_of_product_without_fitted_trials_has_the_factor_of_any() -> None:
    trial = published_trial(load_studies()["Park_2022_exosomes"]).trial
    assert trial is not None
    both = product_factors(trial, "exosomes_12_weekly_with_microneedling")
    assert set(both) == {"trial_product_factor", "needling_product_factor"}
    assert product_factors(trial, "no such arm") == ()


def _words(found: Likelihood, row: int) -> tuple[str, ...]:
    trial = found.targets.trials[found.targets.study[row]].trial
    return next(arm.regimens for arm in trial.arms if arm.id == found.targets.rows[row].arm)


def _with_unaided() -> Likelihood:
    """The toy with people who recover unaided: 90 of 100 answer, and they count as others do."""
    plain, (ensemble, percent) = _toy_likelihood(), _toy()
    always = np.broadcast_to(np.where(percent, 90.0, 50.0), ensemble.mean.shape)
    ensemble = replace(ensemble, unaided=always, counted=np.ones(18))
    weights = np.ones(ensemble.scores.shape[0])
    alone = learn(replace(ensemble, mean=always), percent, weights, strongest=0)
    return likelihood(plain.targets, NAMES, plain.emulator, ensemble, alone)


def test_people_who_recover_unaided_raise_every_arm_of_their_trial_and_of_no_other() -> None:
    found = _with_unaided()
    assert len(found.names) == PARAMETERS + 3
    share, log_sd = value("trial_unaided_percent") / 100.0, value("trial_unaided_log_sd")
    at = np.zeros(PARAMETERS + 3)
    plain = found.emulator.predict(at[:PARAMETERS])
    percent = found.targets.percent
    answer = np.where(percent, 90.0, 50.0)
    usual = found.predict(at)
    assert usual == pytest.approx((1.0 - share) * plain + share * answer, abs=0.05)
    at[PARAMETERS + 1] = 2.0
    more = share * math.exp(2.0 * log_sd)
    own = found.targets.study == 1
    assert found.predict(at)[~own] == pytest.approx(usual[~own])
    assert found.predict(at)[own] == pytest.approx(
        ((1.0 - more) * plain + more * answer)[own], abs=0.05
    )
    # Counted twice as often as others, as among responders, they are twice as many.
    assert found.unaided is not None
    twice = replace(found, unaided=replace(found.unaided, counted=np.full(18, 2.0)))
    weighted = 2.0 * share / (1.0 + share)
    assert twice.predict(np.zeros(PARAMETERS + 3)) == pytest.approx(
        (1.0 - weighted) * plain + weighted * answer, abs=0.05
    )


def test_how_many_recover_unaided_is_found_again() -> None:
    found = _with_unaided()
    truths = np.random.default_rng(13).standard_normal((40, PARAMETERS + 3))
    result = recover(found, truths, effort=Effort(chains=1, draws=400, burn_in=100))
    # 320 ranks, eight of one truth not independent.
    assert 0.84 <= result.cover(0.9) <= 0.96
    assert result.cover(0.9, shrink=0.75) < 0.84
    # Where all arms of one study show more, it is that study that has more such people.
    at = np.zeros(PARAMETERS + 3)
    at[PARAMETERS] = 3.0
    rows = replace(found.targets, observed=found.targets.expected(found.predict(at)))
    own = replace(found, targets=rows)
    for other in (np.zeros(PARAMETERS + 3), np.roll(at, 1)):
        assert own.log(at) > own.log(other) + 0.1


def test_sets_that_come_with_a_seed_are_the_ones_simulated() -> None:
    sets = parameter_sets(("jak_scale",), np.array([[-2.0], [2.0]]))
    seed = SeedWithSets(3, sets)
    drawn = sample_parameter("jak_scale", 2 * PEOPLE_PER_SET, seed, "someone")
    assert drawn[0] == sets.values[0, 0]
    assert drawn[-1] == sets.values[1, 0]
    # What is not among the sets is drawn as without them.
    other = sample_parameter("finasteride_clearance", 10, seed, "someone")
    assert (other == sample_parameter("finasteride_clearance", 10, 3, "someone")).all()


def test_finished_simulations_are_used_again_and_workers_change_nothing(tmp_path: Path) -> None:
    trials = tuple(t for t in fitted_trials("pattern") if t.trial.id == "Kaufman_1998_finasteride")
    names = calibrated("pattern")
    scores = np.random.default_rng(9).standard_normal((3, len(names)))
    told: list[str] = []
    first = run(trials, names, scores, seed=1, folder=tmp_path / "a", workers=2)
    (tmp_path / "a" / "half.123.npz").write_bytes(b"cut off by a kill")
    again = run(
        trials, names, scores, seed=1, folder=tmp_path / "a",
        progress=lambda _d, _t, label: told.append(label),
    )  # fmt: skip
    assert told == ["done"]
    assert (first.mean == again.mean).all()
    alone = run(trials, names, scores, seed=1, folder=tmp_path / "b", workers=1)
    assert (first.mean == alone.mean).all()
    other = run(trials, names, scores[:, ::-1].copy(), seed=1, folder=tmp_path / "a")
    assert (other.mean != first.mean).any()


@pytest.mark.parametrize("damage", ["cut", "changed", "empty"])
def test_a_damaged_simulation_is_done_again(tmp_path: Path, damage: str) -> None:
    trials = tuple(t for t in fitted_trials("pattern") if t.trial.id == "Rushton_1991_untreated")
    names = calibrated("pattern")
    scores = np.random.default_rng(12).standard_normal((2, len(names)))
    first = run(trials, names, scores, seed=1, folder=tmp_path)
    (chunk,) = tmp_path.iterdir()
    whole = chunk.read_bytes()
    middle = len(whole) // 2
    changed = whole[:middle] + bytes(255 - byte for byte in whole[middle : middle + 40])
    chunk.write_bytes(
        {"cut": whole[:middle], "changed": changed + whole[middle + 40 :], "empty": b""}[damage]
    )
    again = run(trials, names, scores, seed=1, folder=tmp_path)
    assert (first.mean == again.mean).all()
    assert chunk.read_bytes() == whole
    assert list(tmp_path.iterdir()) == [chunk]


def test_simulations_from_before_a_change_are_not_used_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trials = tuple(t for t in fitted_trials("pattern") if t.trial.id == "Rushton_1991_untreated")
    names = calibrated("pattern")
    scores = np.random.default_rng(12).standard_normal((2, len(names)))

    def chunks() -> set[Path]:
        run(trials, names, scores, seed=1, folder=tmp_path)
        return set(tmp_path.glob("*.npz"))

    before = chunks()
    assert chunks() == before
    monkeypatch.setattr("anagen.calibrate.simulation.inputs_mark", lambda: "another model")
    assert len(chunks() - before) == 1


def test_what_simulations_come_from_is_told_by_names_and_bytes(tmp_path: Path) -> None:
    def mark() -> str:
        digest = hashlib.sha256()
        add_files(tmp_path, "rows", digest)
        return digest.hexdigest()

    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "drug.csv").write_text("1", encoding="utf-8")
    first = mark()
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "x.pyc").write_bytes(b"0")
    assert mark() == first
    (tmp_path / "a" / "drug.csv").write_text("2", encoding="utf-8")
    assert mark() != first
    (tmp_path / "a" / "drug.csv").write_text("1", encoding="utf-8")
    assert mark() == first
    (tmp_path / "a" / "drug.csv").rename(tmp_path / "a" / "other.csv")
    assert mark() != first


def test_chunks_side_by_side_have_the_bits_of_chunks_in_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anagen.calibrate.simulation.SETS_PER_CHUNK", 2)
    trials = tuple(t for t in fitted_trials("pattern") if t.trial.id == "Rushton_1991_untreated")
    names = calibrated("pattern")
    scores = np.random.default_rng(11).standard_normal((5, len(names)))
    told: list[tuple[int, int]] = []
    both = run(
        trials, names, scores, seed=1, folder=tmp_path / "a", workers=2,
        progress=lambda done, total, _label: told.append((done, total)),
    )  # fmt: skip
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3), (3, 3)]
    alone = run(trials, names, scores, seed=1, folder=tmp_path / "b", workers=1)
    for part in ("mean", "unaided", "counted", "people", "people_seen"):
        assert (getattr(both, part) == getattr(alone, part)).all()


@pytest.mark.parametrize("end", ["killed", "interrupted", "interrupted in another thread"])
def test_workers_end_with_a_process_that_is_killed_or_interrupted(tmp_path: Path, end: str) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import signal, sys, threading, time\n"
        "from pathlib import Path\n"
        "from anagen.calibrate.processes import side_by_side\n"
        "def beat(path):\n"
        "    while True:\n"
        "        open(path, 'a').write('x')\n"
        "        time.sleep(0.05)\n"
        "def interrupt():\n"
        "    while not all(Path(path).exists() for path in sys.argv[2:4]):\n"
        "        time.sleep(0.1)\n"
        "    signal.pthread_kill(threading.get_ident(), signal.SIGINT)\n"
        "if __name__ == '__main__':\n"
        "    if sys.argv[1] == 'interrupted in another thread':\n"
        "        threading.Thread(target=interrupt, daemon=True).start()\n"
        "    with side_by_side(2) as each:\n"
        "        list(each(beat, sys.argv[2:]))\n"
    )
    beats = [tmp_path / "one", tmp_path / "two"]
    waiting = [tmp_path / "three", tmp_path / "four"]
    asked = [sys.executable, script, end, *beats, *waiting]
    parent = subprocess.Popen(asked, start_new_session=True)
    try:
        deadline = time.monotonic() + 60.0
        while not all(path.exists() for path in beats) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert all(path.exists() for path in beats)
        if end == "interrupted":
            # As a terminal does it: to the parent and to all its workers.
            os.killpg(parent.pid, signal.SIGINT)
        if end != "killed":
            assert parent.wait(30) == -signal.SIGINT
    finally:
        parent.kill()
        parent.wait()
    deadline = time.monotonic() + 30.0
    before: list[int] = []
    while time.monotonic() < deadline:
        now = [path.stat().st_size for path in beats]
        if now == before:
            return
        before = now
        time.sleep(1.0)
    pytest.fail("the workers went on without their parent")


def test_an_interrupted_calibration_says_that_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("anagen.calibrate.fit.fit", interrupted)
    done = CliRunner().invoke(
        command, ["calibrate", "--work", str(tmp_path / "w"), "--out", str(tmp_path / "o")]
    )
    assert done.exit_code == 130
    assert f"kept in {tmp_path / 'w'}: run again to go on" in done.stderr
    assert done.stdout == ""


def test_where_a_calibration_cannot_write_is_told_before_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anagen.calibrate.fit.fit", lambda *_, **__: pytest.fail("it began"))
    (tmp_path / "file").touch()
    places = ["--out", str(tmp_path / "file"), "--work", str(tmp_path / "file" / "below")]
    done = CliRunner().invoke(command, ["calibrate", *places])
    assert isinstance(done.exception, InputProblems)
    assert [problem.file for problem in done.exception.problems] == places[1::2]


def test_release_writes_sets_with_a_manifest_that_knows_when_it_is_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, ensemble = _of_random_sets("pattern")
    names, scores = found.names, ensemble.scores
    posterior = Posterior("pattern", scores, scores[None], ensemble, found, {"largest_r_hat": 1.0})
    release.write(posterior, Effort(), 0, tmp_path / "posterior")
    with (tmp_path / "posterior" / "pattern.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    assert float(rows[2]["dht_exponent"]) == pytest.approx(
        parameter_sets(names, scores).values[2, names.index("dht_exponent")], rel=1e-4
    )
    assert sorted(path.name for path in (tmp_path / "posterior").iterdir()) == [
        "manifest.json", "pattern.csv",
    ]  # fmt: skip
    monkeypatch.setattr(release, "data_root", lambda: tmp_path)
    assert release.stale() == ()
    entry = json.loads((tmp_path / "posterior" / "manifest.json").read_text())
    entry["pattern"]["rows_sha256"] = "other"
    (tmp_path / "posterior" / "manifest.json").write_text(json.dumps(entry))
    assert any("fitted row" in reason for reason in release.stale())
    with (tmp_path / "posterior" / "pattern.csv").open("a") as file:
        file.write("\n")
    assert any("not those of the manifest" in reason for reason in release.stale())


def test_a_changed_rate_of_leaving_trials_is_a_change_of_design(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trials = fitted_trials("pattern")
    before = release.rows_mark(trials)
    assert release.rows_mark(trials) == before
    table = dict(load_parameters())
    name = "trial_dropout_per_year"
    table[name] = replace(table[name], value=0.5)
    monkeypatch.setattr(release, "load_parameters", lambda: table)
    assert release.rows_mark(trials) != before


def test_a_chain_in_a_process_of_its_own_has_the_same_bits() -> None:
    found, effort = _toy_likelihood(), Effort(chains=1, draws=20, burn_in=40, adaptations=0)
    (alone,) = posterior_chains(found, effort, 0, "test")
    first, second = posterior_chains(found, replace(effort, chains=2), 0, "test")
    assert np.array_equal(alone, first)
    assert not np.array_equal(first, second)


def test_checks_in_processes_of_their_own_have_the_same_bits() -> None:
    found, effort = _toy_likelihood(), Effort(chains=1, draws=20, burn_in=40, adaptations=0)
    truths = np.random.default_rng(3).standard_normal((3, PARAMETERS))
    said: list[int] = []
    alone, apart = (
        recover(found, truths, effort=effort, workers=n, progress=lambda n, *_: said.append(n))
        for n in (1, 2)
    )
    assert np.array_equal(alone.ranks, apart.ranks)
    assert said == [1, 2, 3] * 2
    real, _ = _of_random_sets("pattern")
    assert leave_out(real, effort=effort) == leave_out(real, effort=effort, workers=2)


@pytest.mark.parametrize("layer", ["areata", "pattern"])
def test_the_compiled_likelihood_is_the_one_that_is_described(layer: str) -> None:
    """Against the normal density of the rows block by block, with a study left out too."""
    found, ensemble = _of_random_sets(layer)
    if layer == "areata":
        alone = learn(ensemble, found.targets.percent, np.ones(6), strongest=0)
        found = likelihood(found.targets, found.parameters, found.emulator, ensemble, alone)
    random = np.random.default_rng(11)
    for own in (found, replace(found, blocks=found.blocks[1:])):
        for scores in 0.7 * random.standard_normal((3, len(found.names))):
            miss, spreads = own.miss(scores), own.spreads(scores)
            expected = 0.0
            for block in own.blocks:
                whole, off = block_covariance(block, spreads), miss[block.rows]
                expected -= 0.5 * float(off @ np.linalg.inv(whole) @ off)
                expected -= 0.5 * float(np.linalg.slogdet(whole).logabsdet)
            assert own.log(scores) == pytest.approx(expected, rel=1e-9)


def test_two_chains_of_one_posterior_agree() -> None:
    found = _toy_likelihood()
    rows = to_scale(_toy_mean(np.full((1, PARAMETERS), 0.5))[0], found.targets.percent)
    own = replace(found, targets=replace(found.targets, observed=rows))
    chains = posterior_chains(own, Effort(chains=2, draws=3000, burn_in=200), 0, "test")
    assert split_r_hat(chains).max() < 1.03
