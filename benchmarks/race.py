"""Timing of several ways to do one thing, side by side.

Other work on the machine slows all of them, so they run in turns and are compared turn by turn:
absolute times move from run to run, paired ratios much less.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of one contestant: the first call (compiles), then the turns."""

    first: float
    turns: tuple[float, ...]

    @property
    def least(self) -> float:
        """The turn least disturbed by other work, s."""
        return min(self.turns)

    @property
    def median(self) -> float:
        """The usual turn, s."""
        return statistics.median(self.turns)


def race(contestants: Mapping[str, Work], turns: int = 7) -> dict[str, Timing]:
    """Runs every contestant once to compile, then all of them in turns."""
    first = {name: seconds(work) for name, work in contestants.items()}
    spent: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(turns):
        for name, work in contestants.items():
            spent[name].append(seconds(work))
    return {name: Timing(first[name], tuple(spent[name])) for name in contestants}


def seconds(work: Work) -> float:
    """How long one call takes, s."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def ratio(slow: Timing, fast: Timing) -> float:
    """Median over the turns of slow over fast, both of the same turn."""
    return statistics.median(s / f for s, f in zip(slow.turns, fast.turns, strict=True))
