"""From a reported population to a few weighted people that span it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import NormalDist

from anagen.catalog.parameters import value
from anagen.simulate.person import Person
from anagen.trials.design import Population, Trial

# Two equal halves of a bell with the same mean and variance stand one SD out.
HALVES = (-1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Stratum:
    """One kind of person and the share of the trial it stands for."""

    person: Person
    share: float


def strata(trial: Trial, population: Population) -> tuple[Stratum, ...]:
    """The people of one population; shares sum to 1.

    All carry the id of the trial as their group, so that every stratum and arm meets the same
    parameters; as people the strata are strangers, so that each adds to what the others tell.
    """
    found = _areata if trial.condition == "alopecia_areata" else _pattern
    return tuple(
        replace(stratum, person=replace(stratum.person, patient_id=f"trial {trial.id}: {number}"))
        for number, stratum in enumerate(found(trial, population))
    )


def _person(trial: Trial, population: Population, mechanism: str, **known: object) -> Person:
    return Person(
        patient_id=f"trial {trial.id}",
        group_id=f"trial {trial.id}",
        sex=None if population.sex in (None, "both") else population.sex,
        age_years=population.age_mean_years,
        mechanism_probability={mechanism: 1.0},
        weight_kg=population.weight_kg,
        postmenopausal=population.postmenopausal,
        **known,  # pyright: ignore[reportArgumentType]
    )


def _areata(trial: Trial, population: Population) -> tuple[Stratum, ...]:
    return tuple(
        Stratum(
            _person(trial, population, "autoimmune", salt=salt, episode_years=years),
            salt_share * years_share,
        )
        for salt, salt_share in _salt_classes(population)
        for years, years_share in _episodes(population)
    )


def _salt_classes(population: Population) -> list[tuple[float, float]]:
    """SALT and share of each class: near-total loss, and two halves below it."""
    top = value("total_salt")
    usual = value("trial_salt_min")
    told = [end for end in (population.salt_mean, population.salt_max) if end is not None]
    # Whose mean or most lies at or under the usual least let milder loss in.
    least = usual if all(end > usual for end in told) else 0.0
    lowest = least if population.salt_min is None else population.salt_min
    highest = min(100.0 if population.salt_max is None else population.salt_max, 100.0)
    total = min(max(value("trial_salt_near_total"), lowest), highest)
    if highest < top:
        share = 0.0
    elif lowest >= top:
        share = 1.0
    elif population.share_salt_95_percent is not None:
        share = population.share_salt_95_percent / 100.0
    elif population.salt_mean is not None:
        share = _share_of_mean(population.salt_mean, lowest, top, total)
    elif lowest >= value("trial_salt_min"):
        share = value("trial_share_near_total")
    else:
        # Trials that let milder loss in say nothing of near-total loss: all of it alike.
        share = (highest - top) / (highest - lowest)
    below = min(highest, top)
    middle = (lowest + below) / 2.0
    if population.salt_mean is not None:
        if share < 1.0:
            middle = (population.salt_mean - share * total) / (1.0 - share)
        else:
            total = min(max(population.salt_mean, lowest, top), highest)
    reach = (below - lowest) / (2.0 * math.sqrt(3.0))
    room = min(middle - lowest, below - middle)
    if room < reach:
        # A mean near one end: the halves stand closer, so that it holds.
        middle = min(max(middle, lowest), below)
        reach = max(room, 0.0) / math.sqrt(3.0)
    classes = [(total, share)]
    classes += [(middle + z * reach, (1.0 - share) / 2.0) for z in HALVES]
    return [(salt, part) for salt, part in classes if part > 0.0]


def _share_of_mean(mean: float, lowest: float, top: float, total: float) -> float:
    """Share with near-total loss that fits the mean, the rest spread evenly below."""
    even = (lowest + top) / 2.0
    return min(max((mean - even) / (total - even), 0.0), 1.0)


def _episodes(population: Population) -> list[tuple[float, float]]:
    """Two lengths of the present episode: halves of a lognormal cut where people were let in."""
    low = population.episode_years_min or 0.0
    high = population.episode_years_max or math.inf
    spread = value("trial_episode_log_sd")
    if population.episode_years is not None and population.episode_years <= 0.0:
        return [(0.0, 1.0)]
    if population.episode_years is None:
        center = math.log(value("trial_episode_years")) - spread**2 / 2.0
    else:
        center = _center_of_mean(population.episode_years, low, high, spread)
    bell = NormalDist(center, spread)
    bottom = bell.cdf(math.log(low)) if low > 0.0 else 0.0
    top = bell.cdf(math.log(high)) if high < math.inf else 1.0
    if top - bottom < 1e-6:
        # Nobody of the usual bell would be let in: the middle of who was.
        return [((low + min(high, 2.0 * low + 1.0)) / 2.0, 1.0)]
    lengths = []
    for z in HALVES:
        at = bottom + (top - bottom) * NormalDist().cdf(z)
        lengths.append((math.exp(bell.inv_cdf(min(max(at, 1e-9), 1.0 - 1e-9))), 0.5))
    return lengths


def _center_of_mean(mean: float, low: float, high: float, spread: float) -> float:
    """Log-median of the lognormal whose mean between `low` and `high` is `mean`.

    A mean that no cut lognormal near it has (people let in beyond the limits) is taken as uncut.
    """
    uncut = math.log(mean) - spread**2 / 2.0

    def cut_mean(center: float) -> float:
        bell = NormalDist(center, spread)
        shifted = NormalDist(center + spread**2, spread)
        ends = [math.log(end) if end > 0.0 else -math.inf for end in (low, high)]
        whole = bell.cdf(ends[1]) - bell.cdf(ends[0])
        part = shifted.cdf(ends[1]) - shifted.cdf(ends[0])
        return math.exp(center + spread**2 / 2.0) * part / whole if whole > 1e-9 else math.nan

    bottom, top = uncut - 2.0 * spread, uncut + 2.0 * spread
    if not cut_mean(bottom) < mean < cut_mean(top):
        return uncut
    for _ in range(40):
        middle = (bottom + top) / 2.0
        bottom, top = (middle, top) if cut_mean(middle) < mean else (bottom, middle)
    return (bottom + top) / 2.0


def _pattern(trial: Trial, population: Population) -> tuple[Stratum, ...]:
    sex = "female" if trial.condition == "female_pattern_hair_loss" else "male"
    population = population.model_copy(update={"sex": population.sex or sex})
    stages: list[dict[str, object]] = []
    counted = {
        "total_density": population.total_density,
        "terminal_density": population.terminal_density,
    }
    if population.norwood:
        stages = [{"norwood": stage} for stage in population.norwood]
    elif population.sinclair:
        stages = [{"sinclair_stage": stage} for stage in population.sinclair]
    elif population.ludwig:
        stages = [{"ludwig": stage} for stage in population.ludwig]
    stages = stages or [{}]
    return tuple(
        Stratum(_person(trial, population, "androgenetic", **counted, **stage), 1.0 / len(stages))
        for stage in stages
    )
