"""`anagen track`: visits kept on this machine, and the forecast updated by them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from anagen.cli.options import Draws, Json, PatientFile, Seed, Weeks

if TYPE_CHECKING:
    from anagen.patients.reading import Reading
    from anagen.patients.record import PatientRecord
    from anagen.track.store import Course

REFUSED_FOR_SAFETY = 3

app = typer.Typer(
    help="Visits kept on this machine, and the forecast updated by them: real change or noise?",
    no_args_is_help=True,
)
File = Annotated[
    Path | None,
    typer.Option(
        "--file", help="The file of visits; in your data folder when not given.", show_default=False
    ),
]
Percent = Annotated[float | None, typer.Option(show_default=False)]
Id = Annotated[str | None, typer.Argument(help="Id of a person.", show_default=False)]


def _path(given: Path | None) -> Path:
    from anagen.track.store import default_file

    return default_file() if given is None else given


def _start(record: PatientRecord, given: str | None, reading: Reading) -> date | None:
    """Day of the record: its own, or the one given."""
    from anagen.track.visit import read_day

    if record.visit_date is not None:
        if given is not None and given != record.visit_date.isoformat():
            reading.problem(
                "--start", given, "the record names another day", allowed=str(record.visit_date)
            )
        return record.visit_date
    if given is None:
        reading.problem(
            "visit_date", "", "the day of the record is not known",
            fix="write visit_date into it, or give --start with the first visit",
        )  # fmt: skip
        return None
    return read_day(given, "--start", reading, None, date.today())


def _private(path: Path) -> None:
    """Closes a file to others; a device or a pipe belongs to others too."""
    if path.is_file():
        path.chmod(0o600)


def _known(path: Path, person: str) -> Course | None:
    from anagen.track.store import read

    return next((course for course in read(path) if course.person == person), None)


@app.command("add")
def add_visit(
    patient: PatientFile,
    day: Annotated[str, typer.Option("--date", help="Day of the visit, such as 2026-11-01.")],
    start: Annotated[
        str | None,
        typer.Option(help="Day of the record, when it does not say.", show_default=False),
    ] = None,
    salt: Annotated[float | None, typer.Option(help="SALT, % of scalp hair lost.")] = None,
    salt_top: Percent = None,
    salt_back: Percent = None,
    salt_left: Percent = None,
    salt_right: Percent = None,
    density: Annotated[float | None, typer.Option(help="All hairs per cm2, target area.")] = None,
    terminal_density: Annotated[
        float | None, typer.Option(help="Terminal hairs per cm2, target area.")
    ] = None,
    shed: Annotated[float | None, typer.Option(help="Hairs shed a day.")] = None,
    telogen: Annotated[float | None, typer.Option(help="Telogen hairs, %.")] = None,
    finding: Annotated[
        list[str] | None,
        typer.Option(help="Such as fever_or_night_sweats, or ostia_lost=absent."),
    ] = None,
    lab: Annotated[list[str] | None, typer.Option(help="Such as ferritin=35ug/L.")] = None,
    photo: Annotated[list[str] | None, typer.Option(help="Day a photo was taken.")] = None,
    adherence: Annotated[float | None, typer.Option(help="Doses taken since, %.")] = None,
    plan: Annotated[
        str | None, typer.Option(help='All that is taken from this day on; "none" stops all.')
    ] = None,
    note: Annotated[str | None, typer.Option(help="Free text; drives nothing.")] = None,
    file: File = None,
) -> None:
    """Add one visit. Everything that is wrong is listed, and then nothing is written."""
    from anagen.errors import InputProblems
    from anagen.patients.intake import load
    from anagen.patients.reading import Reading
    from anagen.track.store import Course, add
    from anagen.track.transfer import finding_from_words, lab_typed
    from anagen.track.visit import QUADRANTS, read_visit

    record, path = load(patient), _path(file)
    reading = Reading(str(patient))
    known = _known(path, record.id)
    # A bundle grows: its day is that of the last entry, and the record stays that of the first.
    grows = record.visit_date is None or record.source.kind == "fhir"
    if start is None and grows and known is not None:
        first: date | None = known.start
    else:
        first = _start(record, start, reading)
    parts = dict(zip(QUADRANTS, (salt_top, salt_back, salt_left, salt_right), strict=True))
    given = {name: number for name, number in parts.items() if number is not None}
    findings: dict[str, str] = {}
    for name, state in map(finding_from_words, finding or ()):
        if findings.setdefault(name, state) != state:
            reading.problem(f"findings.{name}", state, "this finding is given twice",
                            allowed=findings[name])  # fmt: skip
    raw: dict[str, Any] = {
        "date": day,
        "measurements": _given(
            salt=salt,
            total_density_per_cm2=density,
            terminal_density_per_cm2=terminal_density,
            hairs_shed_per_day=shed,
            telogen_percent=telogen,
        ),
        "salt_quadrants": given or None,
        "findings": findings,
        "labs": [lab_typed(words) for words in lab or ()],
        "photos": photo or [],
        "adherence_percent": adherence,
        "plan": plan or "",
        "note": note or "",
    }
    visit = read_visit(raw, record.id, first, date.today(), reading)
    if reading.problems or visit is None or first is None:
        raise InputProblems(reading.problems)
    add(path, [Course(record.id, first, (visit,))])
    typer.echo(f"{record.id}: visit of {visit.date} kept in {path}")
    if visit.findings or visit.labs:
        _tell_dangers(record, _known(path, record.id))


def _tell_dangers(record: PatientRecord, course: Course | None) -> None:
    """Red flags that stop a plan are told when they come in, not only when somebody looks."""
    from anagen.assess.assess import assess
    from anagen.track.known import record_now

    for flag in assess(record_now(record, course)).red_flags if course is not None else ():
        if flag.stops_planning:
            typer.echo(f"First of all, {flag.urgency}: {flag.label}. {flag.action}", err=True)


def _given(**numbers: float | None) -> dict[str, float]:
    return {name: number for name, number in numbers.items() if number is not None}


@app.command("list")
def list_visits(person: Id = None, file: File = None, as_json: Json = False) -> None:
    """All visits, or those of one person."""
    import json

    from anagen.track.store import read
    from anagen.track.transfer import lab_words, to_json

    courses = [c for c in read(_path(file)) if person in (None, c.person)]
    if as_json:
        typer.echo(json.dumps(to_json(courses), indent=2, ensure_ascii=False))
        return
    if not courses:
        typer.echo("No visits.")
    for course in courses:
        typer.echo(f"{course.person} (record of {course.start})")
        for visit in course.visits:
            said = [f"{name} {number:g}" for name, number in visit.measurements]
            said += [name if state == "present" else f"no {name}" for name, state in visit.findings]
            said += [lab_words(result) for result in visit.labs]
            said += [f"photo {taken}" for taken in visit.photos]
            if visit.adherence_percent is not None:
                said.append(f"{visit.adherence_percent:g} % of doses taken")
            said += [f"plan: {visit.plan}"] if visit.plan else []
            said += [visit.note] if visit.note else []
            typer.echo(f"  {visit.date}  {'; '.join(said)}")


@app.command("show")
def show(
    patient: PatientFile,
    weeks: Weeks = 104,
    draws: Draws = 2000,
    seed: Seed = 0,
    file: File = None,
    as_json: Json = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", help="Write a page with charts to this file.", show_default=False),
    ] = None,
) -> None:
    """The visits beside the forecast, updated by them."""
    from anagen.cli.progress import progress
    from anagen.errors import InputProblems
    from anagen.files import place_problems, write_whole
    from anagen.patients.intake import load
    from anagen.patients.reading import Reading

    record, path = load(patient), _path(file)
    reading = Reading(str(patient))
    course = _known(path, record.id)
    if course is not None and record.source.kind == "fhir":
        # What was observed after the first day is of visits.
        record = load(patient, today=course.start)
    if course is None:
        reading.problem("id", record.id, "there are no visits of this person",
                        fix="anagen track add PATIENT --date ...")  # fmt: skip
    elif record.visit_date not in (None, course.start):
        reading.problem(
            "visit_date", str(record.visit_date), "the visits start from a record of another day",
            allowed=str(course.start), fix="show them with the record of that day",
        )  # fmt: skip
    reading.problems += place_problems(html, option="--html")
    if reading.problems or course is None:
        raise InputProblems(reading.problems)

    from anagen.assess.assess import assess
    from anagen.provenance import stamp
    from anagen.track.document import document_of, dump
    from anagen.track.follow import follow
    from anagen.track.words import print_follow

    with progress(f"Following {record.id}", quiet=as_json) as report:
        made = follow(
            record, assess(record), course, weeks=weeks, draws=draws, seed=seed, progress=report
        )
    document = document_of(made, stamp(seed, made.draws))
    if html is not None:
        from anagen.track.page import render

        write_whole(html, render(made, document))
        _private(html)
    if as_json:
        typer.echo(dump(document))
    elif html is not None:
        typer.echo(f"Written: {html}")
    else:
        from rich.console import Console

        print_follow(made, stamp(seed, made.draws), Console())
    if made.refused:
        raise typer.Exit(REFUSED_FOR_SAFETY)


@app.command("export")
def export_visits(
    person: Id = None,
    out: Annotated[
        Path | None, typer.Option(help="A .json or .csv file; standard output when not given.")
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="CSV on standard output.")] = False,
    file: File = None,
) -> None:
    """Visits as JSON or CSV; `anagen track import` reads both back."""
    from anagen.files import write_whole
    from anagen.track.store import read
    from anagen.track.transfer import as_text

    courses = [c for c in read(_path(file)) if person in (None, c.person)]
    form = "csv" if csv or (out is not None and out.suffix.lower() == ".csv") else "json"
    text = as_text(courses, form)
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_whole(out, text)
        _private(out)


@app.command("import")
def import_visits(
    source: Annotated[
        Path,
        typer.Argument(help="A .json or .csv export, or a FHIR R4 bundle.", show_default=False),
    ],
    person: Annotated[
        str | None,
        typer.Option(help="Id of the person, when a bundle has another.", show_default=False),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(help="Day of the record, for a bundle of a new person.", show_default=False),
    ] = None,
    new_days: Annotated[
        bool, typer.Option("--new-days", help="Leave days alone that have a visit already.")
    ] = False,
    file: File = None,
) -> None:
    """Add all visits of an export or a FHIR bundle, or none when one of them is wrong.

    A visit that is there already, the same in everything, is passed over.
    """
    from dataclasses import replace

    from anagen.patients.documents import read_file
    from anagen.track.store import add, read
    from anagen.track.transfer import read_export

    path, content = _path(file), read_file(source)
    courses = _from_bundle(content, source, path, person, start)
    if courses is None:
        courses = read_export(content, str(source), date.today())
    known = {(c.person, visit.date): visit for c in read(path) for visit in c.visits}
    kept = [
        replace(
            course,
            visits=tuple(
                visit
                for visit in course.visits
                if (there := known.get((course.person, visit.date))) is None
                or not (new_days or there == visit)
            ),
        )
        for course in courses
    ]
    add(path, [course for course in kept if course.visits])
    count = sum(len(course.visits) for course in kept)
    over = sum(len(course.visits) for course in courses) - count
    people = len({course.person for course in kept if course.visits})
    said = f"{count} visits of {people} people added." if count else "No new visit."
    typer.echo(said + (f" {over} passed over: their days have a visit." if over else ""))


def _from_bundle(
    content: bytes, source: Path, path: Path, person: str | None, start: str | None
) -> tuple[Course, ...] | None:
    """The visits of a FHIR bundle, its notes told; None for a file of another kind."""
    from anagen.errors import InputProblems
    from anagen.patients.documents import read_document
    from anagen.patients.reading import Reading
    from anagen.track.transfer import courses_from
    from anagen.track.visit import OBSERVABLE, read_day

    reading = Reading(str(source))
    document = {} if source.suffix.lower() == ".csv" else read_document(content, str(source))[0]
    if "resourceType" not in document:
        for option, given in (("--person", person), ("--start", start)):
            if given is not None:
                reading.problem(option, given, "an export says this itself; it is for bundles")
        if reading.problems:
            raise InputProblems(reading.problems)
        return None

    from anagen.interop.fhir_visits import read_visits
    from anagen.patients.intake import parse

    who = person or parse(content, str(source)).id
    known = _known(path, who)
    first = known.start if known is not None else None
    if start is not None:
        first = read_day(start, "--start", reading, None, date.today())
    if reading.problems:
        raise InputProblems(reading.problems)
    found, notes = read_visits(document, str(source), OBSERVABLE, first)
    for note in notes:
        typer.echo(note, err=True)
    if not found["visits"]:
        reading.problem("entry", "", "this bundle has nothing that a visit could keep")
        raise InputProblems(reading.problems)
    return courses_from({"people": [{**found, "id": who}]}, reading, date.today())


@app.command("remove")
def remove_visit(
    person: Annotated[str, typer.Argument(help="Id of a person.", show_default=False)],
    day: Annotated[
        str | None, typer.Argument(help="Day of the visit; all when not given.", show_default=False)
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Remove the person with all visits.")
    ] = False,
    file: File = None,
) -> None:
    """Remove one visit, or with --all a person."""
    from anagen.errors import InputProblems
    from anagen.patients.reading import Reading
    from anagen.track.store import remove
    from anagen.track.visit import read_day

    path = _path(file)
    reading = Reading(str(path))
    which = None if day is None else read_day(day, "DAY", reading, None, date.max)
    if (day is None) != everything:
        reading.problem("DAY", day or "", "give either a day or --all")
    if reading.problems:
        raise InputProblems(reading.problems)
    typer.echo(f"{remove(path, person, which)} visits removed.")
