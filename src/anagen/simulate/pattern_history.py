"""Pattern hair loss before today: thinning up to the person's stage, under earlier drugs too."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import value
from anagen.model.scalp_day import RECORD, miniaturize
from anagen.simulate.advance import (
    DAYS_PER_YEAR,
    LEAST_AND_MOST_HAIR,
    LEAST_REFERENCE,
    advance,
    each_block,
    no_seeds,
)
from anagen.simulate.twins import Group, Lanes, build, target_fraction

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Years of history after which the lanes that go on are put together in new blocks.
REGROUPED_AFTER_YEARS = 2.0
# A history this much above the target share still counts as there: density is read monthly.
TARGET_TOLERANCE = 0.02


def run_pattern_history(
    group: Group, source: Lanes, run_in: int, count: int, workers: int | None
) -> tuple[Group, IntArray]:
    """Lets pattern loss run until `run_in` days before it fits the person.

    Returns the group at that time and the lanes kept: all in the order of their fit, or of `count`
    draws the candidate that fits best. A twin whose drive is too weak to thin that far by this age
    contradicts the person.
    """
    person = source.person
    wanted = target_fraction(source, group)
    longest = value("longest_history_years")
    if person.age_years is not None:
        longest = min(longest, max(1.0, person.age_years - value("earliest_onset_years")))
    now = group.take(np.arange(source.index.size), group.draws)
    years, reached = _miniaturize(now, wanted, np.full(wanted.size, longest), workers)
    miss = np.maximum(reached - wanted, 0.0)
    miss = np.where(miss > TARGET_TOLERANCE, miss, 0.0)
    if count == miss.size:
        chosen = np.argsort(miss, kind="stable")
    else:
        # Each draw keeps its own best candidate, the first of those that fit.
        best = np.argmin(miss.reshape(-1, count), axis=0)
        chosen = best * count + np.arange(count)
    then = group.take(chosen, group.draws[chosen])
    before = np.maximum(years[chosen] - run_in / DAYS_PER_YEAR, 0.0)
    # A target no scalp reaches: the time decides.
    _miniaturize(then, np.full(count, -1.0), before, workers)
    return then, chosen


def thinned_before_treatment(
    group: Group, source: Lanes, drivers: FloatArray, workers: int | None
) -> Group:
    """Twins as thin at the start of the run-in as makes them fit the person after it.

    Treatment thickens on the way to today, so they began thinner than they are. Shedding and
    thickness answer almost in proportion, so a few corrections of the share to start from do.
    """
    fresh = build(source, group.mechanisms)
    fresh.hidden, fresh.draws = group.hidden, group.draws
    wanted = target_fraction(source, fresh)
    days, lanes = drivers.shape[1], group.draws.size
    longest = np.full(lanes, value("longest_history_years"))
    calm, none = np.zeros((days, lanes)), no_seeds(days, lanes)
    begun = wanted
    for _ in range(int(value("running_fits"))):
        trial = fresh.take(np.arange(lanes), group.draws)
        _miniaturize(trial, begun, longest, workers)
        then = trial.take(np.arange(lanes), group.draws)
        record = advance(trial, drivers, calm, none, workers=workers)
        shown = (trial.target * record[-1, RECORD.index("visible_terminal")]).sum(axis=0)
        begun = np.clip(
            begun * wanted * trial.full_visible / np.maximum(shown, LEAST_REFERENCE),
            *LEAST_AND_MOST_HAIR,
        )
        group = then
    return group


def _miniaturize(
    group: Group, wanted: FloatArray, longest: FloatArray, workers: int | None
) -> tuple[FloatArray, FloatArray]:
    """Runs untreated pattern loss in place; returns the years it took and the share reached.

    A block runs until its last lane has stopped, so those that go on are put together anew now and
    then: some scalps thin in five years, others never.
    """
    years, reached = np.zeros(wanted.size), np.ones(wanted.size)
    going, time = np.arange(wanted.size), 0.0
    while going.size:
        through, time = _history_span(group, wanted, longest, going, time, years, reached, workers)
        going = going[~through]
    return years, reached


def _history_span(
    group: Group,
    wanted: FloatArray,
    longest: FloatArray,
    going: IntArray,
    time: float,
    years: FloatArray,
    reached: FloatArray,
    workers: int | None,
) -> tuple[NDArray[np.bool_], float]:
    """Runs the lanes `going` a few years on; says which of them stopped and what time it is.

    Fills `years` and `reached` of those that stopped.
    """
    stopped = np.zeros(going.size, dtype=np.bool_)
    times = np.zeros(going.size)

    def one(block: slice) -> None:
        at = going[block]
        n = np.ascontiguousarray(group.follicles[..., at])
        deleted = np.ascontiguousarray(group.deleted[:, at])
        through, block_years, block_reached = stopped[block], years[at], reached[at]
        times[block] = miniaturize(
            n,
            deleted,
            group.layout.starts,
            group.diameters,
            np.ascontiguousarray(group.size_factor[:, at]),
            group.terminal_sizes,
            np.ascontiguousarray(group.person[:, at]),
            np.ascontiguousarray(group.cells[..., at]),
            np.ascontiguousarray(group.target[:, at]),
            wanted[at],
            group.full_visible[at],
            value("history_step_days"),
            longest[at],
            time,
            time + REGROUPED_AFTER_YEARS,
            through,
            block_years,
            block_reached,
        )
        group.follicles[..., at] = n
        group.deleted[:, at] = deleted
        years[at], reached[at] = block_years, block_reached

    each_block(going.size, one, workers)
    return stopped, float(times.max())
