"""What a chart is drawn from: plain frozen rows, no arrays and no clinical words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Curve:
    """Quantiles over draws of one observable in one arm, one entry a week of `weeks`.

    `role` is plan, untreated or stop and decides colour and line style. Unit as in `unit`.
    """

    observable: str
    unit: str
    arm: str
    label: str
    role: str
    weeks: tuple[float, ...]
    q05: tuple[float, ...]
    q25: tuple[float, ...]
    q50: tuple[float, ...]
    q75: tuple[float, ...]
    q95: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A share of 100 with its interval."""

    label: str
    percent: float
    low: float
    high: float
    text: str


@dataclass(frozen=True, slots=True)
class Interval:
    """A difference with its 50 % and 90 % intervals, in the unit of the axis."""

    label: str
    median: float
    low50: float
    high50: float
    low90: float
    high90: float
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A rate per 100 with treatment and, when known, in the control group."""

    label: str
    treated: float
    control: float | None
    text: str
