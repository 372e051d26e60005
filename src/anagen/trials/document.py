"""A predicted trial as plain data for JSON, and whether a published number lies inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from anagen.provenance import Stamp
from anagen.trials.arms import above_plans
from anagen.trials.asked import cautions, read_as
from anagen.trials.design import Trial
from anagen.trials.notes import notes
from anagen.trials.predict import Prediction


def inside(prediction: Prediction, share: int) -> bool | None:
    """Whether the published number lies in the 50 or 90 % interval; None when there is none."""
    published = prediction.asked.published
    if published is None:
        return None
    low, high = (
        (prediction.low_50, prediction.high_50)
        if share == 50
        else (prediction.low_90, prediction.high_90)
    )
    # Printed numbers are rounded, and a count can only take steps.
    return low - 0.05 <= published <= high + 0.05


def trial_document(
    trial: Trial, predictions: Sequence[Prediction], left_out: Sequence[str], stamp: Stamp
) -> dict[str, Any]:
    """Everything predicted for one trial."""
    return {
        "trial": trial.id,
        "title": trial.title,
        "condition": trial.condition,
        "predictions": [
            {
                "arm": p.asked.arm,
                "endpoint": p.asked.endpoint,
                "week": p.asked.week,
                "analysis": p.asked.analysis,
                "read_as": read_as(p.asked),
                "kind": p.asked.kind,
                "unit": p.asked.unit,
                "n": p.asked.n,
                "mean": p.mean,
                "interval_50": [p.low_50, p.high_50],
                "interval_90": [p.low_90, p.high_90],
                "sd": {
                    "parameters": p.sd_parameters,
                    "between_studies": p.sd_study,
                    "sampling": p.sd_sampling,
                },
                "drug_in_fitting_set": p.seen_drug,
                "published": p.asked.published,
                "inside_50": inside(p, 50),
                "inside_90": inside(p, 90),
                "use": p.asked.use or None,
                "row": p.asked.row or None,
            }
            for p in predictions
        ],
        "cautions": list(cautions(p.asked for p in predictions)),
        "doses_above_plans": list(above_plans(trial)),
        "notes": list(notes(trial, [p.asked for p in predictions])),
        "not_predicted": list(left_out),
        "provenance": asdict(stamp),
    }
