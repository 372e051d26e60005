"""A drug that people take must be known by its names, or no safety rule sees that it is taken."""

from __future__ import annotations

import re
from collections.abc import Iterator

from anagen.catalog.lint.issue import Issue
from anagen.catalog.lint.snapshot import Line, Snapshot
from anagen.catalog.words import cells, contained, normal

TABLE = "medicines.csv"
_ASKED = re.compile(r"medicine\(\"([a-z0-9_]+)\"\)")


class UntoldMedicine:
    """A drug of ours that the table of medicines does not know by its name or by its class.

    The issue is of the table, where the mend goes: a drug of one's own never reaches a person.
    """

    id = "untold_medicine"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a name, one a class word that safety rules ask for."""
        lines = {line.get("id"): line for line in data.rows(TABLE)}
        names: dict[str, set[str]] = {}
        for line in lines.values():
            for name in (line.get("id"), line.get("label"), *cells(line.get("synonyms"))):
                names.setdefault(normal(name), set()).add(line.get("id"))
        asked = {
            word
            for rule in data.rows("safety/rules.csv")
            for word in _ASKED.findall(rule.get("when"))
        }
        classes = {normal(word): {word} for line in lines.values() for word in self._of(line)}
        for _, drug in data.papers("treatments/*.toml"):
            if drug.get("kind") != "drug":
                continue
            key = str(drug["id"])
            for name in (key, *drug.get("synonyms", ())):
                found = [lines[row] for row in contained(name, names)]
                ours = any(line.get("treatment") in (key, "") for line in found)
                if not ours and not contained(name, classes):
                    yield self._issue("synonyms", name, f"is no name of {key} here", key)
            rows = [line for line in lines.values() if line.get("treatment") == key]
            told = {word for line in rows for word in self._of(line)}
            for word in sorted(asked.intersection(drug.get("tags", ())) - told) if rows else ():
                yield self._issue("classes", word, f"is a tag of {key}, no class of its row", key)

    @staticmethod
    def _of(line: Line) -> tuple[str, ...]:
        return cells(line.get("classes"))

    def _issue(self, field: str, value: str, wrong: str, key: str) -> Issue:
        return Issue(self.id, TABLE, 0, field, value, wrong, f"add it to the row of {key}")
