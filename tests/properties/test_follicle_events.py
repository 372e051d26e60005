"""Follicles touched only when something may happen go the way of follicles looked at every day."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from anagen.catalog.parameters import value
from anagen.model.automaton import shares_at, steady_shares
from anagen.model.follicle_events import grow_to, pass_day
from anagen.model.single_follicles import advance_follicles
from anagen.simulate.twins import hair_layout

COUNT, CELLS, SIZES, DAYS = 20_000, 10, 3, 400
NAMES = ("new_anagen", "anagen", "catagen", "telogen", "latency")


@dataclass
class Hairs:
    """Follicles spread over ten cells; both engines start from the same ones."""

    starts: np.ndarray
    stage: np.ndarray
    cells: int = CELLS
    sizes: int = SIZES
    size: np.ndarray = field(init=False)
    shed: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        count = self.stage.size
        self.phase = np.repeat(np.arange(7), np.diff(self.starts))
        self.size = np.arange(count) % self.sizes
        self.length = np.zeros(count, np.float32)
        self.alive = np.ones(count, bool)
        self.kind = np.zeros(count, np.int64)
        self.cell = np.arange(count) % self.cells
        self.member = np.argsort(self.cell, kind="stable")
        self.first = np.searchsorted(self.cell[self.member], np.arange(self.cells + 1))
        self.due = np.zeros(count, np.int32)
        self.since = np.zeros(count, np.int32)
        self.growing = self.counted()
        self.log_stay, self.bound = np.zeros((2, 1, 7, self.sizes))
        self.log_spared, self.attack_bound = np.zeros((2, self.cells))
        self.growth = np.full(self.sizes, 0.03, np.float32)

    def counted(self) -> np.ndarray:
        """Growing follicles of each cell, counted anew."""
        grows = (self.stage < self.starts[2]) & self.alive
        return np.bincount(self.cell, weights=grows, minlength=self.cells)

    def state(self) -> tuple:
        return (
            self.stage, self.size, self.length, self.alive, self.kind, self.cell, self.starts,
            self.phase,
        )  # fmt: skip

    def sweep(self, day: int, chances: tuple) -> None:
        self.shed.append(
            advance_follicles(np.uint64(5), np.uint64(day), *self.state(), *chances, self.growth)
        )

    def event(self, day: int, chances: tuple) -> None:
        self.shed.append(
            pass_day(
                np.uint64(6), day, *self.state(), *chances, self.growth, self.due, self.since,
                self.growing, self.log_stay, self.bound, self.log_spared, self.attack_bound,
                self.first, self.member,
            )
        )  # fmt: skip


def _healthy() -> Hairs:
    layout = hair_layout()
    stays = np.array([value(f"{name}_days") for name in NAMES])
    counts = np.diff(layout.starts)[:5]
    weight = np.repeat(stays / counts, counts)
    random = np.random.default_rng(4)
    return Hairs(layout.starts, random.choice(weight.size, COUNT, p=weight / weight.sum()))


def _chances(day: int, starts: np.ndarray) -> tuple:
    """A year in which everything changes: season, attack that comes and goes, an impulse, age."""
    stays = np.array([value(f"{name}_days") for name in NAMES])
    chance = np.empty((1, 5, SIZES))
    chance[0] = (np.diff(starts)[:5] / stays)[:, None]
    chance[0, 1] *= (1.0 + 0.5 * np.cos(day / 58.0)) * (1.0 + np.arange(SIZES))
    wave = np.exp(-0.5 * ((day - 120.0 - 8.0 * np.arange(CELLS)) / 30.0) ** 2)
    one = np.ones(1)
    return (
        chance, np.array([1.0 / 18.0, 0.037]), 0.2 * one, 0.1 * one, 0.1 * one, 0.002 * one,
        0.001 * one, 0.1 * wave, 1.0 - 0.9 * wave, 0.3, 0.3 if day == 60 else 0.0,
        0.05 if 200 <= day < 210 else 0.0, 1e-4 if day > 250 else 0.0,
    )  # fmt: skip


def test_events_go_the_way_of_the_daily_sweep_when_every_chance_changes() -> None:
    daily, events = _healthy(), _healthy()
    error = 5.0 * np.sqrt(2.0 * 0.25 / COUNT)
    for day in range(DAYS):
        chances = _chances(day, daily.starts)
        daily.sweep(day, chances)
        events.event(day, chances)
        if day % 40 == 39:
            assert np.array_equal(events.growing, events.counted())
            now = [np.bincount(h.phase[h.stage], minlength=7) / COUNT for h in (daily, events)]
            assert now[1] == pytest.approx(now[0], abs=error)
    grow_to(DAYS, events.stage, events.size, events.length, events.alive, events.starts,
            events.growth, events.since)  # fmt: skip
    assert sum(events.shed) == pytest.approx(sum(daily.shed), rel=0.02)
    assert events.alive.mean() == pytest.approx(daily.alive.mean(), abs=error)
    assert 0.0 < 1.0 - events.alive.mean() < 0.1
    assert events.length.mean() == pytest.approx(daily.length.mean(), rel=0.03)
    sizes = [np.bincount(h.size, minlength=SIZES) / COUNT for h in (daily, events)]
    assert sizes[1] == pytest.approx(sizes[0], abs=error)


def test_the_event_engine_given_the_rules_of_halloy_is_his_automaton() -> None:
    names = ("anagen", "telogen", "latency")
    stays = np.array([value(f"halloy_{name}_months") for name in names])
    start = np.array([value(f"halloy_{name}_start") for name in names])
    step = 0.01
    # Phases without stages are passed over: no new anagen, no catagen, nothing attacked.
    starts = np.array([0, 0, 1, 1, 2, 3, 4, 5], dtype=np.int64)
    stage = np.searchsorted(np.cumsum(start), (np.arange(COUNT) + 0.5) / COUNT).astype(np.int64)
    hairs = Hairs(starts, stage, cells=1, sizes=1)
    chance = np.zeros((1, 5, 1))
    chance[0, (1, 3, 4), 0] = -np.expm1(-step / stays)
    zero = np.zeros(1)
    rules = (
        chance, np.zeros(2), zero, zero, zero, zero, zero, zero, np.ones(1), 0.0, 0.0, 0.0, 0.0
    )  # fmt: skip
    error = 4.0 * (0.25 / COUNT) ** 0.5
    for day in range(2000):
        if day == 90:
            seen = np.bincount(hairs.stage, minlength=3)[:3] / COUNT
            assert seen == pytest.approx(shares_at(0.9, start, stays), abs=error)
        hairs.event(day, rules)
    seen = np.bincount(hairs.stage, minlength=3)[:3] / COUNT
    assert seen == pytest.approx(steady_shares(stays), abs=error)


def test_nothing_happens_where_nothing_can() -> None:
    hairs = _healthy()
    before = hairs.stage.copy()
    zero = np.zeros(1)
    still = (
        np.zeros((1, 5, SIZES)), np.zeros(2), zero, zero, zero, zero, zero, np.zeros(CELLS),
        np.ones(CELLS), 0.3, 0.0, 0.0, 0.0,
    )  # fmt: skip
    for day in range(50):
        hairs.event(day, still)
    assert np.array_equal(hairs.stage, before)
    assert sum(hairs.shed) == 0
