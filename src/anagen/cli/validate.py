"""`anagen validate`: published facts against the model, every miss printed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from anagen.cli.options import Json

Assessment = Annotated[
    bool, typer.Option("--assessment", help="Written people and published cases instead.")
]
Out = Annotated[
    Path | None,
    typer.Option(help="With --assessment: write the page and its picture.", show_default=False),
]


def validate(as_json: Json = False, assessment: Assessment = False, out: Out = None) -> None:
    """Published facts against the model: accepted range, result, source; misses are misses."""
    if assessment:
        _assessment(as_json, out)
        return
    if out is not None:
        raise typer.BadParameter("--out needs --assessment")
    from anagen.cli.progress import progress
    from anagen.validate.facts import check, facts

    wanted = facts()
    results = []
    with progress("Computing facts", quiet=as_json) as report:
        for done, fact in enumerate(wanted):
            report(done, len(wanted), fact)
            results += check(fact)
    if as_json:
        import json
        from dataclasses import asdict

        typer.echo(json.dumps([asdict(result) for result in results], indent=2))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column()
    table.add_column("Fact", overflow="fold")
    table.add_column("Accepted", justify="right")
    table.add_column("Model", justify="right")
    table.add_column()
    table.add_column("Source", overflow="fold")
    for result in results:
        table.add_row(
            result.id,
            result.quantity,
            f"{result.low:g} to {result.high:g}",
            f"{result.computed:.4g} {'' if result.unit == '1' else result.unit}".strip(),
            Text("met") if result.met else Text("MISSED", style="bold"),
            result.source,
        )
    console.print(table)
    missed = [result for result in results if not result.met]
    console.print(f"\n{len(results) - len(missed)} of {len(results)} facts met.")
    for result in missed:
        cause = result.note or "no cause is known yet"
        console.print(Text(f"{result.id} {result.quantity}: {cause}"))
    console.print(
        Text(
            "Most facts come from the fitting set: meeting them is fit, not validation.",
            style="dim",
        )
    )


def _assessment(as_json: bool, out: Path | None) -> None:
    """Causes named for people with known causes: the page, or every answer as JSON."""
    from anagen.files import demand_place, write_whole
    from anagen.report.assessment_validation import PICTURE, as_markdown, picture, validation

    demand_place(out)
    held = validation()
    if as_json:
        import json
        from dataclasses import asdict

        answers = {"first_run": held.first, "now": held.now, "textbook": held.textbook}
        said = {name: [asdict(item) for item in group] for name, group in answers.items()}
        typer.echo(json.dumps(said, indent=2))
    elif out is None:
        typer.echo(as_markdown(held), nl=False)
    else:
        write_whole(out, as_markdown(held))
        write_whole(out.parent / PICTURE, picture(held))
