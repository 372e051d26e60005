"""How close the engine is to what the machine could do: operations counted, then timed at peak.

Counted by hand from the kernels for one cell of one twin and one day, one size class.
"""

from __future__ import annotations

from collections.abc import Mapping

STAGES, GROWING_STAGES = 20, 6
# advance_cycle: 8 flops a stage, 12 for the side ways. attack_anagen: 4 a growing stage and 12.
# _immune_step: 78, with 6 to sum the growing stages.
FLOPS = 8 * STAGES + 12 + 4 * GROWING_STAGES + 12 + 78 + GROWING_STAGES
# Privilege twice (ratio and share), presence, antigen, regulation, E and R relaxing, memory twice;
# re-entry twice; two stays.
DIVISIONS = 4 + 1 + 1 + 1 + 2 + 2 + 2 + 2
EXPONENTIALS = 2
# State and parameters read once and state written once, 8 bytes each.
BYTES = 8 * (2 * (STAGES + 4) + 30)
DAYS = 364


def cohort_floor(peaks: Mapping[str, float]) -> dict[str, float]:
    """Least time of one cell and year, us, by what bounds it and in sum of the computing parts."""
    parts = {
        "flops": FLOPS / peaks["gigaflops"],
        "divisions": DIVISIONS / peaks["gigadivisions"],
        "exponentials": EXPONENTIALS / peaks["gigaexponentials"],
        "bytes": BYTES / peaks["gigabytes"],
    }
    micro = {name: 1e-3 * DAYS * nano for name, nano in parts.items()}
    micro["computing"] = micro["flops"] + micro["divisions"] + micro["exponentials"]
    return micro
