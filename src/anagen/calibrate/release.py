"""Writing the released posterior, and saying when it no longer belongs to the rows beside it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from anagen.calibrate.fit import Effort, Posterior, labeled, release_seed
from anagen.calibrate.leave_out import LeftOut, leave_out
from anagen.calibrate.priors import calibrated, parameter_sets
from anagen.calibrate.recover import recover, simulated_rows
from anagen.calibrate.simulation import SETS_PER_CHUNK
from anagen.calibrate.targets import FittedTrial, fitted_trials, from_scale, to_scale
from anagen.catalog.parameters import load_parameters
from anagen.catalog.tables import data_root
from anagen.files import write_whole
from anagen.rng import generator

Progress = Callable[[int, int, str], None]
MANIFEST = "manifest.json"
LEFT_OUT = "left_out.json"
# Enough digits to lose nothing that matters, few enough to read.
DIGITS = 5


def write(posterior: Posterior, effort: Effort, seed: int, folder: Path) -> None:
    """Writes `<layer>.csv` and its part of the manifest; each file whole or not at all."""
    names = posterior.likelihood.parameters
    sets = parameter_sets(names, posterior.scores[:, : len(names)])
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(sets.names)
    writer.writerows([f"{cell:.{DIGITS}g}" for cell in row] for row in sets.values)
    folder.mkdir(parents=True, exist_ok=True)
    table = text.getvalue()
    write_whole(folder / f"{posterior.layer}.csv", table)
    path = folder / MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    manifest[posterior.layer] = _entry(posterior, effort, seed, table)
    write_whole(path, json.dumps(manifest, indent=1, sort_keys=True) + "\n")


def _entry(posterior: Posterior, effort: Effort, seed: int, table: str) -> dict[str, Any]:
    found, ensemble = posterior.likelihood, posterior.ensemble
    names, wanted = found.parameters, found.targets
    own = found.among(ensemble.mean, ensemble.unaided, posterior.scores).mean(axis=0)
    emulated = found.predict(posterior.scores).mean(axis=0)
    miss = to_scale(emulated, wanted.percent) - to_scale(own, wanted.percent)
    # As many recover unaided as in a trial that nobody has seen.
    unseen = posterior.scores.copy()
    random = generator(seed, posterior.layer, "trials not seen")
    unseen[:, len(names) :] = random.standard_normal(unseen[:, len(names) :].shape)
    simulated = found.among(ensemble.mean, ensemble.unaided, unseen).mean(axis=0)
    scores = posterior.chains.reshape(-1, len(found.names))[:, : len(names)]
    effects = np.mean([found.study_effects(at) for at in posterior.scores], axis=0)
    within = from_scale(to_scale(own, wanted.percent) + effects, wanted.percent)
    return {
        "sets": int(posterior.scores.shape[0]),
        "seed": seed,
        "ensembles": list(effort.rounds),
        "rows_fitted": len(wanted.rows),
        "studies": [fitted.trial.id for fitted in wanted.trials],
        "table_sha256": hashlib.sha256(table.encode()).hexdigest(),
        "priors_sha256": priors_mark(posterior.layer),
        "rows_sha256": rows_mark(wanted.trials),
        "diagnostics": {name: round(value, 4) for name, value in posterior.diagnostics.items()},
        "emulator_rms_error_on_scale": {
            "shares": _rms(miss[wanted.percent]),
            "means": _rms(miss[~wanted.percent]),
        },
        # How far the rows moved a parameter: 1 is not at all, 0 is all the way.
        "posterior_sd_over_prior_sd": {
            name: round(float(sd), 2) for name, sd in zip(names, scores.std(axis=0), strict=True)
        },
        "predicted": [round(float(value), 2) for value in simulated],
        # The same with what each group of people is found to have of its own.
        "predicted_within_study": [round(float(value), 2) for value in within],
        # Simulated again by a test: tells whether the engine still does what it did.
        "predicted_by_first_sets": [
            round(float(value), 3) for value in ensemble.mean[:SETS_PER_CHUNK].mean(axis=0)
        ],
        "unaided_by_first_sets": [
            round(float(value), 3) for value in ensemble.unaided[:SETS_PER_CHUNK].mean(axis=0)
        ],
        "first_seed": release_seed(effort, seed),
    }


def write_recovery(
    posterior: Posterior,
    count: int,
    seed: int,
    work: Path,
    folder: Path,
    progress: Progress | None = None,
) -> None:
    """Fits simulated truths and adds what was found to `recovery.json`.

    Three times `count` truths of the prior have their rows made by the emulator, which checks
    likelihood and sampler; `count` truths of the region the ensembles cover have them made by the
    engine, which checks the emulator too.
    """
    found, size = posterior.likelihood, len(posterior.likelihood.names)
    random = generator(seed, posterior.layer, "truths")
    wide = random.standard_normal((3 * count, size))
    flat = posterior.chains.reshape(-1, size)
    near = flat[random.choice(flat.shape[0], count, replace=False)]
    made = simulated_rows(
        found, near, sets_each=40, seed=seed + 90_000, folder=work / "truths", progress=progress
    )
    checks = []
    for truths, rows, label, by in (
        (wide, None, "from the prior", "the emulator"),
        (near, made, "from the posterior", "the engine"),
    ):
        ranks = recover(
            found,
            truths,
            seed=seed,
            observed=rows,
            workers=os.cpu_count() or 1,
            progress=labeled(progress, f"truths {label}"),
        )
        checks.append(
            {
                "truths": label,
                "rows_by": by,
                "number": int(truths.shape[0]),
                "cover_50": round(ranks.cover(0.5), 3),
                "cover_90": round(ranks.cover(0.9), 3),
                "cover_90_narrowed": round(ranks.cover(0.9, shrink=0.75), 3),
            }
        )
    path = folder / "recovery.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    kept[posterior.layer] = checks
    write_whole(path, json.dumps(kept, indent=1, sort_keys=True) + "\n")


def write_left_out(
    posterior: Posterior, seed: int, folder: Path, progress: Progress | None = None
) -> None:
    """Predicts every study from the others and adds the rows to `left_out.json`."""
    rows = leave_out(
        posterior.likelihood, seed=seed, workers=os.cpu_count() or 1, progress=progress
    )
    path = folder / LEFT_OUT
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    kept[posterior.layer] = [
        {
            name: round(value, 2) if isinstance(value, float) else value
            for name, value in asdict(row).items()
        }
        for row in rows
    ]
    write_whole(path, json.dumps(kept, indent=None, separators=(",", ":"), sort_keys=True) + "\n")


def left_out(layer: str) -> tuple[LeftOut, ...]:
    """Rows of the shipped posterior predicted without their study; empty when it was not done."""
    path = data_root() / "posterior" / LEFT_OUT
    kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return tuple(LeftOut(**row) for row in kept.get(layer, ()))


def _rms(miss: np.ndarray) -> float | None:
    return round(float(np.sqrt(np.mean(miss**2))), 4) if miss.size else None


def priors_mark(layer: str) -> str:
    """A hash of every prior of a layer."""
    table = load_parameters()
    rows = [
        (name, table[name].value, table[name].low, table[name].high, table[name].distribution)
        for name in calibrated(layer)
    ]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def rows_mark(trials: tuple[FittedTrial, ...]) -> str:
    """A hash of every fitted row, of the design it is predicted with and of what all designs share
    (who is let in and who leaves where a trial does not say, and how readings differ)."""
    parts: list[object] = [
        (name, row.value)
        for name, row in sorted(load_parameters().items())
        if name.startswith("trial_") and row.distribution == "fixed"
    ]
    for fitted in trials:
        unread = {"title", "source", "endpoints", "results"}
        parts.append(fitted.trial.model_dump_json(exclude=unread))
        parts += [
            (
                item.arm,
                item.endpoint,
                item.week,
                item.analysis,
                item.kind,
                item.unit,
                item.n,
                item.published,
            )
            for item in fitted.asked
        ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def manifest() -> dict[str, Any]:
    """The manifest of the released posterior, by layer. Empty without a release."""
    return json.loads((data_root() / "posterior" / MANIFEST).read_text(encoding="utf-8"))


def stale() -> tuple[str, ...]:
    """Why the released posterior no longer belongs to the rows beside it; empty when it does."""
    reasons = []
    for layer, entry in manifest().items():
        table = (data_root() / "posterior" / f"{layer}.csv").read_bytes().decode("utf-8")
        if hashlib.sha256(table.encode()).hexdigest() != entry["table_sha256"]:
            reasons.append(f"{layer}: the sets are not those of the manifest")
        if priors_mark(layer) != entry["priors_sha256"]:
            reasons.append(f"{layer}: a prior was changed after the fit")
        if rows_mark(fitted_trials(layer)) != entry["rows_sha256"]:
            reasons.append(f"{layer}: a fitted row or its design was changed after the fit")
    return tuple(reasons)
