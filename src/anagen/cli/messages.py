"""How errors look on a terminal: every problem with its place, what is allowed and the mend."""

from __future__ import annotations

import json
import sys

from anagen.errors import AnagenError, InputProblems


def _as_json(error: AnagenError) -> str:
    if isinstance(error, InputProblems):
        from dataclasses import asdict

        problems = [asdict(problem) for problem in error.problems]
        return json.dumps({"error": "input", "problems": problems}, indent=2, ensure_ascii=False)
    return json.dumps({"error": "anagen", "message": str(error)}, indent=2, ensure_ascii=False)


def print_error(error: AnagenError) -> None:
    """Print an error: a table on standard error, or JSON on standard output under --json."""
    if "--json" in sys.argv:
        sys.stdout.write(_as_json(error) + "\n")
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True)
    if not isinstance(error, InputProblems):
        console.print(Text(f"anagen: {error}", style="bold red"))
        return
    count = len(error.problems)
    noun = "problem" if count == 1 else "problems"
    console.print(Text(f"{count} {noun} in the input. Nothing was written.", style="bold red"))
    for number, problem in enumerate(error.problems, start=1):
        place = problem.file + (f"  {problem.field}" if problem.field else "")
        console.print(Text(f"\n{number}. {place}", style="bold"))
        console.print(Text(f"   {problem.message}"))
        for name, text in (
            ("found", problem.value),
            ("allowed", problem.allowed),
            ("did you mean", problem.nearest),
            ("fix", problem.fix),
        ):
            if text:
                console.print(Text.assemble((f"   {name}: ", "dim"), text))
