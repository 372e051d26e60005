"""The map is the cohort scalp in space: the same cells where nothing spreads or all is even."""

from __future__ import annotations

import numpy as np
import pytest

from anagen.errors import InputProblems
from anagen.model.drivers import DRIVER_INDEX
from anagen.model.scalp_day import CELL_INDEX, IMMUNE, PERSON_INDEX, RECORD
from anagen.simulate.advance import advance as advance_cohort
from anagen.simulate.advance import neutral_drivers
from anagen.simulate.person import Person
from anagen.simulate.scalp_map import ScalpMap, advance, diffusion, memory_bytes, scalp_map, skin
from anagen.simulate.twins import Group, Lanes, build

DAYS = 182


def _group(*mechanisms: str) -> Group:
    person = Person("map", "male", 40.0, dict.fromkeys(mechanisms, 1.0))
    group = build(Lanes(person, np.array([0]), 1, 0, central=True), frozenset(mechanisms))
    group.person[PERSON_INDEX["log_susceptibility"]] = 1.2
    return group


def _total(field: ScalpMap) -> np.ndarray:
    return field.field(field.follicles.sum(axis=(1, 2))) + field.field(field.deleted)


def _busy(days: int) -> np.ndarray:
    """Drivers that use every way a follicle may go. Shape: (1, day, driver)."""
    drivers = neutral_drivers(1, days)
    drivers[0, 20, DRIVER_INDEX["anagen_release"]] = 0.3
    drivers[0, 60:70, DRIVER_INDEX["anagen_destruction"]] = 0.05
    drivers[0, 90:, DRIVER_INDEX["jak1_3_block"]] = 0.5
    drivers[0, :, DRIVER_INDEX["follicle_loss"]] = 1e-5
    return drivers


def test_cells_of_pattern_loss_and_effluvium_are_those_of_the_cohort_to_the_last_bit() -> None:
    group = _group("androgenetic", "effluvium")
    sensitivity = group.cells[CELL_INDEX["sensitivity"], :, 0]
    field = scalp_map(group, skin(1, sensitivity.size), 2.0, sensitivity=sensitivity)
    drivers = _busy(DAYS)
    on_map = advance(field, drivers[0])
    none = np.full((DAYS, 1), -1, np.int16)
    in_cohort = advance_cohort(group, drivers, np.zeros((DAYS, 1)), none, workers=1)
    assert np.array_equal(on_map, in_cohort[..., 0])


def test_even_attack_on_the_map_is_that_of_a_cohort_without_a_pool() -> None:
    group = _group("autoimmune", "androgenetic")
    group.person[PERSON_INDEX["effector_mixing"]] = 0.0
    group.immune[IMMUNE.index("effector")] = 0.6
    field = scalp_map(group, skin(9, 7), 2.0)
    same = np.repeat(group.cells[CELL_INDEX["sensitivity"], :1], group.cells.shape[1], axis=0)
    group.cells[CELL_INDEX["sensitivity"]] = same
    drivers = _busy(DAYS)
    on_map = advance(field, drivers[0])
    none = np.full((DAYS, 1), -1, np.int16)
    in_cohort = advance_cohort(group, drivers, np.zeros((DAYS, 1)), none, workers=1)
    assert on_map[-1, RECORD.index("visible_total")].max() < 0.7
    assert np.allclose(on_map, in_cohort[:, :, :1, 0], rtol=0.0, atol=1e-12)


def test_a_symmetric_patch_stays_symmetric() -> None:
    field = scalp_map(_group("autoimmune"), skin(15, 15), 2.0)
    row, column = np.divmod(np.arange(field.count), 15)
    field.light((row - 7) ** 2 + (column - 7) ** 2 <= 6)
    terminal = advance(field, neutral_drivers(1, 63)[0])[-1, 0].reshape(15, 15)
    assert terminal[7, 7] < terminal[0, 0] - 0.3
    for turned in (terminal[::-1], terminal[:, ::-1], terminal.T):
        assert np.allclose(turned, terminal, rtol=0.0, atol=1e-12)


def test_follicles_are_conserved_and_nothing_is_negative() -> None:
    random = np.random.default_rng(3)
    group = _group("autoimmune", "androgenetic", "effluvium")
    field = scalp_map(
        group,
        skin(11, 13),
        1.0,
        sensitivity=random.random(143),
        log_susceptibility=random.normal(0.0, 0.5, 143),
    )
    field.light(random.random(143) < 0.1)
    record = advance(field, _busy(DAYS)[0], random.normal(0.0, 0.7, DAYS))
    assert np.allclose(_total(field), 1.0, rtol=0.0, atol=1e-12)
    assert field.follicles.min() >= 0.0
    assert field.immune.min() >= 0.0
    assert record.min() >= 0.0
    assert field.field(field.deleted).max() > 0.0


def test_spreading_moves_cells_and_loses_none() -> None:
    group = _group("autoimmune")
    # Nothing arrives, is recruited or dies: what is left is diffusion.
    for name in ("effector_leak", "recruitment", "memory_reactivation"):
        group.person[PERSON_INDEX[name]] = 0.0
    group.person[PERSON_INDEX["effector_loss"]] = 1e-12
    group.immune[0] = 0.0
    field = scalp_map(group, skin(21, 21), 2.0)
    field.light(np.arange(441) == 220)
    trigger = field.immune[0].sum()
    advance(field, neutral_drivers(1, 28)[0])
    level = field.field(field.immune[0])
    assert level.sum() == pytest.approx(trigger, rel=1e-9)
    # Mean square distance from the middle grows by 4 D t in two dimensions.
    row, column = np.divmod(np.arange(441), 21)
    squares = 4.0 * ((row - 10) ** 2 + (column - 10) ** 2)
    assert (level @ squares) / level.sum() == pytest.approx(4.0 * 0.8 * 28.0, rel=0.02)


def test_diffusion_steps_stay_stable_on_fine_cells() -> None:
    for cell_mm in (0.5, 1.0, 2.0, 5.0):
        shares, steps = diffusion(cell_mm)
        assert shares.max() <= 0.2
        assert shares[0] * steps == pytest.approx(0.8 / cell_mm**2)


@pytest.mark.parametrize(("cells", "cell_mm"), [(400_000, 2.0), (16, -2.0), (16, 40.0)])
def test_bad_requests_are_refused_before_any_work(cells: int, cell_mm: float) -> None:
    with pytest.raises(InputProblems):
        scalp_map(_group("autoimmune"), np.zeros((cells, 4), np.int64), cell_mm)


def test_fields_and_horizons_that_do_not_fit_are_refused() -> None:
    group = _group("autoimmune")
    with pytest.raises(InputProblems, match="another shape"):
        scalp_map(group, skin(4, 4), 2.0, log_susceptibility=np.zeros(3))
    with pytest.raises(InputProblems, match="too many"):
        advance(scalp_map(group, skin(4, 4), 2.0), np.zeros((182_500, 1)))


def test_memory_is_told_before_it_is_taken() -> None:
    group = _group("autoimmune", "androgenetic")
    field = scalp_map(group, skin(40, 40), 2.0)
    taken = sum(
        a.nbytes
        for a in (field.follicles, field.immune, field.deleted, field.cells, field.neighbors)
    )
    _, sizes, stages, _ = field.follicles.shape
    told = memory_bytes(1600, sizes, stages, 0)
    assert taken <= told <= 1.5 * taken
