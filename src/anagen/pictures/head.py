"""One head, painted again and again with the hairs it carries at different times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from anagen.pictures.ground import PAPER, head_ground
from anagen.pictures.head_view import HeadView, flow, head_view, nearness
from anagen.pictures.strokes import lay_strokes
from anagen.rng import generator

FloatArray = NDArray[np.float64]
Float32Array = NDArray[np.float32]

DARK = (40, 28, 22)
LIGHT = (150, 112, 84)
# Hair is drawn cut to this length: enough to lie down, too short to hide a patch.
CUT_CM = 1.6
# Strokes are laid on a picture this many times finer and then shrunk.
FINER = 2
FLOW_GRID = 4
UM_PER_CM = 1e4


@dataclass(frozen=True, slots=True)
class Head:
    """Everything of a picture that does not change from frame to frame.

    Arrays have one entry a follicle except `ground` (row, column, 3) and `comb` (2, row, column).
    """

    view: HeadView
    ground: Float32Array
    comb: Float32Array
    order: NDArray[np.int64]
    column: Float32Array
    row: Float32Array
    tone: Float32Array
    bend: Float32Array

    def paint(
        self, visible: NDArray[np.bool_], length_cm: Float32Array, diameter_um: Float32Array
    ) -> Image.Image:
        """The head with these hairs: each as long, as thick and as far apart as it is."""
        scale = self.view.scale
        length = np.where(visible, np.minimum(length_cm, CUT_CM), 0.0) * scale
        alpha = np.asarray(diameter_um) * (scale / UM_PER_CM)
        canvas = self.ground.copy()
        lay_strokes(
            canvas,
            self.order,
            self.column,
            self.row,
            length.astype(np.float32),
            alpha.astype(np.float32),
            self.tone,
            self.bend,
            self.comb,
            float(FLOW_GRID),
            np.array(DARK, dtype=np.float32),
            np.array(LIGHT, dtype=np.float32),
        )
        picture = Image.fromarray(np.clip(canvas, 0.0, 255.0).astype(np.uint8))
        return picture.reduce(FINER)


def prepare_head(x_cm: FloatArray, y_cm: FloatArray, *, width: int, parted: bool) -> Head:
    """A head ready to be painted, `width` pixels wide.

    `x_cm` (to the person's right) and `y_cm` (to the front) of every follicle on the flattened
    scalp; `parted` hair falls to both sides of a middle parting, other hair out of the whorl.
    """
    view = head_view(x_cm, y_cm, width=width * FINER)
    column, row = view.pixels(x_cm, y_cm)
    grid_row, grid_column = np.mgrid[0 : view.height : FLOW_GRID, 0 : view.width : FLOW_GRID]
    grid_x, grid_y = view.centimeters(grid_column, grid_row)
    comb = flow(view, grid_x, grid_y, parted=parted)
    u, v = view.shares(x_cm, y_cm)
    # Locks: hairs beside each other share a tone and lean the same way.
    random = generator(0, "", "hair in pictures")
    count = column.size
    tone = 0.30 + 0.16 * _locks(view, column, row, 0.12, random)
    tone += 0.12 * _locks(view, column, row, 0.40, random)
    tone += 0.12 * random.standard_normal(count)
    tone *= 0.70 + 0.55 * np.exp(-((u / 0.60) ** 2 + ((v - 0.2) / 0.55) ** 2))
    bend = 0.12 * _locks(view, column, row, 0.60, random) + 0.07 * random.standard_normal(count)
    return Head(
        view=view,
        ground=_lit(view, head_ground(view)),
        comb=comb,
        # Hair nearer the whorl or the parting lies over hair farther out.
        order=np.argsort(-nearness(view, x_cm, y_cm, parted=parted), kind="stable"),
        column=column,
        row=row,
        tone=np.clip(tone, 0.0, 1.0).astype(np.float32),
        bend=bend.astype(np.float32),
    )


def _locks(
    view: HeadView,
    column: Float32Array,
    row: Float32Array,
    size_cm: float,
    random: np.random.Generator,
) -> FloatArray:
    """Smooth noise of about unit spread, correlated over `size_cm`, read at every root."""
    step = size_cm * view.scale
    rows, columns = int(view.height / step) + 3, int(view.width / step) + 3
    knots = random.standard_normal((rows, columns))
    r, c = row / step, column / step
    r0, c0 = np.clip(r.astype(int), 0, rows - 2), np.clip(c.astype(int), 0, columns - 2)
    fr, fc = r - r0, c - c0
    top = knots[r0, c0] * (1.0 - fc) + knots[r0, c0 + 1] * fc
    bottom = knots[r0 + 1, c0] * (1.0 - fc) + knots[r0 + 1, c0 + 1] * fc
    return 1.4 * (top * (1.0 - fr) + bottom * fr)


def _lit(view: HeadView, ground: Float32Array) -> Float32Array:
    """Light from above: the skin of a round head darkens towards its rim; paper stays white."""
    row, column = np.mgrid[0 : view.height, 0 : view.width]
    far = np.hypot(*view.shares(*view.centimeters(column, row)))
    shade = 1.0 - 0.12 * np.minimum(far, 1.0) ** 3
    paper = (ground == np.array(PAPER, dtype=np.float32)).all(axis=2)
    return np.where(paper[:, :, None], ground, ground * shade[:, :, None]).astype(np.float32)
