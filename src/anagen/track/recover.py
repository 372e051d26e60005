"""Are the updated bands right? People are made by the model, read with error, and followed.

Each made-up person is one more twin of the same record, drawn apart from the twins that are
weighed. Bands with the visits should hold the person's own later course as often as they say:
half of the time for the inner one, nine times in ten for the outer. This tests the arithmetic of
the update and its reading errors. It cannot test whether the model is right about real people.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from anagen.assess.assess import assess
from anagen.catalog.parameters import value
from anagen.observe.noise import READING_ERROR, read_with_error
from anagen.patients.record import PatientRecord
from anagen.plan.compare import UNTREATED
from anagen.plan.make import Forecaster, mixtures_of, run_model
from anagen.rng import generator
from anagen.simulate.plan import parse_plan
from anagen.simulate.regimen import Arm, Regimen
from anagen.simulate.result import FloatArray, Forecast
from anagen.simulate.update import at_week, weighted_quantile
from anagen.track.known import DAYS_PER_WEEK
from anagen.track.weigh import Read, Weighed, weigh

# Far from the seeds of further batches of twins.
_APART = 1_000_003
BANDS = {50: (0.25, 0.75), 90: (0.05, 0.95)}


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often the bands of one week held the truth, in % of people.

    `before` and `after` the visits, by what the band promises; `width` is the mean width of the
    outer band after the visits as a share of that before.
    """

    week: int
    before: dict[int, float]
    after: dict[int, float]
    width: float


@dataclass(frozen=True, slots=True)
class Recovery:
    """Coverage week by week over the people whose visits gave an update.

    `not_updated` and `off` are the shares, in %, of people without an update and of readings that
    were called off the expected course; `softened` the share of updates, in %, that hold less
    than all of the readings; `effective` and `sets` medians over the updated.
    """

    people: int
    not_updated: float
    off: float
    softened: float
    effective: float
    sets: float
    weeks: tuple[Coverage, ...]


def recover(
    record: PatientRecord,
    regimens: Sequence[Regimen],
    observable: str,
    visits: Sequence[int],
    judged: Sequence[int],
    *,
    people: int,
    draws: int,
    seed: int = 0,
    shrink: float = 1.0,
    forecaster: Forecaster | None = None,
) -> Recovery:
    """Follow `people` made-up persons who are read in the weeks `visits`.

    `shrink` makes every band narrower about its median: what a test of coverage must catch. The
    record's own reading is taken as right, as the forecast takes it.
    """
    arms = [Arm(UNTREATED, "No treatment", as_in_trial=False)]
    if regimens:
        arms.append(Arm("plan", "The plan", tuple(regimens), as_in_trial=False))
    arm = arms[-1].id
    mixtures = mixtures_of(assess(record))

    def run(of_seed: int, count: int) -> Forecast:
        made = (forecaster or run_model)(
            record, mixtures, arms, weeks=max(judged), draws=count, seed=of_seed, progress=None
        )
        # One arm is read: the others would only be copied about.
        return Forecast(made.patient_id, of_seed, made.weeks, {arm: made.arms[arm]})

    batches: dict[int, Forecast] = {}

    def batch(number: int) -> Forecast:
        if number not in batches:
            batches[number] = run(seed + number, draws)
        return batches[number]

    truths = run(seed + _APART, people).arms[arm].values[observable]
    row, relative = READING_ERROR[observable]
    held: list[list[tuple[bool, ...]]] = []
    widths: list[list[float]] = []
    effective: list[float] = []
    sets: list[float] = []
    shares: list[float] = []
    surprises: list[float] = []
    plain = batch(0).arms[arm].values[observable]
    equal = np.full(plain.shape[0], 1.0 / plain.shape[0])
    for number, truth in enumerate(truths):
        exact = np.array([float(at_week(truth[None], week)[0]) for week in visits])
        random = generator(seed, record.id, f"track recovery:{number}")
        seen = read_with_error(exact, value(row), relative, random)
        start = record.visit_date or date(2000, 1, 1)
        readings = [
            Read(start + timedelta(days=week * DAYS_PER_WEEK), float(week), observable, float(y))
            for week, y in zip(visits, seen, strict=True)
        ]
        _, made = weigh(batch, arm, [observable], readings)
        surprises += list(made.surprise)
        if not made.enough or (made.misfit and made.share < 1.0):
            continue
        shares.append(made.share)
        effective.append(made.effective)
        sets.append(made.sets)
        hits, width = _held(truth, plain, equal, made.values[arm][observable], made, judged, shrink)
        held.append(hits)
        widths.append(width)
    limit = value("track_surprise")
    kept = len(held)
    return Recovery(
        people=people,
        not_updated=100.0 * (1.0 - kept / people),
        off=100.0 * float(np.mean([p < limit for p in surprises])),
        softened=100.0 * float(np.mean([share < 1.0 for share in shares])) if kept else math.nan,
        effective=float(np.median(effective)) if kept else math.nan,
        sets=float(np.median(sets)) if kept else math.nan,
        weeks=tuple(_coverage(week, i, held, widths) for i, week in enumerate(judged))
        if kept
        else (),
    )


def _held(
    truth: FloatArray,
    plain: FloatArray,
    equal: FloatArray,
    values: FloatArray,
    made: Weighed,
    judged: Sequence[int],
    shrink: float,
) -> tuple[list[tuple[bool, ...]], list[float]]:
    """For every week: whether each band held the truth, before and after; width after / before."""
    weeks = list(judged)
    found: list[list[bool]] = [[] for _ in weeks]
    widths: list[FloatArray] = []
    for courses, weight in ((plain, equal), (values, made.weight)):
        middle = weighted_quantile(courses[:, weeks], weight, 0.5)
        for ends in BANDS.values():
            bottom, top = (
                middle + shrink * (weighted_quantile(courses[:, weeks], weight, q) - middle)
                for q in ends
            )
            widths.append(top - bottom)
            for i, week in enumerate(weeks):
                found[i].append(bool(bottom[i] <= truth[week] <= top[i]))
    # The outer band comes last on either side.
    width = widths[-1] / widths[len(BANDS) - 1]
    return [tuple(hits) for hits in found], [float(w) for w in width]


def _coverage(
    week: int, i: int, held: Sequence[Sequence[tuple[bool, ...]]], widths: Sequence[Sequence[float]]
) -> Coverage:
    share = 100.0 * np.mean([hits[i] for hits in held], axis=0)
    names = list(BANDS)
    return Coverage(
        week=week,
        before={name: float(share[k]) for k, name in enumerate(names)},
        after={name: float(share[len(names) + k]) for k, name in enumerate(names)},
        width=float(np.mean([width[i] for width in widths])),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the coverage of one record, plan and observable."""
    from anagen.patients.intake import load

    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("patient", type=Path)
    parser.add_argument("--plan", default="")
    parser.add_argument("--observable", default="salt", choices=sorted(READING_ERROR))
    parser.add_argument("--visits", default="8,16,24,36", help="weeks, with commas")
    parser.add_argument("--judged", default="52,76,104", help="weeks, with commas")
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shrink", type=float, default=1.0)
    given = parser.parse_args(arguments)
    made = recover(
        load(given.patient),
        parse_plan(given.plan) if given.plan else (),
        given.observable,
        [int(week) for week in given.visits.split(",")],
        [int(week) for week in given.judged.split(",")],
        people=given.people,
        draws=given.draws,
        seed=given.seed,
        shrink=given.shrink,
    )
    lines = [
        f"{given.patient.stem}, {given.observable}, visits {given.visits}: {made.people} people; "
        f"no update for {made.not_updated:.1f} %, "
        f"softened for {made.softened:.1f} %; {made.off:.1f} % of readings called off course; "
        f"median {made.effective:.0f} twins and {made.sets:.0f} sets in effect"
    ]
    for row in made.weeks:
        before, after = (
            ", ".join(f"{name} % band held {held:.0f} %" for name, held in side.items())
            for side in (row.before, row.after)
        )
        lines.append(f"week {row.week}: before {before}; after {after}; width x {row.width:.2f}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
