"""The cohort scalp of one person: twins at day 0, from which every arm goes on.

Mechanisms are drawn, pattern loss and episodes get the past that fits the person, and all of them
share one run-in.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import value
from anagen.model.scalp_day import CELL_INDEX, FALLEN, RECORD
from anagen.simulate.advance import LEAST_REFERENCE, advance, no_seeds
from anagen.simulate.episode import run_episode, without_areata
from anagen.simulate.pattern_history import run_pattern_history, thinned_before_treatment
from anagen.simulate.person import Person
from anagen.simulate.releases import (
    mechanism_drivers,
    release_scale,
    scaled_release,
    unexplained,
)
from anagen.simulate.twins import (
    Group,
    Lanes,
    build,
    hair_count,
    sample_mechanisms,
    start_fixed_loss,
    uses_patches,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def start_cohort(
    person: Person, drivers: FloatArray, draws: int, seed: int, workers: int | None = None
) -> list[Group]:
    """Twins at day 0, by mechanism. `drivers` (draw, day, driver) are those of the run-in."""
    mechanisms = sample_mechanisms(person, draws, seed)
    groups = []
    for names in sorted(set(mechanisms), key=sorted):
        lanes = np.array([d for d in range(draws) if mechanisms[d] == names], dtype=np.int64)
        # A scarred follicle cannot be attacked again, so scarring decides the cells.
        acting = names - {"autoimmune"} if "scarring" in names else names
        groups.append(_start_group(person, lanes, draws, acting, drivers, seed, workers))
    return groups


def _start_group(
    person: Person,
    lanes: IntArray,
    draws: int,
    mechanisms: frozenset[str],
    drivers: FloatArray,
    seed: int,
    workers: int | None,
) -> Group:
    if "autoimmune" in mechanisms:
        known = "candidates_per_draw" if person.salt_before is None else "candidates_with_a_past"
        candidates = int(value(known))
    elif "androgenetic" in mechanisms:
        candidates = int(value("history_candidates"))
    else:
        candidates = 1
    pool = draws * candidates
    wide = (lanes[None, :] + draws * np.arange(candidates)[:, None]).ravel()
    source = Lanes(person, wide, pool, seed, draws=draws)
    group = build(source, mechanisms)
    own = drivers[wide % draws]
    group.hidden = unexplained(group, own)
    own = mechanism_drivers(group, own, person, -drivers.shape[1], draws, seed)
    if "androgenetic" in mechanisms:
        # Candidates of an episode are weighed later, so all of them are kept here.
        count = wide.size if "autoimmune" in mechanisms else lanes.size
        group, fitting = run_pattern_history(group, source, drivers.shape[1], count, workers)
        if "autoimmune" in mechanisms:
            group = group.take(np.argsort(fitting), wide)
        else:
            group.draws, own = lanes, own[fitting]
            source = Lanes(person, wide[fitting], pool, seed, draws=draws)
            if person.running or person.ended:
                group = thinned_before_treatment(group, source, own, workers)
    if "autoimmune" in mechanisms:
        if mechanisms - {"autoimmune"}:
            group.without_areata = without_areata(group)
        group = run_episode(group, source, lanes, own, workers)
    else:
        if uses_patches(person, mechanisms):
            _scar(group, source, mechanisms)
        # The scar as measured is the start; it must not grow on the way there.
        margin = group.cells[CELL_INDEX["scarred"]].copy()
        group.cells[CELL_INDEX["scarred"]] = 0.0
        if "effluvium" in mechanisms and person.hairs_shed_per_day is not None:
            group.release_scale = release_scale(group, source, own, workers)
            own = scaled_release(own, group.release_scale)
        record = _advance_run_in(group, own, workers)
        group.cells[CELL_INDEX["scarred"]] = margin
        if "androgenetic" in mechanisms and not uses_patches(person, mechanisms):
            _meet_count(group, person, record)
    return group


def _meet_count(group: Group, person: Person, today: FloatArray) -> None:
    """Makes follicles as dense as the hairs counted today ask for, in place.

    `today` (record, cell, lane). A twin whose hair would not thin as far as the count says began
    with fewer follicles; one that does not show as much as was expected of its share, with more.
    """
    counted = hair_count(person)
    if counted is None:
        return
    seen = "visible_total" if person.terminal_density is None else "visible_terminal"
    shown = (group.target * today[RECORD.index(seen)]).sum(axis=0)
    ratio = counted / (group.density * np.maximum(shown, LEAST_REFERENCE))
    group.density = group.density * ratio
    if group.release_scale is None:
        # Where shed hairs were counted, the whole head is known by them.
        group.head, group.usual_shed = group.head * ratio, group.usual_shed * ratio


def _scar(group: Group, source: Lanes, mechanisms: frozenset[str]) -> None:
    if source.person.salt is not None:
        share = np.full(source.index.size, min(source.person.salt, 100.0) / 100.0)
    else:
        share = source.trait("scarred_share_unknown")
    margin = source.parameter("scarring_margin_share")
    start_fixed_loss(group, share, margin if "scarring" in mechanisms else 0.0 * margin)


def _advance_run_in(group: Group, drivers: FloatArray, workers: int | None) -> FloatArray:
    """Lives through the run-in, in place; its last day. Shape: (record, cell, lane)."""
    days, lanes = drivers.shape[1], group.draws.size
    calm = np.zeros((days, lanes))
    record = advance(group, drivers, calm, no_seeds(days, lanes), workers=workers)
    group.last_fallen = record[-1, FALLEN]
    return record[-1]
