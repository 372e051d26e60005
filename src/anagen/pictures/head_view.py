"""Where the hairs of a flattened scalp lie in a picture, and which way they are combed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Float32Array = NDArray[np.float32]

# The picture shows this much around the scalp, as shares of its half width: face, nape, ears.
MARGIN_SIDE, MARGIN_FRONT, MARGIN_BACK = 0.22, 0.42, 0.14
# The whorl lies behind the middle and a little to the side, as on most heads. Half lengths.
WHORL = (0.07, -0.30)
# Where a parting ends behind and before, half lengths.
PARTING_BACK = -0.35
OUTLINE_ANGLES = 180


@dataclass(frozen=True, slots=True)
class HeadView:
    """A flattened head and its place in a picture.

    The front is up and the person's left is left, as seen from above and behind. `center` and
    `half` are the middle and the half width and length of the scalp in cm; `outline` (angle, 2) its
    rim in pixels; `width`, `height` the picture and `scale` its pixels per cm.
    """

    width: int
    height: int
    scale: float
    center: tuple[float, float]
    half: tuple[float, float]
    outline: FloatArray

    def pixels(self, x_cm: FloatArray, y_cm: FloatArray) -> tuple[Float32Array, Float32Array]:
        """Column and row of points in cm, as fractions of pixels."""
        left, top = self._corner()
        column = (np.asarray(x_cm) - left) * self.scale
        row = (top - np.asarray(y_cm)) * self.scale
        return column.astype(np.float32), row.astype(np.float32)

    def centimeters(self, column: FloatArray, row: FloatArray) -> tuple[FloatArray, FloatArray]:
        """x and y in cm of columns and rows."""
        left, top = self._corner()
        return left + column / self.scale, top - row / self.scale

    def shares(self, x_cm: FloatArray, y_cm: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Points as shares of the half width and half length from the middle of the scalp."""
        u = (np.asarray(x_cm) - self.center[0]) / self.half[0]
        return u, (np.asarray(y_cm) - self.center[1]) / self.half[1]

    def _corner(self) -> tuple[float, float]:
        half_x, half_y = self.half
        left = self.center[0] - half_x * (1.0 + MARGIN_SIDE)
        return left, self.center[1] + half_y * (1.0 + MARGIN_FRONT)


def head_view(x_cm: FloatArray, y_cm: FloatArray, *, width: int) -> HeadView:
    """The view that shows all follicles in a picture `width` pixels wide."""
    x, y = np.asarray(x_cm, dtype=float), np.asarray(y_cm, dtype=float)
    center = (float(x.min() + x.max()) / 2.0, float(y.min() + y.max()) / 2.0)
    half = (float(np.ptp(x)) / 2.0, float(np.ptp(y)) / 2.0)
    scale = width / (2.0 * half[0] * (1.0 + MARGIN_SIDE))
    height = round(half[1] * (2.0 + MARGIN_FRONT + MARGIN_BACK) * scale)
    view = HeadView(width, height, scale, center, half, np.empty((0, 2)))
    rim = _rim(x - center[0], y - center[1], half)
    columns, rows = view.pixels(rim[:, 0] + center[0], rim[:, 1] + center[1])
    outline = np.column_stack([columns, rows]).astype(float)
    return HeadView(width, height, scale, center, half, outline)


def _rim(x: FloatArray, y: FloatArray, half: tuple[float, float]) -> FloatArray:
    """The rim of a cloud of points around the origin, smoothed. Shape: (angle, 2)."""
    angle = np.arctan2(y / half[1], x / half[0])
    radius = np.hypot(x / half[0], y / half[1])
    bins = ((angle + np.pi) / (2.0 * np.pi) * OUTLINE_ANGLES).astype(int) % OUTLINE_ANGLES
    rim = np.zeros(OUTLINE_ANGLES)
    np.maximum.at(rim, bins, radius)
    rim[rim == 0.0] = 1.0
    near = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9.0
    wrapped = np.concatenate([rim[-2:], rim, rim[:2]])
    smooth = np.convolve(wrapped, near, mode="valid")
    middle = (np.arange(OUTLINE_ANGLES) + 0.5) / OUTLINE_ANGLES * 2.0 * np.pi - np.pi
    return np.column_stack([smooth * np.cos(middle) * half[0], smooth * np.sin(middle) * half[1]])


def flow(view: HeadView, x_cm: FloatArray, y_cm: FloatArray, *, parted: bool) -> Float32Array:
    """Direction in which hair lies, as unit vectors in pixels. Shape: (2, ...).

    Out of the whorl in a spiral that straightens; `parted` hair falls from the parting to the
    sides instead, and out of the whorl behind it.
    """
    u, v = view.shares(x_cm, y_cm)
    du, dv = u - WHORL[0], v - WHORL[1]
    far = np.hypot(du, dv) + 1e-6
    turn = 1.25 * np.exp(-far / 0.28)
    east = (du * np.cos(turn) + dv * np.sin(turn)) / far
    north = (dv * np.cos(turn) - du * np.sin(turn)) / far
    if parted:
        # Smooth from the whorl's rule behind to the parting's in front.
        share = 1.0 / (1.0 + np.exp(-(v - PARTING_BACK) / 0.06))
        side = np.where(u < 0.0, -1.0, 1.0)
        lean = 0.55 * np.clip(v - 0.1, -0.6, 0.7) - 0.25 * np.abs(u)
        east = (1.0 - share) * east + share * side
        north = (1.0 - share) * north + share * lean
    length = np.hypot(east, north) + 1e-9
    return np.stack([east / length, -north / length]).astype(np.float32)


def nearness(view: HeadView, x_cm: FloatArray, y_cm: FloatArray, *, parted: bool) -> FloatArray:
    """How far every root is from where its hair is combed from: whorl or parting (half widths)."""
    u, v = view.shares(x_cm, y_cm)
    whorl = np.hypot(u - WHORL[0], v - WHORL[1])
    return np.where(v > PARTING_BACK, np.abs(u), whorl) if parted else whorl
