"""`anagen trial`: what the model predicts for a published or planned trial."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from anagen.cli.options import Draws, Json, Seed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from anagen.trials.asked import Asked
    from anagen.trials.design import Trial
    from anagen.trials.predict import Prediction

app = typer.Typer(
    help="Predict published or planned trials, and hold predictions against results.",
    no_args_is_help=True,
)
ANALYSES = {
    "nri": "who left counts as no responder",
    "locf": "last value carried forward",
    "observed": "observed",
    "mixed_model": "modelled mean",
}
SUFFIXES = (".toml", ".yaml", ".yml", ".json")


@app.command("predict")
def predict(
    study: Annotated[
        str,
        typer.Argument(
            help="Id of a shipped study (see `anagen trial list`), or a trial file: TOML, YAML "
            "or JSON.",
            show_default=False,
        ),
    ],
    draws: Draws = 1000,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """What each arm of a trial would find, with 50 and 90 % intervals, beside what it found."""
    trial, asked, left_out = _trial(study)

    from anagen.cli.progress import progress
    from anagen.provenance import stamp
    from anagen.trials.predict import predict as predicted

    with progress(f"Predicting {trial.id}", quiet=as_json) as report:
        found = predicted(trial, asked, draws=draws, seed=seed, progress=report)
    if as_json:
        import json

        from anagen.trials.document import trial_document

        document = trial_document(trial, found, left_out, stamp(seed, draws))
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    _print(trial, found, left_out)


@app.command("table")
def table(
    out: Annotated[
        Path | None,
        typer.Option(help="File to write, such as docs/validation.md; else standard output."),
    ] = None,
    draws: Draws = 1000,
    seed: Seed = 0,
) -> None:
    """Every shipped study predicted beside what it found: errors, coverage, all misses."""
    from anagen.cli.progress import progress
    from anagen.files import demand_place, write_whole
    from anagen.trials.scorecard import markdown, predicted_studies

    demand_place(out)
    with progress("Predicting", quiet=False) as report:
        scored = predicted_studies(draws=draws, seed=seed, progress=report)
    text = markdown(scored, draws, seed)
    if out is None:
        typer.echo(text, nl=False)
        return
    write_whole(out, text)
    typer.echo(f"Wrote {out}")


@app.command("list")
def list_studies() -> None:
    """The shipped studies that can be predicted, with the numbers known of each."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from anagen.trials.scorecard import predictable

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("Study", no_wrap=True)
    table.add_column("Numbers", justify="right")
    table.add_column("Set", no_wrap=True)
    table.add_column("What it is", overflow="fold")
    for found in predictable():
        split = found.study.split.replace("_", " ")
        table.add_row(found.study.id, str(len(found.asked)), split, found.study.title)
    Console().print(table)


def _trial(study: str) -> tuple[Trial, Sequence[Asked], tuple[str, ...]]:
    """The trial meant by an id or a path. Raises InputProblems."""
    path = Path(study)
    if path.suffix.lower() in SUFFIXES or path.exists():
        from anagen.trials.asked import asked_of
        from anagen.trials.read import load_trial

        trial = load_trial(path)
        return trial, asked_of(trial), ()

    from anagen.catalog.studies import load_study, study_ids
    from anagen.errors import InputProblems, Problem
    from anagen.trials.read import nearest_any_case

    if study not in study_ids():
        near = nearest_any_case(study, study_ids())
        raise InputProblems(
            [
                Problem(
                    file="trial", field="STUDY", value=study,
                    message="is neither the id of a shipped study nor a trial file",
                    nearest=near, fix="`anagen trial list` lists the studies",
                )
            ]
        )  # fmt: skip

    from anagen.trials.published import published_trial

    found = published_trial(load_study(study))
    if found.trial is None:
        raise InputProblems(
            [
                Problem(
                    file="trial", field=study, value="",
                    message=f"nothing of it can be predicted: {'; '.join(found.left_out)}",
                )
            ]
        )  # fmt: skip
    return found.trial, found.asked, found.left_out


def _print(trial: Trial, found: Sequence[Prediction], left_out: Sequence[str]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from anagen.catalog.endpoints import endpoint_labels
    from anagen.trials.arms import above_plans
    from anagen.trials.asked import cautions, read_as
    from anagen.trials.document import inside
    from anagen.trials.notes import notes

    console = Console()
    console.print(Text(trial.title or trial.id, style="bold"))
    blocks: dict[str, list[Prediction]] = {}
    labels = endpoint_labels()
    known = any(p.asked.published is not None for p in found)
    for p in found:
        a = p.asked
        net = ", net of control" if a.kind == "net" else ""
        label = labels.get(a.endpoint, a.endpoint.replace("_", " "))
        what = f"{label}, {a.unit} ({ANALYSES[read_as(a)]}{net})"
        blocks.setdefault(what, []).append(p)
    for what, rows in blocks.items():
        table = Table(
            box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, title=Text(what),
            title_justify="left", padding=(0, 1, 0, 0),
        )  # fmt: skip
        table.add_column("Arm", min_width=12)
        for name in ("Week", "n", "Predicted", "50 %", "90 %"):
            table.add_column(name, justify="right", no_wrap=True)
        if known:
            table.add_column("Found", justify="right", no_wrap=True)
            table.add_column(no_wrap=True)
        for p in rows:
            asked = p.asked
            beside = (
                "" if asked.published is None else f"{asked.published:g}",
                Text("missed", style="bold") if inside(p, 90) is False else Text(""),
            )
            table.add_row(
                Text(asked.arm.replace("_", " ")),
                f"{asked.week:g}",
                "?" if asked.n is None else str(asked.n),
                f"{p.mean:.1f}",
                f"{p.low_50:.1f} to {p.high_50:.1f}",
                f"{p.low_90:.1f} to {p.high_90:.1f}",
                *(beside if known else ()),
            )
        console.print()
        console.print(table)
    if any(not p.seen_drug for p in found):
        console.print(
            Text("A drug here is in no fitted study; its interval is wider.", style="dim")
        )
    if any(p.asked.n is None for p in found):
        console.print(
            Text("Where n is unknown the interval leaves out the chance of the arm.", style="dim")
        )
    console.print(
        Text(
            "Intervals hold unknown parameters, differences between studies and the chance of an "
            "arm of this size."
            + (" Found: as published. Missed: that lies outside the 90 % interval." * known),
            style="dim",
        )
    )
    for caution in cautions(p.asked for p in found):
        console.print(Text(f"Known to be wrong: {caution}", style="bold"))
    for note in above_plans(trial):
        console.print(Text(f"Look at the dose: {note}", style="bold"))
    for note in notes(trial, [p.asked for p in found]):
        console.print(Text(f"Note: {note}", style="bold"))
    for reason in left_out:
        console.print(Text(f"Not predicted: {reason.replace('_', ' ')}", style="dim"))
