"""Claims and questions of the two articles that started the project, and what people ask beside:
`data/claims.csv`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from anagen.catalog.records import records, spaced

VERDICTS = (
    "supported",
    "partly_supported",
    "not_established",
    "unsupported",
    "misleading",
    "wrong",
)
# The section of claims on things that are no treatments: smoking, hats, creatine.
ASKED_OFTEN = "asked often"


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim or question with our verdict, the grade of its evidence and the right statement."""

    id: str
    kind: str
    section: str
    claim: str
    verdict: str
    grade: str
    statement: str
    sources: tuple[str, ...]
    verified: str
    note: str


@cache
def load_claims() -> dict[str, Claim]:
    """All claims by id."""
    return {claim.id: claim for claim in records("claims.csv", Claim, sources=spaced)}
