"""Everything under `data/` read once, as plain rows, so that a rule can look at all of it."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from importlib.resources.abc import Traversable
from typing import Any

from anagen.catalog.sources import Source, parse_bibtex


@dataclass(frozen=True, slots=True)
class Line:
    """One row of one CSV table. `cells` has None as a key when the row is too long."""

    file: str
    number: int
    cells: Mapping[Any, Any]

    def get(self, column: str) -> str:
        """The cell of one column without spaces around it, '' when there is no such column."""
        return (self.cells.get(column) or "").strip()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The texts of all data files by name, and what they hold."""

    texts: Mapping[str, str]
    tables: Mapping[str, tuple[Line, ...]]
    documents: Mapping[str, Mapping[str, Any]]
    sources: tuple[Source, ...]
    unreadable: Mapping[str, str]

    def rows(self, *patterns: str) -> Iterator[Line]:
        """Rows of the tables whose name matches one of the patterns."""
        for name, lines in self.tables.items():
            if any(fnmatch(name, pattern) for pattern in patterns):
                yield from lines

    def papers(self, pattern: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Name and content of the TOML documents whose name matches."""
        for name, document in self.documents.items():
            if fnmatch(name, pattern):
                yield name, document

    def without(self, documents: Collection[str]) -> Snapshot:
        """The same data without some TOML documents."""
        kept = {name: paper for name, paper in self.documents.items() if name not in documents}
        return replace(self, documents=kept)

    def ids(self, pattern: str) -> set[str]:
        """Ids defined by the TOML documents or the CSV tables whose names match."""
        found = {str(document.get("id", "")) for _, document in self.papers(pattern)}
        return found | {line.get("id") for line in self.rows(pattern)} - {""}


def read_texts(root: Traversable, prefix: str = "") -> dict[str, str]:
    """Texts of the data files under a folder by their name relative to it."""
    found: dict[str, str] = {}
    for entry in sorted(root.iterdir(), key=lambda item: item.name):
        name = f"{prefix}{entry.name}"
        if entry.is_dir():
            if entry.name != "__pycache__":
                found.update(read_texts(entry, f"{name}/"))
        elif name.endswith((".csv", ".toml", ".bib")):
            found[name] = entry.read_bytes().decode("utf-8", errors="replace")
    return found


def snapshot(texts: Mapping[str, str]) -> Snapshot:
    """Parse texts by their suffix; a file that cannot be read is listed, not raised."""
    tables: dict[str, tuple[Line, ...]] = {}
    documents: dict[str, Mapping[str, Any]] = {}
    sources: list[Source] = []
    unreadable: dict[str, str] = {}
    for name, text in texts.items():
        if name.endswith(".csv"):
            reader = csv.DictReader(io.StringIO(text, newline=""))
            tables[name] = tuple(Line(name, reader.line_num, row) for row in reader)
        elif name.endswith(".toml"):
            try:
                documents[name] = tomllib.loads(text)
            except tomllib.TOMLDecodeError as error:
                unreadable[name] = str(error)
        else:
            sources.extend(parse_bibtex(text, name))
    return Snapshot(texts, tables, documents, tuple(sources), unreadable)
