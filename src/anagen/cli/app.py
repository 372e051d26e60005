"""The Typer application: mounts the verbs."""

from __future__ import annotations

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


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Anagen: a mechanistic, evidence-calibrated simulator of human scalp hair."""
