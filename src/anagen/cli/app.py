"""The Typer application: mounts the verbs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from anagen.cli import (
    ask,
    assess,
    calibrate,
    evidence,
    export,
    forecast,
    interventions,
    plan,
    scalp,
    serve,
    track,
    trial,
    validate,
)

EXIT_CODES = (
    "Exit codes: 0 done · 1 could not finish · 2 the input has problems (all are listed) · "
    "3 refused for safety · 130 interrupted."
)

app = typer.Typer(
    name="anagen",
    help="Why is this person losing hair, and what would each treatment do to this hair?\n\n"
    "Research, education and clinician-supported decisions; not medical advice.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="rich",
)
app.command("plan")(plan.plan)
app.command("assess")(assess.assess)
app.command("forecast")(forecast.forecast)
app.command("scalp")(scalp.scalp)
app.command("interventions")(interventions.interventions)
app.command("validate")(validate.validate)
app.command("calibrate")(calibrate.calibrate)
app.command("ask")(ask.ask)
app.command("serve")(serve.serve)
app.add_typer(evidence.app, name="evidence")
app.add_typer(track.app, name="track")
app.add_typer(trial.app, name="trial")
app.add_typer(export.app, name="export")


def _version(wanted: bool) -> None:
    if wanted:
        from anagen import __version__

        typer.echo(f"anagen {__version__}")
        raise typer.Exit


# Verbs about trials and evidence; the others are about a person and know shipped rows alone.
WITH_OWN_DATA = ("trial", "evidence")


def _use_own_data(folder: Path, verb: str | None) -> None:
    from anagen.catalog.own_data import WHERE, problems_of
    from anagen.catalog.tables import OWN_DATA
    from anagen.errors import InputProblems, Problem

    if verb not in WITH_OWN_DATA:
        raise InputProblems(
            [
                Problem(
                    WHERE, "", str(folder), f"cannot be used with `anagen {verb}`",
                    " or ".join(f"anagen {name}" for name in WITH_OWN_DATA),
                    fix="own rows are unchecked and never reach a person",
                )
            ]
        )  # fmt: skip
    problems = problems_of(folder)
    if problems:
        raise InputProblems(problems)
    os.environ[OWN_DATA] = str(folder.resolve())
    if verb == "trial":
        from anagen.simulate.treatment_check import treatment_problems

        own = sorted(path.stem for path in (folder / "treatments").glob("*.toml"))
        problems = [problem for name in own for problem in treatment_problems(name)]
        if problems:
            raise InputProblems(problems)
    typer.echo(f"With own data from {folder}: not checked by Anagen.", err=True)


@app.callback()
def main(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
    own_data: Annotated[
        Path | None,
        typer.Option(help="Folder of own treatments, parameters and sources (trial, evidence)."),
    ] = None,
) -> None:
    """Anagen: a mechanistic, evidence-calibrated simulator of human scalp hair."""
    if own_data is not None:
        _use_own_data(own_data, context.invoked_subcommand)
