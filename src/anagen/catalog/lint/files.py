"""Rules on files and rows: readable, whole, named once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from anagen.catalog.lint.issue import Issue
from anagen.catalog.lint.rule import FACTS, at, at_entry, number, walk
from anagen.catalog.lint.shapes import faults
from anagen.catalog.lint.snapshot import Snapshot
from anagen.errors import nearest_name

# Control characters other than tab and line ends, byte order marks, undecodable bytes.
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffd]")


class UnreadableFile:
    """A TOML file that is not TOML."""

    id = "unreadable_file"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a file."""
        for name, error in data.unreadable.items():
            yield Issue(self.id, name, 0, "", "", f"cannot be read: {error}", "mend the TOML")


class RowShape:
    """A row with more or fewer cells than its header."""

    id = "row_shape"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a row."""
        for line in data.rows("*"):
            if None in line.cells or None in line.cells.values():
                yield at(
                    self.id,
                    line,
                    "",
                    "has more or fewer cells than the header",
                    "quote cells that hold a comma; leave no cell out",
                )


class ControlCharacter:
    """A control character, a replacement character or a byte order mark in a file."""

    id = "control_character"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a line."""
        for name, text in data.texts.items():
            if not _INVISIBLE.search(text):
                continue
            for row, line in enumerate(text.split("\n"), start=1):
                if bad := _INVISIBLE.search(line):
                    yield Issue(
                        self.id,
                        name,
                        row,
                        "",
                        repr(bad[0]),
                        "holds a character that cannot be seen",
                        "delete it; save the file as UTF-8",
                    )


class DuplicateId:
    """An id that stands twice where it must be unique."""

    id = "duplicate_id"
    families = (
        ("parameters/*.csv",),
        FACTS,
        ("claims.csv",),
        ("supplements.csv",),
        ("findings.csv",),
        ("labs.csv",),
        ("conditions.csv",),
        ("medicines.csv",),
        ("safety/rules.csv",),
        ("harms.csv",),
        ("endpoints.csv",),
        ("red_flags.csv",),
        ("tests.csv",),
        ("safety/definitions.csv",),
        ("ask/boundaries.csv",),
        ("plan/indicated_people.csv",),
        ("ask/synonyms.csv",),
    )
    # The column that tells the rows of a table apart, where it is not `id`.
    columns: Mapping[str, str] = {"red_flags.csv": "rule", "ask/synonyms.csv": "phrase"}

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a repetition."""
        fix = "give each row its own id; keep one row a fact"
        for family in self.families:
            seen: dict[str, str] = {}
            for line in data.rows(*family):
                key = line.get(self.columns.get(line.file, "id"))
                place = f"{line.file}:{line.number}"
                if not key or key in seen:
                    where = f"stands in {seen[key]} already" if key else "is blank"
                    yield at(self.id, line, "id", where, fix)
                seen.setdefault(key, place)
        arms: set[tuple[str, str]] = set()
        for line in data.rows("studies/*/arms.csv"):
            arm = (line.file, line.get("arm"))
            if arm in arms:
                yield at(self.id, line, "arm", "stands twice", fix)
            arms.add(arm)
        keys = Counter(source.key for source in data.sources)
        for source in data.sources:
            if keys[source.key] > 1:
                yield at_entry(
                    self.id,
                    source,
                    "key",
                    f"stands {keys[source.key]} times in data/sources",
                    "keep one entry",
                )


class IdIsNotFileName:
    """A TOML document whose id differs from its file or folder name."""

    id = "id_is_not_file_name"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a file."""
        for name, document in data.documents.items():
            folder, _, last = name.rpartition("/")
            wanted = folder.rpartition("/")[2] if last == "study.toml" else last[: -len(".toml")]
            value = str(document.get("id", ""))
            if value != wanted:
                yield Issue(
                    self.id, name, 0, "id", value, f"differs from the name {wanted}", "rename one"
                )


class UnknownKey:
    """A TOML key that nothing reads; of a cause, one of its own that looks like a slip."""

    id = "unknown_key"
    study_keys = frozenset(
        (
            "id",
            "title",
            "registration",
            "year",
            "design",
            "condition",
            "treatment_class",
            "source",
            "split",
            "people",
            "grade",
            "note",
        )
    )

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a key."""
        for name, document in data.papers("studies/*/study.toml"):
            for key in document.keys() - self.study_keys:
                near = nearest_name(key, self.study_keys)
                yield Issue(
                    self.id, name, 0, key, "", "is no key of a study", f"did you mean {near}?"
                )
        yield from faults(self.id, data, "unknown")
        used: dict[str, set[str]] = {}
        for name, document in data.papers("causes/*.toml"):
            for _, key, _ in walk(document):
                used.setdefault(key, set()).add(name)
        common = {key for key, files in used.items() if len(files) > 1}
        for key, files in used.items():
            near = nearest_name(key, common) if len(files) == 1 else ""
            if near and near != key and abs(len(near) - len(key)) <= 2:
                (name,) = files
                yield Issue(
                    self.id,
                    name,
                    0,
                    key,
                    "",
                    "stands in this file only and looks like a slip",
                    f"did you mean {near}?",
                )


class RowWithoutFate:
    """A source row that was neither carried over nor dropped for a reason."""

    id = "row_without_fate"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a table or row."""
        lines: dict[str, list[int]] = {}
        for line in data.rows("carry_over.csv"):
            lines.setdefault(line.get("source_table"), []).append(
                int(number(line.get("line")) or 0)
            )
            if not line.get("went_to") and not line.get("reason"):
                yield at(self.id, line, "reason", "is blank", "say why the row was dropped")
            elif line.get("went_to") and line.get("went_to") not in data.texts:
                yield at(self.id, line, "went_to", "is no data file", "name the file")
        for line in data.rows("carry_over_tables.csv"):
            table, rows = line.get("source_table"), int(number(line.get("rows")) or 0)
            if sorted(lines.get(table, ())) != list(range(2, rows + 2)):
                yield at(
                    self.id,
                    line,
                    "rows",
                    f"rows of {table} are missing from carry_over.csv or stand twice",
                    "give every row of the source table one line",
                )
