"""What is read from a head, kept word for word: JSON and terminal text of made-up readings.

Write the files again with ANAGEN_WRITE_GOLDEN=1.
"""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

from rich.console import Console

from anagen.pictures.document import as_document, print_readings
from anagen.pictures.readings import Phototrichogram, Reading
from report_cases import STAMP

FOLDER = Path(__file__).parent / "report"
LABELS = {"untreated": "No treatment", "plan": "finasteride 1 mg daily"}
COUNT = Phototrichogram(171.23456, 140.5, 66.66666, 54.0)
BARE = Phototrichogram(0.0, 0.0, None, None)
QUADRANTS = {"top": 40.0, "back": 0.0, "left": 10.0, "right": 12.34567}
READINGS = {
    "untreated": (
        Reading(0, 20.0, QUADRANTS, "Norwood III vertex", 150.4, COUNT),
        Reading(12, 100.0, QUADRANTS, "Norwood VII", 0.0, BARE),
    ),
    "plan": (
        Reading(0, 20.0, QUADRANTS, "Norwood III vertex", 150.4, COUNT),
        Reading(12, 9.6, QUADRANTS, "Norwood III", 99.5, COUNT),
    ),
}


def _compare(name: str, text: str) -> None:
    path = FOLDER / name
    if os.environ.get("ANAGEN_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_read_outs_as_json() -> None:
    document = as_document(
        "someone",
        READINGS,
        LABELS,
        follicles=100_000,
        mechanisms={"androgenetic"},
        tier="forecast",
        silent="",
        conditions=["finasteride: Check first: blood donation."],
        notes=["The head drawn begins elsewhere."],
        stamp=STAMP,
    )
    _compare("scalp.json", json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def test_read_outs_on_a_terminal() -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=80, color_system=None)
    print_readings(READINGS, LABELS, (0, 12), console, salt=False)
    lines = (line.rstrip() for line in stream.getvalue().splitlines())
    _compare("scalp.txt", "\n".join(lines) + "\n")
