"""What lies under the hair: skin, ears, forehead and nose, so that front and back are known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from anagen.pictures.head_view import HeadView

Point = tuple[float, float]

# Dark hair on light skin differ in lightness, so the picture reads in grey and for any eye.
PAPER = (255, 255, 255)
SKIN = (238, 208, 182)
SKIN_EDGE = (176, 138, 110)
BROW = (96, 72, 56)


def head_ground(view: HeadView) -> NDArray[np.float32]:
    """The bare head on paper. Shape: (row, column, 3), colors 0-255."""
    image = Image.new("RGB", (view.width, view.height), PAPER)
    pen = ImageDraw.Draw(image)
    middle = view.center
    line = max(round(0.10 * view.scale), 1)

    def at(u: float, v: float) -> Point:
        """Pixels of a place in half widths and half lengths from the middle of the scalp."""
        column, row = view.pixels(
            np.array([middle[0] + u * view.half[0]]), np.array([middle[1] + v * view.half[1]])
        )
        return float(column[0]), float(row[0])

    def oval(u: float, v: float, wide: float, high: float, fill: tuple[int, int, int]) -> None:
        left, top = at(u - wide, v + high)
        right, bottom = at(u + wide, v - high)
        pen.ellipse((left, top, right, bottom), fill=fill, outline=SKIN_EDGE, width=line)

    nose = [at(-0.13, 1.20), at(-0.055, 1.37), at(0.055, 1.37), at(0.13, 1.20)]
    oval(0.0, 1.355, 0.08, 0.045, SKIN)
    pen.polygon(nose, fill=SKIN)
    pen.line(nose[:2], fill=SKIN_EDGE, width=line)
    pen.line(nose[2:], fill=SKIN_EDGE, width=line)
    for side in (-1.0, 1.0):
        oval(side * 1.03, -0.02, 0.14, 0.17, SKIN)
        oval(side * 1.07, -0.02, 0.06, 0.09, SKIN)
    forehead = _forehead(at)
    pen.polygon(forehead, fill=SKIN)
    pen.line(forehead, fill=SKIN_EDGE, width=line, joint="curve")
    rim = [tuple(point) for point in _grown(view.outline, 1.03)]
    pen.polygon(rim, fill=SKIN)
    for side in (-1.0, 1.0):
        brow = [at(side * u, v) for u, v in ((0.13, 1.185), (0.27, 1.180), (0.41, 1.115))]
        pen.line(brow, fill=BROW, width=max(round(0.32 * view.scale), 1), joint="curve")
    return np.asarray(image, dtype=np.float32)


def _forehead(at: Callable[[float, float], Point]) -> list[Point]:
    angles = np.linspace(0.0, np.pi, 60)
    return [at(0.86 * np.cos(a), 0.40 + 0.85 * np.sin(a)) for a in angles]


def _grown(outline: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    middle = outline.mean(axis=0)
    return middle + factor * (outline - middle)
