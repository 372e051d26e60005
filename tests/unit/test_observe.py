"""Observation: arrays in, scores out."""

from __future__ import annotations

import numpy as np
import pytest

from anagen.catalog.parameters import value
from anagen.model.scalp import QUADRANTS, REGIONS, regions
from anagen.observe import hair_counts, noise, severity_scores, shedding


def test_salt_weights_the_quadrants() -> None:
    areas = {name: value(f"area_{name}") for name in REGIONS}
    scalp = regions(areas, dict.fromkeys(REGIONS, 1.0))
    share = {r.name: r.area_share for r in scalp}
    for quadrant, weight in {"top": 0.40, "back": 0.24, "sides": 0.36}.items():
        assert sum(share[name] for name in QUADRANTS[quadrant]) == pytest.approx(weight)
    area = np.array([[r.area_share] for r in scalp])
    bald_back = np.ones((1, len(REGIONS), 1))
    bald_back[0, REGIONS.index("occipital")] = 0.0
    assert severity_scores.salt(bald_back, np.ones(1), area)[0, 0] == pytest.approx(24.0)


def test_salt_does_not_trade_thick_hair_for_bald_skin() -> None:
    area = np.array([[0.5], [0.5]])
    terminal = np.array([[[1.6], [0.0]]])
    assert severity_scores.salt(terminal, np.array([0.8]), area)[0, 0] == pytest.approx(50.0)


def test_counts_add_the_vehicle_and_mass_is_relative() -> None:
    visible = np.full((2, 2, 1), 0.5)
    target = np.array([[1.0], [0.0]])
    vehicle = np.array([[0.0], [6.0]])
    counts = hair_counts.density_per_cm2(visible, target, np.array([200.0]), vehicle)
    assert counts[:, 0] == pytest.approx([100.0, 106.0])
    assert hair_counts.hair_mass_percent(visible, target, np.array([0.8]))[0, 0] == 62.5


def test_shares_and_diameters_are_those_of_the_hairs_of_the_target_area() -> None:
    visible = np.array([[[0.8], [0.4]], [[0.0], [0.4]]])
    part = np.array([[[0.6], [0.1]], [[0.0], [0.1]]])
    target = np.array([[1.0], [0.0]])
    assert hair_counts.anagen_percent(part, visible, target)[:, 0] == pytest.approx([75.0, 0.0])
    assert hair_counts.mean_diameter(part, visible, target, 80.0)[:, 0] == pytest.approx(
        [60.0, 0.0]
    )


def test_shedding_and_telogen_of_the_whole_scalp() -> None:
    area = np.array([[0.25], [0.75]])
    fallen = np.array([[[0.004], [0.0]]])
    assert shedding.hairs_shed_per_day(fallen, area, np.array([1e5]))[0, 0] == pytest.approx(100.0)
    none = np.zeros((1, 2, 1))
    assert shedding.telogen_percent(none, none, area)[0, 0] == 0.0


def test_a_reading_scatters_around_the_truth_and_is_never_negative() -> None:
    random = np.random.default_rng(0)
    truth = np.full(20_000, 100.0)
    readings = noise.read_with_error(truth, 0.07, True, random)
    assert readings.std() == pytest.approx(7.0, rel=0.05)
    assert (noise.read_with_error(np.zeros(100), 4.0, False, random) >= 0.0).all()


def test_norwood_is_the_nearest_stage() -> None:
    stages = ("I", "II", "III", "III vertex", "IV", "V", "VI", "VII")
    table = {s: value(f"norwood_{s.lower().replace(' ', '_')}_density_fraction") for s in stages}
    assert severity_scores.norwood(np.array([table["IV"], 0.99]), table) == ["IV", "I"]
