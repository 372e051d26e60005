"""Androgen-driven miniaturization: Courtois' three rules on the hair cycle.

As the drive rises anagen shortens, the next hair is thinner, and the empty phase lengthens. Hairs
may also change caliber while they grow, in the direction the drive sets, which is what lets counts
of visible hair move faster than one hair cycle.
Every argument and result is one dimensionless number.
Source: Courtois_1994_follicle_ageing, for the rules; rates from the calibrated parameter rows.
"""

from __future__ import annotations

from numba import njit


@njit(nogil=True)
def androgen_drive(sensitivity, gain, dht_ratio_power, receptor_block, independent_share):
    """Drive a of one cell: the androgen share follows DHT and its receptor, the rest does not."""
    androgen = (1.0 - independent_share) * dht_ratio_power * (1.0 - receptor_block)
    return sensitivity * gain * (androgen + independent_share)


@njit(nogil=True)
def step_down_probability(drive, at_full_drive):
    """Chance that the next hair is one class thinner."""
    return min(1.0, at_full_drive * drive)


@njit(nogil=True)
def step_up_probability(drive, at_no_drive, log_factor_exp, step_down):
    """Chance that the next hair is one class thicker; with step-down it never exceeds 1."""
    return min(1.0 - step_down, at_no_drive * max(0.0, 1.0 - drive) * log_factor_exp)


@njit(nogil=True)
def anagen_factor(drive, shortening):
    """Multiplies mean anagen: (1 - shortening) at drive 1, never negative at any drive."""
    return (1.0 - shortening) ** drive


@njit(nogil=True)
def latency_factor(drive, lengthening, offset, relative_diameter):
    """Multiplies mean latency; thin hairs stay away longer. Diameter relative to the largest."""
    return 1.0 + lengthening * drive * (offset + 1.0 - relative_diameter)
