"""Hairs as strokes: each laid over what is there, from the rim towards the whorl."""

from __future__ import annotations

from anagen.model.compiled import kernel


@kernel(nogil=True)
def lay_strokes(canvas, order, column, row, length, alpha, tone, angle, flow, grid, dark, light):
    """Lay strokes on a picture, in place.

    `canvas` (row, column, 3) float32 colors 0-255. Follicles are drawn in the sequence `order`:
    root at `column`, `row` (pixels), `length` in pixels (0 draws nothing), `alpha` the share of a
    pixel's width a hair covers, `tone` 0 (`dark`) to 1 (`light`), `angle` (radians) by which it
    departs from `flow` (2, row, column), a field sampled every `grid` pixels.
    """
    height, width = canvas.shape[0], canvas.shape[1]
    last_row, last_column = flow.shape[1] - 1, flow.shape[2] - 1
    for k in range(order.size):
        i = order[k]
        left = length[i]
        if left <= 0.0:
            continue
        x, y = column[i], row[i]
        t = tone[i]
        red = dark[0] + t * (light[0] - dark[0])
        green = dark[1] + t * (light[1] - dark[1])
        blue = dark[2] + t * (light[2] - dark[2])
        a = min(alpha[i], 1.0)
        bend = angle[i]
        while left > 0.0:
            r, c = int(y), int(x)
            if r < 0 or c < 0 or r >= height or c >= width:
                break
            share = a * min(left, 1.0)
            canvas[r, c, 0] += share * (red - canvas[r, c, 0])
            canvas[r, c, 1] += share * (green - canvas[r, c, 1])
            canvas[r, c, 2] += share * (blue - canvas[r, c, 2])
            gr = min(int(y / grid), last_row)
            gc = min(int(x / grid), last_column)
            east, south = flow[0, gr, gc], flow[1, gr, gc]
            # A small turn: cos is near 1.
            x += east - bend * south
            y += south + bend * east
            left -= 1.0
