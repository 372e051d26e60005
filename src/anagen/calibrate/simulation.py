"""Runs an ensemble of parameter sets through every fitted trial, in chunks that survive a kill.

Each set meets its own few people, so one run says little about its set; what the ensemble says
together is what the emulator learns.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anagen.calibrate.priors import parameter_sets
from anagen.calibrate.targets import FittedTrial
from anagen.simulate.parameter_draws import PEOPLE_PER_SET
from anagen.simulate.parameter_sets import SeedWithSets
from anagen.trials.predict import Reading, read

FloatArray = NDArray[np.float64]
Progress = Callable[[int, int, str], None]

# Sets in one chunk: bounds memory and what a kill can lose.
SETS_PER_CHUNK = 100


@dataclass(frozen=True, slots=True, eq=False)
class Ensemble:
    """What the sets of an ensemble predict.

    `scores` (set, parameter); `mean` (set, row) in the unit of the row; `people` (row, row)
    covariance between two rows over the people of one arm, 0 between arms; `people_seen` (row,)
    effective people behind one entry of `mean`.
    """

    scores: FloatArray
    mean: FloatArray
    people: FloatArray
    people_seen: FloatArray

    def join(self, other: Ensemble) -> Ensemble:
        """Both ensembles as one."""
        a, b = self.scores.shape[0], other.scores.shape[0]
        return Ensemble(
            np.concatenate([self.scores, other.scores]),
            np.concatenate([self.mean, other.mean]),
            (a * self.people + b * other.people) / (a + b),
            (a * self.people_seen + b * other.people_seen) / (a + b),
        )


def run(
    trials: tuple[FittedTrial, ...],
    names: tuple[str, ...],
    scores: FloatArray,
    *,
    seed: int,
    folder: Path,
    progress: Progress | None = None,
    workers: int | None = None,
) -> Ensemble:
    """The ensemble of all `scores` (set, parameter); finished chunks in `folder` are used again."""
    folder.mkdir(parents=True, exist_ok=True)
    starts = range(0, scores.shape[0], SETS_PER_CHUNK)
    total, found = len(starts) * len(trials), None
    for number, start in enumerate(starts):
        part = scores[start : start + SETS_PER_CHUNK]
        mark = hashlib.sha256(part.tobytes() + repr((names, seed, number)).encode()).hexdigest()
        path = folder / f"{mark[:16]}.npz"
        if path.exists():
            chunk = _load(path, part)
        else:
            chunk = _chunk(
                trials, names, part, seed + number, number * len(trials), total, progress, workers
            )
            _save(path, chunk)
        found = chunk if found is None else found.join(chunk)
    if progress:
        progress(total, total, "done")
    assert found is not None
    return found


def _load(path: Path, scores: FloatArray) -> Ensemble:
    with np.load(path) as stored:
        return Ensemble(scores, stored["mean"], stored["people"], stored["people_seen"])


def _save(path: Path, chunk: Ensemble) -> None:
    """Written beside its place and moved there, so that a kill leaves no half file."""
    temporary = path.with_suffix(f".{os.getpid()}.npz")
    np.savez(temporary, mean=chunk.mean, people=chunk.people, people_seen=chunk.people_seen)
    temporary.replace(path)


def _chunk(
    trials: tuple[FittedTrial, ...],
    names: tuple[str, ...],
    scores: FloatArray,
    seed: int,
    done: int,
    total: int,
    progress: Progress | None,
    workers: int | None,
) -> Ensemble:
    sets = parameter_sets(names, scores)
    means, people, seen = [], [], []
    for number, fitted in enumerate(trials):
        if progress:
            progress(done + number, total, fitted.trial.id)
        readings = read(
            fitted.trial,
            fitted.asked,
            draws=scores.shape[0] * PEOPLE_PER_SET,
            seed=SeedWithSets(seed, sets),
            workers=workers,
        )
        means.append(np.stack([_set_means(reading) for reading in readings], axis=1))
        people.append(_people_covariance(readings))
        seen.append([_people_seen(reading) for reading in readings])
    size = sum(part.shape[0] for part in people)
    covariance, at = np.zeros((size, size)), 0
    for part in people:
        covariance[at : at + part.shape[0], at : at + part.shape[0]] = part
        at += part.shape[0]
    return Ensemble(
        scores, np.concatenate(means, axis=1), covariance, np.concatenate(seen).astype(float)
    )


def _set_means(reading: Reading) -> FloatArray:
    """Mean of the people of each set; the mean of all where nobody of a set counts. (set,)."""
    top = (reading.weight * reading.seen).sum(axis=0).reshape(-1, PEOPLE_PER_SET).sum(axis=1)
    bottom = reading.weight.sum(axis=0).reshape(-1, PEOPLE_PER_SET).sum(axis=1)
    everyone = top.sum() / max(bottom.sum(), 1e-12)
    mean = np.where(bottom > 0.0, top / np.maximum(bottom, 1e-12), everyone)
    return mean if reading.control is None else mean - _set_means(reading.control)


def _people_seen(reading: Reading) -> float:
    """Effective people in one set: strata count for their share."""
    weight = reading.weight.reshape(reading.weight.shape[0], -1, PEOPLE_PER_SET)
    total, squares = weight.sum(axis=(0, 2)), (weight**2).sum(axis=(0, 2))
    return float(np.mean(total**2 / np.maximum(squares, 1e-12)))


def _people_covariance(readings: tuple[Reading, ...]) -> FloatArray:
    """Covariance over people of one arm, each row about the mean of its set. Shape: (row, row)."""
    count = len(readings)
    away = [_away(reading) for reading in readings]
    covariance = np.zeros((count, count))
    for i in range(count):
        for j in range(i, count):
            a, b = readings[i], readings[j]
            if a.asked.arm != b.asked.arm:
                continue
            weight = np.sqrt(a.weight * b.weight)
            both = float((weight * away[i] * away[j]).sum() / max(weight.sum(), 1e-12))
            if i == j and a.control is not None:
                other = _away(a.control)
                spread = float((a.control.weight * other**2).sum() / a.control.weight.sum())
                both += spread * (a.asked.n or 1) / (a.control.asked.n or 1)
            covariance[i, j] = covariance[j, i] = both
    return covariance


def _away(reading: Reading) -> FloatArray:
    """Each person's value less the mean of the set. Shape: (stratum, draw)."""
    alone = Reading(reading.asked, reading.rule, reading.seen, reading.weight)
    return reading.seen - np.repeat(_set_means(alone), PEOPLE_PER_SET)[None, :]
