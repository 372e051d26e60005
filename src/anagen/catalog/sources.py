"""Every publication and page once: `data/sources/*.bib`, in the part of BibTeX this project uses.

An entry starts with `@kind{key,` at the start of a line, holds one `name = {value}` field after
the other and ends with its matching brace. Values may run over lines and hold matched braces;
values in quotation marks, string macros and cross-references are not used here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from anagen.catalog.tables import located, names

_ENTRY = re.compile(r"^@(\w+)\{([^,\s]+),", re.M)
_FIELD = re.compile(r"(\w+)\s*=\s*\{((?:[^{}]|\{[^{}]*\})*)\}", re.S)
_BRACE = re.compile(r"(?<!\\)[{}]")
_VOLUME_AND_PAGE = re.compile(r"\d+(?:\(\d+\))?\s*:\s*\w*\d+")

# A note that says in words why an entry has no address: "No publication: ...", "... recalled".
_SAYS_WHY = re.compile(r"^No \w|\brecalled\b", re.I)


@dataclass(frozen=True, slots=True)
class Source:
    """One publication, label, page or note. `place` is `<file>:<line>` of its entry."""

    key: str
    kind: str
    fields: Mapping[str, str]
    place: str
    text: str

    @property
    def authors(self) -> str:
        """Authors as written, or an empty string."""
        return self.fields.get("author", "")

    @property
    def year(self) -> str:
        """Year of publication, or an empty string."""
        return self.fields.get("year", "")

    @property
    def address(self) -> str:
        """Where to find it: a DOI, PubMed, registry or web address, else an empty string."""
        fields = self.fields
        if fields.get("doi"):
            return f"https://doi.org/{fields['doi']}"
        if fields.get("pmid"):
            return f"https://pubmed.ncbi.nlm.nih.gov/{fields['pmid']}/"
        if fields.get("pmcid"):
            return f"https://pmc.ncbi.nlm.nih.gov/articles/{fields['pmcid']}/"
        return fields.get("url", "") or fields.get("registration", "")

    @property
    def has_locator(self) -> bool:
        """Whether a reader can find it, or the entry says in its note why not."""
        fields = self.fields
        note = fields.get("note", "")
        printed = " ".join((fields.get("journal", ""), fields.get("howpublished", ""), note))
        if fields.get("volume") and fields.get("pages"):
            printed = f"{fields['volume']}:{fields['pages']}"
        return bool(
            self.address
            or fields.get("eprint")
            or fields.get("isbn")
            or _VOLUME_AND_PAGE.search(printed)
            or _SAYS_WHY.search(note)
        )

    @property
    def reference(self) -> str:
        """One line for a reader: authors, title, journal, year and address, as far as known."""
        fields = self.fields
        parts = [
            fields.get("author", ""),
            fields.get("title", "") or fields.get("note", ""),
            fields.get("journal", "") or fields.get("howpublished", ""),
            fields.get("year", ""),
            self.address,
        ]
        return ". ".join(part.replace("\\", "").rstrip(".") for part in parts if part)


def _end_of_entry(text: str, start: int) -> int:
    """Index just after the brace that closes the one opened before `start`."""
    depth = 1
    for brace in _BRACE.finditer(text, start):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return brace.end()
    return len(text)


def parse_bibtex(text: str, name: str) -> Iterator[Source]:
    """Entries of one BibTeX text in order; `name` is the file named in `place`."""
    for match in _ENTRY.finditer(text):
        end = _end_of_entry(text, match.end())
        line = text.count("\n", 0, match.start()) + 1
        fields = {
            field.lower(): " ".join(value.split())
            for field, value in _FIELD.findall(text, match.end(), end - 1)
        }
        yield Source(
            match[2], match[1].lower(), fields, f"{name}:{line}", text[match.start() : end]
        )


@cache
def load_sources() -> dict[str, Source]:
    """All sources by key; the first one wins when a key stands twice (lint says so)."""
    table: dict[str, Source] = {}
    for name in names("sources", ".bib"):
        text = located(name).read_text(encoding="utf-8")
        for source in parse_bibtex(text, name):
            table.setdefault(source.key, source)
    return table
