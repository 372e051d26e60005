"""What is given, how much, how often, from when to when."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Regimen:
    """One treatment as taken.

    `treatment` is an id of the treatment catalogue. `dose` is the amount of one administration in
    `unit`; `interval_days` the time between administrations (0.5 is twice daily, 28 every four
    weeks). Weeks count from the start of the forecast; `stop_week` None means never stopped.
    """

    treatment: str
    dose: float
    unit: str
    interval_days: float
    start_week: float = 0.0
    stop_week: float | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Arm:
    """One future to simulate: regimens together. No regimens is the untreated arm."""

    id: str
    label: str
    regimens: tuple[Regimen, ...] = ()
