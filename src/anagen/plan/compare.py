"""Plans side by side: people per 100 who get better, stay or get worse, and a stated score."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.harms import HarmRow, harms_of
from anagen.catalog.plans import OutcomeRow, load_settings, load_weights
from anagen.catalog.treatments import COST_CLASSES, Treatment, load_treatments
from anagen.observe.noise import smallest_real_change
from anagen.patients.record import Values
from anagen.plan.records import Aims, Change, Contribution, HarmRate, Outcome, Points
from anagen.simulate.parameter_draws import PEOPLE_PER_SET, interval_of_mean
from anagen.simulate.places import difference_sd
from anagen.simulate.result import ArmForecast, FloatArray, Forecast

UNTREATED = "untreated"
# Outcomes of a level that is reached; the others are changes from the start.
_LEVELS = ("at_most", "at_least")
Mask = NDArray[np.bool_]


def per_100(better: float, same: float, worse: float) -> tuple[int, int, int]:
    """Shares as whole people of 100 that add to 100 exactly (largest remainder).

    Equal remainders go to `same`, then `worse`, then `better`: never to the rosier side.
    """
    total = better + same + worse
    exact = [100.0 * share / total for share in (better, same, worse)]
    whole = [int(np.floor(round(share, 9))) for share in exact]
    order = sorted(range(3), key=lambda i: (-round(exact[i] - whole[i], 9), (1, 2, 0).index(i)))
    for index in order[: 100 - sum(whole)]:
        whole[index] += 1
    return whole[0], whole[1], whole[2]


def week_index(weeks: FloatArray, week: float) -> int | None:
    """Position of a week in the forecast, or None when it is not in it."""
    found = np.flatnonzero(np.isclose(weeks, week))
    return int(found[0]) if found.size else None


def better_or_worse(
    row: OutcomeRow, start: FloatArray, then: FloatArray, noise: float | None
) -> tuple[Mask, Mask]:
    """Masks over draws: better, and worse but not better. `noise` is the smallest real change.

    A level is reached only by who was not there at the start.
    """
    least = noise if row.real_change and noise is not None else 0.0
    better = _reached(row.better, row.better_threshold, start, then, least)
    worse = _reached(row.worse, row.worse_threshold, start, then, least) & ~better
    return better, worse


def _stands(kind: str, threshold: float, level: FloatArray) -> Mask:
    """Whether a level is where an outcome of a level wants it."""
    return level <= threshold if kind == "at_most" else level >= threshold


def _reached(
    kind: str, threshold: float, start: FloatArray, then: FloatArray, least: float
) -> Mask:
    if kind in _LEVELS:
        return _stands(kind, threshold, then) & ~_stands(kind, threshold, start)
    gain = then - start if kind == "rise" else start - then
    return (gain >= threshold * np.abs(start)) & (gain > least)


def meaningful(row: OutcomeRow, untreated: ArmForecast) -> bool:
    """False when most are already at the level the outcome asks for, so that it says nothing."""
    start = untreated.values[row.observable][:, 0]
    if row.better not in _LEVELS:
        return True
    return bool(_stands(row.better, row.better_threshold, start).mean() < 0.5)


def outcomes(rows: Sequence[OutcomeRow], forecast: Forecast, arm: str) -> tuple[Outcome, ...]:
    """All outcomes of one arm at all their weeks within the forecast, against untreated."""
    found: list[Outcome] = []
    base = forecast.arms[UNTREATED]
    treated = forecast.arms[arm]
    for row in rows:
        start = base.values[row.observable][:, 0]
        noise = smallest_real_change(row.observable, float(np.median(start)))
        for week in row.weeks:
            index = week_index(forecast.weeks, week)
            if index is None:
                continue
            better, worse = _masks(row, treated, index, noise)
            reference, _ = _masks(row, base, index, noise)
            gain = better.astype(float) - reference.astype(float)
            mean = float(gain.mean())
            places = difference_sd(float(better.mean()), float(reference.mean()))
            share = load_settings()["interval"]
            low, high = interval_of_mean(gain, share, places)
            if _chance_of_nothing(row, treated, base) >= 0.5 - share / 2.0:
                # Shrinking the sets towards their mean pulls those without any effect off zero.
                low, high = min(low, 0.0), max(high, 0.0)
            least, most = interval_of_mean(better.astype(float), share)
            b, s, w = per_100(better.sum(), (~better & ~worse).sum(), worse.sum())
            found.append(
                Outcome(
                    label=row.label,
                    week=week,
                    better=b,
                    same=s,
                    worse=w,
                    difference_points=100.0 * mean,
                    difference_low=100.0 * max(-1.0, low),
                    difference_high=100.0 * min(1.0, high),
                    better_low=min(b, round(100.0 * max(0.0, least))),
                    better_high=max(b, round(100.0 * min(1.0, most))),
                )
            )
    return tuple(found)


def _chance_of_nothing(row: OutcomeRow, treated: ArmForecast, base: ArmForecast) -> float:
    """Probability that the arm does nothing at all: as its parts were given, or as drawn.

    Drawn is the share of the sets of parameters in which it changes nobody, to the bit.
    """
    given = math.prod(1.0 - regimen.credence for regimen in treated.arm.regimens)
    idle = (treated.values[row.observable] == base.values[row.observable]).all(axis=1)
    whole = idle.size // PEOPLE_PER_SET * PEOPLE_PER_SET
    drawn = idle[:whole].reshape(-1, PEOPLE_PER_SET).all(axis=1)
    return max(given, float(drawn.mean()) if whole else 0.0)


def _masks(row: OutcomeRow, arm: ArmForecast, index: int, noise: float | None) -> tuple[Mask, Mask]:
    values = arm.values[row.observable]
    return better_or_worse(row, values[:, 0], values[:, index], noise)


def changes(row: OutcomeRow, forecast: Forecast, arm: str) -> tuple[Change, ...]:
    """Difference of one observable from the same twins untreated, at the weeks of the outcome."""
    found: list[Change] = []
    gap = (
        forecast.arms[arm].values[row.observable] - forecast.arms[UNTREATED].values[row.observable]
    )
    for week in row.weeks:
        index = week_index(forecast.weeks, week)
        if index is None:
            continue
        low90, low50, median, high50, high90 = np.quantile(
            gap[:, index], (0.05, 0.25, 0.5, 0.75, 0.95)
        )
        found.append(
            Change(
                observable=row.observable,
                week=week,
                median=float(median),
                low90=float(low90),
                high90=float(high90),
                low50=float(low50),
                high50=float(high50),
            )
        )
    return tuple(found)


def importance_of(values: Values) -> dict[str, float]:
    """Importance 0 to 1 of each aim: the person's own where given, else the default."""
    said = values.model_dump()
    return {
        name: float(said[name]) if said.get(name) is not None else weight.default
        for name, weight in load_weights().items()
    }


def score_week(row: OutcomeRow, weeks: FloatArray) -> float | None:
    """Week at which benefit is scored: the setting, or the last week of the outcome before it."""
    wanted = load_settings()["score_week"]
    known = [week for week in row.weeks if week_index(weeks, week) is not None]
    before = [week for week in known if week <= wanted]
    if before:
        return max(before)
    return min(known, default=None)


def benefit(row: OutcomeRow, forecast: Forecast, arm: str) -> float | None:
    """Gain of better minus worse against untreated, a share of people from -2 to 2."""
    week = score_week(row, forecast.weeks)
    index = None if week is None else week_index(forecast.weeks, week)
    if index is None:
        return None
    base = forecast.arms[UNTREATED]
    start = base.values[row.observable][:, 0]
    noise = smallest_real_change(row.observable, float(np.median(start)))
    better, worse = _masks(row, forecast.arms[arm], index, noise)
    better0, worse0 = _masks(row, base, index, noise)
    net = better.mean() - worse.mean() - better0.mean() + worse0.mean()
    return float(net)


@cache
def _known_harms(tag: str) -> float:
    """Largest harm index of the treatments of one class that have rates beside a control."""
    found = []
    for peer in load_treatments().values():
        rows = [
            row
            for row in harms_of(peer.id, None)
            if row.per_100_control is not None and row.use != "active_control"
        ]
        if peer.tags[:1] == (tag,) and rows:
            found.append(harm_index([(peer, rows)]))
    return max(found, default=0.0)


def worst_of_class(treatment: Treatment) -> float:
    """Harm index of the worst treatment of the same class; 0 without a class or any rate."""
    return _known_harms(treatment.tags[0]) if treatment.tags else 0.0


def harm_index(parts: Sequence[tuple[Treatment, Sequence[HarmRow]]]) -> float:
    """Excess share of people with the commonest event, serious ones weighted, summed over parts.

    A floor stands in for what rates do not show: a boxed warning, or no usable control rate. What
    has no rate of its own is taken to be as harmful as the worst of its class that has one.
    """
    settings = load_settings()
    total = 0.0
    for treatment, rows in parts:
        if treatment.kind == "care":
            continue
        excess = [
            (max(0.0, row.per_100_treated - row.per_100_control) / 100.0, row.severity)
            for row in rows
            if row.per_100_control is not None and row.use != "active_control"
        ]
        common = max((share for share, severity in excess if severity != "serious"), default=0.0)
        serious = max((share for share, severity in excess if severity == "serious"), default=0.0)
        index = common + settings["serious_weight"] * serious
        if not excess:
            index = max(index, settings["unknown_harm_floor"], worst_of_class(treatment))
        if "boxed_warning" in treatment.tags:
            index = max(index, settings["boxed_warning_floor"])
        total += index
    return min(total, 1.0)


def aims_of(
    gain: float, counted: float, parts: Sequence[tuple[Treatment, Sequence[HarmRow]]]
) -> Aims:
    """Benefit as it counts, harm, burden and cost, each before any weight; no treatment has 0.

    A benefit (never a loss) counts for less the lower the certainty of its evidence (`counted`).
    """
    sure = counted if gain > 0.0 else 1.0
    burden = sum(treatment.burden_level for treatment, _ in parts)
    cost = max((COST_CLASSES.index(treatment.cost_class) for treatment, _ in parts), default=0)
    return Aims(
        gain=gain,
        benefit=sure * gain,
        harm=harm_index(parts),
        burden=min(burden / load_settings()["top_burden"], 1.0),
        cost=cost / (len(COST_CLASSES) - 1),
    )


def score(aims: Aims, importance: Mapping[str, float]) -> float:
    """Benefit less harm, burden and cost, each times importance and scale; no treatment has 0."""
    weights = {name: importance[name] * row.scale for name, row in load_weights().items()}
    return (
        weights["regrowth"] * aims.benefit
        - weights["few_side_effects"] * aims.harm
        - weights["low_burden"] * aims.burden
        - weights["low_cost"] * aims.cost
    )


def contribution(
    row: OutcomeRow, forecast: Forecast, arm: str, alone: Sequence[str], without: Sequence[str]
) -> Contribution | None:
    """What each part of a combination gains alone, what it adds to the rest, and the remainder.

    `alone` are the arms of the single parts; `without` the arms of the combination less each part.
    Points are people per 100 who are better at the week of the score, in the same twins throughout.
    """
    week = score_week(row, forecast.weeks)
    index = None if week is None else week_index(forecast.weeks, week)
    if week is None or index is None or any(name not in forecast.arms for name in alone):
        return None
    start = forecast.arms[UNTREATED].values[row.observable][:, 0]
    noise = smallest_real_change(row.observable, float(np.median(start)))

    def better(name: str) -> FloatArray:
        return _masks(row, forecast.arms[name], index, noise)[0].astype(float)

    base, whole = better(UNTREATED), better(arm)
    singles = [better(name) - base for name in alone]
    return Contribution(
        label=row.label,
        week=week,
        together=_points(whole - base),
        alone=tuple(_points(gain) for gain in singles),
        added=tuple(
            _points(whole - better(name)) if name in forecast.arms else None for name in without
        ),
        interaction=_points(whole - base - sum(singles)),
    )


def _points(gain: FloatArray) -> Points:
    low, high = interval_of_mean(gain, load_settings()["interval"])
    return Points(100.0 * float(gain.mean()), 100.0 * max(-1.0, low), 100.0 * min(1.0, high))


def harm_rates(rows: Sequence[HarmRow]) -> tuple[HarmRate, ...]:
    """Rows as the plan shows them; a control that is another drug is named, not subtracted."""
    return tuple(
        HarmRate(
            treatment=row.treatment,
            event=row.event,
            per_100_treated=row.per_100_treated,
            per_100_control=None if row.use == "active_control" else row.per_100_control,
            n_treated=row.n_treated,
            n_control=None if row.use == "active_control" else row.n_control,
            time_frame=row.time_frame,
            population=_population(row),
            source=row.source,
            verified=row.verified,
            severity=row.severity,
        )
        for row in rows
    )


def _population(row: HarmRow) -> str:
    if row.use == "active_control" and row.per_100_control is not None:
        return f"{row.population}; {row.per_100_control:g} per 100 on {row.control}"
    if row.use == "placebo_other_disease":
        return f"other disease: {row.population}"
    if row.use == "treated_only":
        return f"no control group: {row.population}"
    return row.population
