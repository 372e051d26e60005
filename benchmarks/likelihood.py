"""One likelihood of the joint calibration and its gradient, by emulator and by engine.

The emulator is learned from made-up answers to the real rows: it has the shape of the real one, and
its time does not depend on what it learned. The sampler draws without a gradient; one by central
differences stands here for whoever would want it. The engine has none.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from anagen.calibrate.fit import learned
from anagen.calibrate.likelihood import Likelihood
from anagen.calibrate.priors import calibrated
from anagen.calibrate.simulation import SETS_PER_CHUNK, Ensemble, run
from anagen.calibrate.targets import LAYERS, fitted_trials, targets
from anagen.simulate.parameter_draws import PEOPLE_PER_SET
from benchmarks.race import race, seconds

SETS = 300
EVALUATIONS = 100
STEP = 1e-3


def made_up(layer: str) -> Likelihood:
    """A likelihood with the rows and parameters of a layer and an emulator of nonsense."""
    wanted, names = targets(fitted_trials(layer)), calibrated(layer)
    random = np.random.default_rng(0)
    scores = random.standard_normal((SETS, len(names)))
    rows = len(wanted.rows)
    eta = 0.3 * scores @ random.standard_normal((len(names), rows))
    mean = np.where(wanted.percent, 100.0 / (1.0 + np.exp(-eta)), 10.0 * eta)
    # As in the real one, people who recover unaided are part of the immune layer alone.
    counted = np.full(rows, float(layer == "areata"))
    ensemble = Ensemble(scores, mean, mean, counted, 900.0 * np.eye(rows), np.full(rows, 5.0))
    return learned(wanted, names, ensemble, np.ones(SETS))


def gradient(found: Likelihood, at: np.ndarray) -> np.ndarray:
    """Gradient of the log-likelihood by central differences. Shape: (parameter,)."""
    slope = np.empty(at.size)
    for i in range(at.size):
        away = np.zeros(at.size)
        away[i] = STEP
        slope[i] = (found.log(at + away) - found.log(at - away)) / (2.0 * STEP)
    return slope


def measure(turns: int) -> dict[str, dict[str, float]]:
    """Milliseconds by layer, compiled."""
    result: dict[str, dict[str, float]] = {}
    for layer in LAYERS:
        found = made_up(layer)
        at = np.zeros(len(found.names))
        times = race(
            {
                "likelihood": lambda found=found, at=at: [
                    found.log(at) for _ in range(EVALUATIONS)
                ],
                "gradient": lambda found=found, at=at: gradient(found, at),
            },
            turns,
        )
        size = len(found.parameters)
        scores = np.random.default_rng(1).standard_normal((SETS_PER_CHUNK, size))

        def engine(seed: int, found: Likelihood = found, scores: np.ndarray = scores) -> None:
            with tempfile.TemporaryDirectory() as folder:
                run(found.targets.trials, found.parameters, scores, seed=seed, folder=Path(folder))

        # The first run compiles, or loads what an earlier process compiled: it is not counted.
        engine(1)
        again = seconds(lambda: engine(2))
        result[layer] = {
            "rows": float(len(found.targets.rows)),
            "parameters": float(size),
            "scores": float(at.size),
            "one likelihood by emulator, ms": 1e3 * times["likelihood"].least / EVALUATIONS,
            "one gradient by emulator (central differences), ms": 1e3 * times["gradient"].least,
            f"one set by engine ({PEOPLE_PER_SET} people a stratum), ms": 1e3
            * again
            / SETS_PER_CHUNK,
        }
    return result
