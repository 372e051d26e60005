"""Hypotheses as mixtures of causes, and what cannot be told apart."""

from __future__ import annotations

import numpy as np

from anagen.assess.hypotheses import Hypotheses
from anagen.assess.knowledge import Array, Knowledge
from anagen.assess.records import Mixture
from anagen.catalog.findings import load_settings

_LISTED = 40


def mixtures(knowledge: Knowledge, every: Hypotheses, central: Array) -> tuple[Mixture, ...]:
    """The leading hypotheses, likeliest first, and one row for all others; they sum to 1."""
    order = np.argsort(-central, kind="stable")[:_LISTED]
    listed: list[Mixture] = []
    for row in order:
        if central[row] < load_settings()["smallest_mixture"]:
            break
        causes = [knowledge.causes[i] for i in every.causes_of(int(row))]
        listed.append(
            Mixture(
                causes=tuple(cause.id for cause in causes),
                label=" with ".join(cause.label for cause in causes),
                probability=float(central[row]),
            )
        )
    rest = 1.0 - sum(mixture.probability for mixture in listed)
    if rest > 1e-9:
        listed.append(Mixture((), "any other cause or combination", float(rest)))
    return tuple(listed)


def alike(knowledge: Knowledge, every: Hypotheses, central: Array) -> list[tuple[int, int]]:
    """Pairs of causes that compete for the same picture and are not settled, likeliest first."""
    settings = load_settings()
    marginal = central @ every.contains
    rivals = [
        i
        for i in np.argsort(-marginal, kind="stable")[:8]
        if marginal[i] >= settings["possible_probability"] and knowledge.causes[i].kind == "disease"
    ]
    pairs: list[tuple[int, int]] = []
    for position, a in enumerate(rivals):
        for b in rivals[position + 1 :]:
            both = float(central[every.contains[:, a] & every.contains[:, b]].sum())
            smaller = float(min(marginal[a], marginal[b]))
            if both < 0.5 * smaller and marginal[a] < settings["alike_ratio"] * marginal[b]:
                pairs.append((int(a), int(b)))
    return pairs
