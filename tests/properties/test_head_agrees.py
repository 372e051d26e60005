"""Single follicles, the map of shares and Halloy's automaton: the same course in the mean."""

from __future__ import annotations

import numpy as np
import pytest

from anagen.catalog.parameters import value
from anagen.model.automaton import shares_at, steady_shares
from anagen.model.drivers import DRIVER_INDEX
from anagen.model.scalp_day import CELL_INDEX, IMMUNE, PERSON_INDEX, RECORD
from anagen.model.single_follicles import advance_follicles
from anagen.simulate.advance import neutral_drivers
from anagen.simulate.head_days import SENSITIVITIES
from anagen.simulate.head_days import advance as advance_head
from anagen.simulate.head_geometry import QUADRANTS, head_geometry
from anagen.simulate.head_past import _full_scalp, _sensitivity
from anagen.simulate.head_state import Head, terminal, visible
from anagen.simulate.person import Person
from anagen.simulate.scalp_map import advance, scalp_map
from anagen.simulate.twins import Lanes, build

FOLLICLES, CELL_MM = 20_000, 5.0


def _head(*mechanisms: str, susceptibility: float = 1.2) -> Head:
    """A healthy head with even susceptibility, every parameter at its central value."""
    person = Person("agree", "male", 40.0, dict.fromkeys(mechanisms, 1.0))
    group = build(Lanes(person, np.array([0]), 1, 0, central=True), frozenset(mechanisms))
    group.person[PERSON_INDEX["log_susceptibility"]] = susceptibility
    place = head_geometry(FOLLICLES, CELL_MM)
    return Head(
        person=person,
        group=group,
        geometry=place,
        sensitivity=_sensitivity(person, place),
        field=np.zeros(place.cell_x_cm.size),
        mark=12345,
        state=_full_scalp(group, place, person, 1),
        release_scale=1.0,
        reference=np.full(len(QUADRANTS), float(group.full_visible[0])),
        last_shed=np.nan,
    )


def _drivers(days: int) -> np.ndarray:
    drivers = neutral_drivers(1, days)
    drivers[0, 28, DRIVER_INDEX["anagen_release"]] = 0.3
    drivers[0, 100:, DRIVER_INDEX["scalp_dht_ratio"]] = 0.4
    drivers[0, 100:, DRIVER_INDEX["latency_exit_log"]] = 0.5
    return drivers


def test_follicles_thin_and_shed_as_the_map_of_shares_does() -> None:
    head = _head("androgenetic", "effluvium")
    days, at = 728, (0, 24, 52, 78, 104)
    drivers = _drivers(days)
    kinds = np.arange(SENSITIVITIES) / (SENSITIVITIES - 1.0)
    # The map needs no place where nothing spreads: one cell for every class of sensitivity.
    alone = np.repeat(np.arange(SENSITIVITIES)[:, None], 4, axis=1)
    field = scalp_map(head.group, alone, 2.0, sensitivity=kinds)
    record = advance(field, drivers[0])
    weight = np.bincount(head.sensitivity, minlength=SENSITIVITIES) / FOLLICLES
    expected = record @ weight
    shed = []
    for begin, end in zip((0, *at[1:-1]), at[1:], strict=True):
        shed.append(advance_head(head, head.state, drivers[0, 7 * begin : 7 * end], 7 * begin))
        # Four standard errors of a share of 20,000 follicles.
        error = 4.0 * 0.5 / FOLLICLES**0.5
        grown = terminal(head, head.state).mean()
        assert grown == pytest.approx(expected[end, 0], abs=error)
        seen, stage = visible(head, head.state), head.state.stage
        assert seen.mean() == pytest.approx(expected[end, 1], abs=error)
        growing = seen & (stage >= head.group.layout.starts[1])
        growing &= stage < head.group.layout.starts[2]
        place = RECORD.index("visible_growing")
        assert growing.mean() == pytest.approx(expected[end, place], abs=error)
        width = seen * head.group.diameters[head.state.size] / head.group.diameters[0]
        place = RECORD.index("visible_width")
        assert width.mean() == pytest.approx(expected[end, place], abs=error)
    fallen = np.concatenate(shed).sum() / FOLLICLES
    of_map = 7.0 * expected[1:, RECORD.index("fallen")].sum()
    assert fallen == pytest.approx(of_map, abs=5.0 * (of_map / FOLLICLES) ** 0.5)
    assert np.ptp(expected[:, 0]) > 0.03


def test_follicles_under_attack_agree_with_the_map_of_shares() -> None:
    head = _head("autoimmune")
    place = head.geometry
    field = scalp_map(head.group, place.neighbors, CELL_MM)
    lit = np.hypot(place.cell_x_cm, place.cell_y_cm) < 2.0
    field.light(lit)
    trigger = head.group.person[PERSON_INDEX["new_patch_effector"], 0]
    head.state.immune[IMMUNE.index("effector"), lit] += trigger
    weight = np.bincount(place.cell, minlength=place.cell_x_cm.size) / FOLLICLES
    days = 420
    drivers = neutral_drivers(1, days)
    record = advance(field, drivers[0])[:, RECORD.index("visible_terminal")] @ weight
    worst = 0.0
    for week in range(4, 61, 4):
        advance_head(head, head.state, drivers[0, 7 * week - 28 : 7 * week], 7 * week - 28)
        worst = max(worst, abs(terminal(head, head.state).mean() - record[week]))
    # Follicles feel the chance of the few in their own cell, and the front with them.
    assert record.min() < 0.6 * record[0]
    assert worst < 0.03


def test_the_spread_of_hair_loss_by_region_is_that_of_the_table() -> None:
    head = _head("androgenetic")
    mean = head.group.cells[CELL_INDEX["sensitivity"], :, 0]
    share = head.group.cells[CELL_INDEX["area_share"], :, 0]
    smooth = (head.sensitivity / (SENSITIVITIES - 1.0)).mean()
    assert smooth == pytest.approx(float(mean @ share), abs=0.02)


def test_the_follicle_engine_given_the_rules_of_halloy_is_his_automaton() -> None:
    names = ("anagen", "telogen", "latency")
    stays = np.array([value(f"halloy_{name}_months") for name in names])
    start = np.array([value(f"halloy_{name}_start") for name in names])
    count, step = 50_000, 0.01
    # Phases without stages are passed over: no new anagen, no catagen, nothing attacked.
    starts = np.array([0, 0, 1, 1, 2, 3, 4, 5], dtype=np.int64)
    phase = np.repeat(np.arange(7), np.diff(starts))
    stage = np.searchsorted(np.cumsum(start), (np.arange(count) + 0.5) / count).astype(np.int64)
    chance = np.zeros((1, 5, 1))
    chance[0, (1, 3, 4), 0] = -np.expm1(-step / stays)
    zero, one = np.zeros(1), np.ones(1)
    size, cell = np.zeros(count, np.int64), np.zeros(count, np.int64)
    length, alive = np.zeros(count, np.float32), np.ones(count, bool)
    seen = {}
    for day in range(2000):
        seen[day] = np.bincount(stage, minlength=3)[:3] / count if day in (90, 1999) else None
        advance_follicles(
            np.uint64(7), np.uint64(day), stage, size, length, alive, cell, cell, starts, phase,
            chance, np.zeros(2), zero, zero, zero, zero, zero, zero, one, 0.0, 0.0, 0.0, 0.0,
            np.zeros(1, np.float32),
        )  # fmt: skip
    error = 4.0 * (0.25 / count) ** 0.5
    assert seen[90] == pytest.approx(shares_at(0.9, start, stays), abs=error)
    assert seen[1999] == pytest.approx(steady_shares(stays), abs=error)
