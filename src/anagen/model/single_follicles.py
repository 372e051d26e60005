"""Single follicles, one day at a time, by the same hazards as the cells of the cohort scalp.

Every follicle has a stage of the hair cycle, a size class and a hair length. What happens to it is
decided by numbers keyed to the follicle and the day, so the same follicle meets the same fate in
every arm and in any order. Shares of `hair_cycle.advance_cycle` are chances here.
"""

from __future__ import annotations

import numpy as np

from anagen.model.compiled import kernel, kernel_part

_FOLLICLE = np.uint64(0xD1342543DE82EF95)
_DAY = np.uint64(0x9E3779B97F4A7C15)
_ONE = np.uint64(0xBF58476D1CE4E5B9)
_TWO = np.uint64(0x94D049BB133111EB)
_UNIT = 1.0 / 16777216.0


@kernel_part()
def _scrambled(x):
    """SplitMix64: 64 bits that look random from any 64 bits."""
    x = (x ^ (x >> np.uint64(30))) * _ONE
    x = (x ^ (x >> np.uint64(27))) * _TWO
    return x ^ (x >> np.uint64(31))


@kernel(nogil=True)
def advance_follicles(
    mark,
    day,
    stage,
    size,
    length_cm,
    alive,
    sensitivity,
    cell,
    starts,
    phase,
    chance,
    side_chance,
    step_down,
    step_up,
    death,
    thicker,
    thinner,
    attack,
    reentry,
    catagen_share,
    released,
    broken,
    lost,
    growth_cm,
):
    """One day of all follicles, in place; returns the hairs shed.

    `mark` (uint64) keys the random numbers. `stage`, `size`, `length_cm`, `alive` (follicle,) are
    the state; `sensitivity` and `cell` (follicle,) point into the tables: `chance` (sensitivity,
    phase, size) to leave a stage, `step_down`, `step_up`, `death`, `thicker`, `thinner`
    (sensitivity,), `attack` and `reentry` (cell,). `side_chance` (2,) is to lose a dystrophic hair
    and to leave dormancy; `phase` (stage,) the phase of a stage; `released`, `broken`, `lost` the
    shares an impulse takes today; `growth_cm` (size,) hair grown in a day.
    """
    shed = 0
    sizes = growth_cm.size
    base = np.uint64(mark) + np.uint64(day) * _DAY
    for i in range(stage.size):
        if not alive[i]:
            continue
        bits = _scrambled(base + np.uint64(i) * _FOLLICLE)
        u = float(bits >> np.uint64(40)) * _UNIT
        v = float((bits >> np.uint64(16)) & np.uint64(0xFFFFFF)) * _UNIT
        now = stage[i]
        part = phase[now]
        if lost > 0.0:
            w = float(_scrambled(bits) >> np.uint64(40)) * _UNIT
            if w < lost:
                alive[i] = False
                shed += 1 if 1 <= part <= 3 or part == 5 else 0
                continue
        thick = size[i]
        kind = sensitivity[i]
        if part == 1:
            length_cm[i] += growth_cm[thick]
        if part <= 1:
            hit = attack[cell[i]]
            if v < hit:
                if part == 0:
                    stage[i] = starts[6]
                elif v < hit * catagen_share:
                    stage[i] = starts[2]
                else:
                    stage[i] = starts[5]
                continue
            v = (v - hit) / (1.0 - hit)
        if part == 5:
            leave = side_chance[0]
        elif part == 6:
            leave = side_chance[1] * reentry[cell[i]]
        else:
            leave = chance[kind, part, thick]
            if part == 4:
                leave *= reentry[cell[i]]
        if u < leave:
            u /= leave
            if part == 5:
                stage[i] = starts[6]
                length_cm[i] = 0.0
                shed += 1
            elif part == 6 or now == starts[5] - 1:
                # The size of the next hair is settled when it starts to grow.
                if thick == sizes - 1 and u > 1.0 - death[kind]:
                    alive[i] = False
                    continue
                if u < step_down[kind]:
                    size[i] = min(thick + 1, sizes - 1)
                elif u < step_down[kind] + step_up[kind]:
                    size[i] = max(thick - 1, 0)
                stage[i] = starts[0]
                length_cm[i] = 0.0
            else:
                stage[i] = now + 1
                if now + 1 == starts[4]:
                    length_cm[i] = 0.0
                    shed += 1
        elif part <= 1:
            if part == 1 and v < released:
                stage[i] = starts[2]
            elif v > 1.0 - broken:
                shed += part
                stage[i] = starts[4]
                length_cm[i] = 0.0
            elif part == 1:
                if v < thicker[kind]:
                    size[i] = max(thick - 1, 0)
                elif v > 1.0 - thinner[kind]:
                    size[i] = min(thick + 1, sizes - 1)
    return shed
