"""What a reader of a predicted trial should know of how its description was read."""

from __future__ import annotations

from collections.abc import Iterable

from anagen.catalog.parameters import value
from anagen.trials.asked import Asked, read_as
from anagen.trials.design import Trial

# From this age on mean body weights are near those of adults.
ADULT_WEIGHT_YEARS = 16.0


def notes(trial: Trial, asked: Iterable[Asked]) -> tuple[str, ...]:
    """One sentence for everything that is read otherwise than it is written, or is assumed."""
    return (*_analyses(asked), *_children(trial))


def _analyses(asked: Iterable[Asked]) -> tuple[str, ...]:
    other = dict.fromkeys(item.endpoint for item in asked if read_as(item) != item.analysis)
    return tuple(
        f"{name.replace('_', ' ')}: nri is read as mixed_model; leaving is no number there."
        for name in other
    )


def _children(trial: Trial) -> tuple[str, ...]:
    found = []
    for arm in trial.arms:
        people = trial.population_of(arm)
        age = people.age_mean_years
        if age is None or age >= ADULT_WEIGHT_YEARS or people.weight_kg is not None:
            continue
        found.append(
            f"Mean age {age:g} years without a weight_kg: exposure is that of adults of about "
            f"{value('body_weight_unknown'):g} kg; say the mean weight."
        )
    return tuple(dict.fromkeys(found))
