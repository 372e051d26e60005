"""`anagen assess`: why is this person losing hair, and what to test next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from anagen.cli.options import Json, PatientFile

if TYPE_CHECKING:
    from anagen.assess.records import Assessment
    from anagen.patients.record import PatientRecord


def assess(
    patient: PatientFile,
    as_json: Json = False,
    fhir: Annotated[
        Path | None,
        typer.Option(
            help="Write the record and the assessment to this file as a FHIR R4 bundle.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Probability of each cause and mixture, findings for and against, red flags, next test."""
    from anagen.errors import InputProblems, Problem, gathered
    from anagen.files import place_problems
    from anagen.patients.intake import load

    problems: list[Problem] = []
    record = gathered(problems, lambda: load(patient))
    problems += place_problems(fhir, option="--fhir")
    if problems or record is None:
        raise InputProblems(problems)

    from anagen.assess.assess import assess as assess_record

    assessment = assess_record(record)
    if fhir is not None:
        _write_fhir(fhir, record, assessment)
    if as_json:
        import json
        from dataclasses import asdict

        typer.echo(json.dumps(asdict(assessment), indent=2, ensure_ascii=False))
        return
    from rich.console import Console

    from anagen.report.text import print_assessment

    console = Console()
    print_assessment(assessment, console)
    if fhir is not None:
        console.print(f"As a FHIR R4 bundle: {fhir}", highlight=False)


def _write_fhir(path: Path, record: PatientRecord, assessment: Assessment) -> None:
    from datetime import date

    from anagen.assess.uncertainty import DRAWS
    from anagen.files import write_whole
    from anagen.interop.fhir_assessment import bundle_text
    from anagen.provenance import stamp

    write_whole(path, bundle_text(record, assessment, stamp(0, DRAWS), today=date.today()))
