"""What an action sees of a treatment: how much of it is there, day by day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Parameters = Mapping[str, FloatArray]


@dataclass(frozen=True, slots=True)
class Exposure:
    """One regimen over the days of a forecast.

    `level` is the drug at its site in segments of each day, in the unit of its kinetics (ng/mL for
    drugs with a plasma model, dose units for local levels); shape (day, segment, draw). `amount` is
    what was taken each day, in dose units; shape (day, draw). `active` says on which days the
    person is on the regimen, adherent or not; shape (day,).
    """

    level: FloatArray
    amount: FloatArray
    active: NDArray[np.bool_]

    def day_mean(self) -> FloatArray:
        """Day mean of the level. Shape: (day, draw)."""
        if self.level.shape[1] == 1:
            return self.level[:, 0, :]
        return self.level.mean(axis=1)


Contribution = Mapping[str, FloatArray]
"""Lever -> what the action adds to it, shape (day, draw), or (day, segment, draw) for enzymes."""

# Beside its levers a growth stimulus says what share of the full effect it stands for, 0 to 1.
GROWTH_SHARE = "growth_share"


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One named action: a pure function, the parameters it needs and how fine a day it wants.

    `act(exposure, parameters, person)` maps parameter names to arrays over draws and the person to
    `female` (0 or 1), `affected_percent` and `weight_kg`, each of shape (draw,).
    """

    act: Callable[[Exposure, Parameters, Parameters], Contribution]
    needs: tuple[str, ...]
    segments: int = 1
    optional: tuple[str, ...] = ()
