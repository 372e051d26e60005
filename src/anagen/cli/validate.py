"""`anagen validate`: published facts against the model, every miss printed."""

from __future__ import annotations

from anagen.cli.options import Json


def validate(as_json: Json = False) -> None:
    """Published facts against the model: accepted range, result, source; misses are misses."""
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

        import typer

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
