"""Reading data rows: the only place that opens files under `anagen/data`. Standard library only."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

Row = dict[str, str]


def data_root() -> Traversable:
    """The folder of shipped data rows."""
    return files("anagen") / "data"


@cache
def read_table(name: str) -> tuple[Row, ...]:
    """Rows of `data/<name>` (a CSV path such as `parameters/hair_cycle.csv`), blank cells as ''.

    Each row gets a `_row` entry, `<name>:<line>`, so that every message can say where it came from.
    """
    text = (data_root() / name).read_bytes().decode("utf-8")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    return tuple({**row, "_row": f"{name}:{reader.line_num}"} for row in reader)


@cache
def read_document(name: str) -> dict[str, Any]:
    """One TOML document under `data/`, such as `treatments/finasteride.toml`."""
    return tomllib.loads((data_root() / name).read_text(encoding="utf-8"))


def names(folder: str, suffix: str) -> Iterator[str]:
    """Names (relative to `data/`) of the files in one folder with one suffix, sorted."""
    entries = sorted(entry.name for entry in (data_root() / folder).iterdir())
    return (f"{folder}/{entry}" for entry in entries if entry.endswith(suffix))


def optional_number(cell: str) -> float | None:
    """A number, or None for a blank cell: unknown stays unknown."""
    return float(cell) if cell.strip() else None
