"""Sets of parameters that were fitted together: the released posterior, or an ensemble under test.

A set is one row: one value for each calibrated parameter, in the unit of its parameter row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.tables import names, read_table

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ParameterSets:
    """Values of `names` in every set. Shape of `values`: (set, parameter)."""

    names: tuple[str, ...]
    values: FloatArray

    def column(self, parameter_id: str, sets: IntArray) -> FloatArray | None:
        """Values of one parameter in these sets, None when it is not among `names`."""
        if parameter_id not in self.names:
            return None
        return self.values[sets, self.names.index(parameter_id)]


class SeedWithSets(int):
    """A seed that also says which parameter sets to use, in their order, instead of the posterior.

    It goes wherever a seed goes, so that a calibration runs the very functions a forecast runs.
    """

    sets: ParameterSets

    def __new__(cls, seed: int, sets: ParameterSets) -> SeedWithSets:
        made = super().__new__(cls, seed)
        made.sets = sets
        return made


@cache
def released() -> Mapping[str, ParameterSets]:
    """The released posterior, one table a layer that was fitted by itself. Empty without one."""
    found = {}
    for table in names("posterior", ".csv"):
        rows = read_table(table)
        columns = tuple(name for name in rows[0] if name != "_row")
        values = np.array([[float(row[name]) for name in columns] for row in rows])
        found[table.removeprefix("posterior/").removesuffix(".csv")] = ParameterSets(
            columns, values
        )
    return found
