"""What is known of causes and findings, as arrays: built once from the data rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.causes import Cause, load_causes, load_pair_factors
from anagen.catalog.findings import (
    Finding,
    Frequency,
    Sharing,
    load_background,
    load_findings,
    load_frequencies,
    load_sharing,
)

Array = NDArray[np.float64]
NINETY = 2 * 1.6448536269514722  # width of a central 90 % interval in standard deviations


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Frequencies and base-rate material over the causes that can be a verdict.

    `p` Shape: (cause, finding), P(finding | cause), NaN where nothing is said of it.
    `spread` Shape: (cause, finding), standard deviation of logit p.
    `speaks[group]` Shape: (cause,), whether the cause raises any finding of that group.
    `background`, `background_spread` Shape: (finding,).
    `pair_factor`, `pair_spread` Shape: (cause, cause); spread is the SD of the log factor.
    """

    causes: tuple[Cause, ...]
    index: Mapping[str, int]
    findings: tuple[Finding, ...]
    finding_index: Mapping[str, int]
    groups: tuple[str, ...]
    sharing: Mapping[str, Sharing]
    speaks: Mapping[str, NDArray[np.bool_]]
    p: Array
    spread: Array
    background: Array
    background_spread: Array
    needs_all: NDArray[np.bool_]
    pair_factor: Array
    pair_spread: Array
    rows: Mapping[tuple[str, str], Frequency]
    background_rows: Mapping[str, Frequency]

    def row(self, cause: str, finding: str) -> Frequency:
        """The data row behind P(finding | cause): its own, its parent's or the background."""
        return self.rows.get((cause, finding)) or self.background_rows[finding]


def logit(p: Array) -> Array:
    """log(p / (1 - p))."""
    return np.log(p) - np.log1p(-p)


def expit(x: Array) -> Array:
    """The inverse of logit."""
    return 1.0 / (1.0 + np.exp(-x))


def _spread(row: Frequency) -> float:
    low, high = (np.array(bound) for bound in (row.low, row.high))
    return float((logit(high) - logit(low)) / NINETY)


def lineage(cause: Cause, causes: Mapping[str, Cause]) -> tuple[str, ...]:
    """The cause and its parents, nearest first."""
    ids = [cause.id]
    while causes[ids[-1]].parent:
        ids.append(causes[ids[-1]].parent)
    return tuple(ids)


@cache
def load_knowledge() -> Knowledge:
    """Everything the weighing needs. Pure: the same data rows give the same arrays."""
    catalog = load_causes()
    causes = tuple(cause for cause in catalog.values() if cause.kind != "group")
    index = {cause.id: i for i, cause in enumerate(causes)}
    vocabulary = load_findings()
    findings = tuple(vocabulary.values())
    finding_index = {finding.id: i for i, finding in enumerate(findings)}
    stated = {(row.cause, row.finding): row for row in load_frequencies()}
    background = load_background()

    p = np.full((len(causes), len(findings)), np.nan)
    spread = np.zeros_like(p)
    rows: dict[tuple[str, str], Frequency] = {}
    for cause in causes:
        for ancestor in reversed(lineage(cause, catalog)):
            for finding in vocabulary:
                row = stated.get((ancestor, finding))
                if row is not None:
                    rows[cause.id, finding] = row
    for (cause_id, finding), row in rows.items():
        p[index[cause_id], finding_index[finding]] = row.p
        spread[index[cause_id], finding_index[finding]] = _spread(row)

    base = np.array([background[f.id].p for f in findings])
    raised = np.nan_to_num(p, nan=0.0) > base
    groups = tuple(finding.group for finding in findings)
    speaks = {
        group: np.any(raised[:, [i for i, g in enumerate(groups) if g == group]], axis=1)
        for group in dict.fromkeys(groups)
    }
    factor, factor_spread = _pairs(causes, index, catalog)
    return Knowledge(
        causes=causes,
        index=index,
        findings=findings,
        finding_index=finding_index,
        groups=groups,
        sharing=load_sharing(),
        speaks=speaks,
        p=p,
        spread=spread,
        background=base,
        background_spread=np.array([_spread(background[f.id]) for f in findings]),
        needs_all=np.array([f.combine == "all" for f in findings]),
        pair_factor=factor,
        pair_spread=factor_spread,
        rows=rows,
        background_rows=background,
    )


def _pairs(
    causes: tuple[Cause, ...], index: Mapping[str, int], catalog: Mapping[str, Cause]
) -> tuple[Array, Array]:
    """Factors of all pairs: named ones, then those of one cause with any other, then the default.

    Two kinds of one disease cannot be two diseases, so they get 0 unless they are named.
    """
    named = {(pair.a, pair.b): pair for pair in load_pair_factors()}
    default = named.pop(("*", "*"))
    n = len(causes)
    factor = np.full((n, n), default.factor)
    spread = np.full((n, n), np.log(default.high / default.low) / NINETY)
    for i, a in enumerate(causes):
        for j, b in enumerate(causes):
            same_family = a.parent and a.parent == b.parent
            if i == j or same_family or a.kind == "trigger" or b.kind == "trigger":
                factor[i, j] = 0.0
    for (a_id, b_id), pair in sorted(named.items(), key=lambda item: item[0][1] != "*"):
        i, j = index[a_id], slice(None) if b_id == "*" else index[b_id]
        width = np.log(pair.high / pair.low) / NINETY if pair.low > 0 else 0.0
        factor[i, j] = factor[j, i] = pair.factor
        spread[i, j] = spread[j, i] = width
    return factor, spread
