"""The rule on the shape of a treatment file: its sections, their fields, the kind of each."""

from __future__ import annotations

from collections.abc import Iterator

from anagen.catalog.lint.issue import Issue
from anagen.catalog.lint.snapshot import Snapshot
from anagen.catalog.treatment_file import shape_faults


class MisshapenTreatment:
    """A treatment file with a field missing, unknown, or of another kind."""

    id = "misshapen_treatment"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a field."""
        for name, document in data.papers("treatments/*.toml"):
            for field, value, wrong, fix in shape_faults(document):
                yield Issue(self.id, name, 0, field, value, wrong, fix)
