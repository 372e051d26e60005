"""A page of Markdown for every treatment, cause and study: its card, linked to the others.

Nothing is written here that a card does not hold; `anagen evidence show` prints the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from anagen.catalog.card import Card, Section, card, words
from anagen.catalog.search import Entry, entries
from anagen.catalog.sources import load_sources

FOLDERS = {"treatment": "treatments", "cause": "causes", "study": "studies"}
INDEX = "README.md"
# Columns whose cells may be ids of things that have a page of their own.
_SIGNS = re.compile(r"[\\|*_<>`\[\]]")
LINKED = ("study", "treatment", "cause", "finding")
NUMBERS = ("value", "n", "week", "treated", "control", "share")
INTRODUCTION = {
    "treatment": "What it is, its tier for each cause and why, studies, rates of harm, safety.",
    "cause": "What it is, how often each finding is seen, treatments.",
    "study": "Arms, every number and what it may be used for.",
}


def pages() -> dict[str, str]:
    """Text of every page by its path, index pages included. Ends of lines are single."""
    shown = [entry for entry in entries() if entry.kind in FOLDERS]
    places = _places(shown)
    found = {}
    for entry in shown:
        page = "\n".join(_page(card(entry), places)) + "\n"
        found[f"{FOLDERS[entry.kind]}/{entry.id}.md"] = page
    for kind, folder in FOLDERS.items():
        own = [entry for entry in shown if entry.kind == kind]
        found[f"{folder}/{INDEX}"] = "\n".join(_index(kind, own)) + "\n"
    found[INDEX] = "\n".join(_front(shown)) + "\n"
    return found


def _places(shown: Iterable[Entry]) -> dict[str, str]:
    """From an id, or how a card spells it, to the page about it, seen from another page."""
    places = {}
    for entry in shown:
        path = f"../{FOLDERS[entry.kind]}/{entry.id}.md"
        for name in (entry.id, words(entry.id), entry.label):
            places.setdefault(name, path)
    return places


def _front(shown: list[Entry]) -> Iterator[str]:
    yield "# The evidence, page by page"
    yield ""
    yield (
        "Written by `anagen evidence pages` from the data rows; do not edit by hand. `anagen "
        "evidence show NAME` prints the same for these and for parameters, tests, claims and facts."
    )
    yield ""
    for kind, folder in FOLDERS.items():
        count = sum(entry.kind == kind for entry in shown)
        yield f"- [{folder.capitalize()}]({folder}/{INDEX}): {count} pages. {INTRODUCTION[kind]}"
    yield ""
    yield (
        "How sure a number is: *seen* on the page of its source by us or by the tables we started "
        "from, *derived* from such numbers, *calibrated* in a fit, *recalled* and not yet checked, "
        "*assumed*."
    )


def _index(kind: str, own: list[Entry]) -> Iterator[str]:
    yield f"# {FOLDERS[kind].capitalize()}"
    yield ""
    yield f"{INTRODUCTION[kind]} [All evidence](../{INDEX})"
    yield ""
    for entry in sorted(own, key=lambda entry: entry.label.lower()):
        yield f"- [{_plain(entry.label)}]({entry.id}.md)"


def _page(shown: Card, places: Mapping[str, str]) -> Iterator[str]:
    folder = FOLDERS[shown.kind]
    yield f"# {_plain(shown.title)}"
    yield ""
    yield f"*{shown.kind} `{shown.id}`* · [all {folder}]({INDEX}) · [all evidence](../{INDEX})"
    for section in shown.sections:
        yield ""
        yield from _section(section, places)


def _section(section: Section, places: Mapping[str, str]) -> Iterator[str]:
    yield f"## {section.heading}"
    if section.lines:
        yield ""
    for line in section.lines:
        yield f"- {_plain(line)}"
    if not section.rows:
        return
    yield ""
    yield "| " + " | ".join(section.columns) + " |"
    yield "|" + "|".join("---:" if c in NUMBERS else "---" for c in section.columns) + "|"
    for row in section.rows:
        cells = (_cell(c, text, places) for c, text in zip(section.columns, row, strict=True))
        yield "| " + " | ".join(cells) + " |"


def _cell(column: str, text: str, places: Mapping[str, str]) -> str:
    if column in LINKED and text in places:
        return f"[{_plain(words(text))}]({places[text]})"
    source = load_sources().get(text) if column == "source" else None
    if source is not None and source.address:
        return f"[{_plain(words(text))}]({source.address})"
    return _plain(words(text) if column == "source" else text)


def _plain(text: str) -> str:
    """Text that Markdown shows as it stands, on one line; addresses stay as they are."""
    return " ".join(
        word if word.startswith(("http://", "https://")) else _SIGNS.sub(r"\\\g<0>", word)
        for word in text.split()
    )
