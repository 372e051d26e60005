"""Sources as printed: one line of text and a link for every key in `data/sources`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from anagen.catalog.tables import data_root, names

_ENTRY = re.compile(r"@\w+\s*\{\s*([^,\s]+)\s*,(.*?)\n\}", re.DOTALL)
_FIELD = re.compile(r"^\s*(\w+)\s*=\s*\{(.*?)\}\s*,?\s*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class PrintedSource:
    """A source as a reader sees it; `url` may be empty."""

    key: str
    text: str
    url: str


@cache
def printed_sources() -> Mapping[str, PrintedSource]:
    """Every source by key."""
    found: dict[str, PrintedSource] = {}
    for name in names("sources", ".bib"):
        text = (data_root() / name).read_text(encoding="utf-8")
        for key, body in _ENTRY.findall(text):
            fields = {name.lower(): _plain(value) for name, value in _FIELD.findall(body)}
            found[key] = PrintedSource(key, _text(fields), _url(fields))
    return found


def _plain(value: str) -> str:
    return re.sub(r"\s+", " ", value.replace("{", "").replace("}", "").replace("\\&", "&")).strip()


def _text(fields: Mapping[str, str]) -> str:
    authors = re.sub(r"\s+and\s+", "; ", fields.get("author", ""))
    holder = fields.get("journal") or fields.get("publisher") or fields.get("howpublished", "")
    told = [fields.get(name, "") for name in ("title", "year", "note")]
    parts = [authors, told[0], holder, *told[1:]]
    return ". ".join(part.rstrip(".") for part in parts if part) + "."


def _url(fields: Mapping[str, str]) -> str:
    if fields.get("url"):
        return fields["url"]
    if fields.get("doi"):
        return f"https://doi.org/{fields['doi']}"
    if fields.get("pmid"):
        return f"https://pubmed.ncbi.nlm.nih.gov/{fields['pmid']}/"
    return ""
