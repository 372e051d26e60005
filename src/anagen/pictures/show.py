"""From the heads of all arms to captioned panels, one a week that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from PIL import Image

from anagen.pictures.head import CUT_CM, Head, prepare_head
from anagen.pictures.panel import Side, draw_panel
from anagen.pictures.readings import Reading, caption
from anagen.simulate.head import HeadRun
from anagen.simulate.regimen import Arm

Progress = Callable[[int, int, str], None]


def panels(
    runs: Mapping[str, HeadRun],
    arms: Sequence[Arm],
    readings: Mapping[str, Sequence[Reading]],
    *,
    weeks: int,
    width: int,
    parted: bool,
    salt: bool,
    progress: Progress | None = None,
) -> Iterator[tuple[int, Image.Image]]:
    """Week and panel, one after the other: the heads of all arms side by side.

    `runs` and `readings` by id of the arm, all at the same weeks; `weeks` is where the bar of time
    ends; `width` of one head in pixels; `parted` as in `prepare_head`; `salt` as in `caption`.
    """
    head: Head | None = None
    shown = readings[arms[0].id]
    note = f"drawn cut to {CUT_CM:g} cm; strands: a day's shed"
    for number, reading in enumerate(shown):
        if progress:
            progress(number, len(shown), f"drawing week {reading.week}")
        sides = []
        for arm in arms:
            run = runs[arm.id]
            if head is None:
                place = run.geometry
                head = prepare_head(place.x_cm, place.y_cm, width=width, parted=parted)
            read = readings[arm.id][number]
            picture = head.paint(
                run.visible[number], run.length_cm[number], run.diameter_um[number]
            )
            sides.append(
                Side(
                    arm.label,
                    caption(read, salt=salt),
                    picture,
                    treated(arm, weeks),
                    read.shed_per_day,
                )
            )
        yield reading.week, draw_panel(sides, week=reading.week, weeks=weeks, note=note)


def treated(arm: Arm, weeks: int) -> tuple[tuple[float, float], ...]:
    """First and last week of every regimen of an arm, within the weeks shown."""
    spans = []
    for regimen in arm.regimens:
        last = weeks if regimen.stop_week is None else min(regimen.stop_week, weeks)
        if regimen.start_week < last:
            spans.append((float(regimen.start_week), float(last)))
    return tuple(dict.fromkeys(spans))


def memory_mb(follicles: int, weeks: int, arms: int) -> float:
    """Memory that the pictures' hairs take, in MB: visible, growing, length and diameter."""
    bytes_per_hair = 1 + 1 + 4 + 4
    return follicles * weeks * arms * bytes_per_hair / 1e6
