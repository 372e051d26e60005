"""`anagen calibrate`: fit the model's parameters to the studies that may be fitted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from anagen.cli.options import Seed


def calibrate(
    layer: Annotated[
        str, typer.Option(help="areata (immune layer, JAK inhibitors), pattern, or all.")
    ] = "all",
    out: Annotated[
        Path, typer.Option(help="Folder for the released sets and their manifest.")
    ] = Path("out/posterior"),
    work: Annotated[
        Path,
        typer.Option(help="Folder for finished simulations; a later run goes on from them."),
    ] = Path("out/calibration"),
    seed: Seed = 0,
    recover: Annotated[
        int,
        typer.Option(
            min=0, max=200, help="Also fit this many simulated truths, to see what intervals hold."
        ),
    ] = 0,
    leave_out: Annotated[
        bool,
        typer.Option("--leave-out", help="Also predict each fitted study from the others."),
    ] = False,
    page: Annotated[
        Path | None,
        typer.Option(help="Only write the page of the shipped posterior, as docs/calibration.md."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether the shipped posterior is stale.")
    ] = False,
) -> None:
    """Draw the joint posterior: simulate the fitted trials, learn an emulator, sample, look again.

    Takes about an hour on two cores, without its checks; a run that was killed goes on where it
    stopped.
    """
    # Many small systems are solved: threads inside each would only wait for each other.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    from anagen.calibrate.targets import LAYERS
    from anagen.errors import InputProblems, Problem, nearest_name

    if layer != "all" and layer not in LAYERS:
        allowed = ("all", *LAYERS)
        raise InputProblems(
            [
                Problem(
                    file="--layer",
                    field="",
                    message="there is no such layer",
                    value=layer,
                    allowed=", ".join(allowed),
                    nearest=nearest_name(layer, allowed) or "",
                )
            ]
        )
    if check:
        _check()
        return
    from anagen.files import place_problems

    problems = place_problems(page, option="--page")
    if page is None:
        problems += place_problems(out, folder=True)
        problems += place_problems(work, folder=True, option="--work")
    if problems:
        raise InputProblems(problems)
    if page is not None:
        _stop_if_stale()
        from anagen.calibrate.page import markdown
        from anagen.files import write_whole

        write_whole(page, markdown())
        typer.echo(f"Written to {page}.")
        return
    from anagen.calibrate.fit import Effort, fit
    from anagen.calibrate.release import write
    from anagen.cli.progress import progress

    try:
        for name in LAYERS if layer == "all" else (layer,):
            with progress(f"Calibrating {name}", quiet=False) as report:
                found = fit(name, folder=work, seed=seed, progress=report)
            write(found, Effort(), seed, out)
            if recover:
                from anagen.calibrate.release import write_recovery

                with progress(f"Checking {name}", quiet=False) as report:
                    write_recovery(found, recover, seed, work, out, report)
            if leave_out:
                from anagen.calibrate.release import write_left_out

                with progress(f"Leaving studies out of {name}", quiet=False) as report:
                    write_left_out(found, seed, out, report)
            rows, fitted = len(found.likelihood.targets.rows), len(found.likelihood.parameters)
            typer.echo(
                f"{name}: {found.scores.shape[0]} sets of {fitted} parameters from {rows} rows; "
                f"R-hat at most {found.diagnostics['largest_r_hat']:.3f}, at least "
                f"{found.diagnostics['fewest_effective']:.0f} effective draws"
            )
    except KeyboardInterrupt:
        typer.echo(f"Interrupted. What is done is kept in {work}: run again to go on.", err=True)
        raise typer.Exit(130) from None
    typer.echo(f"Written to {out}. To ship them, copy that folder to src/anagen/data/posterior.")


def _stop_if_stale() -> None:
    """Says why the released posterior no longer belongs to model and rows, and exits with 1."""
    from anagen.calibrate.release import stale

    reasons = stale()
    for reason in reasons:
        typer.echo(f"stale: {reason}", err=True)
    if reasons:
        raise typer.Exit(1)


def _check() -> None:
    from anagen.calibrate.release import manifest

    if not manifest():
        typer.echo("No posterior is released: parameters are drawn from their priors.")
    _stop_if_stale()
    for name, entry in manifest().items():
        typer.echo(f"{name}: {entry['sets']} sets from {entry['rows_fitted']} rows, up to date")
