"""Reading data rows: the only place that opens files under `anagen/data`. Standard library only.

A researcher's own treatments, parameters and sources may stand beside the shipped ones, in a folder
named by the environment variable ANAGEN_OWN_DATA (`anagen --own-data DIR` sets it). They add; what
is shipped cannot be replaced by them.
"""

from __future__ import annotations

import csv
import io
import os
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

Row = dict[str, str]
OWN_DATA = "ANAGEN_OWN_DATA"
# What may be added, by folder: the suffix of its files.
OWN_FOLDERS = {"treatments": ".toml", "parameters": ".csv", "sources": ".bib"}


def data_root() -> Traversable:
    """The folder of shipped data rows."""
    return files("anagen") / "data"


def own_root() -> Path | None:
    """The folder of a researcher's own data rows; None without one."""
    folder = os.environ.get(OWN_DATA)
    return Path(folder) if folder else None


def located(name: str) -> Traversable:
    """The file `data/<name>`, or the own one where none of that name is shipped."""
    shipped, own = data_root() / name, own_root()
    return shipped if own is None or shipped.is_file() else own / name


@cache
def read_table(name: str) -> tuple[Row, ...]:
    """Rows of `data/<name>` (a CSV path such as `parameters/hair_cycle.csv`), blank cells as ''.

    Each row gets a `_row` entry, `<name>:<line>`, so that every message can say where it came from.
    """
    text = located(name).read_bytes().decode("utf-8")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    return tuple({**row, "_row": f"{name}:{reader.line_num}"} for row in reader)


@cache
def read_document(name: str) -> dict[str, Any]:
    """One TOML document under `data/`, such as `treatments/finasteride.toml`."""
    return tomllib.loads(located(name).read_text(encoding="utf-8"))


def names(folder: str, suffix: str) -> Iterator[str]:
    """Names (relative to `data/`) of the files in one folder with one suffix, sorted."""
    found = {entry.name for entry in (data_root() / folder).iterdir()}
    own = own_root()
    if own is not None and folder in OWN_FOLDERS and (own / folder).is_dir():
        found |= {entry.name for entry in (own / folder).iterdir()}
    return (f"{folder}/{entry}" for entry in sorted(found) if entry.endswith(suffix))


def optional_number(cell: str) -> float | None:
    """A number, or None for a blank cell: unknown stays unknown."""
    return float(cell) if cell.strip() else None
