"""What a laboratory result in words says of a sign: that it is there, that it is not, or nothing.

A report is read clause by clause, because `no spores, hyphae seen` says both. Within a clause a
negation holds for all of it; `no` and `without` hold for what follows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from anagen.catalog.words import normal

POSITIVE = (
    "positive", "reactive", "detected", "present", "abnormal", "hyphae", "grow", "spores", "fung",
)  # fmt: skip

_CLAUSES = re.compile(r"[;,.()\n]|\bbut\b|(?=\bwithout\b)|(?=\bno\b)", re.IGNORECASE)
_NEGATIVE = re.compile(
    r"\b(?:no|not|non|none|nil|never|without|negative|normal|absent|sterile|unremarkable"
    r"|nonreactive|unreactive|undetect\w*)\b"
)
_UNSETTLED = re.compile(r"\b(?:borderline|indeterminate|equivocal|inconclusive|false|pending)\b")


def says(text: str, words: Iterable[str]) -> bool | None:
    """Whether a result in words names one of `words` (or what begins with it): present or absent.

    False as well when it names none of them and every clause is negative; None when it cannot be
    told. One clause that says present outweighs others.
    """
    clauses = [clause for part in _CLAUSES.split(text) if (clause := normal(part))]
    sought = "|".join(re.escape(normal(word)) for word in words)
    named = [clause for clause in clauses if re.search(rf"\b(?:{sought})", clause)]
    settled = [clause for clause in named if not _UNSETTLED.search(clause)]
    if any(not _NEGATIVE.search(clause) for clause in settled):
        return True
    if settled:
        return False
    return False if clauses and all(map(_NEGATIVE.search, clauses)) else None


# How a genotype of a drug-clearing enzyme is told: in words, letters or alleles without function.
_SPEEDS = {
    "poor": r"\bpoor\b|\bslow\b|\bpm\b|\*\s*2\s*/\s*\*?\s*3|\*\s*3\s*/\s*\*?\s*[23]",
    "other": r"\b(?:normal|extensive|intermediate|rapid|ultrarapid|wild|em|nm|im|um)\b|\*\s*1\b"
    r"|\*\s*2\s*/\s*\*?\s*2",
}


def metabolizer(text: str, speed: str) -> bool | None:
    """Whether a genotype in words says `speed` ("poor"); None when it says nothing known."""
    plain = text.casefold()
    sought = _SPEEDS.get(speed, re.escape(speed))
    told = re.search(sought, plain)
    denied = re.search(rf"\b(?:not?|non)\b[^;,.]*?(?:{sought})", plain)
    if told and not denied:
        return True
    return False if denied or re.search(_SPEEDS["other"], plain) else None
