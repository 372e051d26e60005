"""Whether a recorded laboratory result is out of range."""

from __future__ import annotations

from anagen.catalog.labs import load_labs, reference_range
from anagen.patients.laboratory import result_word
from anagen.patients.record import Lab, PatientRecord
from anagen.patients.result_text import POSITIVE, says


def abnormal(record: PatientRecord) -> bool | None:
    """Whether the newest result of any test is out of range.

    The range of the report goes before the table's. None when no result can be judged.
    """
    tests = dict.fromkeys(lab.test for lab in record.labs)
    states = [_of(record, [lab for lab in record.labs if lab.test == each]) for each in tests]
    if True in states:
        return True
    return False if False in states else None


def _of(record: PatientRecord, results: list[Lab]) -> bool | None:
    if not results:
        return None
    lab = min(results, key=lambda item: item.weeks_ago or 0.0)
    if lab.value is None:
        return _in_words(lab)
    low, high = lab.reference_low, lab.reference_high
    if low is None and high is None:
        table = reference_range(lab.test, record.sex, record.age_years)
        if table is None:
            return None
        low, high = table.low, table.high
    return (low is not None and lab.value < low) or (high is not None and lab.value > high)


def _in_words(lab: Lab) -> bool | None:
    word = result_word(lab.text)
    if word in ("abnormal", "low", "high"):
        return True
    row = load_labs().get(lab.test)
    return says(lab.text, POSITIVE) if row and row.kind == "qualitative" else None
