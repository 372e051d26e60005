"""Printed names of ids, from the data rows that define them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from anagen.catalog.tables import read_table
from anagen.catalog.treatments import load_treatments
from anagen.report.words import spoken


@cache
def _labels(table: str) -> Mapping[str, str]:
    return {row["id"]: row["label"] for row in read_table(table)}


def finding(ident: str) -> str:
    """A finding's name."""
    return _labels("findings.csv").get(ident, spoken(ident))


def lab(ident: str) -> str:
    """A laboratory test's name."""
    return _labels("labs.csv").get(ident, spoken(ident))


def condition(ident: str) -> str:
    """A disease's name."""
    return _labels("conditions.csv").get(ident, spoken(ident))


def treatment(ident: str) -> str:
    """A treatment's name."""
    known = load_treatments().get(ident)
    return known.name if known else spoken(ident)
