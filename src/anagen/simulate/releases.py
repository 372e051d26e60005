"""Drivers that belong to one mechanism, and how strong a release of hairs must have been."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import value
from anagen.model.drivers import DRIVER_INDEX
from anagen.model.scalp_day import CELL_INDEX, FALLEN
from anagen.observe.shedding import hairs_shed_per_day
from anagen.simulate.advance import DAYS_PER_WEEK, DAYS_PER_YEAR, advance, no_seeds
from anagen.simulate.parameter_draws import sample_trait
from anagen.simulate.person import Person
from anagen.simulate.twins import Group, Lanes

FloatArray = NDArray[np.float64]


def unexplained(group: Group, drivers: FloatArray) -> NDArray[np.bool_]:
    """Lanes where effluvium is at work but nothing in the history brings it about.

    `drivers` (lane, day, driver) are those of the run-in. Shape: (lane,).
    """
    if "effluvium" not in group.mechanisms:
        return np.zeros(group.draws.size, dtype=np.bool_)
    released = drivers[:, :, DRIVER_INDEX["anagen_release"]].sum(axis=1)
    shortened = drivers[:, :, DRIVER_INDEX["anagen_log"]].mean(axis=1)
    least = value("explained_effect")
    return (released < least) & (np.abs(shortened) < least)


def mechanism_drivers(
    group: Group, drivers: FloatArray, person: Person, first_day: int, draws: int, seed: int
) -> FloatArray:
    """Drivers of the group's lanes, those that belong to one mechanism switched with it.

    An inflamed scalp is inflamed every day. Pattern loss and alopecia areata were fitted to people
    who grew older, so age takes no follicles on top of them. Releases belong to effluvium: where it
    is at work but nothing in the history explains it, an unknown trigger is drawn, one impulse for
    a short course, a steady release for a chronic one. Shape: (lane, day, driver).
    """
    drivers = _with_hidden_trigger(group, drivers, person, first_day, draws, seed)
    lost = DRIVER_INDEX["follicle_loss"]
    if group.mechanisms & {"androgenetic", "autoimmune"} and np.any(drivers[:, :, lost]):
        drivers = drivers.copy()
        drivers[:, :, lost] = 0.0
    if "inflammation" in group.mechanisms:
        drivers = drivers.copy()
        # The unit of the driver: one is a scalp as inflamed as its rows were set for.
        drivers[:, :, DRIVER_INDEX["perifollicular_inflammation"]] = 1.0
    if group.release_scale is None:
        return drivers
    return scaled_release(drivers, group.release_scale)


def _with_hidden_trigger(
    group: Group, drivers: FloatArray, person: Person, first_day: int, draws: int, seed: int
) -> FloatArray:
    release = DRIVER_INDEX["anagen_release"]
    if "effluvium" not in group.mechanisms:
        impulses = [release, DRIVER_INDEX["anagen_destruction"]]
        if "effluvium" not in person.mechanism_probability or not drivers[:, :, impulses].any():
            return drivers
        drivers = drivers.copy()
        drivers[:, :, impulses] = 0.0
        return drivers
    if group.hidden is None or not group.hidden.any():
        return drivers
    drivers = drivers.copy()
    hidden, draw = group.hidden, group.draws % draws

    def parameter(name: str) -> FloatArray:
        return sample_trait(name, draws, seed, person.patient_id)[draw]

    weeks = None
    if person.episode_years is not None:
        weeks = person.episode_years * DAYS_PER_YEAR / DAYS_PER_WEEK
    if weeks is not None and weeks > value("chronic_effluvium_weeks"):
        steady = np.where(hidden, parameter("chronic_release_per_day"), 0.0)
        drivers[:, :, release] = np.maximum(drivers[:, :, release], steady[:, None])
        return drivers
    if weeks is None:
        ago = parameter("hidden_release_weeks")
    else:
        ago = weeks + parameter("shedding_lag_weeks")
    day = np.round(-DAYS_PER_WEEK * ago).astype(np.int64) - first_day
    hit = np.flatnonzero(hidden & (day >= 0) & (day < drivers.shape[1]))
    share = np.minimum(parameter("hidden_release_fraction"), value("largest_release"))
    drivers[hit, day[hit], release] = np.maximum(drivers[hit, day[hit], release], share[hit])
    return drivers


def release_scale(
    group: Group, source: Lanes, drivers: FloatArray, workers: int | None
) -> FloatArray:
    """How much stronger every lane's releases must be to shed today what was counted.

    Shedding rises in proportion to what was released, so two run-ins, with and without the
    release, give the answer. The count is taken with its reading error; 1 where nothing is
    released. Shape: (lane,).
    """
    counted = float(source.person.hairs_shed_per_day or 0.0)
    error = source.parameter("shed_reading_cv") * source.normal("error of the shedding counted")
    wanted = counted * np.exp(error)
    quiet, drawn = (
        _shed_today(group, scaled_release(drivers, np.full(wanted.size, scale)), workers)
        for scale in (0.0, 1.0)
    )
    released = drivers[:, :, DRIVER_INDEX["anagen_release"]].sum(axis=1)
    least = value("explained_effect")
    acts = (released > least) & (drawn > (1.0 + least) * quiet)
    gain = np.where(acts, drawn - quiet, 1.0)
    scale = np.clip(
        (wanted - quiet) / gain, 0.0, value("largest_release") / np.maximum(released, least)
    )
    return np.where(acts, scale, 1.0)


def _shed_today(group: Group, drivers: FloatArray, workers: int | None) -> FloatArray:
    """Hairs a day at the end of a trial run-in that leaves the group as it was. Shape: (lane,)."""
    trial = group.take(np.arange(group.draws.size), group.draws)
    days, lanes = drivers.shape[1], group.draws.size
    record = advance(
        trial, drivers, np.zeros((days, lanes)), no_seeds(days, lanes), workers=workers
    )
    area = trial.cells[CELL_INDEX["area_share"]]
    return hairs_shed_per_day(record[-1:, FALLEN], area, trial.head)[0]


def scaled_release(drivers: FloatArray, scale: FloatArray) -> FloatArray:
    """Drivers with every release of a lane made stronger or weaker. Shape: (lane, day, driver)."""
    scaled = drivers.copy()
    scaled[:, :, DRIVER_INDEX["anagen_release"]] *= scale[:, None]
    return scaled
