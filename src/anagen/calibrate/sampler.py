"""Draws from a posterior whose prior is standard normal.

Elliptical slice sampling (Murray, Adams and MacKay 2010) about a normal approximation of the
posterior (Nishihara, Murray and Adams 2014), which has no step size to tune.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
LogDensity = Callable[[FloatArray], float]
Residual = Callable[[FloatArray], FloatArray]


def normal_approximation(
    residual: Residual, covariance: FloatArray, size: int, steps: int = 40
) -> tuple[FloatArray, FloatArray]:
    """Center and covariance by Gauss-Newton steps from the prior's center, damped where they fail.

    `residual` gives published less predicted. Shapes: (parameter,), (parameter, parameter).
    """
    precision = np.linalg.inv(covariance)
    at = np.zeros(size)
    damping = 1.0

    def cost(scores: FloatArray) -> float:
        miss = residual(scores)
        return 0.5 * float(miss @ precision @ miss + scores @ scores)

    best = cost(at)
    slope = _slope(residual, at)
    for _ in range(steps):
        curvature = slope.T @ precision @ slope + np.eye(size)
        gradient = slope.T @ precision @ residual(at) + at
        tried = at - np.linalg.solve(curvature + damping * np.eye(size), gradient)
        now = cost(tried)
        if now < best:
            done = best - now < 1e-4
            at, best, damping = tried, now, damping / 3.0
            slope = _slope(residual, at)
            if done:
                break
        else:
            damping *= 4.0
            if damping > 1e6:
                break
    return at, np.asarray(np.linalg.inv(slope.T @ precision @ slope + np.eye(size)), np.float64)


def _slope(residual: Residual, at: FloatArray, step: float = 1e-4) -> FloatArray:
    """Derivative of the residual by central differences. Shape: (row, parameter)."""
    columns = []
    for i in range(at.size):
        away = np.zeros(at.size)
        away[i] = step
        columns.append((residual(at + away) - residual(at - away)) / (2.0 * step))
    return np.stack(columns, axis=1)


def draw(
    log_likelihood: LogDensity,
    center: FloatArray,
    covariance: FloatArray,
    *,
    draws: int,
    burn_in: int,
    random: np.random.Generator,
) -> FloatArray:
    """One chain of scores. Shape: (draw, parameter)."""
    lower = np.linalg.cholesky(covariance)

    def weight(away: FloatArray) -> float:
        scores = center + lower @ away
        return log_likelihood(scores) + 0.5 * float(away @ away) - 0.5 * float(scores @ scores)

    at = random.standard_normal(center.size)
    level = weight(at)
    chain = np.empty((draws, center.size))
    for step in range(-burn_in, draws):
        other = random.standard_normal(center.size)
        floor = level + np.log(random.random())
        angle = random.random() * 2.0 * np.pi
        low, high = angle - 2.0 * np.pi, angle
        while True:
            tried = at * np.cos(angle) + other * np.sin(angle)
            now = weight(tried)
            if now > floor:
                at, level = tried, now
                break
            low, high = (angle, high) if angle < 0.0 else (low, angle)
            angle = low + (high - low) * random.random()
        if step >= 0:
            chain[step] = center + lower @ at
    return chain
