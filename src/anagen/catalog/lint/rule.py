"""What a rule is, and what rules share: reading a number, naming a place, walking a document."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Protocol

from anagen.catalog.lint.issue import Issue
from anagen.catalog.lint.snapshot import Line, Snapshot
from anagen.catalog.sources import Source

ENDPOINTS = "studies/*/endpoints.csv"
FACTS = ("facts/*.csv", "measurement_error.csv")


class Rule(Protocol):
    """A rule looks at the whole data and yields what it finds."""

    id: str

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """Everything this rule finds wrong."""
        ...


def number(cell: str) -> float | None:
    """The finite number in a cell, or None."""
    try:
        found = float(cell)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def at(rule: str, line: Line, field: str, wrong: str, fix: str, value: str = "") -> Issue:
    """An issue in one cell of a row; `value` is that cell unless told."""
    return Issue(rule, line.file, line.number, field, value or line.get(field), wrong, fix)


def at_entry(rule: str, source: Source, field: str, wrong: str, fix: str) -> Issue:
    """An issue in one entry of a bibliography."""
    file, row = source.place.rsplit(":", 1)
    return Issue(rule, file, int(row), field, source.key, wrong, fix)


def walk(node: Any, path: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every (path, key, value) of a TOML document."""
    if isinstance(node, dict):
        for key, value in node.items():
            place = f"{path}.{key}" if path else key
            yield place, key, value
            yield from walk(value, place)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from walk(value, f"{path}[{index}]")
