"""Weighing findings: P(findings | hypothesis) with pairs, dependence groups and uncertainty.

P(finding | pair) is a noisy OR over the causes that say something of the finding, above the
background; findings that need all causes (a loss shorter than six months) take the smallest.
Within a group of findings that go together, a share of patients shows them as one sign
(comonotone), the rest independently. Both parts stay consistent when a finding is left out, so
that a missing finding changes nothing and order never matters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anagen.assess.hypotheses import Hypotheses
from anagen.assess.knowledge import Array, Knowledge

_FLOOR = 1e-6  # no likelihood is exactly zero: a data row can be wrong


@dataclass(frozen=True, slots=True)
class Evidence:
    """The known findings: column indices and states, grouped. Shape: (finding,) each."""

    columns: NDArray[np.intp]
    present: NDArray[np.bool_]
    groups: tuple[tuple[int, ...], ...]
    names: tuple[str, ...]


def evidence(knowledge: Knowledge, states: Mapping[str, bool]) -> Evidence:
    """The findings with a state, in vocabulary order, with their dependence groups."""
    known = sorted(knowledge.finding_index[f] for f in states)
    names = [knowledge.findings[i].id for i in known]
    grouped: dict[str, list[int]] = {}
    for position, column in enumerate(known):
        grouped.setdefault(knowledge.groups[column], []).append(position)
    return Evidence(
        columns=np.array(known, dtype=np.intp),
        present=np.array([states[name] for name in names], dtype=bool),
        groups=tuple(tuple(positions) for positions in grouped.values()),
        names=tuple(grouped),
    )


def combined(
    p: Array, background: Array, members: NDArray[np.intp], needs_all: NDArray[np.bool_]
) -> Array:
    """P(finding | hypothesis) from P(finding | cause).

    `p` Shape: (..., cause, finding) with NaN for "nothing said"; `background` (..., finding);
    `members` (hypothesis, member). Shape of the result: (..., hypothesis, finding).
    """
    padded = np.concatenate([p, np.full((*p.shape[:-2], 1, p.shape[-1]), np.nan)], axis=-2)
    each = padded[..., members, :]  # index -1 is the padding row
    said = ~np.isnan(each)
    base = background[..., None, None, :]
    largest = np.max(np.where(said, each, -1.0), axis=-2)
    excess = np.where(said, np.maximum(0.0, (each - base) / (1.0 - base)), 0.0)
    missed = np.prod(1.0 - excess, axis=-2)
    top = np.max(excess, axis=-2)
    noisy_or = 1.0 - (1.0 - largest) * missed / np.maximum(1.0 - top, 1e-12)
    smallest = np.min(np.where(said, each, 2.0), axis=-2)
    value = np.where(needs_all, smallest, noisy_or)
    none = ~np.any(said, axis=-2)
    value = np.where(none, background[..., None, :], value)
    return np.clip(value, _FLOOR, 1.0 - _FLOOR)


def sharing(knowledge: Knowledge, members: NDArray[np.intp], group: str) -> Array:
    """Share of a group that goes together under each hypothesis. Shape: (hypothesis,).

    Signs hang together through the disease that makes them. Under hypotheses that raise none of
    them they are chance findings, and only a part of the share is kept (observers err together).
    """
    share = knowledge.sharing.get(group)
    if share is None:
        return np.zeros(members.shape[0])
    speaks = np.append(knowledge.speaks[group], False)[members].any(axis=1)
    return np.where(speaks, share.by_cause, share.by_chance)


def group_likelihood(p: Array, present: NDArray[np.bool_], shared: Array) -> Array:
    """P(states of one group). `p` Shape: (..., hypothesis, finding); `shared` (hypothesis,)."""
    on, off = p[..., present], p[..., ~present]
    independent = np.prod(on, axis=-1) * np.prod(1.0 - off, axis=-1)
    if p.shape[-1] == 1:
        return np.maximum(independent, _FLOOR)
    low = np.min(on, axis=-1) if on.shape[-1] else np.ones(p.shape[:-1])
    high = np.max(off, axis=-1) if off.shape[-1] else np.zeros(p.shape[:-1])
    together = np.maximum(0.0, low - high)
    return np.maximum(shared * together + (1.0 - shared) * independent, _FLOOR)


def group_likelihoods(
    knowledge: Knowledge, members: NDArray[np.intp], p: Array, known: Evidence
) -> list[Array]:
    """One likelihood per dependence group. `p` Shape: (..., hypothesis, finding)."""
    return [
        group_likelihood(
            p[..., list(positions)],
            known.present[list(positions)],
            sharing(knowledge, members, name),
        )
        for positions, name in zip(known.groups, known.names, strict=True)
    ]


def log_likelihood(
    knowledge: Knowledge, members: NDArray[np.intp], p: Array, known: Evidence
) -> Array:
    """log P(all known findings). `p` Shape: (..., hypothesis, finding). Result without finding."""
    total = np.zeros(p.shape[:-1])
    for part in group_likelihoods(knowledge, members, p, known):
        total = total + np.log(part)
    return total


def posterior(prior: Array, log_weight: Array) -> Array:
    """Bayes' rule over the last axis."""
    log_post = np.log(np.maximum(prior, 1e-300)) + log_weight
    log_post = log_post - np.max(log_post, axis=-1, keepdims=True)
    weight = np.exp(log_post)
    return weight / np.sum(weight, axis=-1, keepdims=True)


def doubted(fitted: Array, prior: Array, misleading: float) -> Array:
    """The posterior when a share `misleading` of records says nothing of the cause.

    Signs are misread and diseases mimic one another in ways that no row knows of. Such a record
    leaves the base rates standing, so no picture, however typical, is taken for certain. Without
    findings both are the same, and findings that are left out still change nothing.
    """
    return (1.0 - misleading) * fitted + misleading * prior


def frequencies(knowledge: Knowledge, chosen: Hypotheses, columns: NDArray[np.intp]) -> Array:
    """P(finding | hypothesis) for some columns. Shape: (hypothesis, finding)."""
    return combined(
        knowledge.p[:, columns],
        knowledge.background[columns],
        chosen.members,
        knowledge.needs_all[columns],
    )
