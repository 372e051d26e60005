"""Rules on words: vocabularies, names that must exist elsewhere, what each kind of row must say."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch

from anagen.catalog import causes, treatments
from anagen.catalog.claims import VERDICTS
from anagen.catalog.findings import FINDING_KINDS, URGENCIES
from anagen.catalog.harms import SEVERITIES
from anagen.catalog.harms import USES as HARM_USES
from anagen.catalog.lint.issue import Issue
from anagen.catalog.lint.rule import ENDPOINTS, at, walk
from anagen.catalog.lint.snapshot import Snapshot
from anagen.catalog.parameters import DISTRIBUTIONS, GRADES, ROLES, VERIFIED
from anagen.catalog.plans import BETTER_OR_WORSE
from anagen.catalog.safety import EFFECTS
from anagen.catalog.studies import ANALYSES, ARM_ROLES, DESIGNS, DIRECTIONS, KINDS, USES
from anagen.catalog.supplements import QUANTITIES
from anagen.errors import nearest_name


class UnknownWord:
    """A word outside the vocabulary of its column."""

    id = "unknown_word"
    vocabulary: tuple[tuple[str, str, tuple[str, ...]], ...] = (
        ("*", "grade", (*GRADES, "")),
        ("*", "verified", (*VERIFIED, "")),
        ("parameters/*.csv", "role", ROLES),
        ("parameters/*.csv", "distribution", DISTRIBUTIONS),
        ("parameters/*.csv", "grade", GRADES),
        ("parameters/*.csv", "verified", VERIFIED),
        ("studies/*/arms.csv", "role", ARM_ROLES),
        (ENDPOINTS, "kind", KINDS),
        (ENDPOINTS, "direction", DIRECTIONS),
        (ENDPOINTS, "analysis", ANALYSES),
        (ENDPOINTS, "use", USES),
        ("claims.csv", "verdict", VERDICTS),
        ("claims.csv", "kind", ("claim", "question")),
        ("supplement_limits.csv", "quantity", QUANTITIES),
        ("safety/rules.csv", "effect", EFFECTS),
        ("red_flags.csv", "urgency", URGENCIES),
        ("harms.csv", "severity", SEVERITIES),
        ("harms.csv", "use", HARM_USES),
        ("findings.csv", "kind", FINDING_KINDS),
        ("plan/outcomes.csv", "better", BETTER_OR_WORSE),
        ("plan/outcomes.csv", "worse", BETTER_OR_WORSE),
    )
    # Words of documents: file, the block they stand in ('' for the top), field, vocabulary.
    documents: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
        ("*", "*", "grade", GRADES),
        ("*", "*", "verified", VERIFIED),
        ("studies/*/study.toml", "", "design", DESIGNS),
        ("causes/*.toml", "", "kind", causes.KINDS),
        ("causes/*.toml", "", "mechanism", causes.MECHANISMS),
        ("treatments/*.toml", "", "kind", treatments.KINDS),
        ("treatments/*.toml", "", "route", treatments.ROUTES),
        ("treatments/*.toml", "", "cost_class", treatments.COST_CLASSES),
        ("treatments/*.toml", "indication", "role", treatments.ROLES),
        ("treatments/*.toml", "evidence", "design", treatments.DESIGNS),
        ("treatments/*.toml", "evidence", "comparator", treatments.COMPARATORS),
        ("treatments/*.toml", "evidence", "direction", treatments.DIRECTIONS),
    )

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a cell or a field of a document."""
        for line in data.rows("*"):
            for pattern, field, words in self.vocabulary:
                if field not in line.cells or not fnmatch(line.file, pattern):
                    continue
                if line.get(field) not in words:
                    yield at(self.id, line, field, "is not in the vocabulary", self._fix(words))
        for name, document in data.papers("*"):
            for place, key, value in walk(document):
                block = place.rpartition(".")[0].partition("[")[0]
                for pattern, where, field, words in self.documents:
                    if key != field or not fnmatch(block, where) or not fnmatch(name, pattern):
                        continue
                    if value not in words:
                        yield Issue(
                            self.id, name, 0, place, str(value), "is not in the vocabulary",
                            self._fix(words),
                        )  # fmt: skip

    @staticmethod
    def _fix(words: tuple[str, ...]) -> str:
        return f"use {', '.join(word for word in words if word)}"


class UnknownReference:
    """A cause, finding, treatment or study named somewhere that does not exist."""

    id = "unknown_reference"
    columns: tuple[tuple[str, str, str], ...] = (
        ("finding_frequencies.csv", "finding", "findings.csv"),
        ("finding_frequencies.csv", "cause", "causes/*.toml"),
        ("finding_background.csv", "finding", "findings.csv"),
        ("finding_rules.csv", "finding", "findings.csv"),
        ("cause_pairs.csv", "a", "causes/*.toml"),
        ("cause_pairs.csv", "b", "causes/*.toml"),
        ("harms.csv", "treatment", "treatments/*.toml"),
        ("medicines.csv", "treatment", "treatments/*.toml"),
        ("supplement_limits.csv", "nutrient", "supplements.csv"),
        ("salts.csv", "treatment", "treatments/*.toml"),
        (ENDPOINTS, "endpoint", "endpoints.csv"),
    )

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a name."""
        causes = data.ids("causes/*.toml")
        for table, field, target in self.columns:
            known = data.ids(target)
            for line in data.rows(table) if known else ():
                value = line.get(field)
                if value and "*" not in value and value not in known:
                    yield at(self.id, line, field, f"is no id of {target}", self._fix(value, known))
        for name, document in data.papers("treatments/*.toml"):
            for block in ("indication", "evidence"):
                for index, part in enumerate(document.get(block, ())):
                    for cause in part.get("causes", ()):
                        if not any(fnmatch(known, cause) for known in causes):
                            yield Issue(
                                self.id,
                                name,
                                0,
                                f"{block}[{index}].causes",
                                cause,
                                "is no cause",
                                self._fix(cause, causes),
                            )

    @staticmethod
    def _fix(value: str, known: set[str]) -> str:
        near = nearest_name(value, known)
        return f"did you mean {near}?" if near else "add it, or take the row out"


class TreatmentWithoutEvidence:
    """A treatment without an evidence row: its tier would have nothing to stand on."""

    id = "treatment_without_evidence"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a file."""
        for name, document in data.papers("treatments/*.toml"):
            if not document.get("evidence"):
                yield Issue(
                    self.id,
                    name,
                    0,
                    "evidence",
                    "",
                    "has no [[evidence]] block",
                    "add one; direction = none with the search as source when nothing was found",
                )


class UnverifiedBlock:
    """A safety rule that blocks on something nobody has checked, without saying so."""

    id = "unverified_block"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a rule."""
        for line in data.rows("safety/rules.csv"):
            unchecked = line.get("verified") not in ("seen", "derived")
            said = line.get("note") or line.get("authority") == "house"
            if line.get("effect") == "block" and unchecked and not said:
                yield at(
                    self.id,
                    line,
                    "verified",
                    "is a hard rule that was not checked on a page and does not say so",
                    "check it, make it a condition, or say in the note whose rule it is",
                )
