"""Rules on studies: splits, rows that are fitted, arms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from fnmatch import fnmatch

from anagen.catalog.lint.issue import Issue
from anagen.catalog.lint.rule import ENDPOINTS, at
from anagen.catalog.lint.snapshot import Snapshot
from anagen.catalog.studies import SPLITS, Endpoint, Study, StudyArm
from anagen.errors import nearest_name


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
                yield at(
                    self.id,
                    line,
                    "split",
                    "is neither the split of its study nor check_only",
                    f"use {allowed}; whole studies are held out",
                )


class FitRowIncomplete:
    """A row marked fit without a value, a week, a number of people, a place in its source, a grade
    or the kind of number it is."""

    id = "fit_row_incomplete"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a missing cell."""
        for line in data.rows(ENDPOINTS):
            for field in ("value", "week", "n", "locator", "grade", "kind"):
                if line.get("use") == "fit" and not line.get(field):
                    yield at(
                        self.id,
                        line,
                        field,
                        "is blank in a row marked fit",
                        "use = check, or fill it",
                    )


class StudyIncomplete:
    """A study without a key or a column that every reader of studies asks for."""

    id = "study_incomplete"
    keys = frozenset(field.name for field in fields(Study)) - {"year", "arms", "endpoints"}
    columns: tuple[tuple[str, frozenset[str]], ...] = (
        ("arms.csv", frozenset(field.name for field in fields(StudyArm)) - {"id"} | {"arm"}),
        (
            "endpoints.csv",
            frozenset(field.name for field in fields(Endpoint)) - {"study", "row"},
        ),
    )

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a key or column."""
        for name, document in data.papers("studies/*/study.toml"):
            folder = name.rpartition("/")[0]
            for key in sorted(self.keys - set(document)):
                yield Issue(self.id, name, 0, key, "", "is missing", f'add {key} = "" at least')
            for table, wanted in self.columns:
                lines = data.tables.get(f"{folder}/{table}", ())
                missing = wanted - set(lines[0].cells) if lines else set()
                for column in sorted(missing):
                    yield Issue(
                        self.id, f"{folder}/{table}", 1, column, "", "is no column here",
                        "add it, blank where the paper says nothing",
                    )  # fmt: skip


class FitNotTrain:
    """A row marked fit in a study that may not be fitted."""

    id = "fit_not_train"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a row."""
        for line in data.rows(ENDPOINTS):
            if line.get("use") == "fit" and line.get("split") != "train":
                yield at(
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
                yield at(self.id, line, "reason", "is blank", "say why the row is not fitted")


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
                    yield at(
                        self.id, line, "arm", f"is not in {arms_file}", f"did you mean {near}?"
                    )
