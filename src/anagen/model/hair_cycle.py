"""The hair cycle of one scalp cell: size classes times Erlang stages, one day at a time.

A follicle goes anagen -> catagen -> telogen -> latency -> new (not yet visible) anagen -> anagen.
Attack adds dystrophic hair (still visible, about to fall) and dormant follicles (emptied by the
attack, waiting to grow again). Every transition takes a share of one stage and adds it to others,
so follicles are conserved exactly; only scarring and the death of the smallest class remove them,
and what they remove is counted. Stage hazards are n_stages / mean stay (Erlang, CV 1/sqrt n).

Lanes (people, draws) are the innermost axis of every array. All hazards are per day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from anagen.model.compiled import kernel_part

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Layout:
    """Stage counts of each phase, and where each phase starts on the stage axis."""

    new_anagen: int
    anagen: int
    catagen: int
    telogen: int
    latency: int

    @property
    def starts(self) -> NDArray[np.int64]:
        """First stage of new anagen, anagen, catagen, telogen, latency, dystrophic, dormant, end.

        Shape: (8,).
        """
        counts = (self.new_anagen, self.anagen, self.catagen, self.telogen, self.latency, 1, 1)
        return np.cumsum((0, *counts)).astype(np.int64)

    @property
    def stages(self) -> int:
        """Length of the stage axis."""
        return int(self.starts[-1])

    def phase(self, name: str) -> slice:
        """The stages of one phase (a field name, `dystrophic` or `dormant`) as a slice."""
        index = (
            "new_anagen",
            "anagen",
            "catagen",
            "telogen",
            "latency",
            "dystrophic",
            "dormant",
        ).index(name)
        return slice(int(self.starts[index]), int(self.starts[index + 1]))


@njit(nogil=True)
def exit_share(exponent):
    """Hazard x step `exponent`, at most 1: the share that leaves at the rate of the step's start.

    `advance_cycle` applies such shares to the middle of the step. The mean stay in a stage is then
    exactly what the parameter states, whatever the step, and its spread right to second order.
    """
    return min(exponent, 1.0)


@kernel_part()
def advance_cycle(n, starts, share, side_share, step_down, step_up, death, deleted, shed, work):
    """One undisturbed step of one cell. Changes `n` in place; adds to `deleted` and `shed`.

    `n` (size, stage, lane) holds follicles; size 0 is the largest. `share` (phase, size, lane: new
    anagen, anagen, catagen, telogen, latency) and `side_share` (2, lane: dystrophic, dormant) are
    what leaves a stage in a step, as `exit_share` gives it. On leaving latency a follicle becomes
    one class smaller with probability `step_down`, larger with `step_up`; the smallest class dies
    with `death` (all (lane,)). `work` (2 + size, lane) is scratch space.

    The step is the midpoint rule: what leaves a stage is its hazard times what the stage holds
    halfway, after half a step of leaving and of arriving from the stage before.
    """
    sizes, _, lanes = n.shape
    first_new, first_latency, dystrophic, dormant = starts[0], starts[4], starts[5], starts[6]
    fall, wake = side_share[0], side_share[1]
    staying, leaving = work[0], work[1]
    for lane in range(lanes):
        staying[lane] = 1.0 - step_down[lane] - step_up[lane] if sizes > 1 else 1.0
    for size in range(sizes):
        entering = work[2 + size]
        # From the last phase to the first, so that every stage sees the one before as it was.
        for phase in range(4, -1, -1):
            start, stop = starts[phase], starts[phase + 1]
            own = share[phase, size]
            before = share[phase - 1, size] if phase > 0 else staying
            for stage in range(stop - 1, start - 1, -1):
                arriving = own if stage > start else before
                behind = n[size, stage - 1] if stage > first_new else entering
                for lane in range(lanes):
                    half = 0.5 * own[lane]
                    leaving[lane] = (
                        own[lane] * (1.0 - half) * n[size, stage, lane]
                        + half * arriving[lane] * behind[lane]
                    )
                    n[size, stage, lane] -= leaving[lane]
                if stage < dystrophic - 1:
                    for lane in range(lanes):
                        n[size, stage + 1, lane] += leaving[lane]
                else:
                    # Ready to grow again, as are those that come out of dormancy.
                    for lane in range(lanes):
                        fallen = fall[lane] * n[size, dystrophic, lane]
                        out = wake[lane] * (
                            (1.0 - 0.5 * wake[lane]) * n[size, dormant, lane] + 0.5 * fallen
                        )
                        n[size, dormant, lane] -= out
                        entering[lane] = leaving[lane] + out
                if stage == first_latency - 1:
                    # Telogen ends in the fall of the hair and an empty follicle.
                    for lane in range(lanes):
                        shed[lane] += leaving[lane]
        for lane in range(lanes):
            out = fall[lane] * (1.0 - 0.5 * fall[lane]) * n[size, dystrophic, lane]
            n[size, dystrophic, lane] -= out
            n[size, dormant, lane] += out
            shed[lane] += out
    # The size of the next hair is settled when it starts to grow.
    if sizes == 1:
        for lane in range(lanes):
            n[0, first_new, lane] += work[2, lane]
        return
    for size in range(sizes):
        entering = work[2 + size]
        for lane in range(lanes):
            flow = entering[lane]
            smaller = step_down[lane] * flow
            larger = step_up[lane] * flow
            if size == 0:
                larger = 0.0
            if size == sizes - 1:
                smaller = 0.0
                gone = min(death[lane], 1.0 - step_up[lane]) * flow
                deleted[lane] += gone
                n[size, first_new, lane] += flow - larger - gone
            else:
                n[size + 1, first_new, lane] += smaller
                n[size, first_new, lane] += flow - larger - smaller
            if size > 0:
                n[size - 1, first_new, lane] += larger


@kernel_part()
def attack_anagen(n, starts, attack, catagen_share, share, side_share, shed, work):
    """Immune attack takes `attack` (lane) of growing follicles; part of it goes to catagen instead.

    Visible anagen hair becomes dystrophic. New anagen is not yet visible, so it leaves no
    dystrophic hair behind and the follicle is simply dormant again. What was attacked has been so
    for half a step on average, and half a step of moving on is done here. `share` and
    `side_share` are those of `advance_cycle`; adds to `shed` (lane).
    """
    sizes, _, lanes = n.shape
    first_new, first_anagen, first_catagen = starts[0], starts[1], starts[2]
    dystrophic, dormant = starts[5], starts[6]
    taken = work[0]
    for size in range(sizes):
        for stage in range(first_new, first_anagen):
            for lane in range(lanes):
                out = attack[lane] * n[size, stage, lane]
                n[size, stage, lane] -= out
                n[size, dormant, lane] += out
        for lane in range(lanes):
            taken[lane] = 0.0
        for stage in range(first_anagen, first_catagen):
            for lane in range(lanes):
                out = attack[lane] * n[size, stage, lane]
                n[size, stage, lane] -= out
                taken[lane] += out
        for lane in range(lanes):
            early = catagen_share[lane] * taken[lane]
            on = 0.5 * share[2, size, lane] * early
            # The stage after the first of catagen may already be telogen.
            n[size, first_catagen, lane] += early - on
            n[size, first_catagen + 1, lane] += on
            fallen = 0.5 * side_share[0, lane] * (taken[lane] - early)
            n[size, dystrophic, lane] += taken[lane] - early - fallen
            n[size, dormant, lane] += fallen
            shed[lane] += fallen


@kernel_part()
def release_anagen(n, starts, released, broken, shed):
    """Impulses on anagen: `released` (lane) goes to catagen, `broken` falls (cytotoxics).

    Cytotoxics stop new anagen below the skin as well; no visible hair is lost by that.
    """
    sizes, _, lanes = n.shape
    for size in range(sizes):
        for stage in range(starts[0], starts[1]):
            for lane in range(lanes):
                out = broken[lane] * n[size, stage, lane]
                n[size, stage, lane] -= out
                n[size, starts[4], lane] += out
        for stage in range(starts[1], starts[2]):
            for lane in range(lanes):
                early = released[lane] * n[size, stage, lane]
                # Taken off one after the other, so that all broken leaves none, not less.
                rest = n[size, stage, lane] - early
                out = broken[lane] * rest
                n[size, stage, lane] = rest - out
                n[size, starts[2], lane] += early
                n[size, starts[4], lane] += out
                shed[lane] += out


@kernel_part()
def change_caliber(n, starts, thicker, thinner):
    """Hairs change caliber while they grow: a share (lane) moves one size class up or down."""
    sizes, _, lanes = n.shape
    for size in range(1, sizes):
        for stage in range(starts[1], starts[2]):
            for lane in range(lanes):
                out = thicker[lane] * n[size, stage, lane]
                n[size, stage, lane] -= out
                n[size - 1, stage, lane] += out
    for size in range(sizes - 2, -1, -1):
        for stage in range(starts[1], starts[2]):
            for lane in range(lanes):
                out = thinner[lane] * n[size, stage, lane]
                n[size, stage, lane] -= out
                n[size + 1, stage, lane] += out


@kernel_part()
def remove_follicles(n, starts, share, deleted, shed):
    """Scarring removes a share (lane) of all follicles for good; their visible hair falls."""
    sizes, stages, lanes = n.shape
    for size in range(sizes):
        for stage in range(stages):
            visible = (starts[1] <= stage < starts[4]) or stage == starts[5]
            for lane in range(lanes):
                out = share[lane] * n[size, stage, lane]
                n[size, stage, lane] -= out
                deleted[lane] += out
                if visible:
                    shed[lane] += out


def steady_state(
    layout: Layout, stays: dict[str, FloatArray | float], sizes: int = 1
) -> FloatArray:
    """Follicle shares of an undisturbed cycle with the given mean stays in days.

    At a steady state the same flow passes every stage, so each phase holds flow x mean stay. All
    follicles are in the largest size class.
    Shape: (size, stage, lane), summing to 1 in each lane.
    """
    lanes = np.broadcast(*(np.atleast_1d(np.asarray(v, float)) for v in stays.values())).size
    n = np.zeros((sizes, layout.stages, lanes))
    for name, stay in stays.items():
        span = layout.phase(name)
        stages = span.stop - span.start
        n[0, span, :] = np.asarray(stay, float) / stages
    return n / n.sum(axis=(0, 1))
