"""Matching free text to vocabulary words: the one normal form and the one matching rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_GREEK = str.maketrans({"µ": "u", "μ": "u", "α": "alpha", "β": "beta", "é": "e", "ö": "o"})


def cells(text: str) -> tuple[str, ...]:
    """The entries of a list cell: `a; b` gives ('a', 'b'); a blank cell gives ()."""
    return tuple(part.strip() for part in text.split(";") if part.strip())


def normal(text: str) -> str:
    """Lower case, letters and digits, single spaces: `25-OH Vitamin D` is `25 oh vitamin d`."""
    return _NOT_A_WORD.sub(" ", text.casefold().translate(_GREEK)).strip()


def contained(name: str, synonyms: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Ids whose synonym stands, as whole words in any order, in `name`; sorted.

    `synonyms` maps a synonym (in normal form) to ids. A match that uses only some of the words of
    another match is dropped, so that `ketoconazole shampoo` is not also `ketoconazole`.
    """
    words = frozenset(normal(name).split())
    hits = [
        (frozenset(synonym.split()), ids)
        for synonym, ids in synonyms.items()
        if frozenset(synonym.split()) <= words
    ]
    kept = [ids for used, ids in hits if not any(used < other for other, _ in hits)]
    return tuple(sorted({entry for ids in kept for entry in ids}))
