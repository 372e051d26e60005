"""The visits beside the forecast as one self-contained HTML page: no script, prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

import jinja2
import numpy as np
from markupsafe import Markup

from anagen.catalog.parameters import value
from anagen.observe.noise import READING_ERROR
from anagen.report import labels
from anagen.report.words import number
from anagen.track.chart import Point, course_chart
from anagen.track.document import FollowDocument
from anagen.track.follow import Band, Follow
from anagen.track.known import DAYS_PER_WEEK
from anagen.track.visit import Visit
from anagen.track.weigh import reading_sd
from anagen.track.words import (
    TOO_SMALL,
    cell,
    judged_words,
    lab_line,
    left_in_effect,
    named,
    rows_of,
    why_wide,
)

WHOLE_SCALP = {"salt": 100.0, "telogen_percent": 100.0}


@dataclass(frozen=True, slots=True)
class Figure:
    """One chart with its words and its table."""

    label: str
    unit: str
    caption: str
    svg: Markup
    judged: str
    wide: str
    updated: bool
    rows: tuple[tuple[str, ...], ...]


def render(made: Follow, document: FollowDocument) -> str:
    """The whole page as text, UTF-8 when written."""
    css = (files("anagen.report") / "templates" / "report.css").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("anagen.track", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("track.html.j2").render(
        doc=document,
        css=Markup(css),
        visits=len(made.course.visits),
        flags=[flag for flag in document.red_flags if not flag.stops_planning],
        figures=[_figure(made, band) for band in made.bands],
        readings=[
            (
                str(v.date),
                f"{named(v.observable)[0]} {number(v.value)} {named(v.observable)[1]}",
                v.words[0].upper() + v.words[1:] + ".",
            )
            for v in made.verdicts
        ],
        labs=[lab_line(lab) for lab in made.labs],
        others=_others(made.course.visits),
        left="" if made.no_update else left_in_effect(made),
    )


def _figure(made: Follow, band: Band) -> Figure:
    label, unit = named(band.observable)
    sides = {"before": band.plain}
    if band.updated is not None:
        sides["after"] = band.updated
    points = _points(made, band.observable)
    judge = made.first_judged.get(band.observable)
    known = band.observable in made.first_judged
    svg = course_chart(
        sides,
        points,
        start=made.course.start,
        judge_week=None if judge is None else _week(made.course.start, judge),
        too_early=known and judge is None,
        top=WHOLE_SCALP.get(band.observable),
        ident=f"course-{band.observable}-chart",
        title=f"{label}: visits and forecast",
        description=_described(band, points, unit),
    )
    parts = [
        "Dashed: forecast from the record. "
        + ("Solid: with the visits. " if band.updated else "")
        + "Light band: 9 of 10 people like this one"
        + ("; dark band: half of them." if band.updated else ".")
    ]
    if points:
        parts.append("Dots: readings; their bars hold the truth 19 times in 20.")
    if any(point.off for point in points):
        parts.append("Cross: off the expected course.")
    words = "" if not known else TOO_SMALL if judge is None else judged_words(judge)
    return Figure(
        label=label,
        unit=unit[0].upper() + unit[1:],
        caption=" ".join(parts),
        svg=Markup(svg),
        judged=f"{words[0].upper()}{words[1:]}." if words else "",
        wide=why_wide(made, band),
        updated=band.updated is not None,
        rows=tuple(
            (str(day), *(cell(side, week) for side in sides.values()))
            for day, week in rows_of(made)
        ),
    )


def _points(made: Follow, observable: str) -> list[Point]:
    if observable not in READING_ERROR:
        return []
    found = []
    for verdict in made.verdicts:
        if verdict.observable == observable:
            sd = float(reading_sd(observable, np.array([verdict.value]))[0])
            half = value("real_change_z") * sd
            low, high = max(0.0, verdict.value - half), verdict.value + half
            week = _week(made.course.start, verdict.date)
            found.append(Point(week, verdict.value, low, high, verdict.off))
    return found


def _week(start: date, day: date) -> float:
    return (day - start).days / DAYS_PER_WEEK


def _described(band: Band, points: Sequence[Point], unit: str) -> str:
    read = "; ".join(f"week {p.week:.0f}: {number(p.value)}" for p in points)
    last = len(band.plain["q50"]) - 1
    parts = [f"Readings in {unit}: {read or 'none'}."]
    parts.append(f"Expected in week {last} before the visits: {cell(band.plain, last)}.")
    if band.updated is not None:
        parts.append(f"With the visits: {cell(band.updated, last)}.")
    return " ".join(parts)


def _others(visits: Sequence[Visit]) -> list[str]:
    """What visits hold beside readings, a line a visit."""
    lines = []
    for visit in sorted(visits, key=lambda visit: visit.date):
        said = [f"taken from here on: {visit.plan}"] if visit.plan else []
        said += [
            labels.finding(name) if state == "present" else f"not: {labels.finding(name)}"
            for name, state in visit.findings
        ]
        if visit.photos:
            said.append(f"photos of {', '.join(str(day) for day in visit.photos)}")
        if visit.adherence_percent is not None:
            said.append(f"{visit.adherence_percent:g} % of doses taken")
        said += [visit.note] if visit.note else []
        if said:
            lines.append(f"{visit.date}: {'; '.join(said)}")
    return lines
