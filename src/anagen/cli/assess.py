"""`anagen assess`: why is this person losing hair, and what to test next."""

from __future__ import annotations

from anagen.cli.options import Json, PatientFile


def assess(patient: PatientFile, as_json: Json = False) -> None:
    """Probability of each cause and mixture, findings for and against, red flags, next test."""
    from anagen.patients.intake import load

    record = load(patient)

    from anagen.assess.assess import assess as assess_record

    assessment = assess_record(record)
    if as_json:
        import json
        from dataclasses import asdict

        import typer

        typer.echo(json.dumps(asdict(assessment), indent=2, ensure_ascii=False))
        return
    from rich.console import Console

    from anagen.report.text import print_assessment

    print_assessment(assessment, Console())
