"""`anagen plan`: the main job, from a record to a report."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from anagen.cli.options import Draws, Json, PatientFiles, Seed, Weeks


def plan(
    patients: PatientFiles,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for PATIENT.html and PATIENT.json.",
            show_default="anagen-reports; with --json nothing is written unless given",
        ),
    ] = None,
    fhir: Annotated[
        bool, typer.Option("--fhir", help="Write PATIENT.fhir.json into the folder too.")
    ] = False,
    weeks: Weeks = 104,
    draws: Draws = 200,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Likely causes, safe options, forecasts beside untreated and stopping, and a report."""
    from anagen.cli.progress import progress
    from anagen.errors import InputProblems, Problem, gathered
    from anagen.files import place_problems, write_whole
    from anagen.patients.intake import load_many

    folder = out if out is not None else (None if as_json and not fhir else Path("anagen-reports"))
    problems: list[Problem] = []
    records = gathered(problems, lambda: load_many(patients))
    problems += place_problems(folder, folder=True)
    if problems or records is None:
        raise InputProblems(problems)

    from anagen.assess.assess import assess
    from anagen.interop.fhir_assessment import bundle_text
    from anagen.plan.make import make_plan
    from anagen.provenance import stamp
    from anagen.report import html, json, text
    from anagen.report.document import build

    dumped: list[str] = []
    for record in records:
        with progress(f"Planning for {record.id}", quiet=as_json) as report:
            made = make_plan(
                record, assess(record), weeks=weeks, draws=draws, seed=seed, progress=report
            )
        document = build(record, made, stamp(seed, draws), published=date.today())
        as_text = json.dump(document)
        dumped.append(as_text)
        if folder is not None:
            write_whole(folder / f"{record.id}.html", html.render(document))
            write_whole(folder / f"{record.id}.json", as_text)
            if fhir:
                bundle = bundle_text(
                    record, made.assessment, stamp(seed, draws), today=date.today(), plan=made
                )
                write_whole(folder / f"{record.id}.fhir.json", bundle)
        if not as_json:
            from rich.console import Console

            console = Console()
            text.print_report(document, console)
            if folder is not None:
                console.print(f"Report: {folder / record.id}.html (open it in any browser)")
                console.print(f"Same content as JSON: {folder / record.id}.json")
                if fhir:
                    console.print(f"As a FHIR R4 bundle: {folder / record.id}.fhir.json")
    if as_json:
        typer.echo(dumped[0] if len(dumped) == 1 else "[\n" + ",\n".join(dumped) + "\n]")
