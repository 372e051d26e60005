"""The page of the systems of the body names only what exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from anagen.catalog.labs import load_labs
from anagen.catalog.parameters import load_parameters
from anagen.model.drivers import DRIVERS
from anagen.patients.friendly import finding_ids
from anagen.patients.record import Complaint, EventKind, Measurements, PatientRecord, Situation

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "concepts" / "systems.md").read_text("utf-8")
COLUMNS = ["system", "in words", "code", "row", "driver", "record", "test"]
RECORD = {
    *PatientRecord.model_fields,
    *(f"labs.{name}" for name in load_labs()),
    *(f"findings.{name}" for name in finding_ids()),
    *(f"events.{kind}" for kind in get_args(EventKind)),
    *(f"situation.{name}" for name in Situation.model_fields),
    *(f"complaint.{name}" for name in Complaint.model_fields),
    *(f"measurements.{name}" for name in Measurements.model_fields),
}


def rows() -> Iterator[dict[str, str]]:
    for line in PAGE.splitlines():
        if line.startswith("|") and not line.startswith("|---"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            assert len(cells) == len(COLUMNS), line
            if cells != COLUMNS:
                yield dict(zip(COLUMNS, cells, strict=True))


def spans(column: str) -> Iterator[tuple[str, str]]:
    for row in rows():
        for name in re.findall(r"`([^`]+)`", row[column]):
            yield row["system"], name


def functions(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield path.relative_to(folder).as_posix(), node.name


def test_every_function_row_driver_field_and_test_of_the_page_exists() -> None:
    code = {f"{path}:{name}" for path, name in functions(ROOT / "src" / "anagen")}
    tests = {name for _, name in functions(ROOT / "tests")}
    known = {
        "code": code,
        "row": set(load_parameters()),
        "driver": set(DRIVERS),
        "record": RECORD,
        "test": tests,
    }
    missing = [
        f"{system}: {column} {name}"
        for column, names in known.items()
        for system, name in spans(column)
        if name not in names
    ]
    assert not missing


def test_every_driver_of_the_body_is_on_the_page() -> None:
    named = {name for _, name in spans("driver")}
    # What only treatments move.
    treatment = {
        "antigenic_competition", "latency_exit_log", "size_step_up_log", "thickening",
        "vehicle_response",
    }  # fmt: skip
    assert set(DRIVERS) - treatment <= named


def test_systems_that_act_have_a_code_a_row_and_a_test() -> None:
    found = list(rows())
    assert len(found) >= 30
    for row in found:
        if row["code"]:
            assert row["row"], row["system"]
            assert row["test"], row["system"]
