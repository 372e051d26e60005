"""What a trial row is expected to show at any parameter set, learned from an ensemble.

A generalized linear model of each row in the scores of the parameters: linear, square and, for the
few parameters that matter most, their products. Shares of responders have a logit link, means are
linear. Each set of the ensemble met few people, so the model also takes the chance of those out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from anagen.calibrate.simulation import Ensemble
from anagen.calibrate.targets import to_scale

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Penalties tried, in units of one person seen; squares and products carry more than lines.
PENALTIES = (1.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
CURVED = 3.0
FOLDS = 4
# The penalty is chosen on so many rows, evenly over all of them.
ROWS_TRIED = 24
STEPS = 12
CONVERGED = 1e-3
# A logit beyond this is a share of 0.03 % or less away from 0 or 1.
LARGEST_LOGIT = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Emulator:
    """`coefficients` (feature, row); `pairs` (pair, 2) parameters whose products are features;
    `error` (row, row) covariance of the error of a prediction on the fitting scale."""

    pairs: IntArray
    coefficients: FloatArray
    percent: NDArray[np.bool_]
    error: FloatArray
    penalty: float

    def predict(self, scores: FloatArray) -> FloatArray:
        """Expected rows in their units. `scores` (..., parameter). Shape: (..., row)."""
        return _link(features(scores, self.pairs) @ self.coefficients, self.percent)


def features(scores: FloatArray, pairs: IntArray) -> FloatArray:
    """1, lines, squares and products of scores. Shape: (..., feature)."""
    one = np.ones((*scores.shape[:-1], 1))
    squares = (scores**2 - 1.0) / np.sqrt(2.0)
    products = scores[..., pairs[:, 0]] * scores[..., pairs[:, 1]]
    return np.concatenate([one, scores, squares, products], axis=-1)


def learn(
    ensemble: Ensemble, percent: NDArray[np.bool_], weights: FloatArray, strongest: int = 8
) -> Emulator:
    """Fits all rows with the penalty that predicts sets left out best.

    `weights` (set,): how much each set counts, 1 for the sets nearest to the posterior.
    """
    none = np.zeros((0, 2), dtype=np.int64)
    plain = features(ensemble.scores, none)
    first = _fit(plain, ensemble, percent, weights, 10.0)
    size = ensemble.scores.shape[1]
    effect = np.abs(first[1 : size + 1]) / (np.abs(first[1 : size + 1]).sum(axis=0) + 1e-12)
    top = np.sort(np.argsort(-effect.sum(axis=1))[:strongest])
    pairs = np.array([(a, b) for i, a in enumerate(top) for b in top[i + 1 :]], dtype=np.int64)
    pairs = pairs.reshape(-1, 2)
    x = features(ensemble.scores, pairs)
    tried = np.unique(np.linspace(0, percent.size - 1, ROWS_TRIED).astype(np.int64))
    some = replace(ensemble, mean=ensemble.mean[:, tried], people_seen=ensemble.people_seen[tried])
    losses = [_left_out_loss(x, some, percent[tried], weights, p) for p in PENALTIES]
    penalty = PENALTIES[int(np.argmin(losses))]
    coefficients = _fit(x, ensemble, percent, weights, penalty)
    return Emulator(
        pairs, coefficients, percent, _error(x, ensemble, percent, weights, penalty), penalty
    )


def _link(eta: FloatArray, percent: NDArray[np.bool_]) -> FloatArray:
    share = 100.0 / (1.0 + np.exp(-np.clip(eta, -LARGEST_LOGIT, LARGEST_LOGIT)))
    return np.where(percent, share, eta)


def _fit(
    x: FloatArray,
    ensemble: Ensemble,
    percent: NDArray[np.bool_],
    weights: FloatArray,
    penalty: float,
) -> FloatArray:
    """Penalized coefficients of all rows. Shape: (feature, row)."""
    lines = ensemble.scores.shape[1]
    shrink = np.full(x.shape[1], penalty * CURVED)
    shrink[0], shrink[1 : lines + 1] = 1e-9, penalty
    coefficients = np.zeros((x.shape[1], percent.size))
    for row in range(percent.size):
        y = ensemble.mean[:, row]
        if percent[row]:
            seen = weights * ensemble.people_seen[row]
            coefficients[:, row] = _logit(x, y / 100.0, seen, shrink)
        else:
            spread = max(float(np.var(y)), 1e-12)
            coefficients[:, row] = _solve(x, y, weights, shrink, spread)
    return coefficients


def _solve(
    x: FloatArray, y: FloatArray, weights: FloatArray, shrink: FloatArray, spread: float
) -> FloatArray:
    mean = float(np.average(y, weights=weights))
    scale = np.sqrt(spread)
    left = (x * weights[:, None]).T @ x + np.diag(shrink)
    found = np.linalg.solve(left, x.T @ (weights * (y - mean) / scale)) * scale
    found[0] += mean
    return found


def _logit(x: FloatArray, y: FloatArray, seen: FloatArray, shrink: FloatArray) -> FloatArray:
    """Iteratively reweighted least squares of a share."""
    start = (np.sum(seen * y) + 0.5) / (np.sum(seen) + 1.0)
    coefficients = np.zeros(x.shape[1])
    coefficients[0] = np.log(start / (1.0 - start))
    for _ in range(STEPS):
        eta = np.clip(x @ coefficients, -LARGEST_LOGIT, LARGEST_LOGIT)
        share = 1.0 / (1.0 + np.exp(-eta))
        weight = seen * np.maximum(share * (1.0 - share), 1e-5)
        gradient = x.T @ (seen * (y - share)) - shrink * coefficients
        step = np.linalg.solve((x * weight[:, None]).T @ x + np.diag(shrink), gradient)
        coefficients = coefficients + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < CONVERGED:
            break
    return coefficients


def _part(ensemble: Ensemble, kept: NDArray[np.bool_]) -> Ensemble:
    return replace(ensemble, scores=ensemble.scores[kept], mean=ensemble.mean[kept])


def _left_out_loss(
    x: FloatArray,
    ensemble: Ensemble,
    percent: NDArray[np.bool_],
    weights: FloatArray,
    penalty: float,
) -> float:
    """Squared error of sets left out, each row in units of its spread."""
    fold = np.arange(x.shape[0]) % FOLDS
    loss = 0.0
    spread = ensemble.mean.std(axis=0) + 1e-9
    for k in range(FOLDS):
        kept = fold != k
        found = _fit(x[kept], _part(ensemble, kept), percent, weights[kept], penalty)
        miss = (_link(x[~kept] @ found, percent) - ensemble.mean[~kept]) / spread
        loss += float((weights[~kept, None] * miss**2).sum())
    return loss


def _error(
    x: FloatArray,
    ensemble: Ensemble,
    percent: NDArray[np.bool_],
    weights: FloatArray,
    penalty: float,
) -> FloatArray:
    """Covariance of the error of a prediction. Shape: (row, row).

    Two halves disagree by twice the error of the whole. Rows learned from the same people err
    together; were each said to err alone, an arm's visits would tell less of its course.
    """
    halves = []
    for k in range(2):
        kept = np.arange(x.shape[0]) % 2 == k
        found = _fit(x[kept], _part(ensemble, kept), percent, weights[kept], penalty)
        halves.append(to_scale(_link(x @ found, percent), percent))
    apart = halves[0] - halves[1]
    return (apart * weights[:, None]).T @ apart / weights.sum() / 4.0
