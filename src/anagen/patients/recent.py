"""Whether a test was done lately enough to need no repeat."""

from __future__ import annotations

from anagen.catalog.findings import load_windows
from anagen.patients.record import PatientRecord
from anagen.patients.result_text import POSITIVE, says


def recent(record: PatientRecord, test: str) -> bool:
    """Whether the newest result of a test is settled, dated and inside its window.

    The window is `recent_<test>` of data/trigger_windows.csv, else `recent_result`. A result
    without a date may be old, and one that is borderline or pending settles nothing.
    """
    dated = [lab for lab in record.labs if lab.test == test and lab.weeks_ago is not None]
    if not dated:
        return False
    newest = min(dated, key=lambda lab: lab.weeks_ago or 0.0)
    windows = load_windows()
    low, high = windows.get(f"recent_{test}", windows["recent_result"])
    if not low <= (newest.weeks_ago or 0.0) <= high:
        return False
    return newest.value is not None or says(newest.text, POSITIVE) is not None
