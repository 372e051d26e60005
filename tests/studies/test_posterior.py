"""The released posterior belongs to the rows, the priors and the engine beside it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from anagen.calibrate.release import left_out, manifest, stale
from anagen.calibrate.simulation import SETS_PER_CHUNK, set_means
from anagen.calibrate.targets import fitted_trials, targets
from anagen.catalog.parameters import value
from anagen.catalog.tables import data_root
from anagen.simulate.parameter_draws import PEOPLE_PER_SET, TYPICAL, sample
from anagen.simulate.parameter_sets import ParameterSets, SeedWithSets, released
from anagen.trials.predict import read

# Quick to simulate, and between them they meet most calibrated parameters.
AGAIN = {"areata": "KennedyCrispin_2016_tofacitinib", "pattern": "Olsen_2002_minoxidil"}
# In the unit of the row, points or hairs/cm2: far below what any study could tell apart.
ENGINE_MAY_MOVE = 0.05


def test_the_shipped_posterior_is_not_stale() -> None:
    assert set(manifest()) == {"areata", "pattern"}
    assert stale() == (), "run `make calibrate` and copy its release"


@pytest.mark.parametrize("layer", AGAIN)
def test_the_engine_still_predicts_what_it_did_when_the_posterior_was_released(layer: str) -> None:
    trials = fitted_trials(layer)
    fitted = next(fitted for fitted in trials if fitted.trial.id == AGAIN[layer])
    first = np.flatnonzero(targets(trials).study == trials.index(fitted))
    entry = manifest()[layer]
    stored = [
        np.array(entry[part])[first]
        for part in ("predicted_by_first_sets", "unaided_by_first_sets")
    ]
    sets = released()[layer]
    seed = SeedWithSets(
        entry["first_seed"], ParameterSets(sets.names, sets.values[:SETS_PER_CHUNK])
    )
    readings = read(fitted.trial, fitted.asked, draws=SETS_PER_CHUNK * PEOPLE_PER_SET, seed=seed)
    for unaided, before in zip((False, True), stored, strict=True):
        kinds = [reading.kind(unaided) for reading in readings]
        now = [float(set_means(reading).mean()) for reading in kinds]
        assert now == pytest.approx(before, abs=ENGINE_MAY_MOVE)


def test_a_set_stays_together_and_people_meet_sets_in_their_own_order() -> None:
    sets = released()["areata"]
    pair = ("memory_formation", "effector_loss")
    drawn = np.stack([sample(name, 200, 3, "someone")[::PEOPLE_PER_SET] for name in pair], axis=1)
    shipped = np.stack([sets.values[:, sets.names.index(name)] for name in pair], axis=1)
    assert all((row == shipped).all(axis=1).any() for row in drawn)
    other = sample("effector_loss", 200, 3, "someone else")[::PEOPLE_PER_SET]
    assert (other != drawn[:, 1]).any()
    assert (
        sample("effector_loss", 50, 3, "someone") == sample("effector_loss", 200, 3, "someone")[:50]
    ).all()


def test_typical_person_keeps_the_central_values_of_the_table() -> None:
    assert (sample("effector_loss", 5, TYPICAL, "x") == value("effector_loss")).all()


def test_every_layer_beats_the_diagnostics_it_must() -> None:
    for entry in manifest().values():
        assert entry["diagnostics"]["largest_r_hat"] <= 1.01
        assert entry["diagnostics"]["fewest_effective"] >= 400


def test_intervals_of_the_release_hold_simulated_truths_and_narrower_ones_do_not() -> None:
    checks = json.loads((data_root() / "posterior" / "recovery.json").read_text(encoding="utf-8"))
    for layer in manifest():
        for check in checks[layer]:
            assert 0.84 <= check["cover_90"] <= 0.96, (layer, check)
            assert check["cover_90_narrowed"] < check["cover_90"] - 0.1


# Layers whose intervals hold less than they should, printed in docs/credibility.md with the cause.
KNOWN_SHORT: frozenset[str] = frozenset()


def test_studies_left_out_of_the_fit_are_predicted_as_well_as_it_is_said() -> None:
    for layer in manifest():
        rows = [row for row in left_out(layer) if not row.shares_people]
        assert {row.row for row in rows} == set(range(manifest()[layer]["rows_fitted"]))
        short = np.mean([row.holds(90) for row in rows]) < 0.85
        assert short == (layer in KNOWN_SHORT), (
            "mend the intervals, or KNOWN_SHORT and credibility.md"
        )
        assert np.mean([row.holds(90, shrink=0.4) for row in rows]) < 0.85
