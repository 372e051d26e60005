"""One report kept word for word: a changed file needs a line 'Changes results:' in the changelog.

Write the files again with ANAGEN_WRITE_GOLDEN=1.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

from rich.console import Console

from anagen.report.document import build
from anagen.report.json import dump
from anagen.report.text import print_report
from report_cases import CASES, STAMP

FOLDER = Path(__file__).parent / "report"


def compare(name: str, text: str) -> None:
    path = FOLDER / name
    if os.environ.get("ANAGEN_WRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_document_json_of_telogen_effluvium() -> None:
    compare("telogen_effluvium.json", dump(build(*CASES["telogen_effluvium"](), STAMP)))


def test_terminal_text_of_severe_alopecia_areata() -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=80, color_system=None)
    print_report(build(*CASES["severe_alopecia_areata"](), STAMP), console)
    lines = (line.rstrip() for line in stream.getvalue().splitlines())
    compare("severe_alopecia_areata.txt", "\n".join(lines) + "\n")
