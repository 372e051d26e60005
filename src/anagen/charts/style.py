"""Colours, line styles and sizes shared by all charts.

Okabe-Ito colours, never alone: each series also has its own line style or shape, so that a chart
reads in grey. Charts are as wide as a phone leaves them and scale up.
"""

from __future__ import annotations

from collections.abc import Mapping

WIDTH = 330
FONT_SIZE = 12

INK = "#1b1b1d"
QUIET = "#5a5a5f"
GRID = "#dcdcdf"
SHADE = "#efeff1"
PLAN = "#0072b2"
UNTREATED = "#d55e00"
STOP = "#7a4b94"

LINE: Mapping[str, tuple[str, tuple[int, ...]]] = {
    "plan": (PLAN, (1, 0)),
    "untreated": (UNTREATED, (7, 3)),
    "stop": (STOP, (2, 3)),
}

# A page with a dark mode gives these variables their dark values; elsewhere the colour stands.
THEME: Mapping[str, str] = {
    INK: "var(--ink, #1b1b1d)",
    QUIET: "var(--quiet, #5a5a5f)",
    GRID: "var(--grid, #dcdcdf)",
    SHADE: "var(--shade, #efeff1)",
    PLAN: "var(--plan, #0072b2)",
    UNTREATED: "var(--untreated, #d55e00)",
    STOP: "var(--stop, #7a4b94)",
}
