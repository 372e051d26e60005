"""`anagen evidence`: what is known about anything, with sources; checks on all data rows."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from anagen.catalog.card import Card, Section
    from anagen.catalog.lint import Issue
    from anagen.catalog.search import Entry

app = typer.Typer(
    help="Show, check, cite and count the evidence behind every number.", no_args_is_help=True
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Names = Annotated[
    list[str],
    typer.Argument(help="Ids, names or plain words: finasteride, A072, 'alopecia areata'."),
]


def _print_json(content: Any) -> None:
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False))


def _console() -> Console:
    from rich.console import Console

    return Console()


def _entry(name: str) -> Entry:
    """The one entry a name stands for. Raises InputProblems with the nearest names."""
    from anagen.catalog.search import named, nearest, search
    from anagen.errors import InputProblems, Problem

    if exact := named(name):
        return exact[0]
    found = search(name)
    if len(found) == 1:
        return found[0]
    near = nearest(name)
    listed = ", ".join(f"{entry.id} ({entry.kind})" for entry in found)
    raise InputProblems(
        [
            Problem(
                file="evidence",
                field="NAME",
                value=name,
                message="several things match" if found else "is not in the evidence base",
                allowed=listed,
                nearest=", ".join(near),
                fix="give one of these ids" if found or near else "try fewer or other words",
            )
        ]
    )


def _print_section(console: Console, section: Section) -> None:
    from rich.table import Table
    from rich.text import Text

    console.print(Text(f"\n{section.heading}", style="bold"))
    for line in section.lines:
        console.print(Text(f"  {line}"))
    if section.rows:
        table = Table(box=None, header_style="dim", pad_edge=True, show_edge=False)
        for column in section.columns:
            narrow = column in ("value", "n", "week", "treated", "control", "share")
            table.add_column(column, overflow="fold", justify="right" if narrow else "left")
        for row in section.rows:
            table.add_row(*(Text(cell) for cell in row))
        console.print(table)


def _print_card(console: Console, card: Card) -> None:
    from rich.text import Text

    console.print(Text.assemble((card.title, "bold"), (f"   {card.kind} {card.id}", "dim")))
    for section in card.sections:
        _print_section(console, section)


@app.command()
def show(names: Names, as_json: Json = False) -> None:
    """Everything known about a treatment, cause, study, parameter, test, claim or source."""
    from anagen.catalog.card import card

    shown = card(_entry(" ".join(names)))
    if as_json:
        _print_json(asdict(shown))
    else:
        _print_card(_console(), shown)


def _issue_line(issue: Issue) -> str:
    place = f"{issue.file}:{issue.row}" if issue.row else issue.file
    what = f"{issue.field} '{issue.value}'" if issue.value else issue.field
    return f"{place}: {what} {issue.wrong} [{issue.rule}]; {issue.fix}"


@app.command()
def lint(as_json: Json = False) -> None:
    """Check every data row; exit 1 when something is wrong."""
    from anagen.catalog.lint import RULES
    from anagen.catalog.lint import lint as check

    issues = check()
    if as_json:
        _print_json({"rules": len(RULES), "issues": [asdict(issue) for issue in issues]})
    else:
        for issue in issues:
            typer.echo(_issue_line(issue))
        verdict = "clean" if not issues else f"{len(issues)} to mend"
        typer.echo(f"{len(RULES)} rules over all data rows: {verdict}")
    if issues:
        raise typer.Exit(1)


@app.command()
def cite(names: Names, as_json: Json = False) -> None:
    """BibTeX of everything the named things rest on."""
    from anagen.catalog.card import card
    from anagen.catalog.cite import bibtex, references

    keys = {key for name in names for key in card(_entry(name)).sources}
    if as_json:
        _print_json({"keys": sorted(keys), "references": references(keys), "bibtex": bibtex(keys)})
    else:
        typer.echo(bibtex(keys))


@app.command()
def pages(
    out: Annotated[Path, typer.Option(help="Folder of the pages.")] = Path("docs/evidence"),
) -> None:
    """Write a page of Markdown for every treatment, cause and study."""
    from anagen.catalog.pages import pages as written
    from anagen.files import demand_place, write_whole

    demand_place(out, folder=True)
    found = written()
    for name, text in found.items():
        write_whole(out / name, text)
    left = sorted(
        path for path in out.rglob("*.md") if path.relative_to(out).as_posix() not in found
    )
    for path in left:
        typer.echo(f"no longer written, take it out: {path}", err=True)
    typer.echo(f"Wrote {len(found)} pages to {out}.")


@app.command()
def status(as_json: Json = False) -> None:
    """How much evidence there is, and how much of it was seen, recalled or assumed."""
    from anagen.catalog.census import census

    counted = census()
    if as_json:
        _print_json(asdict(counted))
        return
    from anagen.catalog.card import Section, words

    console = _console()
    rows = tuple((name, str(count)) for name, count in counted.rows.items())
    _print_section(console, Section("Rows", (), ("table", "n"), rows))
    for heading, groups in (("How it is known", counted.verified), ("Grade", counted.grade)):
        columns = tuple(dict.fromkeys(word for group in groups.values() for word in group))
        cells = tuple(
            (name, *(str(group.get(word, 0)) for word in columns)) for name, group in groups.items()
        )
        shown = ("table", *map(words, columns))
        _print_section(console, Section(heading, (), shown, cells))
    for heading, group in (
        ("Studies by split", counted.study_split),
        ("Study numbers by use", counted.endpoint_use),
        ("Claims by verdict", counted.claim_verdict),
    ):
        cells = tuple((words(word), str(count)) for word, count in group.items())
        _print_section(console, Section(heading, (), ("word", "n"), cells))
