"""A flattened head: where follicles lie, in which region, and the map cells between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import value
from anagen.model.scalp import REGIONS
from anagen.rng import generator

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

QUADRANTS = ("top", "back", "left", "right")
# Region borders on the unit ellipse: the top is a little wider in front, the crown is round.
_LEAN = 0.12
_CROWN = 0.5


@dataclass(frozen=True, slots=True)
class HeadGeometry:
    """Every follicle on the flattened scalp seen from above, front up, the person's left at left.

    `x_cm`, `y_cm`, `region` (index into `REGIONS`), `quadrant` (index into `QUADRANTS`) and `cell`
    have one entry a follicle. `cell_x_cm`, `cell_y_cm` (cell,) are the middles of the map cells,
    `neighbors` (cell, 4) the cells beside each, itself where the scalp ends.
    """

    x_cm: FloatArray
    y_cm: FloatArray
    region: IntArray
    quadrant: IntArray
    cell: IntArray
    cell_x_cm: FloatArray
    cell_y_cm: FloatArray
    neighbors: IntArray
    grid: NDArray[np.bool_]
    cell_cm: float

    def smooth(self, of_cells: FloatArray, width_cm: float) -> FloatArray:
        """A field of map cells blurred by a Gaussian of this width, rims included."""
        full, weight = np.zeros(self.grid.shape), self.grid.astype(float)
        full[self.grid] = of_cells
        reach = max(int(np.ceil(3.0 * width_cm / self.cell_cm)), 1)
        kernel = np.exp(
            -0.5 * (np.arange(-reach, reach + 1) * self.cell_cm / max(width_cm, 1e-9)) ** 2
        )
        blurred = [_blurred(part, kernel) for part in (full, weight)]
        return (blurred[0] / np.maximum(blurred[1], 1e-12))[self.grid]


def head_geometry(follicles: int, cell_mm: float) -> HeadGeometry:
    """An even scatter of follicles over an ellipse as large as a scalp.

    Area shares of the regions are those of the parameter table. Same number, same places.
    """
    half_x = np.sqrt(value("scalp_area_cm2") / np.pi / value("head_length_over_width"))
    half_y = half_x * value("head_length_over_width")
    random = generator(0, "", "places of follicles")
    radius = np.sqrt((np.arange(follicles) + random.random(follicles)) / follicles)
    angle = 2.0 * np.pi * random.random(follicles)
    u, v = radius * np.cos(angle), radius * np.sin(angle)
    x, y = u * half_x, v * half_y
    region = _regions(u, v)
    quadrant = np.where(
        region == REGIONS.index("occipital"),
        QUADRANTS.index("back"),
        np.where(u < 0.0, QUADRANTS.index("left"), QUADRANTS.index("right")),
    )
    quadrant[region <= REGIONS.index("vertex")] = QUADRANTS.index("top")
    cell_cm = cell_mm / 10.0
    column = np.floor((x + half_x) / cell_cm).astype(np.int64)
    row = np.floor((y + half_y) / cell_cm).astype(np.int64)
    shape = (int(row.max()) + 1, int(column.max()) + 1)
    middle_y = (np.arange(shape[0]) + 0.5) * cell_cm - half_y
    middle_x = (np.arange(shape[1]) + 0.5) * cell_cm - half_x
    grid = (middle_x[None, :] / half_x) ** 2 + (middle_y[:, None] / half_y) ** 2 < 1.0
    grid[row, column] = True
    number = np.full(shape, -1, dtype=np.int64)
    number[grid] = np.arange(grid.sum())
    rows, columns = np.nonzero(grid)
    padded = np.pad(number, 1, constant_values=-1)
    beside = [padded[rows + 1 + dy, columns + 1 + dx]
              for dy, dx in ((1, 0), (-1, 0), (0, 1), (0, -1))]  # fmt: skip
    own = np.arange(rows.size)
    neighbors = np.column_stack([np.where(side < 0, own, side) for side in beside])
    return HeadGeometry(
        x_cm=x,
        y_cm=y,
        region=region,
        quadrant=quadrant,
        cell=number[row, column],
        cell_x_cm=middle_x[columns],
        cell_y_cm=middle_y[rows],
        neighbors=np.ascontiguousarray(neighbors),
        grid=grid,
        cell_cm=cell_cm,
    )


def _regions(u: FloatArray, v: FloatArray) -> IntArray:
    """Regions by place on the unit ellipse, each with its share of the follicles."""
    share = {name: value(f"area_{name}") for name in REGIONS}
    total = sum(share.values())
    region = np.empty(u.size, dtype=np.int64)
    left = np.arange(u.size)

    def cut(order: FloatArray, name: str) -> None:
        nonlocal left
        count = round(u.size * share[name] / total)
        ranked = left[np.argsort(order[left], kind="stable")]
        region[ranked[:count]] = REGIONS.index(name)
        left = ranked[count:]

    cut(v - _CROWN * u**2, "occipital")
    outward = -(np.abs(u) - _LEAN * v)
    cut(outward, "temporal")
    cut(outward, "parietal")
    cut(v - _CROWN * u**2, "vertex")
    cut(v, "mid_scalp")
    region[left] = REGIONS.index("frontal")
    return region


def _blurred(field: FloatArray, kernel: FloatArray) -> FloatArray:
    reach = kernel.size // 2
    for axis in (0, 1):
        padding = [(reach, reach) if i == axis else (0, 0) for i in (0, 1)]
        padded = np.pad(field, padding)
        length = field.shape[axis]
        blurred = np.zeros_like(field)
        for i, weight in enumerate(kernel):
            blurred += weight * np.take(padded, np.arange(i, i + length), axis=axis)
        field = blurred
    return field
