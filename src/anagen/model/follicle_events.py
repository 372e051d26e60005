"""Single follicles that are touched only when something may happen to them.

The chances of a day are those of `single_follicles`. Here every follicle keeps the next day on
which anything may befall it, drawn from a bound on its chances; on that day the bound is thinned to
the chance of the day, so courses are exact for chances that change from day to day. Waiting has no
memory, so a bound that no longer holds is replaced by drawing again. A follicle meets the same fate
wherever it meets the same chances, in any order.
"""

from __future__ import annotations

import numpy as np

from anagen.model.compiled import kernel, kernel_part
from anagen.model.single_follicles import _DAY, _FOLLICLE, _UNIT, _scrambled

# A bound lies this much above the chance it was made for, and is renewed when the chance has fallen
# to this share of it: the price of drawing all follicles again against that of days without event.
HEADROOM, SLACK = 1.25, 0.25
# Cells with less attack a day than this need no bound of their own.
LEAST_ATTACK = 1e-4
NEVER = np.int32(2**31 - 1)
# Keeps the draw of a waiting time apart from that of an event on the same day.
_TURN = np.uint64(0x632BE59BD9B4E019)


@kernel_part()
def _wait(log_stay, bits):
    """Whole days until the next thing may happen, 0 or more, when a day passes by exp(log_stay)."""
    if log_stay >= 0.0:
        return NEVER >> 1
    u = (float(bits >> np.uint64(40)) + 0.5) * _UNIT
    return np.int32(min(np.log(u) / log_stay, float(NEVER >> 1)))


@kernel_part()
def _renewed(chance, bound):
    """Whether `bound` on a chance no longer holds or is far too wide."""
    return chance > bound or (bound > LEAST_ATTACK and chance < SLACK * bound)


@kernel(nogil=True)
def pass_day(
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
    due,
    since,
    growing,
    log_stay,
    bound,
    log_spared,
    attack_bound,
    first,
    member,
):
    """One day of all follicles, in place; returns the hairs shed.

    The first arguments are those of `single_follicles.advance_follicles`. `due` (follicle,) int32
    is the next day to look at a follicle and `since` the day its length is of; `growing` (cell,)
    counts growing follicles; `bound` and `log_stay` (sensitivity, 7, size) bound the chance of any
    event of a phase but attack, `attack_bound` and `log_spared` (cell,) that of attack. All bounds
    start at zero, which makes the first day draw for everyone. `member` (follicle,) lists the
    follicles cell by cell from `first` (cell + 1,). `grow_to` brings `length_cm` up to a day.
    """
    shed = 0
    kinds, _, sizes = bound.shape
    again = False
    for kind in range(kinds):
        for thick in range(sizes):
            for part in range(7):
                any_event = _chance_but_attack(
                    part, kind, thick, chance, side_chance, thicker, thinner, released, broken, lost
                )
                if _renewed(any_event, bound[kind, part, thick]):
                    again = True
    if again:
        for kind in range(kinds):
            for thick in range(sizes):
                for part in range(7):
                    any_event = _chance_but_attack(
                        part, kind, thick, chance, side_chance, thicker, thinner, released,
                        broken, lost,
                    )  # fmt: skip
                    bound[kind, part, thick] = min(HEADROOM * any_event, 1.0 - 1e-9)
                    log_stay[kind, part, thick] = np.log1p(-bound[kind, part, thick])
    base = np.uint64(mark) + np.uint64(day) * _DAY
    for c in range(attack.size):
        if not _renewed(attack[c], attack_bound[c]):
            continue
        attack_bound[c] = max(min(HEADROOM * HEADROOM * attack[c], 1.0 - 1e-9), LEAST_ATTACK)
        log_spared[c] = np.log1p(-attack_bound[c])
        if again:
            continue
        for k in range(first[c], first[c + 1]):
            i = member[k]
            part = phase[stage[i]]
            if alive[i] and part <= 1:
                stay = log_stay[sensitivity[i], part, size[i]] + log_spared[c]
                bits = _scrambled(base + np.uint64(i) * _FOLLICLE)
                due[i] = day + _wait(stay, _scrambled(bits + _TURN))
    if again:
        for i in range(stage.size):
            if not alive[i]:
                due[i] = NEVER
                continue
            part = phase[stage[i]]
            stay = log_stay[sensitivity[i], part, size[i]]
            if part <= 1:
                stay += log_spared[cell[i]]
            bits = _scrambled(base + np.uint64(i) * _FOLLICLE)
            due[i] = day + _wait(stay, _scrambled(bits + _TURN))
    for i in range(stage.size):
        if due[i] > day:
            continue
        at = cell[i]
        kind, thick, now = sensitivity[i], size[i], stage[i]
        part = phase[now]
        bits = _scrambled(base + np.uint64(i) * _FOLLICLE)
        spared = 1.0 - bound[kind, part, thick]
        if part <= 1:
            spared *= 1.0 - attack_bound[at]
        # Something happens with the chance of the day out of the bound it was drawn from.
        u = (float(bits >> np.uint64(40)) + 0.5) * _UNIT * (1.0 - spared)
        event = 0
        left = 1.0
        hit = attack[at] if part <= 1 else 0.0
        leave = _leaving(part, kind, thick, chance, side_chance)
        if part == 4 or part == 6:
            leave *= reentry[at]
        release = released if part == 1 else 0.0
        fracture = broken if part <= 1 else 0.0
        up = thicker[kind] if part == 1 else 0.0
        down = thinner[kind] if part == 1 else 0.0
        for number, p in enumerate((lost, hit, leave, release, fracture, up, down)):
            if u < left * p:
                event = number + 1
                u /= left * p
                break
            u -= left * p
            left *= 1.0 - p
        if event > 0:
            if part == 1:
                length_cm[i] += growth_cm[thick] * (day - since[i])
            since[i] = day
            before = part
            if event == 1:
                alive[i] = False
                shed += 1 if 1 <= part <= 3 or part == 5 else 0
            elif event == 2:
                if part == 0:
                    stage[i] = starts[6]
                elif u < catagen_share:
                    stage[i] = starts[2]
                else:
                    stage[i] = starts[5]
            elif event == 3:
                if part == 5:
                    stage[i] = starts[6]
                    length_cm[i] = 0.0
                    shed += 1
                elif part == 6 or now == starts[5] - 1:
                    # The size of the next hair is settled when it starts to grow.
                    if thick == sizes - 1 and u > 1.0 - death[kind]:
                        alive[i] = False
                    else:
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
            elif event == 4:
                stage[i] = starts[2]
            elif event == 5:
                shed += part
                stage[i] = starts[4]
                length_cm[i] = 0.0
            elif event == 6:
                size[i] = max(thick - 1, 0)
            else:
                size[i] = min(thick + 1, sizes - 1)
            part = phase[stage[i]]
            if before <= 1 and (part > 1 or not alive[i]):
                growing[at] -= 1.0
            elif before > 1 and part <= 1 and alive[i]:
                growing[at] += 1.0
            if not alive[i]:
                due[i] = NEVER
                continue
        stay = log_stay[kind, part, size[i]]
        if part <= 1:
            stay += log_spared[at]
        due[i] = day + 1 + _wait(stay, _scrambled(bits))
    return shed


@kernel_part()
def _leaving(part, kind, thick, chance, side_chance):
    if part == 5:
        return side_chance[0]
    if part == 6:
        return side_chance[1]
    return chance[kind, part, thick]


@kernel_part()
def _chance_but_attack(
    part, kind, thick, chance, side_chance, thicker, thinner, released, broken, lost
):
    """Chance of a day that anything but attack happens in a phase, with re-entry not slowed."""
    stay = (1.0 - lost) * (1.0 - min(_leaving(part, kind, thick, chance, side_chance), 1.0))
    if part <= 1:
        stay *= 1.0 - broken
    if part == 1:
        stay *= (1.0 - released) * (1.0 - thicker[kind]) * (1.0 - thinner[kind])
    return 1.0 - stay


@kernel(nogil=True)
def grow_to(day, stage, size, length_cm, alive, starts, growth_cm, since):
    """Brings every length up to the start of `day`, in place."""
    for i in range(stage.size):
        if alive[i] and starts[1] <= stage[i] < starts[2]:
            length_cm[i] += growth_cm[size[i]] * (day - since[i])
        since[i] = day
