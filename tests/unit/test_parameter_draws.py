"""Draws of parameters honour the table and depend on nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from anagen.catalog.parameters import load_parameters
from anagen.errors import AnagenError
from anagen.simulate.parameter_draws import TYPICAL, sample

# Rows that are not calibrated: those come from the posterior.
DRAWN = ["finasteride_clearance", "adherence_oral", "triamcinolone_half_life", "release_fever"]


@pytest.mark.parametrize("parameter_id", DRAWN)
def test_median_and_interval_are_those_of_the_row(parameter_id: str) -> None:
    row = load_parameters()[parameter_id]
    low, median, high = np.quantile(sample(parameter_id, 40_000, 3, "p"), [0.05, 0.5, 0.95])
    assert median == pytest.approx(row.value, rel=0.03)
    assert low == pytest.approx(row.low, rel=0.05)
    assert high == pytest.approx(row.high, rel=0.05)


def test_uniform_covers_its_interval() -> None:
    row = load_parameters()["pregnancy_week_unknown"]
    low, high = np.quantile(sample(row.id, 40_000, 3, "p"), [0.05, 0.95])
    assert (low, high) == pytest.approx((row.low, row.high), abs=0.4)


def test_fewer_draws_are_the_first_of_more_and_people_differ() -> None:
    many = sample("jak_scale", 300, 7, "a")
    assert np.array_equal(sample("jak_scale", 40, 7, "a"), many[:40])
    assert not np.array_equal(sample("jak_scale", 300, 7, "b"), many)
    assert not np.array_equal(sample("jak_scale", 300, 8, "a"), many)


def test_typical_person_is_the_middle_of_every_row() -> None:
    for parameter_id, row in load_parameters().items():
        assert np.all(sample(parameter_id, 2, TYPICAL, "p") == row.value)


@pytest.mark.parametrize("parameter_id", sorted(load_parameters()))
def test_every_row_of_the_table_can_be_drawn(parameter_id: str) -> None:
    draws = sample(parameter_id, 50, 0, "p")
    assert np.all(np.isfinite(draws))
    if load_parameters()[parameter_id].distribution == "lognormal":
        assert np.all(draws > 0.0)


def test_unknown_parameter_says_the_nearest() -> None:
    with pytest.raises(AnagenError, match="adherence_oral"):
        sample("adherence_orl", 3, 0, "p")
