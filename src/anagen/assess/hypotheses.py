"""Hypotheses (one cause, two at once, an effluvium with its trigger) and their prior weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anagen.assess.knowledge import NINETY, Array, Knowledge
from anagen.catalog.causes import BaseRate, Cause
from anagen.catalog.findings import load_settings
from anagen.patients.record import PatientRecord

MEMBERS = 3  # two causes and the trigger of one of them


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """All hypotheses of one person.

    `members` Shape: (hypothesis, 3), indices of causes, -1 for none. `prior` Shape: (hypothesis,),
    sums to 1. `contains` Shape: (hypothesis, cause).
    """

    members: NDArray[np.intp]
    prior: Array
    contains: NDArray[np.bool_]

    def causes_of(self, row: int) -> tuple[int, ...]:
        """Indices of the causes of one hypothesis."""
        return tuple(int(i) for i in self.members[row] if i >= 0)


@dataclass(frozen=True, slots=True)
class Shares:
    """Base rates as fractions, and the spread of their logarithm. Shape: (cause,) each.

    For a trigger the share is among people with the effluvium it requires.
    """

    value: Array
    spread: Array


def _rates(cause: Cause, sex: str | None, age: float | None) -> list[BaseRate]:
    rates = [r for r in cause.base_rates if sex is None or r.sex in (sex, "any")]
    if age is None:
        # Unknown age: every band counts, nothing is filled in.
        return rates
    return [r for r in rates if r.age_from <= age < r.age_to]


def shares(knowledge: Knowledge, record: PatientRecord) -> Shares:
    """Base rate of every cause for this sex, age and ancestry; unknown ones are averaged over."""
    value = np.zeros(len(knowledge.causes))
    spread = np.zeros(len(knowledge.causes))
    largest = load_settings()["largest_share"]
    for i, cause in enumerate(knowledge.causes):
        rates = [r for r in _rates(cause, record.sex, record.age_years) if r.share_percent > 0]
        total = len(_rates(cause, record.sex, record.age_years))
        if not rates:
            continue
        factor = cause.ancestry_factor.get(record.ancestry or "", 1.0)
        value[i] = min(largest, factor * sum(r.share_percent for r in rates) / total / 100.0)
        spread[i] = np.mean([np.log(r.high_percent / r.low_percent) / NINETY for r in rates])
    return Shares(value, spread)


def hypotheses(knowledge: Knowledge, share: Shares) -> Hypotheses:
    """Every single cause and every possible pair, with the trigger of an effluvium where one acts.

    P(a and b) = share(a) share(b) factor(a, b). An effluvium is split over its triggers, so that
    fever and a diet compete to explain the same shedding.
    """
    active = [i for i, c in enumerate(knowledge.causes) if c.kind == "disease" and share.value[i]]
    rows: list[tuple[int, ...]] = []
    weights: list[float] = []
    for position, a in enumerate(active):
        rows.append((a,))
        weights.append(float(share.value[a]))
        for b in active[position + 1 :]:
            weight = share.value[a] * share.value[b] * knowledge.pair_factor[a, b]
            if weight > 0:
                rows.append((a, b))
                weights.append(float(weight))
    rows, weights = _split_triggers(knowledge, share, rows, weights)
    members = np.full((len(rows), MEMBERS), -1, dtype=np.intp)
    contains = np.zeros((len(rows), len(knowledge.causes)), dtype=bool)
    for r, row in enumerate(rows):
        members[r, : len(row)] = row
        contains[r, list(row)] = True
    prior = np.array(weights)
    return Hypotheses(members, prior / prior.sum(), contains)


def _split_triggers(
    knowledge: Knowledge, share: Shares, rows: list[tuple[int, ...]], weights: list[float]
) -> tuple[list[tuple[int, ...]], list[float]]:
    largest = load_settings()["largest_share"]
    triggers: dict[int, list[int]] = {}
    for i, cause in enumerate(knowledge.causes):
        if cause.kind == "trigger" and share.value[i] > 0:
            triggers.setdefault(knowledge.index[cause.requires], []).append(i)
    split_rows: list[tuple[int, ...]] = []
    split_weights: list[float] = []
    for row, weight in zip(rows, weights, strict=True):
        acting = [t for member in row for t in triggers.get(member, [])]
        total = float(sum(share.value[t] for t in acting))
        known = min(largest, total)
        split_rows.append(row)
        split_weights.append(weight * (1.0 - known))
        for t in acting:
            split_rows.append((*row, t))
            split_weights.append(weight * float(share.value[t]) * known / total)
    return split_rows, split_weights


def prior_draws(
    knowledge: Knowledge, share: Shares, chosen: Hypotheses, normal: Array, pair_normal: Array
) -> Array:
    """Prior weights under uncertain base rates and pair factors (not normalized).

    `normal` Shape: (draw, cause) and `pair_normal` Shape: (draw, cause, cause), standard normal.
    Shape of the result: (draw, hypothesis).
    """
    log_weight = np.log(np.maximum(chosen.prior, 1e-300))[None, :].repeat(normal.shape[0], axis=0)
    shifted = normal * share.spread[None, :]
    log_weight += shifted @ chosen.contains.T
    is_disease = np.array([c.kind == "disease" for c in knowledge.causes])
    for r in range(chosen.members.shape[0]):
        diseases = [i for i in chosen.causes_of(r) if is_disease[i]]
        if len(diseases) == 2:
            a, b = sorted(diseases)
            log_weight[:, r] += pair_normal[:, a, b] * knowledge.pair_spread[a, b]
    return np.exp(log_weight)
