"""What is read from a head at one time, in numbers and in the words under a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from anagen.catalog.parameters import value
from anagen.simulate.head import HeadRun
from anagen.simulate.head_geometry import QUADRANTS

STAGES: Mapping[str, tuple[str, ...]] = {
    "Norwood": ("I", "II", "III", "III vertex", "IV", "V", "VI", "VII"),
    "Ludwig": ("I", "II", "III"),
}


@dataclass(frozen=True, slots=True)
class Phototrichogram:
    """The count of the target area: hairs per cm2, share growing in %, mean diameter in um.

    None where there is no hair to measure.
    """

    total_per_cm2: float
    terminal_per_cm2: float
    anagen_percent: float | None
    mean_diameter_um: float | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A head at one week: SALT (%, whole and by quadrant), stage, hairs shed a day, and a count.

    `stage` is empty where pattern loss is not alone at work; `shed_per_day` is the mean of the week
    before over the whole scalp.
    """

    week: int
    salt: float
    salt_by_quadrant: Mapping[str, float]
    stage: str
    shed_per_day: float
    target: Phototrichogram


def read(run: HeadRun, *, female: bool) -> tuple[Reading, ...]:
    """Readings at every week of one arm, from the follicles its pictures show."""
    scale = "Ludwig" if female else "Norwood"
    # Patches in the target area would be read as pattern loss.
    staged = "androgenetic" in run.mechanisms and "autoimmune" not in run.mechanisms
    found = []
    for i, week in enumerate(run.weeks):
        seen = run.visible[i] & run.target
        terminal = seen & (run.diameter_um[i] >= run.terminal_um)
        hairs, all_follicles = int(seen.sum()), int(run.target.sum())
        share = int(terminal.sum()) / all_follicles
        count = Phototrichogram(
            total_per_cm2=run.follicles_per_cm2 * hairs / all_follicles,
            terminal_per_cm2=run.follicles_per_cm2 * share,
            anagen_percent=100.0 * int((seen & run.growing[i]).sum()) / hairs if hairs else None,
            mean_diameter_um=float(run.diameter_um[i][seen].mean()) if hairs else None,
        )
        found.append(
            Reading(
                week=week,
                salt=float(run.salt[i]),
                salt_by_quadrant={
                    name: float(lost)
                    for name, lost in zip(QUADRANTS, run.salt_by_quadrant[i], strict=True)
                },
                stage=stage(share / run.full_visible, scale) if staged else "",
                shed_per_day=float(run.shed_per_day[i]),
                target=count,
            )
        )
    return tuple(found)


def stage(density_share: float, scale: str) -> str:
    """The stage whose terminal density at the target area is nearest to a share of full density.

    Ludwig has no stage for hair that is not thinned; full density stands for it.
    """
    known = {
        f"{scale} {name}": value(
            f"{scale.lower()}_{name.lower().replace(' ', '_')}_density_fraction"
        )
        for name in STAGES[scale]
    }
    if scale == "Ludwig":
        known = {"Ludwig 0": 1.0, **known}
    names = list(known)
    return names[int(np.abs(np.array(list(known.values())) - density_share).argmin())]


def caption(reading: Reading, *, salt: bool) -> tuple[str, ...]:
    """The lines under a head: how much is lost, what falls, what a count would find.

    `salt` says whether loss is scored as SALT, as in alopecia areata.
    """
    first = [f"SALT {reading.salt:.0f}"] if salt else []
    if reading.stage:
        first.append(reading.stage)
    return (
        " · ".join(first) if first else f"{reading.shed_per_day:.0f} hairs shed a day",
        *([f"{reading.shed_per_day:.0f} hairs shed a day"] if first else []),
        f"{reading.target.terminal_per_cm2:.0f} terminal hairs per cm2",
    )
