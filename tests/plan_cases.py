"""People, assessments and a forecast made up for the tests of safety and plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from anagen.assess.records import Assessment, CauseProbability, Mixture, RedFlag
from anagen.patients.record import PatientRecord
from anagen.simulate.regimen import Arm
from anagen.simulate.result import OBSERVABLES, ArmForecast, Forecast


def person(**fields: Any) -> PatientRecord:
    """A record with an id, everything else unknown unless given."""
    return PatientRecord.model_validate({"id": "someone", **fields})


def assessment(causes: Mapping[str, float], *, flags: Sequence[RedFlag] = ()) -> Assessment:
    """An assessment that gives each cause its probability, each a mixture of its own."""
    return Assessment(
        patient_id="someone",
        complaint_found=True,
        causes=tuple(
            CauseProbability(name, name, p, p, p, (), (), "", "", "assumption")
            for name, p in causes.items()
        ),
        mixtures=tuple(Mixture((name,), name, p) for name, p in causes.items()),
        red_flags=tuple(flags),
        tests=(),
        unknown=(),
        cannot_tell_apart=(),
        read=(),
        limits=(),
    )


def stop_flag(action: str = "See a dermatologist this week.") -> RedFlag:
    """A red flag that stops planning."""
    return RedFlag("made_up", "Made-up flag", "why", action, "soon", True, "assumption", "assumed")


GAIN = {"salt": -1.0, "daily_shed": -1.0}
START = {"salt": 80.0, "terminal_density": 150.0, "daily_shed": 250.0}


def fake_forecast(
    record: PatientRecord,
    mixtures: Mapping[tuple[str, ...], float],
    arms: Sequence[Arm],
    *,
    weeks: int,
    draws: int,
    seed: int,
    progress: Any = None,
) -> Forecast:
    """Straight lines: twin d gains d per cent of its start in a year for each regimen it takes."""
    time = np.arange(weeks + 1, dtype=float)
    twins = np.arange(draws, dtype=float)[:, None] / draws
    found: dict[str, ArmForecast] = {}
    for arm in arms:
        strength = sum(0.5 + 0.1 * len(r.treatment) / 20.0 for r in arm.regimens)
        values = {}
        for name in OBSERVABLES:
            start = START.get(name, 100.0)
            change = GAIN.get(name, 1.0) * start * strength * twins * np.minimum(time, 52.0) / 52.0
            values[name] = start + change - GAIN.get(name, 1.0) * 0.02 * start * time / 52.0
        found[arm.id] = ArmForecast(arm, values)
    return Forecast(record.id, seed, time, found)
