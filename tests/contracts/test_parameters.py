"""Every parameter the code and the treatments name is a row, and every row is named somewhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from anagen.catalog.parameters import load_parameters
from anagen.catalog.tables import names, read_document

SOURCE = Path(__file__).parents[2] / "src" / "anagen"
# Functions that take the id of a parameter.
READERS = {
    "value", "sample", "sample_trait", "from_normal", "parameter", "row", "trait", "lab",
    "known_or_drawn",
}  # fmt: skip
HOLE = "[a-z0-9_]+"
# Rows that nothing reads may stay for these roles, when their note says why.
WAITING = ("scenario", "conversion")


def _pattern(node: ast.expr) -> str | None:
    """A text as a regular expression, each hole of an f-string any word; None for other nodes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = (_pattern(part) or HOLE for part in node.values)
        return "".join(parts)
    return None


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield str(path.relative_to(SOURCE)), ast.parse(path.read_text(encoding="utf-8"))


def _read() -> Iterator[tuple[str, str]]:
    """Place and pattern of every id given to a reader."""
    for name, tree in _trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
            called = called.id if isinstance(called, ast.Name) else called
            if called in READERS:
                for pattern in filter(None, map(_pattern, node.args)):
                    yield f"{name}:{node.lineno}", pattern


def _texts() -> Iterator[str]:
    """Every text in the code, and every cell of the exposure and actions of a treatment."""
    for _, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
    for name in names("treatments", ".toml"):
        document = read_document(name)
        for block in (document.get("exposure", {}), *document.get("actions", ())):
            yield from (cell for cell in block.values() if isinstance(cell, str))


def _built() -> Iterator[str]:
    """Patterns of every f-string that says enough to mean one family of ids."""
    for _, tree in _trees():
        for node in ast.walk(tree):
            pattern = _pattern(node) if isinstance(node, ast.JoinedStr) else None
            if pattern and len(pattern.replace(HOLE, "")) >= 4:
                yield pattern


def test_every_parameter_read_is_a_row() -> None:
    ids = load_parameters()
    read = list(_read())
    assert len(read) > 100
    missing = [
        f"{place}: {pattern}"
        for place, pattern in read
        if not any(re.fullmatch(pattern, row) for row in ids)
    ]
    assert not missing, "\n".join(missing)


def test_every_row_is_named_somewhere() -> None:
    rows = load_parameters()
    unread = set(rows) - set(_texts())
    for pattern in set(_built()):
        unread -= {row for row in unread if re.fullmatch(pattern, row)}
    unread -= {row for row in unread if rows[row].role in WAITING and rows[row].note}
    assert not unread, "\n".join(f"{rows[row].row}: {row}: nothing reads it" for row in unread)
