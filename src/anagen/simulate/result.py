"""What a simulation returns: one array per observable and arm, draws kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anagen.simulate.regimen import Arm

FloatArray = NDArray[np.float64]

# The arm in which what a person takes already goes on.
NO_CHANGE = "no_change"

OBSERVABLES: Mapping[str, tuple[str, str]] = {
    "salt": ("SALT score", "% of scalp hair lost"),
    "terminal_density": ("Terminal hair density, target area", "hairs/cm2"),
    "terminal_relative": ("Terminal hairs of the target area against today", "% of today"),
    "total_density": ("Total hair density, target area", "hairs/cm2"),
    "hair_mass": ("Hair mass, target area", "% of a full head of the same person"),
    "daily_shed": ("Hairs shed per day", "hairs/day"),
    "shed_ratio": ("Shedding against the person's own usual", "times usual"),
    "telogen_percent": ("Telogen hairs", "% of hairs"),
    "anagen_percent": ("Anagen hairs, target area", "% of hairs"),
    "hair_diameter": ("Mean hair diameter, target area", "um"),
}

# What plans and forecasts of a person say. Hair diameter is read in trials alone, with a caution
# (`endpoints.csv`): what the model says of it is known to be wrong.
TOLD = tuple(name for name in OBSERVABLES if name != "hair_diameter")


@dataclass(frozen=True, slots=True)
class ArmForecast:
    """One arm: `values[observable]` has shape (draw, week); draw d is the same twin everywhere."""

    arm: Arm
    values: Mapping[str, FloatArray]

    def quantile(self, observable: str, q: float) -> FloatArray:
        """Quantile over draws, shape (week,)."""
        return np.quantile(self.values[observable], q, axis=0)

    def quantiles(self, observable: str, shares: Sequence[float]) -> FloatArray:
        """Several quantiles over draws at once, shape (share, week)."""
        return np.quantile(self.values[observable], shares, axis=0)

    def mean(self, observable: str) -> FloatArray:
        """Mean over draws, shape (week,)."""
        return self.values[observable].mean(axis=0)


@dataclass(frozen=True, slots=True)
class Forecast:
    """All arms of one person, simulated in one batch with the same random keys.

    `weeks` has shape (week,). `individualised` and `not_individualised` say in plain words what of
    the person changed the forecast and what could not.
    """

    patient_id: str
    seed: int
    weeks: FloatArray
    arms: Mapping[str, ArmForecast]
    individualised: tuple[str, ...] = ()
    not_individualised: tuple[str, ...] = ()
