"""The rules: one class, one thing that can be wrong, and how to mend it."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatch
from typing import Any, Protocol

from anagen.catalog.claims import VERDICTS
from anagen.catalog.findings import FINDING_KINDS
from anagen.catalog.harms import SEVERITIES
from anagen.catalog.harms import USES as HARM_USES
from anagen.catalog.lint.conditions import UnknownQuestion
from anagen.catalog.lint.issue import Issue
from anagen.catalog.lint.snapshot import Line, Snapshot
from anagen.catalog.parameters import DISTRIBUTIONS, GRADES, ROLES, VERIFIED
from anagen.catalog.plans import BETTER_OR_WORSE
from anagen.catalog.safety import EFFECTS
from anagen.catalog.studies import (
    ANALYSES,
    ARM_ROLES,
    DESIGNS,
    DIRECTIONS,
    KINDS,
    SPLITS,
    USES,
)
from anagen.catalog.supplements import QUANTITIES
from anagen.errors import nearest_name

ENDPOINTS = "studies/*/endpoints.csv"
FACTS = ("facts/*.csv", "measurement_error.csv")
WITH_UNITS = ("parameters/*.csv", ENDPOINTS, "supplement_limits.csv")
NUMBERS = (
    "value",
    "low",
    "high",
    "p",
    "sd",
    "se",
    "k",
    "week",
    "week_low",
    "week_high",
    "ci_low",
    "ci_high",
    "per_100_treated",
    "per_100_control",
    "n_treated",
    "n_control",
    "plausible_low",
    "plausible_high",
    "reference_low",
    "reference_high",
    "baseline",
    "times_per_day",
)
# Tables whose `value` column may hold a word.
WORDS_AS_VALUES = ("finding_rules.csv", "fhir_codes.csv", "glossary.csv")

# Control characters other than tab and line ends, byte order marks, undecodable bytes.
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffd]")


class Rule(Protocol):
    """A rule looks at the whole data and yields what it finds."""

    id: str

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """Everything this rule finds wrong."""
        ...


def number(cell: str) -> float | None:
    """The finite number in a cell, or None."""
    try:
        found = float(cell)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _at(rule: str, line: Line, field: str, wrong: str, fix: str, value: str = "") -> Issue:
    return Issue(rule, line.file, line.number, field, value or line.get(field), wrong, fix)


def _walk(node: Any, path: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every (path, key, value) of a TOML document."""
    if isinstance(node, dict):
        for key, value in node.items():
            place = f"{path}.{key}" if path else key
            yield place, key, value
            yield from _walk(value, place)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _walk(value, f"{path}[{index}]")


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
                yield _at(
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
            for path, field, value in _walk(document):
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
                yield _at(
                    self.id,
                    line,
                    "source",
                    "has no source",
                    "name a key of data/sources; `assumption` when it is a guess",
                )


class MissingUnit:
    """A number without a unit."""

    id = "missing_unit"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a row."""
        for line in data.rows(*WITH_UNITS, *FACTS):
            has_number = any(line.get(field) for field in ("value", "low", "high"))
            if has_number and not line.get("unit"):
                yield _at(
                    self.id,
                    line,
                    "unit",
                    "has a number without a unit",
                    "write it; `dimensionless`",
                )


class NotANumber:
    """A cell of a numeric column that is not one finite number."""

    id = "not_a_number"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a cell."""
        for line in data.rows("*"):
            for field in NUMBERS:
                cell = line.get(field)
                if field == "value" and line.file in WORDS_AS_VALUES:
                    continue
                if cell and number(cell) is None:
                    yield _at(
                        self.id,
                        line,
                        field,
                        "is not one number",
                        "one number a cell; words go to a note, ranges to low and high",
                    )


class OutsideLimits:
    """A value outside its own low and high."""

    id = "outside_limits"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a row."""
        for line in data.rows("*"):
            for middle in ("value", "p"):
                value = number(line.get(middle))
                low, high = number(line.get("low")), number(line.get("high"))
                if value is None or line.file in WORDS_AS_VALUES:
                    continue
                if (low is not None and value < low) or (high is not None and value > high):
                    yield _at(
                        self.id,
                        line,
                        middle,
                        f"lies outside {line.get('low')} to {line.get('high')}",
                        "low and high hold the central 90 % around the value",
                    )


class LimitsReversed:
    """A lower limit above its upper limit."""

    id = "limits_reversed"
    pairs = (
        ("low", "high"),
        ("ci_low", "ci_high"),
        ("week_low", "week_high"),
        ("plausible_low", "plausible_high"),
        ("reference_low", "reference_high"),
    )

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a pair."""
        for line in data.rows("*"):
            for first, second in self.pairs:
                low, high = number(line.get(first)), number(line.get(second))
                if low is not None and high is not None and low > high:
                    yield _at(
                        self.id, line, first, f"is above {second} {line.get(second)}", "swap them"
                    )


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
        ("harms.csv", "severity", SEVERITIES),
        ("harms.csv", "use", HARM_USES),
        ("findings.csv", "kind", FINDING_KINDS),
        ("plan/outcomes.csv", "better", BETTER_OR_WORSE),
        ("plan/outcomes.csv", "worse", BETTER_OR_WORSE),
    )
    studies = (("design", DESIGNS), ("grade", GRADES))

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a cell."""
        for line in data.rows("*"):
            for pattern, field, words in self.vocabulary:
                if field not in line.cells or not fnmatch(line.file, pattern):
                    continue
                if line.get(field) not in words:
                    allowed = ", ".join(word for word in words if word)
                    yield _at(self.id, line, field, "is not in the vocabulary", f"use {allowed}")
        for name, document in data.papers("studies/*/study.toml"):
            for field, words in self.studies:
                value = str(document.get(field, ""))
                if value not in words:
                    yield Issue(
                        self.id,
                        name,
                        0,
                        field,
                        value,
                        "is not in the vocabulary",
                        f"use {', '.join(words)}",
                    )


class UnknownSplit:
    """A split word that does not exist, or that differs from its study's."""

    id = "unknown_split"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a study or row."""
        allowed = ", ".join(SPLITS)
        splits: dict[str, str] = {}
        for name, document in data.papers("studies/*/study.toml"):
            split = str(document.get("split", ""))
            splits[name.split("/")[1]] = split
            if split not in SPLITS:
                yield Issue(self.id, name, 0, "split", split, "is no split", f"use {allowed}")
        for line in data.rows(ENDPOINTS):
            split = line.get("split")
            if split not in (splits.get(line.file.split("/")[1], ""), "check_only"):
                yield _at(
                    self.id,
                    line,
                    "split",
                    "is neither the split of its study nor check_only",
                    f"use {allowed}; whole studies are held out",
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
                    yield _at(self.id, line, "id", where, fix)
                seen.setdefault(key, place)
        arms: set[tuple[str, str]] = set()
        for line in data.rows("studies/*/arms.csv"):
            arm = (line.file, line.get("arm"))
            if arm in arms:
                yield _at(self.id, line, "arm", "stands twice", fix)
            arms.add(arm)
        keys = Counter(source.key for source in data.sources)
        for source in data.sources:
            if keys[source.key] > 1:
                file, row = source.place.rsplit(":", 1)
                yield Issue(
                    self.id,
                    file,
                    int(row),
                    "key",
                    source.key,
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


class PercentOutside:
    """A share of people or things outside 0 to 100."""

    id = "percent_outside"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a cell."""
        fix = "shares run from 0 to 100; a change has kind `change`"
        for line in data.rows(ENDPOINTS):
            if line.get("unit") == "%" and line.get("kind") in ("responders", "level"):
                yield from self._check(line, ("value", "ci_low", "ci_high"), fix)
        for line in data.rows("harms.csv"):
            yield from self._check(line, ("per_100_treated", "per_100_control"), fix)
        for name, document in data.documents.items():
            for path, key, value in _walk(document):
                outside = isinstance(value, int | float) and not 0 <= value <= 100
                if key.endswith("_percent") and outside:
                    yield Issue(self.id, name, 0, path, str(value), "lies outside 0 to 100", fix)

    def _check(self, line: Line, fields: tuple[str, ...], fix: str) -> Iterator[Issue]:
        for field in fields:
            value = number(line.get(field))
            if value is not None and not 0 <= value <= 100:
                yield _at(self.id, line, field, "lies outside 0 to 100", fix)


class ProbabilityOutside:
    """A probability outside 0 to 1."""

    id = "probability_outside"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a cell."""
        for line in data.rows("*"):
            if "p" not in line.cells:
                continue
            for field in ("p", "low", "high"):
                value = number(line.get(field))
                if value is not None and not 0 <= value <= 1:
                    yield _at(
                        self.id,
                        line,
                        field,
                        "lies outside 0 to 1",
                        "write a share of 1, not of 100",
                    )


class FitRowIncomplete:
    """A row marked fit without a value, a week or a number of people."""

    id = "fit_row_incomplete"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a missing cell."""
        for line in data.rows(ENDPOINTS):
            for field in ("value", "week", "n"):
                if line.get("use") == "fit" and not line.get(field):
                    yield _at(
                        self.id,
                        line,
                        field,
                        "is blank in a row marked fit",
                        "use = check, or fill it",
                    )


class FitNotTrain:
    """A row marked fit in a study that may not be fitted."""

    id = "fit_not_train"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a row."""
        for line in data.rows(ENDPOINTS):
            if line.get("use") == "fit" and line.get("split") != "train":
                yield _at(
                    self.id,
                    line,
                    "use",
                    f"is fit although the split is {line.get('split')}",
                    "use = check: held-out and check-only numbers are never fitted",
                )


class UseWithoutReason:
    """A row kept out of the fit without saying why."""

    id = "use_without_reason"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a row."""
        for line in data.rows(ENDPOINTS):
            if line.get("use") in ("check", "do_not_fit") and not line.get("reason"):
                yield _at(self.id, line, "reason", "is blank", "say why the row is not fitted")


class UnknownArm:
    """An end point of an arm that its study does not have."""

    id = "unknown_arm"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a row."""
        for name, lines in data.tables.items():
            if not fnmatch(name, ENDPOINTS):
                continue
            arms_file = name.replace("endpoints.csv", "arms.csv")
            arms = {line.get("arm") for line in data.tables.get(arms_file, ())}
            for line in lines:
                if line.get("arm") not in arms:
                    near = nearest_name(line.get("arm"), arms)
                    yield _at(
                        self.id, line, "arm", f"is not in {arms_file}", f"did you mean {near}?"
                    )


class CountAgainstPercent:
    """A count that exceeds its denominator or does not give the printed percentage."""

    id = "count_against_percent"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a row."""
        for line in data.rows(ENDPOINTS, *FACTS):
            k, n, value = (number(line.get(field)) for field in ("k", "n", "value"))
            if k is None or n is None or n == 0:
                continue
            share = 100 * k / n
            off = value is not None and line.get("unit") == "%" and abs(share - value) > 1.1
            if k > n or off:
                yield _at(
                    self.id,
                    line,
                    "k",
                    f"{line.get('k')} of {line.get('n')} is {share:.1f} %, printed {value}",
                    "look up the denominator",
                )


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
                    yield _at(
                        self.id, line, field, f"is no id of {target}", self._fix(value, known)
                    )
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


class UnverifiedBlock:
    """A safety rule that blocks on something nobody has checked, without saying so."""

    id = "unverified_block"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a rule."""
        for line in data.rows("safety/rules.csv"):
            unchecked = line.get("verified") not in ("seen", "derived")
            said = line.get("note") or line.get("authority") == "house"
            if line.get("effect") == "block" and unchecked and not said:
                yield _at(
                    self.id,
                    line,
                    "verified",
                    "is a hard rule that was not checked on a page and does not say so",
                    "check it, make it a condition, or say in the note whose rule it is",
                )


class SourceWithoutLocator:
    """A bibliography entry that nobody could find."""

    id = "source_without_locator"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue an entry."""
        for source in data.sources:
            if not source.has_locator:
                file, row = source.place.rsplit(":", 1)
                yield Issue(
                    self.id,
                    file,
                    int(row),
                    "doi",
                    source.key,
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
                    file, row = source.place.rsplit(":", 1)
                    yield Issue(
                        self.id,
                        file,
                        int(row),
                        field,
                        source.key,
                        f"is the {field} of {seen[value]} as well",
                        f"use the key {seen[value]} everywhere and drop this entry",
                    )
                seen.setdefault(value, source.key)


class UnknownKey:
    """A TOML key that no other file has and that looks like a slip of another one."""

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
        for folder in ("treatments/*.toml", "causes/*.toml"):
            used: dict[str, set[str]] = {}
            for name, document in data.papers(folder):
                for path, key, _ in _walk(document):
                    # Parameters of exposure and actions are named by the mechanism they feed.
                    if not path.startswith(("exposure.", "actions[")):
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
                yield _at(self.id, line, "reason", "is blank", "say why the row was dropped")
            elif line.get("went_to") and line.get("went_to") not in data.texts:
                yield _at(self.id, line, "went_to", "is no data file", "name the file")
        for line in data.rows("carry_over_tables.csv"):
            table, rows = line.get("source_table"), int(number(line.get("rows")) or 0)
            if sorted(lines.get(table, ())) != list(range(2, rows + 2)):
                yield _at(
                    self.id,
                    line,
                    "rows",
                    f"rows of {table} are missing from carry_over.csv or stand twice",
                    "give every row of the source table one line",
                )


RULES: tuple[Callable[[], Rule], ...] = (
    UnreadableFile,
    RowShape,
    ControlCharacter,
    UnknownSource,
    MissingSource,
    MissingUnit,
    NotANumber,
    OutsideLimits,
    LimitsReversed,
    UnknownWord,
    UnknownSplit,
    DuplicateId,
    IdIsNotFileName,
    PercentOutside,
    ProbabilityOutside,
    FitRowIncomplete,
    FitNotTrain,
    UseWithoutReason,
    UnknownArm,
    CountAgainstPercent,
    TreatmentWithoutEvidence,
    UnknownReference,
    UnknownQuestion,
    UnverifiedBlock,
    SourceWithoutLocator,
    DuplicateDoi,
    UnknownKey,
    RowWithoutFate,
)
