"""From a file to a patient record: read, convert, list every problem at once, keep missing missing.

`load` gives a `PatientRecord` or raises `InputProblems` with everything that is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from anagen.errors import InputProblems
from anagen.patients.documents import read_document, read_file
from anagen.patients.reading import Reading
from anagen.patients.record import PatientRecord
from anagen.patients.validation import from_document


def load(path: str | Path, *, today: date | None = None) -> PatientRecord:
    """The patient in one TOML, YAML, JSON or FHIR R4 file.

    `today` is the day that counts as now for a FHIR bundle; without it, the latest day in the
    bundle. Raises InputProblems listing everything that is wrong; nothing is guessed.
    """
    return parse(read_file(Path(path)), str(path), today=today)


def load_many(
    paths: Iterable[str | Path], *, today: date | None = None
) -> tuple[PatientRecord, ...]:
    """The patients in several files, one each. Raises InputProblems over all files together."""
    records: list[PatientRecord] = []
    reading = Reading("")
    seen: dict[str, str] = {}
    for path in paths:
        try:
            record = load(path, today=today)
        except InputProblems as error:
            reading.problems += error.problems
            continue
        if record.id in seen:
            reading.file = str(path)
            reading.problem(
                "id", record.id, f"this id is taken by {seen[record.id]}", fix="rename one of them"
            )
        seen[record.id] = str(path)
        records.append(record)
    if reading.problems:
        raise InputProblems(reading.problems)
    return tuple(records)


def parse(content: bytes, name: str, *, today: date | None = None) -> PatientRecord:
    """The patient in the bytes of a file called `name`. Raises InputProblems."""
    document, form = read_document(content, name)
    if "resourceType" in document:
        from anagen.interop.fhir import read_bundle

        return read_bundle(document, name, today=today)
    return from_document(document, name, stem=Path(name).stem if form else "")


def summary(record: PatientRecord) -> tuple[str, ...]:
    """What was read, in plain sentences; what was left out or not understood comes last."""
    from anagen.patients.summary import sentences

    return sentences(record)
