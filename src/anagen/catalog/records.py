"""Rows of a table as frozen records: each field is read from the column of its name by its type.

`str` is the cell, `float` and `int` a number, `... | None` a number or blank, `bool` whether the
cell says yes, `tuple[str, ...]` the entries of a list cell (`a; b`), `row` the place of the row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

from anagen.catalog.tables import Row, optional_number, read_table
from anagen.catalog.words import cells
from anagen.errors import AnagenError

Record = TypeVar("Record")
Reader = Callable[[str], Any]


def optional_count(cell: str) -> int | None:
    """A whole number, or None for a blank cell."""
    found = optional_number(cell)
    return None if found is None else int(found)


def spaced(cell: str) -> tuple[str, ...]:
    """The words of a cell that parts them by spaces, as lists of keys do."""
    return tuple(cell.split())


def numbers(cell: str) -> tuple[float, ...]:
    """The numbers of a list cell."""
    return tuple(float(part) for part in cells(cell))


READERS: Mapping[str, Reader] = {
    "str": str,
    "float": float,
    "int": int,
    "float | None": optional_number,
    "int | None": optional_count,
    "bool": lambda cell: cell == "yes",
    "tuple[str, ...]": cells,
    "tuple[float, ...]": numbers,
}


def records(
    table: str,
    kind: type[Record],
    columns: Mapping[str, str] | None = None,
    **readers: Reader,
) -> tuple[Record, ...]:
    """All rows of `data/<table>` in file order; see `record`."""
    return tuple(record(row, kind, columns, **readers) for row in read_table(table))


def record(
    row: Row,
    kind: type[Record],
    columns: Mapping[str, str] | None = None,
    **readers: Reader,
) -> Record:
    """One row as one record of the dataclass `kind`.

    `columns` names the column of a field where it differs, `readers` reads a field otherwise than
    its type does. Raises AnagenError with the place of a cell that cannot be read, KeyError for a
    column that is not there.
    """
    renamed = columns or {}
    found: dict[str, Any] = {}
    for name, annotation in _annotations(kind):
        cell = row[renamed.get(name, "_row" if name == "row" else name)]
        try:
            found[name] = (readers.get(name) or READERS[annotation])(cell)
        except ValueError as error:
            raise AnagenError(f"data/{row['_row']}: {name}: {cell!r} is no {annotation}") from error
    return kind(**found)


@cache
def _annotations(kind: type) -> tuple[tuple[str, str], ...]:
    """Name and type, as written, of every field."""
    return tuple((field.name, str(field.type)) for field in fields(kind))
