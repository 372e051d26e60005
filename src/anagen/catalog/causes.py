"""Causes of hair loss as data: `data/causes/<id>.toml` and `data/cause_pairs.csv`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from anagen.catalog.tables import names, read_document, read_table

KINDS = ("disease", "trigger", "group")
MECHANISMS = (
    "autoimmune",
    "androgenetic",
    "effluvium",
    "scarring",
    "inflammation",
    "mechanical",
    "infection",
    "none",
)


@dataclass(frozen=True, slots=True)
class BaseRate:
    """Percent of people who come about hair loss with this cause, for one sex and age band.

    For a trigger: percent of the people with the effluvium it requires. `low_percent` and
    `high_percent` bound the central 90 % of our uncertainty.
    """

    sex: str
    age_from: float
    age_to: float
    share_percent: float
    low_percent: float
    high_percent: float
    source: str
    locator: str
    grade: str
    verified: str


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause. A `group` is a parent that hands its finding frequencies down, never a verdict."""

    id: str
    label: str
    kind: str
    mechanism: str
    parent: str
    requires: str
    aliases: tuple[str, ...]
    description: str
    reversibility: str
    delay_to_shedding: str
    delay_to_regrowth: str
    tests: tuple[str, ...]
    red_flags: tuple[str, ...]
    sources: tuple[str, ...]
    base_rates: tuple[BaseRate, ...]
    ancestry_factor: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PairFactor:
    """How much more (above 1) or less often than by chance two causes are at work together."""

    a: str
    b: str
    factor: float
    low: float
    high: float


@cache
def load_causes() -> dict[str, Cause]:
    """All causes by id, sorted by id."""
    causes: dict[str, Cause] = {}
    for name in names("causes", ".toml"):
        row = read_document(name)
        factors = row.get("ancestry_factor", {})
        causes[row["id"]] = Cause(
            id=row["id"],
            label=row["label"],
            kind=row["kind"],
            mechanism=row["mechanism"],
            parent=row["parent"],
            requires=row["requires"],
            aliases=tuple(row["aliases"]),
            description=row["description"],
            reversibility=row["reversibility"],
            delay_to_shedding=row["delay_to_shedding"],
            delay_to_regrowth=row["delay_to_regrowth"],
            tests=tuple(row["tests"]),
            red_flags=tuple(row["red_flags"]),
            sources=tuple(row["sources"]),
            base_rates=tuple(
                BaseRate(
                    sex=rate["sex"],
                    age_from=rate["age_from"],
                    age_to=rate["age_to"],
                    share_percent=rate["share_percent"],
                    low_percent=rate["low_percent"],
                    high_percent=rate["high_percent"],
                    source=rate["source"],
                    locator=rate["locator"],
                    grade=rate["grade"],
                    verified=rate["verified"],
                )
                for rate in row.get("prior", [])
            ),
            ancestry_factor={k: v for k, v in factors.items() if isinstance(v, int | float)},
        )
    return causes


@cache
def load_pair_factors() -> tuple[PairFactor, ...]:
    """Factors of named pairs; `a`, `*` is one cause with any other, `*`, `*` is the rest."""
    return tuple(
        PairFactor(row["a"], row["b"], float(row["factor"]), float(row["low"]), float(row["high"]))
        for row in read_table("cause_pairs.csv")
    )
