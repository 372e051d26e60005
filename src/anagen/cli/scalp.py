"""`anagen scalp`: the head seen from above, untreated beside a plan, as pictures and a movie."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from anagen.cli.forecast import REFUSED_FOR_SAFETY
from anagen.cli.options import Json, PatientFile, Seed
from anagen.errors import InputProblems, Problem, gathered, nearest_name

if TYPE_CHECKING:
    from PIL.Image import Image

    from anagen.patients.record import PatientRecord
    from anagen.plan.single import SinglePlan
    from anagen.provenance import Stamp
    from anagen.simulate.person import Person
    from anagen.simulate.regimen import Arm, Regimen

FOLDER = Path("anagen-scalp")
MOVIES = ("gif", "mp4", "none")
WEEKS = (1, 2080)
FOLLICLES = (1_000, 200_000)
PIXELS = (120, 1_000)
PANELS = 5
MOST_PANELS = 60
# A movie has about this many pictures, whatever its weeks.
MOVIE_PICTURES = 36


def scalp(
    patient: PatientFile,
    plan: Annotated[
        str | None,
        typer.Option(
            help='Treatments joined by "+", such as "finasteride 1 mg daily".',
            show_default="no treatment alone",
        ),
    ] = None,
    weeks: Annotated[int, typer.Option(help=f"How far, in weeks: {WEEKS[0]} to {WEEKS[1]}.")] = 104,
    at: Annotated[
        str | None,
        typer.Option(help="Weeks of the pictures, such as 0,12,24.", show_default="five weeks"),
    ] = None,
    movie: Annotated[
        str, typer.Option(help="gif, mp4 (needs ffmpeg on this machine) or none.")
    ] = "gif",
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the pictures, the movie and the read-outs.",
            show_default=f"{FOLDER}; with --json nothing is written unless given",
        ),
    ] = None,
    follicles: Annotated[
        int, typer.Option(help=f"Follicles on the head: {FOLLICLES[0]:,} to {FOLLICLES[1]:,}.")
    ] = 100_000,
    width: Annotated[
        int, typer.Option(help=f"Width of one head in pixels: {PIXELS[0]} to {PIXELS[1]}.")
    ] = 320,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """A head of 100,000 follicles seen from above: pictures, a movie, and what is read from it."""
    folder = out if out is not None else (None if as_json else FOLDER)
    record, regimens, pictured = checked(
        patient, plan=plan, weeks=weeks, at=at, movie=movie, follicles=follicles, width=width,
        folder=folder,
    )  # fmt: skip

    from anagen.assess.assess import assess
    from anagen.plan.single import judge_plan
    from anagen.provenance import stamp

    assessment = assess(record)
    made = stamp(seed, 1)
    judged = judge_plan(record, assessment, regimens) if regimens else None
    if judged is not None and judged.refused:
        _tell(judged, made, as_json=as_json)
        raise typer.Exit(REFUSED_FOR_SAFETY)

    from anagen.cli.progress import progress
    from anagen.files import write_whole
    from anagen.patients.condition import person_from
    from anagen.pictures.document import as_document, print_readings, start_notes
    from anagen.pictures.frames import shown_weeks
    from anagen.pictures.readings import read
    from anagen.pictures.show import memory_mb, panels
    from anagen.plan.make import mixtures_of
    from anagen.plan.safety import taken_above
    from anagen.report.single import flags_as_json, print_flags
    from anagen.simulate.head import simulate_head

    person = person_from(record, mixtures_of(assessment))
    arms = _arms(judged, person)
    drawn = MOVIE_PICTURES if movie != "none" and folder is not None else 0
    chosen = shown_weeks(pictured, weeks, drawn)
    if not as_json:
        hairs = f"{follicles:,} follicles, {len(chosen)} weeks, {len(arms)} arm(s)"
        typer.echo(
            f"{hairs}: about {memory_mb(follicles, len(chosen), len(arms)):.0f} MB", err=True
        )
    with progress(f"Growing the hair of {record.id}", quiet=as_json) as report:
        runs = simulate_head(
            person,
            arms,
            weeks=weeks,
            frames=chosen,
            follicles=follicles,
            seed=seed,
            progress=report,
        )
    female = record.sex == "female"
    readings = {arm.id: read(runs[arm.id], female=female) for arm in arms}
    mechanisms = runs[arms[0].id].mechanisms
    conditions = [
        f"{verdict.treatment.replace('_', ' ')}: {condition}"
        for verdict in (judged.verdicts if judged is not None else ())
        for condition in verdict.conditions
    ]
    areata = "autoimmune" in mechanisms
    notes = (
        *start_notes(readings[arms[0].id], person.salt if areata else None),
        *taken_above(record, assessment, person.running),
    )
    document = as_document(
        record.id,
        readings,
        {arm.id: arm.label for arm in arms},
        follicles=follicles,
        mechanisms=mechanisms,
        tier=judged.tier if judged is not None else "",
        silent=judged.silent if judged is not None else "",
        conditions=conditions,
        notes=notes,
        flags=flags_as_json(assessment.red_flags),
        stamp=made,
    )
    text = json.dumps(document, indent=2, ensure_ascii=False)
    written: list[Path] = []
    if folder is not None:
        with progress(f"Drawing {record.id}", quiet=as_json) as report:
            written = _draw(
                panels(
                    runs,
                    arms,
                    readings,
                    weeks=weeks,
                    width=width,
                    parted=female,
                    salt=areata,
                    progress=report,
                ),
                folder,
                record.id,
                pictured,
                movie,
            )
        write_whole(folder / f"{record.id}.json", text + "\n")
    if as_json:
        typer.echo(text)
        return
    from rich.console import Console

    console = Console()
    print_flags(assessment.red_flags, console)
    if judged is not None:
        for condition in conditions:
            console.print(f"- {condition}", highlight=False)
        console.print(f"{judged.label}: {judged.silent or 'tier ' + judged.tier}", highlight=False)
    labels = {arm.id: arm.label for arm in arms}
    print_readings(readings, labels, pictured, console, salt=areata)
    for note in notes:
        console.print(note, highlight=False)
    if folder is not None:
        for path in (*written, folder / f"{record.id}.json"):
            console.print(f"Written: {path}", soft_wrap=True, highlight=False)


def _tell(judged: SinglePlan, made: Stamp, *, as_json: bool) -> None:
    """Why a plan is refused, as `anagen forecast` says it."""
    from anagen.report.single import as_document, print_single

    if as_json:
        typer.echo(json.dumps(as_document(judged, made), indent=2, ensure_ascii=False))
        return
    from rich.console import Console

    print_single(judged, made, Console())


def _arms(judged: SinglePlan | None, person: Person) -> tuple[Arm, ...]:
    """No treatment, what is taken now going on, and the plan when numbers may be shown of it."""
    from anagen.plan.single import PLAN_ARM
    from anagen.simulate.regimen import Arm
    from anagen.simulate.running import named, no_change

    untreated = named(Arm("untreated", "No treatment", as_in_trial=False), person)
    without = (untreated, no_change(person)) if person.running else (untreated,)
    if judged is None or judged.silent:
        return without
    works = math.prod(regimen.credence for regimen in judged.regimens)
    label = judged.label
    if works < 1.0:
        label = f"{label}, if it works at all ({100.0 * works:.0f} % chance)"
    plan = Arm(PLAN_ARM, label, judged.regimens, as_in_trial=False)
    return (*without, named(plan, person))


def _draw(
    drawn: Iterable[tuple[int, Image]],
    folder: Path,
    name: str,
    pictured: tuple[int, ...],
    movie: str,
) -> list[Path]:
    """Writes the pictures asked for as they are drawn, and the movie of them all."""
    from anagen.pictures.movie import WRITERS, write_png

    written, frames = [], []
    for week, picture in drawn:
        if week in pictured:
            written.append(folder / f"{name}-week-{week:04d}.png")
            write_png(written[-1], picture)
        if movie != "none":
            frames.append(picture)
    if frames:
        written.append(folder / f"{name}.{movie}")
        WRITERS[movie](written[-1], frames)
    return written


def checked(
    patient: Path,
    *,
    plan: str | None,
    weeks: int,
    at: str | None,
    movie: str,
    follicles: int,
    width: int,
    folder: Path | None = None,
) -> tuple[PatientRecord, tuple[Regimen, ...], tuple[int, ...]]:
    """The record, the regimens and the weeks of the pictures.

    Raises InputProblems with everything that is wrong in the file and in all options together.
    """
    from anagen.files import place_problems
    from anagen.patients.intake import load
    from anagen.simulate.plan import parse_plan
    from anagen.simulate.regimen import check_within

    problems = place_problems(folder, folder=True)
    record = gathered(problems, lambda: load(patient))
    regimens: tuple[Regimen, ...] = ()
    if plan is not None:
        regimens = gathered(problems, lambda: parse_plan(plan)) or ()
    gathered(problems, lambda: check_within(regimens, max(weeks, WEEKS[0])))
    for name, number, (least, most) in (
        ("--weeks", weeks, WEEKS),
        ("--follicles", follicles, FOLLICLES),
        ("--width", width, PIXELS),
    ):
        if not least <= number <= most:
            message = "is too few" if number < least else "is too many"
            problems.append(_problem(name, str(number), message, f"{least} to {most}"))
    panels = _panels(at, weeks, problems)
    if movie not in MOVIES:
        problems.append(
            Problem(
                file="options",
                field="--movie",
                value=movie,
                message="is no kind of movie",
                allowed=", ".join(MOVIES),
                nearest=nearest_name(movie, MOVIES),
            )
        )
    elif movie == "mp4":
        from anagen.pictures.movie import can_write_mp4

        if not can_write_mp4():
            problems.append(
                _problem("--movie", "mp4", "needs ffmpeg, which is not on this machine", "gif")
            )
    if problems or record is None:
        raise InputProblems(problems)
    return record, regimens, panels


def _panels(at: str | None, weeks: int, problems: list[Problem]) -> tuple[int, ...]:
    """The weeks of the pictures; five even ones when none are named."""
    if at is None:
        span = min(max(weeks, 0), WEEKS[1])
        return tuple(sorted({round(span * i / (PANELS - 1)) for i in range(PANELS)}))
    found: set[int] = set()
    words = [word.strip() for word in at.split(",")]
    for word in words:
        last = min(max(weeks, 1), WEEKS[1])
        allowed = f"whole weeks from 0 to {last}, such as 0,{max(last // 2, 1)},{last}"
        if not word.isdecimal() or not word.isascii():
            problems.append(_problem("--at", word[:20] or "(empty)", "is no week", allowed))
        elif len(word) > len(str(WEEKS[1])) or int(word) > weeks:
            problems.append(_problem("--at", word[:20], "is after the last week", allowed))
        else:
            found.add(int(word))
    if len(found) > MOST_PANELS:
        problems.append(
            _problem("--at", f"{len(found)} weeks", "is too many", f"at most {MOST_PANELS}")
        )
    return tuple(sorted(found))


def _problem(field: str, value: str, message: str, allowed: str) -> Problem:
    return Problem(file="options", field=field, value=value, message=message, allowed=allowed)
