"""`anagen export`: the model in the languages of other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from anagen.cli.options import Draws, Json, Seed, Weeks

if TYPE_CHECKING:
    from anagen.assess.records import RedFlag
    from anagen.interop.sbml_core import Core
    from anagen.patients.record import PatientRecord
    from anagen.simulate.regimen import Arm, Regimen

app = typer.Typer(help="Write the model for other simulators.", no_args_is_help=True)


@app.command("sbml")
def sbml(
    out: Annotated[Path, typer.Option(help="File to write, such as hair.xml.", show_default=False)],
    patient: Annotated[
        Path | None,
        typer.Argument(
            help="A patient file, or a FHIR R4 bundle. Without one: a full scalp with every "
            "parameter at its central value.",
            show_default=False,
        ),
    ] = None,
    plan: Annotated[
        str | None,
        typer.Option(
            help='Treatments joined by "+", as in `anagen forecast`. No treatment when left out.',
            show_default=False,
        ),
    ] = None,
    weeks: Weeks = 104,
    draws: Draws = 200,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """The mean-field core as SBML: one cell of one virtual twin, with what it takes as input."""
    from anagen.errors import InputProblems, Problem, gathered
    from anagen.files import place_problems, write_whole
    from anagen.patients.intake import load
    from anagen.simulate.plan import parse_plan
    from anagen.simulate.regimen import check_within

    problems: list[Problem] = []
    record, regimens = None, ()
    if patient is not None:
        record = gathered(problems, lambda: load(patient))
    elif plan is not None:
        problems.append(
            Problem("command line", "--plan", plan, "a plan needs a person", "a patient file")
        )
    if plan:
        regimens = gathered(problems, lambda: parse_plan(plan)) or ()
    gathered(problems, lambda: check_within(regimens, weeks))
    problems += place_problems(out)
    if problems:
        raise InputProblems(problems)
    core, flags = _core(record, regimens, weeks, draws, seed)

    from anagen.interop.sbml import LIMITS, to_sbml

    write_whole(out, to_sbml(core))
    if as_json:
        import json

        from anagen.report.single import flags_as_json

        said = {"file": str(out), "plan": core.label, "weeks": core.weeks, "twin": core.origin}
        said |= {"red_flags": flags_as_json(flags)}
        typer.echo(json.dumps({**said, "limits": LIMITS}, indent=2, ensure_ascii=False))
        return
    typer.echo(f"Wrote {out}: {core.label}, {core.weeks} weeks; {core.origin}.")
    for limit in LIMITS:
        typer.echo(f"  - {limit}")


def _core(
    record: PatientRecord | None,
    regimens: tuple[Regimen, ...],
    weeks: int,
    draws: int,
    seed: int,
) -> tuple[Core, tuple[RedFlag, ...]]:
    """What is written, and the red flags of the person, which are told on standard error."""
    from anagen.interop.sbml_core import core_of, typical_core

    if record is None:
        return typical_core("female", weeks), ()

    from anagen.assess.assess import assess
    from anagen.patients.condition import person_from
    from anagen.plan.make import mixtures_of

    assessment = assess(record)
    if assessment.red_flags:
        from rich.console import Console

        from anagen.report.single import print_flags

        print_flags(assessment.red_flags, Console(stderr=True))
    mixtures = mixtures_of(assessment)
    arm = _arm(record, regimens, draws, seed)
    core = core_of(person_from(record, mixtures), arm, weeks=weeks, draws=draws, seed=seed)
    return core, assessment.red_flags


def _arm(record: PatientRecord, regimens: tuple[Regimen, ...], draws: int, seed: int) -> Arm:
    """The plan as an arm. What `anagen forecast` refuses or shows no number for is not exported."""
    from anagen.assess.assess import assess
    from anagen.cli.forecast import REFUSED_FOR_SAFETY
    from anagen.errors import AnagenError
    from anagen.plan.single import forecast_plan
    from anagen.simulate.forecast import UNTREATED
    from anagen.simulate.regimen import Arm

    if not regimens:
        return UNTREATED
    # A short run: only its verdict is wanted here.
    made = forecast_plan(
        record, assess(record), regimens, weeks=4, stop_week=None, draws=20, seed=seed
    )
    if made.refused:
        for reason in made.refused:
            typer.echo(f"Refused for safety: {reason}", err=True)
        raise typer.Exit(REFUSED_FOR_SAFETY)
    if made.silent:
        raise AnagenError(made.silent)
    return Arm("plan", made.label, made.regimens, as_in_trial=False)
