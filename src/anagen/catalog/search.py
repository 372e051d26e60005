"""Find anything in the evidence base by id, by name or by plain words.

Only names are read here (folder names, identity lines, table columns), so a look-up stays fast.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from anagen.catalog.claims import load_claims
from anagen.catalog.facts import load_facts
from anagen.catalog.parameters import load_parameters
from anagen.catalog.sources import load_sources
from anagen.catalog.studies import study_ids
from anagen.catalog.supplements import load_supplements
from anagen.catalog.tables import data_root, names, read_document, read_table

# In this order a name that means several things is understood.
KINDS = (
    "treatment",
    "cause",
    "study",
    "parameter",
    "laboratory test",
    "finding",
    "supplement",
    "claim",
    "fact",
    "source",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be shown: its kind, id, label and other names."""

    kind: str
    id: str
    label: str
    synonyms: tuple[str, ...] = ()


def plain(text: str) -> str:
    """Lower-case words with single spaces: `Finasteride_topical` and `finasteride topical`."""
    return " ".join(re.findall(r"[a-z0-9.%]+", text.lower()))


def _documents(kind: str, folder: str, label: str, synonyms: str) -> Iterator[Entry]:
    if not (data_root() / folder).is_dir():
        return
    for name in names(folder, ".toml"):
        document = read_document(name)
        yield Entry(kind, document["id"], document[label], tuple(document.get(synonyms, ())))


def _table(kind: str, name: str) -> Iterator[Entry]:
    if not (data_root() / name).is_file():
        return
    for row in read_table(name):
        others = tuple(word.strip() for word in row.get("synonyms", "").split(";") if word.strip())
        yield Entry(kind, row["id"], row["label"], others)


@cache
def entries() -> tuple[Entry, ...]:
    """Everything that can be shown, in the order of KINDS."""
    return (
        *_documents("treatment", "treatments", "name", "synonyms"),
        *_documents("cause", "causes", "label", "aliases"),
        *(Entry("study", study, study.replace("_", " ")) for study in study_ids()),
        *(Entry("parameter", p.id, p.meaning) for p in load_parameters().values()),
        *_table("laboratory test", "labs.csv"),
        *_table("finding", "findings.csv"),
        *(Entry("supplement", s.id, s.name) for s in load_supplements().values()),
        *(Entry("claim", claim.id, claim.claim) for claim in load_claims().values()),
        *(Entry("fact", fact.id, fact.quantity) for fact in load_facts().values()),
        *(Entry("source", source.key, source.reference) for source in load_sources().values()),
    )


def named(text: str) -> tuple[Entry, ...]:
    """Entries whose id, label or synonym is exactly this name, the first kind first."""
    wanted = plain(text)
    return tuple(
        entry
        for entry in entries()
        if wanted in (plain(entry.id), plain(entry.label), *map(plain, entry.synonyms))
    )


def search(text: str, limit: int = 12) -> tuple[Entry, ...]:
    """Entries that hold all the words, the shortest label first within a kind."""
    words = plain(text).split()

    def holds(entry: Entry) -> bool:
        tokens = plain(" ".join((entry.id, entry.label, *entry.synonyms))).split()
        # One letter or figure must stand alone: "vitamin d" is not every vitamin.
        return all(
            any(token == word or (len(word) > 2 and token.startswith(word)) for token in tokens)
            for word in words
        )

    found = [entry for entry in entries() if words and holds(entry)]
    found.sort(key=lambda entry: (KINDS.index(entry.kind), len(entry.label)))
    return tuple(found[:limit])


def nearest(text: str, limit: int = 6) -> tuple[str, ...]:
    """Ids whose id, label or synonym is spelled most like an unknown name, closest first."""
    spelled: dict[str, str] = {}
    for entry in entries():
        if entry.kind != "source":
            for name in (entry.id, entry.label, *entry.synonyms):
                if len(name) < 60:
                    spelled.setdefault(plain(name), entry.id)
    close = difflib.get_close_matches(plain(text), spelled, n=4 * limit, cutoff=0.55)
    return tuple(dict.fromkeys(spelled[name] for name in close))[:limit]
