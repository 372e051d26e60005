"""How far the answer moves when frequencies and base rates move within their intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anagen.assess.hypotheses import Hypotheses, Shares, prior_draws
from anagen.assess.knowledge import Array, Knowledge, expit, logit
from anagen.assess.weigh import Evidence, combined, log_likelihood, posterior
from anagen.rng import generator

DRAWS = 100
_KEPT = 120  # hypotheses that carry the answer; the rest is below a thousandth


@dataclass(frozen=True, slots=True)
class Draws:
    """Uncertain versions of the weighing over the leading hypotheses.

    `rows` are the hypotheses kept. `posterior` Shape: (draw, kept). `p` Shape: (draw, kept,
    finding), P(finding | hypothesis) of the known findings.
    """

    rows: NDArray[np.intp]
    posterior: Array
    p: Array


def draw(
    knowledge: Knowledge,
    share: Shares,
    every: Hypotheses,
    central: Array,
    known: Evidence,
    patient_id: str,
) -> Draws:
    """Posterior draws. Frequencies move on the logit scale, base rates on the log scale.

    Findings of one group in one cause move together, so that nested thresholds stay nested.
    """
    rows = np.argsort(-central, kind="stable")[:_KEPT]
    kept = Hypotheses(every.members[rows], every.prior[rows], every.contains[rows])
    random = generator(0, patient_id, "assess")
    columns = known.columns
    groups = sorted({knowledge.groups[c] for c in columns})
    position = np.array([groups.index(knowledge.groups[c]) for c in columns], dtype=np.intp)
    causes = len(knowledge.causes)
    common = random.standard_normal((DRAWS, causes, max(1, len(groups))))
    p = np.broadcast_to(knowledge.p[:, columns], (DRAWS, causes, len(columns)))
    said = ~np.isnan(p)
    shift = (
        common[:, :, position] * knowledge.spread[:, columns] if len(columns) else np.zeros(p.shape)
    )
    moved = np.where(said, expit(logit(np.where(said, p, 0.5)) + shift), np.nan)
    base_common = random.standard_normal((DRAWS, max(1, len(groups))))
    base = np.broadcast_to(knowledge.background[columns], (DRAWS, len(columns)))
    if len(columns):
        base = expit(logit(base) + base_common[:, position] * knowledge.background_spread[columns])
    frequency = combined(moved, base, kept.members, knowledge.needs_all[columns])
    weights = prior_draws(
        knowledge,
        share,
        kept,
        random.standard_normal((DRAWS, causes)),
        random.standard_normal((DRAWS, causes, causes)),
    )
    return Draws(
        rows,
        posterior(weights, log_likelihood(knowledge, kept.members, frequency, known)),
        frequency,
    )
