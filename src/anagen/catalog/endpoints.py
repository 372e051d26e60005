"""What end points of studies are called, and what is known to be wrong with predictions of them."""

from __future__ import annotations

from functools import cache

from anagen.catalog.tables import read_table

TABLE = "endpoints.csv"


@cache
def endpoint_labels() -> dict[str, str]:
    """What the end points of studies are called, by id."""
    return {row["id"]: row["label"] for row in read_table(TABLE)}


@cache
def endpoint_cautions() -> dict[str, str]:
    """What is known to be wrong with predictions of an end point, by id; most have none."""
    return {row["id"]: row["caution"] for row in read_table(TABLE) if row["caution"]}


@cache
def headline_endpoints() -> frozenset[str]:
    """Ids of the end points a study is told by first."""
    return frozenset(row["id"] for row in read_table(TABLE) if row["headline"] == "yes")
