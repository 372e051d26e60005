"""Numbered references: every number in a report leads to its source."""

from __future__ import annotations

import re
from dataclasses import dataclass

from anagen.catalog.sources import load_sources

_SEPARATORS = re.compile(r"[;,\s]+")


@dataclass(frozen=True, slots=True)
class Reference:
    """One source as printed: its number in this report, key, text and link (may be empty)."""

    number: int
    key: str
    text: str
    url: str


class Citations:
    """Gives source keys their numbers in order of first use."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def cite(self, sources: str | tuple[str, ...]) -> tuple[int, ...]:
        """Numbers of the keys in a cell such as 'Kaufman_1998_finasteride; house'."""
        cells = (sources,) if isinstance(sources, str) else sources
        keys = [key for cell in cells for key in _SEPARATORS.split(cell) if key]
        found = dict.fromkeys(self._numbers.setdefault(k, len(self._numbers) + 1) for k in keys)
        return tuple(found)

    def references(self) -> tuple[Reference, ...]:
        """All sources cited so far, in order of number."""
        known = load_sources()
        listed = []
        for key, number in self._numbers.items():
            source = known.get(key)
            if source is None:
                listed.append(Reference(number, key, f"{key}: not in the source list", ""))
            else:
                listed.append(Reference(number, key, *_printed(source.reference, source.address)))
        return tuple(listed)


def _printed(reference: str, address: str) -> tuple[str, str]:
    """A reference without its address at the end, and the address."""
    text = reference.removesuffix(address).rstrip(". ")
    return f"{text}.", address
