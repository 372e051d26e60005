"""`anagen ask`: a graded, cited answer from the evidence base, or \"not covered\"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from anagen.cli.options import Json

if TYPE_CHECKING:
    from rich.console import Console

    from anagen.ask.records import Answer

Question = Annotated[
    list[str],
    typer.Argument(
        help='A question in plain words: "does biotin help hair growth?"', show_default=False
    ),
]


def ask(question: Question, as_json: Json = False) -> None:
    """Answer a question from the evidence base, graded and cited; say so when it is not covered."""
    from anagen.ask.answer import ask as answer_question

    answer = answer_question(" ".join(question))
    if as_json:
        import json
        from dataclasses import asdict

        typer.echo(json.dumps(asdict(answer), indent=2, ensure_ascii=False))
        return
    from rich.console import Console

    _print(answer, Console())


def _print(answer: Answer, console: Console) -> None:
    from rich.padding import Padding
    from rich.text import Text

    for written, read in answer.corrected:
        console.print(Text(f"Read '{written}' as '{read}'.", style="dim"))
    if answer.unread:
        unread = ", ".join(answer.unread)
        console.print(Text(f"Not read, and not part of the answer: {unread}.", style="dim"))
    if answer.outcome == "not_covered":
        console.print(Text("Not covered by the evidence base; nothing is made up.", style="bold"))
        if answer.near:
            console.print(Text("\nNear it:"))
        for topic in answer.near:
            console.print(Text(f"  {topic.label} ({topic.kind} {topic.id})"))
        if answer.near:
            console.print(Text("\nanagen evidence show NAME opens one of them.", style="dim"))
        return
    console.print(Text(_headline(answer), style="bold"))
    numbers = {citation.key: str(at) for at, citation in enumerate(answer.citations, start=1)}
    for statement in answer.statements:
        marks = ",".join(numbers[key] for key in statement.sources if key in numbers)
        told = Text(statement.text)
        if marks or statement.row:
            told.append(f" [{marks or statement.row}]", style="dim")
        if statement.verified in ("recalled", "assumed"):
            told.append(f" ({statement.verified})", style="dim")
        console.print(Padding(told, (0, 0, 0, 2)))
    if answer.forecast:
        console.print(Text(f"\nForecast for one person: {answer.forecast}"))
    if answer.citations:
        console.print(Text("\nSources", style="bold"))
    for at, citation in enumerate(answer.citations, start=1):
        console.print(Padding(Text(f"[{at}] {citation.reference}", style="dim"), (0, 0, 0, 2)))
    console.print(Text("\nEvidence, not medical advice for one person.", style="dim"))


def _headline(answer: Answer) -> str:
    """Topic, verdict, grade and tier in one line; for care and refusals what kind it is."""
    if answer.outcome == "refused":
        return "Not answered"
    if answer.outcome == "care":
        return f"First: {answer.topics[0].label}"
    from anagen.catalog.claims import ASKED_OFTEN, load_claims

    first = answer.topics[0]
    # A claim on a thing that is no treatment stands for itself; what it is compared with does not.
    itself = first.kind == "claim" and load_claims()[first.id].section == ASKED_OFTEN
    parts = [
        first.label
        if itself
        else next((t.label for t in answer.topics if t.kind != "claim"), first.label)
    ]
    for name, word in (("", answer.verdict), ("evidence ", answer.grade), ("tier ", answer.tier)):
        if word and not (itself and word == answer.tier):
            parts.append(f"{name}{word.replace('_', ' ')}")
    return " · ".join(parts)
