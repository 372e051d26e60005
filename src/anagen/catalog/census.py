"""How much evidence there is and how well it is known: counts by table and word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from anagen.catalog.claims import load_claims
from anagen.catalog.facts import load_facts
from anagen.catalog.parameters import load_parameters
from anagen.catalog.sources import load_sources
from anagen.catalog.studies import load_studies
from anagen.catalog.supplements import load_supplements
from anagen.catalog.tables import data_root, names, read_table


@dataclass(frozen=True, slots=True)
class Census:
    """Counts: rows by table, and how the rows divide by checking, grade, split, use, verdict."""

    rows: Mapping[str, int]
    verified: Mapping[str, Mapping[str, int]]
    grade: Mapping[str, Mapping[str, int]]
    study_split: Mapping[str, int]
    endpoint_use: Mapping[str, int]
    claim_verdict: Mapping[str, int]


def _count(items: Iterable[str]) -> dict[str, int]:
    return dict(Counter(items).most_common())


def census() -> Census:
    """Count everything that ships."""
    studies = load_studies()
    endpoints = [row for study in studies.values() for row in study.endpoints]
    parameters, facts = load_parameters().values(), load_facts().values()
    claims = load_claims().values()
    rows = {
        "studies": len(studies),
        "study arms": sum(len(study.arms) for study in studies.values()),
        "study numbers": len(endpoints),
        "parameters": len(parameters),
        "facts": len(facts),
        "claims": len(claims),
        "supplements": len(load_supplements()),
        "sources": len(load_sources()),
    }
    for label, folder in (("treatments", "treatments"), ("causes", "causes")):
        if (data_root() / folder).is_dir():
            rows[label] = len(list(names(folder, ".toml")))
    checked = {
        "study numbers": _count(row.verified for row in endpoints),
        "parameters": _count(row.verified for row in parameters),
        "facts": _count(row.verified for row in facts),
        "claims": _count(row.verified for row in claims),
    }
    grade = {
        "study numbers": _count(row.grade for row in endpoints),
        "parameters": _count(row.grade for row in parameters),
        "facts": _count(row.grade for row in facts),
        "claims": _count(row.grade for row in claims),
    }
    for label, table in (
        ("safety rules", "safety/rules.csv"),
        ("harms", "harms.csv"),
        ("finding frequencies", "finding_frequencies.csv"),
        ("findings", "findings.csv"),
        ("laboratory tests", "labs.csv"),
    ):
        if (data_root() / table).is_file():
            lines = read_table(table)
            rows[label] = len(lines)
            if lines and "verified" in lines[0]:
                checked[label] = _count(line["verified"] or "blank" for line in lines)
    return Census(
        rows,
        checked,
        grade,
        _count(study.split for study in studies.values()),
        _count(row.use for row in endpoints),
        _count(claim.verdict for claim in claims),
    )
