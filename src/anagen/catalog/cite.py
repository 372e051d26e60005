"""From names to references: BibTeX and one-line references of what was used."""

from __future__ import annotations

from collections.abc import Iterable

from anagen.catalog.sources import Source, load_sources


def sources_for(keys: Iterable[str]) -> tuple[Source, ...]:
    """Known sources of some keys, each once, sorted by key; unknown keys are left out."""
    known = load_sources()
    return tuple(known[key] for key in sorted(set(keys)) if key in known)


def bibtex(keys: Iterable[str]) -> str:
    """BibTeX entries of some keys, each once, sorted."""
    return "\n\n".join(source.text for source in sources_for(keys))


def references(keys: Iterable[str]) -> tuple[str, ...]:
    """One line a source for a reader, sorted by key."""
    return tuple(f"{source.key}: {source.reference}" for source in sources_for(keys))
