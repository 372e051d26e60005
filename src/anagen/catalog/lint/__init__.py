"""Checks on all data rows: a list of issues, each with its place and the mend."""

from __future__ import annotations

from anagen.catalog.lint.issue import Issue
from anagen.catalog.lint.rules import RULES
from anagen.catalog.lint.shapes import MisshapenTreatment
from anagen.catalog.lint.snapshot import Snapshot, read_texts, snapshot
from anagen.catalog.tables import data_root

__all__ = ["RULES", "Issue", "Snapshot", "lint", "read_texts", "shipped", "snapshot"]


def shipped() -> Snapshot:
    """The data of this installation."""
    return snapshot(read_texts(data_root()))


def lint(data: Snapshot | None = None) -> list[Issue]:
    """Everything all rules find in some data, the shipped data by default; empty is clean.

    Of a misshapen treatment only that is told: other rules read fields that it may lack.
    """
    looked_at = shipped() if data is None else data
    found = list(MisshapenTreatment().issues(looked_at))
    whole = looked_at.without({issue.file for issue in found})
    found += [issue for rule in RULES for issue in rule().issues(whole)]
    return sorted(found, key=lambda issue: (issue.file, issue.row, issue.rule, issue.field))
