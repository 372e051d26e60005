"""The named scalars through which the SYSTEM layer reaches SKIN and FOLLICLE, one value per day.

A driver at its neutral value changes nothing, exactly: that is how a zero dose equals no treatment.
Log-effects add (F = exp of their sum), so that no hazard can turn negative.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Driver:
    """One channel: its neutral value, its unit and what it does."""

    neutral: float
    unit: str
    meaning: str


DRIVERS: Mapping[str, Driver] = {
    "jak1_2_block": Driver(0.0, "fraction 0-1", "day-mean block of IFN-gamma (JAK1/2) signalling"),
    "jak1_3_block": Driver(
        0.0, "fraction 0-1", "day-mean block of gamma-chain (JAK1/3) signalling"
    ),
    "glucocorticoid": Driver(0.0, "relative activity", "raises effector T-cell loss: d_E(1 + k U)"),
    "antigenic_competition": Driver(
        0.0, "relative activity", "contact sensitiser: raises regulation"
    ),
    "regulatory_tone_log": Driver(0.0, "log factor", "multiplies regulatory tone R"),
    "privilege_guard": Driver(
        0.0, "log factor", "raises the IFN-gamma level that collapses privilege"
    ),
    "scalp_dht_ratio": Driver(1.0, "ratio", "scalp DHT relative to the same person untreated"),
    "androgen_receptor_block": Driver(0.0, "fraction 0-1", "local block of the androgen receptor"),
    "anagen_log": Driver(0.0, "log factor", "multiplies mean anagen duration"),
    "telogen_exit_log": Driver(0.0, "log factor", "multiplies the telogen exit hazard"),
    "latency_exit_log": Driver(0.0, "log factor", "multiplies the latency exit hazard"),
    "size_step_up_log": Driver(
        0.0, "log factor", "multiplies the chance of a larger next follicle"
    ),
    "thickening": Driver(0.0, "1/day", "rate of growing one size class thicker within anagen"),
    "anagen_release": Driver(0.0, "fraction of anagen per day", "impulse from anagen to catagen"),
    "anagen_destruction": Driver(
        0.0, "fraction of anagen per day", "cytotoxic: anagen hair breaks"
    ),
    "perifollicular_inflammation": Driver(0.0, "relative", "shortens anagen, delays re-entry"),
    "vehicle_response": Driver(0.0, "hairs/cm2", "vehicle, sham or observation gain of a count"),
    "season_log": Driver(0.0, "log factor", "multiplies mean anagen through the year"),
    "androgen_drive_log": Driver(
        0.0, "log factor", "multiplies the whole drive of pattern loss: oestrogen protection lost"
    ),
    "inflammation_relief": Driver(
        0.0, "fraction 0-1", "share of perifollicular inflammation that a treatment takes away"
    ),
    "follicle_loss": Driver(0.0, "fraction per day", "follicles gone for good, as with age"),
}

DRIVER_NAMES: tuple[str, ...] = tuple(DRIVERS)
DRIVER_INDEX: Mapping[str, int] = {name: i for i, name in enumerate(DRIVER_NAMES)}
