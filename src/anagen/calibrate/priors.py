"""The priors: standard normal scores of the parameter rows that a layer calibrates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.tables import read_table
from anagen.simulate.parameter_draws import from_normal
from anagen.simulate.parameter_sets import ParameterSets

FloatArray = NDArray[np.float64]


def calibrated(layer: str) -> tuple[str, ...]:
    """Ids of the parameters of one layer, in the order of `data/calibration/layers.csv`."""
    return tuple(
        row["parameter"] for row in read_table("calibration/layers.csv") if row["layer"] == layer
    )


def parameter_sets(names: tuple[str, ...], scores: FloatArray) -> ParameterSets:
    """Sets of parameters at standard normal scores. Shape of `scores`: (set, parameter)."""
    columns = [from_normal(name, scores[:, i]) for i, name in enumerate(names)]
    return ParameterSets(names, np.stack(columns, axis=1))
