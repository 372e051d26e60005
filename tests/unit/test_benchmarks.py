"""The benchmarks compare like with like: the same equations, fair turns, no target unread."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks import cohort, floor, page, vectorized
from benchmarks.equations import cell_of, compiled_slope, slope
from benchmarks.race import Timing, race, ratio


@pytest.mark.parametrize("block", [cohort.switched(), cohort.missed()], ids=["switch", "daily"])
def test_the_numpy_contestant_does_the_same_work(block: np.ndarray) -> None:
    group = cohort.group_of(3)
    ours = cohort.engine(group, cohort.drivers_of(block, 3))()
    assert np.ptp(ours) > 0.5
    assert np.abs(vectorized.run(group, block) - ours).max() < 1e-12


def test_the_equations_of_the_solvers_are_those_of_the_engine() -> None:
    group, block = cohort.group_of(1), cohort.switched()
    cell = cell_of(group)
    exact = cohort.reference(cell, block)
    ours = cohort.engine(group, cohort.drivers_of(block, 1))()[:, 0, 0]
    assert np.abs(ours - exact).max() < 1e-3
    near = cohort.lsoda(cell, block, compiled_slope, 1e-7)
    assert np.abs(near - exact).max() < 1e-4
    given = (5.0, cell.state, cell.parameters, cell.rates, cell.starts, block)
    np.testing.assert_allclose(slope(*given), compiled_slope(*given), rtol=1e-12)


def test_a_run_of_the_engine_starts_from_the_same_state_every_time() -> None:
    run = cohort.engine(cohort.group_of(2), cohort.drivers_of(cohort.switched(), 2))
    assert np.array_equal(run(), run())


@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs a C compiler")
def test_the_contestant_in_c_does_the_same_work(tmp_path: Path) -> None:
    for kernels in ("immune_map", "single_follicles"):
        pytest.importorskip(f"anagen.model.{kernels}")
    from benchmarks import scalp

    peer = scalp.Peer(tmp_path)
    field, other = scalp.field_of(24), scalp.field_of(24)
    hairs, others = scalp.hairs_of(2000, 576), scalp.hairs_of(2000, 576)
    shed = scalp.scalp_days(field, hairs, 120)()
    assert shed == peer.scalp_days(other, others, 120)() > 0
    assert np.array_equal(hairs.stage, others.stage)
    np.testing.assert_allclose(field.immune, other.immune, rtol=1e-9, atol=1e-12)


def test_turns_alternate_and_ratios_are_paired() -> None:
    order: list[str] = []
    timings = race({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, turns=3)
    assert order == ["a", "b"] * 4
    assert len(timings["a"].turns) == 3
    # A slow minute of the machine that slows both does not change the ratio.
    assert ratio(Timing(0.0, (2.0, 20.0, 2.0)), Timing(0.0, (1.0, 10.0, 1.0))) == 2.0


def test_the_loosest_tolerance_that_is_good_enough_wins() -> None:
    exact = np.zeros(3)
    assert cohort.loosest(lambda t: exact + t, exact, 1.1e-4) == pytest.approx(1e-4)


def test_a_target_missed_is_said_and_one_not_measured_is_not_met() -> None:
    names = {target["text"]: target for target in page.targets()}
    assert all(("least" in t) != ("most" in t) for t in names.values())
    verdicts = {text: verdict for text, _, _, verdict in page.judged({})}
    assert set(verdicts.values()) == {"-"}
    some = {"floor": {"engine, times the floor": 3.0}}
    verdicts = {text: verdict for text, _, _, verdict in page.judged(some)}
    assert verdicts["cohort: distance from the counted floor"] == "missed"


def test_the_floor_adds_what_must_be_computed() -> None:
    least = floor.cohort_floor(2)
    assert least["engine, times the floor"] > 0.0
    parts = [least[f"{name}, us per cell and year"] for name in floor.COUNTED]
    assert least["computing, us per cell and year"] >= 0.99 * sum(parts)
