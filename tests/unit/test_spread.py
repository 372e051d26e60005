"""Spread taken apart: worlds in which both parts are known."""

from __future__ import annotations

import numpy as np
import pytest

from anagen.simulate.parameter_draws import PEOPLE_PER_SET
from anagen.simulate.spread import spread

SETS = 2000


def world(model_sd: float, people_sd: float, sets: int = SETS, seed: int = 1) -> np.ndarray:
    random = np.random.default_rng(seed)
    centers = 50.0 + model_sd * random.standard_normal((sets, 1))
    return (centers + people_sd * random.standard_normal((sets, PEOPLE_PER_SET))).ravel()


@pytest.mark.parametrize(("model_sd", "people_sd"), [(5.0, 10.0), (10.0, 2.0), (3.0, 3.0)])
def test_both_parts_come_out_as_they_went_in(model_sd: float, people_sd: float) -> None:
    found = spread(world(model_sd, people_sd))
    z = 1.645
    assert found.people_high - found.people_low == pytest.approx(2 * z * people_sd, rel=0.06)
    assert found.model_high - found.model_low == pytest.approx(2 * z * model_sd, rel=0.08)
    share = model_sd**2 / (model_sd**2 + people_sd**2)
    assert found.model_share == pytest.approx(share, abs=0.03)


def test_a_model_that_is_known_moves_nothing_and_people_who_are_alike_do_not_differ() -> None:
    known = spread(world(0.0, 10.0))
    assert known.model_share < 0.02
    assert known.model_high - known.model_low < 2.0
    alike = spread(world(10.0, 0.0))
    assert alike.model_share == pytest.approx(1.0)
    assert alike.people_high - alike.people_low == pytest.approx(0.0, abs=1e-9)
    nothing = spread(np.full(100, 7.0))
    assert (nothing.people_low, nothing.model_low, nothing.model_share) == (7.0, 7.0, 0.0)


def test_few_people_in_a_set_are_not_taken_for_ignorance() -> None:
    """The spread of set means alone would call a fifth of the people's variance the model's."""
    found = [spread(world(0.0, 10.0, sets=40, seed=seed)).model_share for seed in range(200)]
    assert np.median(found) < 0.05


def test_bounded_numbers_stay_within_what_was_drawn() -> None:
    values = np.clip(world(20.0, 60.0, sets=60), 0.0, 100.0)
    found = spread(values)
    assert found.people_low >= 0.0
    assert found.people_high <= 100.0


def test_one_set_says_nothing_about_the_model() -> None:
    found = spread(np.arange(float(PEOPLE_PER_SET)))
    assert found.model_share == 0.0
    assert found.people_high > found.people_low


def test_few_draws_of_a_share_still_hold_what_is_true() -> None:
    """Forty sets of yes and no with nothing unknown: the bracket is wide, and holds the truth."""
    held = []
    for seed in range(200):
        values = (np.random.default_rng(seed).random(40 * PEOPLE_PER_SET) < 0.4).astype(float)
        found = spread(values)
        held.append(found.model_low <= 0.4 <= found.model_high)
    assert np.mean(held) >= 0.85
