"""Rules on sources: every number has one, and it can be found."""

from __future__ import annotations

from collections.abc import Iterator

from anagen.catalog.lint.issue import Issue
from anagen.catalog.lint.rule import at, at_entry, walk
from anagen.catalog.lint.snapshot import Snapshot
from anagen.errors import nearest_name


class UnknownSource:
    """A `source` or `sources` key that no bibliography holds."""

    id = "unknown_source"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a key."""
        known = {source.key for source in data.sources}

        def fault(file: str, row: int, field: str, key: str) -> Issue:
            near = nearest_name(key, known)
            fix = f"did you mean {near}?" if near else "add the entry to data/sources"
            return Issue(self.id, file, row, field, key, "is in no file of data/sources", fix)

        for line in data.rows("*"):
            for field in ("source", "sources"):
                for key in line.get(field).replace(";", " ").split():
                    if key not in known:
                        yield fault(line.file, line.number, field, key)
        for name, document in data.documents.items():
            for path, field, value in walk(document):
                if field in ("source", "sources"):
                    for key in value if isinstance(value, list) else str(value).split():
                        if key not in known:
                            yield fault(name, 0, path, str(key))


class MissingSource:
    """A number without a source."""

    id = "missing_source"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a row."""
        for line in data.rows("*"):
            if "source" in line.cells and not line.get("source"):
                yield at(
                    self.id,
                    line,
                    "source",
                    "has no source",
                    "name a key of data/sources; `assumption` when it is a guess",
                )


class SourceWithoutLocator:
    """A bibliography entry that nobody could find."""

    id = "source_without_locator"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue an entry."""
        for source in data.sources:
            if not source.has_locator:
                yield at_entry(
                    self.id,
                    source,
                    "doi",
                    "has no DOI, PubMed id, registration, address or volume and page",
                    "add one, or a note that says `No publication: ...` or that it is recalled",
                )


class DuplicateDoi:
    """One publication under two keys."""

    id = "duplicate_doi"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue an entry after the first."""
        for field in ("doi", "pmid"):
            seen: dict[str, str] = {}
            for source in data.sources:
                value = source.fields.get(field, "").lower()
                if value and value in seen and seen[value] != source.key:
                    yield at_entry(
                        self.id,
                        source,
                        field,
                        f"is the {field} of {seen[value]} as well",
                        f"use the key {seen[value]} everywhere and drop this entry",
                    )
                seen.setdefault(value, source.key)
