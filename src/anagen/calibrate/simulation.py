"""Runs an ensemble of parameter sets through every fitted trial, in chunks that survive a kill.

Each set meets its own few people, so one run says little about its set; what the ensemble says
together is what the emulator learns.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from anagen.calibrate.inputs import inputs_mark
from anagen.calibrate.priors import parameter_sets
from anagen.calibrate.processes import side_by_side
from anagen.calibrate.targets import FittedTrial
from anagen.files import whole
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

    `scores` (set, parameter); `mean` (set, row) in the unit of the row, without people who recover
    unaided, and `unaided` (set, row) of these alone; `counted` (row,) how often they are counted
    where others are once (0 without such people); `people` (row, row) covariance between two rows
    over the people of one arm, 0 between arms; `people_seen` (row,) effective people behind one
    entry of `mean`.
    """

    scores: FloatArray
    mean: FloatArray
    unaided: FloatArray
    counted: FloatArray
    people: FloatArray
    people_seen: FloatArray

    def join(self, other: Ensemble) -> Ensemble:
        """Both ensembles as one."""
        a, b = self.scores.shape[0], other.scores.shape[0]
        return Ensemble(
            np.concatenate([self.scores, other.scores]),
            np.concatenate([self.mean, other.mean]),
            np.concatenate([self.unaided, other.unaided]),
            (a * self.counted + b * other.counted) / (a + b),
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
    """The ensemble of all `scores` (set, parameter).

    Finished chunks in `folder` are used again, unless code or data rows have changed since. Chunks
    are simulated side by side in `workers` processes (all cores when None), with the same bits; a
    single one is shared among threads instead.
    """
    folder.mkdir(parents=True, exist_ok=True)
    workers = workers or os.cpu_count() or 1
    made_with = (names, seed, tuple(fitted.trial.id for fitted in trials), inputs_mark())
    chunks: list[_Chunk] = []
    for number, start in enumerate(range(0, scores.shape[0], SETS_PER_CHUNK)):
        part = scores[start : start + SETS_PER_CHUNK]
        mark = hashlib.sha256(part.tobytes() + repr((*made_with, number)).encode()).hexdigest()
        chunks.append(_Chunk(trials, names, part, seed + number, folder / f"{mark[:16]}.npz"))
    kept = [_kept(chunk) for chunk in chunks]
    missing = [chunk for chunk, found in zip(chunks, kept, strict=True) if found is None]
    total = len(chunks) * len(trials)
    done = total - len(missing) * len(trials)
    if len(missing) == 1:
        _simulate(missing[0], workers, progress, done, total)
    elif missing:
        if progress:
            progress(done, total, f"{workers} at a time")
        with side_by_side(min(workers, len(missing))) as each:
            for _ in each(_simulate, missing):
                done += len(trials)
                if progress:
                    progress(done, total, f"{workers} at a time")
    if progress:
        progress(total, total, "done")
    pairs = zip(chunks, kept, strict=True)
    return reduce(Ensemble.join, [found or _load(chunk) for chunk, found in pairs])


@dataclass(frozen=True, slots=True, eq=False)
class _Chunk:
    """Some sets of an ensemble and the file for what they predict."""

    trials: tuple[FittedTrial, ...]
    names: tuple[str, ...]
    scores: FloatArray
    seed: int
    path: Path


# As they follow the scores in an `Ensemble`.
_STORED = ("mean", "unaided", "counted", "people", "people_seen")


def _kept(chunk: _Chunk) -> Ensemble | None:
    """What an earlier run kept of a chunk; None where there is no file, or a damaged one."""
    try:
        return _load(chunk)
    except (OSError, EOFError, KeyError, ValueError, BadZipFile):
        return None


def _load(chunk: _Chunk) -> Ensemble:
    with chunk.path.open("rb") as file, np.load(file) as stored:
        return Ensemble(chunk.scores, *(stored[name] for name in _STORED))


def _simulate(
    chunk: _Chunk,
    workers: int = 1,
    progress: Progress | None = None,
    done: int = 0,
    total: int = 0,
) -> None:
    """Simulates every trial of one chunk and keeps what its sets predict in its file."""
    sets = parameter_sets(chunk.names, chunk.scores)
    means, unaided, counted, people, seen = [], [], [], [], []
    for number, fitted in enumerate(chunk.trials):
        if progress:
            progress(done + number, total, fitted.trial.id)
        readings = read(
            fitted.trial,
            fitted.asked,
            draws=chunk.scores.shape[0] * PEOPLE_PER_SET,
            seed=SeedWithSets(chunk.seed, sets),
            workers=workers,
        )
        others = tuple(reading.kind(unaided=False) for reading in readings)
        alone = tuple(reading.kind(unaided=True) for reading in readings)
        means.append(np.stack([set_means(reading) for reading in others], axis=1))
        unaided.append(np.stack([set_means(reading) for reading in alone], axis=1))
        counted.append(
            [_counted(a) / max(_counted(b), 1e-12) for a, b in zip(alone, others, strict=True)]
        )
        people.append(people_covariance(others))
        seen.append([_people_seen(reading) for reading in others])
    size = sum(part.shape[0] for part in people)
    covariance, at = np.zeros((size, size)), 0
    for part in people:
        covariance[at : at + part.shape[0], at : at + part.shape[0]] = part
        at += part.shape[0]
    with whole(chunk.path) as place:
        np.savez(
            place,
            mean=np.concatenate(means, axis=1),
            unaided=np.concatenate(unaided, axis=1),
            counted=np.concatenate(counted).astype(float),
            people=covariance,
            people_seen=np.concatenate(seen).astype(float),
        )


def set_means(reading: Reading) -> FloatArray:
    """What is expected of the people of each set on average, free of the chance of their readings;
    the mean of all where nobody of a set counts. (set,)."""
    mean = _mean_of_sets(reading.expected, reading.weight)
    return mean if reading.control is None else mean - set_means(reading.control)


def _mean_of_sets(values: FloatArray, weight: FloatArray) -> FloatArray:
    """Mean over the people of each set. `values` and `weight` (stratum, draw). Shape: (set,)."""
    top = (weight * values).sum(axis=0).reshape(-1, PEOPLE_PER_SET).sum(axis=1)
    bottom = weight.sum(axis=0).reshape(-1, PEOPLE_PER_SET).sum(axis=1)
    everyone = top.sum() / max(bottom.sum(), 1e-12)
    return np.where(bottom > 0.0, top / np.maximum(bottom, 1e-12), everyone)


def _counted(reading: Reading) -> float:
    """Share of its people that a reading counts."""
    return float(reading.weight.sum()) / reading.weight.shape[1]


def _people_seen(reading: Reading) -> float:
    """Effective people in one set: strata count for their share."""
    weight = reading.weight.reshape(reading.weight.shape[0], -1, PEOPLE_PER_SET)
    total, squares = weight.sum(axis=(0, 2)), (weight**2).sum(axis=(0, 2))
    return float(np.mean(total**2 / np.maximum(squares, 1e-12)))


def people_covariance(readings: tuple[Reading, ...]) -> FloatArray:
    """Covariance over people of one arm, each row about the mean of its set. Shape: (row, row)."""
    count = len(readings)
    away = [_away(reading) for reading in readings]
    controls = [None if r.control is None else (r.control, _away(r.control)) for r in readings]
    covariance = np.zeros((count, count))
    for i in range(count):
        for j in range(i, count):
            a, b = readings[i], readings[j]
            if a.asked.arm != b.asked.arm:
                continue
            both = _together(a, away[i], b, away[j])
            first, second = controls[i], controls[j]
            if first and second:
                # Differences from one control arm share its people, fewer or more than the arm's.
                smaller = math.sqrt(_size(a) * _size(b) / (_size(first[0]) * _size(second[0])))
                both += smaller * _together(*first, *second)
            covariance[i, j] = covariance[j, i] = both
    return covariance


def _together(a: Reading, away_a: FloatArray, b: Reading, away_b: FloatArray) -> float:
    """Covariance of two readings over the people who count in both.

    A few people lie nearer to their own mean than to that of all: (n - 1) / n of the variance.
    """
    weight = np.sqrt(a.weight * b.weight)
    seen = (max(_people_seen(a), 2.0), max(_people_seen(b), 2.0))
    few = math.sqrt(math.prod(n / (n - 1.0) for n in seen))
    return few * float((weight * away_a * away_b).sum() / max(weight.sum(), 1e-12))


def _size(reading: Reading) -> int:
    return reading.asked.n or 1


def _away(reading: Reading) -> FloatArray:
    """Each person's value as read less the mean of the set. Shape: (stratum, draw)."""
    own = _mean_of_sets(reading.seen, reading.weight)
    return reading.seen - np.repeat(own, PEOPLE_PER_SET)[None, :]
