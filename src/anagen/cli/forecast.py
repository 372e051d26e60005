"""`anagen forecast`: one plan over time, beside untreated and beside stopping."""

from __future__ import annotations

from typing import Annotated

import typer

from anagen.cli.options import Draws, Json, PatientFile, Seed, Weeks

REFUSED_FOR_SAFETY = 3


def forecast(
    patient: PatientFile,
    plan: Annotated[
        str,
        typer.Option(
            help='Treatments joined by "+", such as "finasteride 1 mg daily + minoxidil 5% topical '
            'twice daily".',
            show_default=False,
        ),
    ],
    weeks: Weeks = 104,
    stop: Annotated[
        float | None, typer.Option(min=1, help="Week of the arm that stops; 52 when not given.")
    ] = 52.0,
    draws: Draws = 200,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """What one plan would do to this person's hair, against no treatment and against stopping."""
    from anagen.cli.progress import progress
    from anagen.errors import InputProblems, Problem, gathered
    from anagen.patients.intake import load
    from anagen.simulate.plan import parse_plan
    from anagen.simulate.regimen import check_within, loading_notes

    problems: list[Problem] = []
    record = gathered(problems, lambda: load(patient))
    regimens = gathered(problems, lambda: parse_plan(plan)) or ()
    gathered(problems, lambda: check_within(regimens, weeks))
    if problems or record is None:
        raise InputProblems(problems)
    for note in loading_notes(regimens):
        typer.echo(note, err=True)

    from anagen.assess.assess import assess
    from anagen.plan.single import forecast_plan
    from anagen.provenance import stamp
    from anagen.report.single import as_document, print_single

    with progress(f"Forecasting {record.id}", quiet=as_json) as report:
        made = forecast_plan(
            record,
            assess(record),
            regimens,
            weeks=weeks,
            stop_week=stop,
            draws=draws,
            seed=seed,
            progress=report,
        )
    if as_json:
        import json

        document = as_document(made, stamp(seed, draws))
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        from rich.console import Console

        print_single(made, stamp(seed, draws), Console())
    if made.refused:
        raise typer.Exit(REFUSED_FOR_SAFETY)
