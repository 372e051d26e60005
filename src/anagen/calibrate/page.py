"""The page `docs/calibration.md`: what was fitted, how well, and what the rows could tell."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np

from anagen.calibrate.leave_out import LeftOut
from anagen.calibrate.priors import calibrated
from anagen.calibrate.release import left_out, manifest
from anagen.calibrate.targets import FittedTrial, fitted_trials
from anagen.catalog.parameters import load_parameters
from anagen.catalog.studies import load_studies
from anagen.catalog.tables import data_root, read_table
from anagen.simulate.parameter_sets import released
from anagen.trials.published import published_trial
from anagen.trials.reference import REFERENCES
from anagen.trials.scorecard import FAMILIES, family

TITLES = {
    "areata": "Alopecia areata: immune layer and JAK inhibitors",
    "pattern": "Pattern hair loss: androgens, hair cycle, minoxidil",
}


def markdown() -> str:
    """The whole page, from the released posterior and its manifest."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield "# Calibration"
    yield ""
    marked = sum(row.use == "fit" for study in load_studies().values() for row in study.endpoints)
    fitted = sum(entry["rows_fitted"] for entry in manifest().values())
    yield (
        "Written by `anagen calibrate --page`. The model's parameters were fitted jointly to "
        f"{fitted} of the {marked} rows marked `fit` of studies whose split is `train`; the others "
        "are of treatments without a model or of an assumed size (`calibration/outside.csv`), and "
        "of their trials the control arms alone take part. [Held-out studies]"
        "(decisions/0002-held-out-studies.md) had no part. How: [decision]"
        "(decisions/0008-joint-calibration.md). What it buys: [validation](validation.md)."
    )
    floors = {row["study"]: row for row in read_table("calibration/floors.csv")}
    checks = _checks()
    for layer, entry in manifest().items():
        trials = fitted_trials(layer)
        yield ""
        yield f"## {TITLES.get(layer, layer)}"
        yield ""
        yield (
            f"{entry['sets']} released sets of {len(calibrated(layer))} parameters from "
            f"{entry['rows_fitted']} rows of {len(trials)} studies; ensembles of "
            f"{', '.join(map(str, entry['ensembles']))} sets; largest split R-hat "
            f"{entry['diagnostics']['largest_r_hat']:.3f}, fewest effective draws "
            f"{entry['diagnostics']['fewest_effective']:.0f}. Emulator against the engine at the "
            f"released sets, root mean square: {_emulator(entry)}."
        )
        yield ""
        yield from _fit_table(layer, trials, entry, floors)
        yield ""
        yield from _check_table(checks.get(layer, {}))
        yield ""
        yield from _left_out_table(layer, trials)
        yield from _parameter_table(layer, entry)


def _emulator(entry: dict) -> str:
    errors = entry["emulator_rms_error_on_scale"]
    parts = []
    if errors["shares"] is not None:
        parts.append(f"{100.0 * errors['shares']:.1f} points at half (shares)")
    if errors["means"] is not None:
        parts.append(f"{errors['means']:.2f} in their units (means)")
    return ", ".join(parts)


def _checks() -> dict:
    path = data_root() / "posterior" / "recovery.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _fit_table(
    layer: str, trials: tuple[FittedTrial, ...], entry: dict, floors: dict
) -> Iterator[str]:
    yield (
        "Mean absolute difference between the mean prediction of the released sets and the "
        "published rows; after the slash the same when what the study's people have of their own, "
        "as its rows tell together, is added; in brackets the number of rows. The first is what a "
        "new study would be predicted with. Beside it what a feasibility study reached (its rows "
        "were partly others):"
    )
    yield ""
    held = {family(item) for fitted in trials for item in fitted.asked}
    families = [(name, unit) for name, unit in FAMILIES if name in held]
    columns = " | ".join(f"{name}, {unit}" for name, unit in families)
    yield f"| study | {columns} | feasibility study |"
    yield "|---|" + "---:|" * (len(families) + 1)
    names = [name for name, _ in families]
    at = 0
    everything: dict[str, list[tuple[float, float]]] = {}
    for fitted in trials:
        errors: dict[str, list[tuple[float, float]]] = {}
        for item in fitted.asked:
            both = entry["predicted"][at], entry["predicted_within_study"][at]
            away = tuple(abs(value - (item.published or 0.0)) for value in both)
            errors.setdefault(family(item), []).append((away[0], away[1]))
            at += 1
        for name, found in errors.items():
            everything.setdefault(name, []).extend(found)
        yield _fit_row(fitted.trial.id, names, errors, floors.get(fitted.trial.id))
    yield _fit_row("all", names, everything, floors.get(layer))


def _fit_row(
    name: str,
    families: list[str],
    errors: dict[str, list[tuple[float, float]]],
    floor: dict | None,
) -> str:
    def cell(of: str) -> str:
        if of not in errors:
            return ""
        alone, within = np.mean(errors[of], axis=0)
        return f"{alone:.1f} / {within:.1f} ({len(errors[of])})"

    reached = f"{floor['mae']} {floor['unit']}" if floor else ""
    return f"| {name} | {' | '.join(map(cell, families))} | {reached} |"


def _check_table(check: dict) -> Iterator[str]:
    if not check:
        yield "No recovery test was run for this release."
        return
    yield (
        "Simulated truths fitted as if they were published: how often the central intervals of a "
        "parameter hold it. The last column narrows the intervals by a quarter to show that the "
        "check can fail."
    )
    yield ""
    yield "| truths | rows made by | number | in 50 % | in 90 % | in 90 % narrowed |"
    yield "|---|---|---:|---:|---:|---:|"
    for found in check:
        yield (
            f"| {found['truths']} | {found['rows_by']} | {found['number']} "
            f"| {100 * found['cover_50']:.0f} % | {100 * found['cover_90']:.0f} % "
            f"| {100 * found['cover_90_narrowed']:.0f} % |"
        )


def _left_out_table(layer: str, trials: tuple[FittedTrial, ...]) -> Iterator[str]:
    """Errors and coverage of studies predicted from the others, apart by what they share."""
    rows = left_out(layer)
    asked = [item for fitted in trials for item in fitted.asked]
    if not rows:
        yield "No study was left out for this release."
        return
    yield (
        "Every study predicted from a fit to the others (rows, posterior and spreads anew; the "
        "emulator in place of the engine). *No shared people*: all studies of its people are left "
        "out; *shared people*: another study of them stays. *New drug*: no study left holds it; "
        "its potency then comes from its prior alone, and the centers of priors came from a "
        "prototype that knew these studies, so this is no blind test. Calibrated intervals hold "
        "50 and 90 %; the last column narrows the 90 % intervals to half to show that the check "
        "can fail."
    )
    yield ""
    yield (
        "| left out | end points | rows | studies | MAE | predicted minus published | in 50 % "
        "| in 90 % | median 90 % width | in 90 % halved |"
    )
    yield "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    for shares, new in ((False, None), (False, False), (False, True), (True, None)):
        for name, unit in FAMILIES:
            chosen = [
                row
                for row in rows
                if row.shares_people == shares
                and family(asked[row.row]) == name
                and (new is None or (not row.seen) == new)
            ]
            if chosen:
                yield _left_out_row(_left_out_label(shares, new), f"{name}, {unit}", chosen)
    yield ""
    yield "The same rows of studies without shared people against someone without a model:"
    yield ""
    yield "| end points | reference | rows | MAE of the model | MAE of the reference |"
    yield "|---|---|---:|---:|---:|"
    studies = {
        fitted.trial.id: published_trial(load_studies()[fitted.trial.id]) for fitted in trials
    }
    for name, unit in FAMILIES:
        for label, guess in REFERENCES.items():
            pairs = [
                (row.mean - row.published, mean - row.published)
                for row in rows
                if not row.shares_people and family(asked[row.row]) == name
                for mean in (guess(studies[row.study], asked[row.row]),)
                if mean is not None
            ]
            if pairs:
                ours, theirs = np.abs(np.array(pairs)).mean(axis=0)
                yield f"| {name}, {unit} | {label} | {len(pairs)} | {ours:.1f} | {theirs:.1f} |"


def _left_out_label(shares: bool, new: bool | None) -> str:
    people = "shared people" if shares else "no shared people"
    return people if new is None else f"{people}, {'new' if new else 'known'} drug"


def _left_out_row(label: str, ends: str, rows: list[LeftOut]) -> str:
    error = np.array([row.mean - row.published for row in rows])
    width = float(np.median([row.high_90 - row.low_90 for row in rows]))

    def cover(share: int, shrink: float = 1.0) -> str:
        return f"{100.0 * np.mean([row.holds(share, shrink) for row in rows]):.0f} %"

    return (
        f"| {label} | {ends} | {len(rows)} | {len({row.study for row in rows})} "
        f"| {np.abs(error).mean():.1f} | {error.mean():+.1f} | {cover(50)} | {cover(90)} "
        f"| {width:.0f} | {cover(90, 0.5)} |"
    )


def _parameter_table(layer: str, entry: dict) -> Iterator[str]:
    sets, table = released()[layer], load_parameters()
    ratio = entry["posterior_sd_over_prior_sd"]
    told = sum(value < 0.8 for value in ratio.values())
    yield ""
    yield (
        f"The rows narrowed {told} of {len(ratio)} parameters to below 0.8 of their prior SD. A "
        "parameter near 1 is its prior: its value is no finding. Parameters are correlated; only "
        "whole sets belong together."
    )
    yield ""
    yield "| parameter | unit | prior 90 % | posterior 90 % | median | posterior SD / prior SD |"
    yield "|---|---|---|---|---:|---:|"
    for name in sorted(ratio, key=lambda name: ratio[name]):
        row, drawn = table[name], sets.values[:, sets.names.index(name)]
        low, middle, high = np.quantile(drawn, (0.05, 0.5, 0.95))
        yield (
            f"| {name} | {row.unit} | {row.low:g} to {row.high:g} | {low:.3g} to {high:.3g} "
            f"| {middle:.3g} | {ratio[name]:.2f} |"
        )
