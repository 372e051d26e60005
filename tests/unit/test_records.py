"""Rows become records by the types of their fields."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from anagen.catalog.records import record, spaced
from anagen.errors import AnagenError


@dataclass(frozen=True)
class Bottle:
    label: str
    volume: float
    pieces: int | None
    shaken: bool
    colors: tuple[str, ...]
    sources: tuple[str, ...]
    row: str


ROW = {
    "name": "oil",
    "volume": "0.5",
    "pieces": "",
    "shaken": "yes",
    "colors": "red; dark blue",
    "sources": "a b",
    "_row": "bottles.csv:2",
}


def bottle(**cells: str) -> Bottle:
    return record({**ROW, **cells}, Bottle, {"label": "name"}, sources=spaced)


def test_a_field_is_read_by_its_type() -> None:
    found = Bottle("oil", 0.5, None, True, ("red", "dark blue"), ("a", "b"), "bottles.csv:2")
    assert bottle() == found
    assert bottle(pieces="3", shaken="no").pieces == 3


def test_a_cell_that_cannot_be_read_says_where_it_stands() -> None:
    with pytest.raises(AnagenError, match=r"bottles\.csv:2: volume: 'half' is no float"):
        bottle(volume="half")


def test_a_column_that_is_not_there_is_no_blank() -> None:
    with pytest.raises(KeyError):
        record({"_row": "bottles.csv:2"}, Bottle)
