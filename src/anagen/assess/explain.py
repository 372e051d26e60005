"""Which findings speak for and against each cause, and how strongly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anagen.assess.hypotheses import Hypotheses
from anagen.assess.knowledge import Array, Knowledge
from anagen.assess.records import FindingWeight
from anagen.assess.uncertainty import Draws
from anagen.assess.weigh import Evidence, group_likelihoods
from anagen.catalog.findings import load_settings


def finding_weights(
    knowledge: Knowledge,
    every: Hypotheses,
    central: Array,
    p: Array,
    known: Evidence,
    draws: Draws,
    cause: int,
) -> tuple[tuple[FindingWeight, ...], tuple[FindingWeight, ...]]:
    """Findings for and against one cause, strongest first.

    Each weight compares the hypotheses with the cause to those without it, weighted by what all
    *other* groups of findings say; so a finding is not held against the cause it has just raised.
    """
    inside = every.contains[:, cause]
    inside_kept = inside[draws.rows]
    smallest, clear = (load_settings()[name] for name in ("smallest_weight", "clear_weight"))
    weights: list[FindingWeight] = []
    parts = group_likelihoods(knowledge, every.members, p, known)
    kept_parts = group_likelihoods(knowledge, every.members[draws.rows], draws.p, known)
    cause_id = knowledge.causes[cause].id
    for positions, part, kept_part in zip(known.groups, parts, kept_parts, strict=True):
        weight = central / part
        kept_weight = draws.posterior / kept_part
        for position in positions:
            state = bool(known.present[position])
            ratio = float(_log_ratio(p[:, position], state, weight, inside))
            if abs(ratio) < smallest:
                continue
            moved = _log_ratio(draws.p[:, :, position], state, kept_weight, inside_kept)
            low, high = np.quantile(moved, [0.05, 0.95])
            low, high = float(min(low, ratio)), float(max(high, ratio))
            if low <= 0.0 <= high and abs(ratio) < clear:
                # It says little and may as well speak for the other side: counted, not listed.
                continue
            finding = knowledge.findings[int(known.columns[position])]
            row = knowledge.row(cause_id, finding.id)
            weights.append(
                FindingWeight(
                    finding=finding.id,
                    label=finding.label,
                    state="present" if state else "absent",
                    log_likelihood_ratio=float(ratio),
                    low=low,
                    high=high,
                    source=row.source,
                    verified=row.verified,
                )
            )
    weights.sort(key=lambda w: (-abs(w.log_likelihood_ratio), w.finding))
    return (
        tuple(w for w in weights if w.log_likelihood_ratio > 0),
        tuple(w for w in weights if w.log_likelihood_ratio < 0),
    )


def _log_ratio(p: Array, state: bool, weight: Array, inside: NDArray[np.bool_]) -> Array:
    """ln P(state | with the cause) / P(state | without it); 0 when one side is empty.

    `p`, `weight` Shape: (..., hypothesis). Shape of the result: (...).
    """
    weighted = weight * (p if state else 1.0 - p)
    with_it, without = weight[..., inside].sum(axis=-1), weight[..., ~inside].sum(axis=-1)
    both = (with_it > 0) & (without > 0)
    top = weighted[..., inside].sum(axis=-1) / np.where(both, with_it, 1.0)
    bottom = weighted[..., ~inside].sum(axis=-1) / np.where(both, without, 1.0)
    ratio = np.log(np.maximum(top, 1e-12)) - np.log(np.maximum(bottom, 1e-12))
    return np.where(both, ratio, 0.0)
