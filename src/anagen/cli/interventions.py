"""`anagen interventions`: every treatment in the person it is meant for, against no treatment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from anagen.cli.options import Draws, Json, Seed

Markdown = Annotated[bool, typer.Option("--markdown", help="Print a page of documentation.")]
Out = Annotated[
    Path | None,
    typer.Option(help="Write the JSON or the page here and print nothing.", show_default=False),
]


def interventions(
    as_json: Json = False,
    markdown: Markdown = False,
    out: Out = None,
    draws: Draws = 1000,
    seed: Seed = 0,
) -> None:
    """All interventions: tier, net effect at 24 and 52 weeks where there is evidence, rows used."""
    if as_json and markdown:
        raise typer.BadParameter("choose --json or --markdown, not both")
    if out is not None and not (as_json or markdown):
        raise typer.BadParameter("--out needs --json or --markdown")

    from anagen.cli.progress import progress
    from anagen.files import demand_place, write_whole
    from anagen.plan.interventions import interventions as build
    from anagen.provenance import stamp
    from anagen.report.interventions import as_document, as_markdown, print_interventions

    demand_place(out)
    with progress("All interventions", quiet=(as_json or markdown) and out is None) as report:
        rows = build(draws=draws, seed=seed, progress=report)
    made = stamp(seed, draws)
    if not (as_json or markdown):
        from rich.console import Console

        print_interventions(rows, made, Console())
        return
    if markdown:
        text = as_markdown(rows, made)
    else:
        import json

        text = json.dumps(as_document(rows, made), indent=2, ensure_ascii=False) + "\n"
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_whole(out, text)
