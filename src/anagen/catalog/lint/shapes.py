"""Rules on the shape of files: fields of a treatment, columns of a table of parameters."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import fields
from fnmatch import fnmatch

from anagen.catalog.lint.issue import Issue
from anagen.catalog.lint.snapshot import Snapshot
from anagen.catalog.parameters import Parameter
from anagen.errors import nearest_name


def faults(rule: str, data: Snapshot, kind: str) -> Iterator[Issue]:
    """One issue for every fault of this kind in the shape of a treatment file."""
    # Here, so that looking a fact up stays light: pydantic is slow to load.
    from anagen.catalog.treatment_file import shape_faults

    for name, document in data.papers("treatments/*.toml"):
        for fault in shape_faults(document):
            if fault.kind == kind:
                yield Issue(rule, name, 0, fault.field, fault.value, fault.wrong, fault.fix)


class MisshapenTreatment:
    """A treatment file with a field of another kind than it is read as."""

    id = "misshapen_treatment"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a field."""
        yield from faults(self.id, data, "misshapen")


class MissingKey:
    """A treatment file without a field that is read."""

    id = "missing_key"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a field."""
        yield from faults(self.id, data, "missing")


class ParameterColumns:
    """A table of parameters with a column missing or one that nothing reads."""

    id = "parameter_columns"
    columns = tuple(field.name for field in fields(Parameter) if field.name != "row")

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a column."""
        for name, text in data.texts.items():
            if not fnmatch(name, "parameters/*.csv"):
                continue
            given = next(csv.reader(io.StringIO(text, newline="")), [])
            for column in self.columns:
                if column not in given:
                    yield Issue(self.id, name, 1, column, "", "is missing", "add the column")
            for column in given:
                if column not in self.columns:
                    near = nearest_name(column, self.columns)
                    fix = f"did you mean {near}?" if near else f"use {', '.join(self.columns)}"
                    yield Issue(self.id, name, 1, column, column, "is no column that is read", fix)
