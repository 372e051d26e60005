"""`anagen track` as a person meets it: the page's commands, bad input, exit codes."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENT = ROOT / "examples" / "patients" / "severe_alopecia_areata.toml"


def run(arguments: Sequence[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from anagen.cli import run; run()", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "COLUMNS": "100",
            "NO_COLOR": "1",
            "XDG_DATA_HOME": str(cwd / "data"),
        },
    )


def test_every_command_of_the_page_works_in_order(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "howto" / "track.md").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith("anagen track")]
    assert len(lines) >= 8
    for folder in ("patients", "fhir"):
        shutil.copytree(ROOT / "examples" / folder, tmp_path / "examples" / folder)
    said = {}
    for line in lines:
        done = run(shlex.split(line)[1:], tmp_path)
        assert done.returncode == 0, line + done.stderr
        said[line] = done.stdout
    shown = next(text for line, text in said.items() if line.endswith("--draws 100"))
    for words in ("SALT", "With the visits", "can be judged from", "Not medical advice", "seed 0"):
        assert words in shown, shown
    assert (tmp_path / "data" / "anagen" / "track.db").exists()
    listed = json.loads(run(["track", "list", "--json"], tmp_path).stdout)
    visits = {person["id"]: len(person["visits"]) for person in listed["people"]}
    assert visits["severe_alopecia_areata"] == 2
    assert visits["telogen_effluvium_low_ferritin"] >= 1
    page = tmp_path / "visits.html"
    assert "<svg" in page.read_text(encoding="utf-8")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600


def test_a_sign_of_danger_at_a_visit_is_exit_code_3(tmp_path: Path) -> None:
    days = {"2026-05-01": ["--salt", "90"], "2026-06-01": ["--finding", "weight_loss_unexplained"]}
    told = ""
    for day, said in days.items():
        done = run(["track", "add", str(PATIENT), "--start", "2026-05-01", "--date", day, *said],
                   tmp_path)  # fmt: skip
        assert done.returncode == 0, done.stderr
        told = done.stderr
    assert "First of all" in told
    shown = run(["track", "show", str(PATIENT), "--html", "page.html"], tmp_path)
    assert shown.returncode == 3, shown.stderr
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "see a doctor" in page.lower()
    assert "<svg" not in page


def test_bad_visits_are_listed_and_nothing_is_written(tmp_path: Path) -> None:
    bad = ["--date", "2999-01-01", "--salt", "130", "--lab", "ferritn=3ug/L", "--adherence", "300",
           "--finding", "ostia_lst"]  # fmt: skip
    done = run(["track", "add", str(PATIENT), "--start", "2026-05-01", *bad], tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    for words in ("5 problems", "future", "130", "ferritin", "300", "ostia_lost"):
        assert words in done.stderr, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_finding_given_both_ways_is_refused(tmp_path: Path) -> None:
    both = ["--finding", "ostia_lost", "--finding", "ostia_lost=absent"]
    day = ["--start", "2026-05-01", "--date", "2026-05-01", "--salt", "3"]
    done = run(["track", "add", str(PATIENT), *day, *both], tmp_path)
    assert done.returncode == 2
    assert "findings.ostia_lost" in done.stderr
    assert "given twice" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_export_to_a_device_leaves_it_open_to_others(tmp_path: Path) -> None:
    before = Path(os.devnull).stat().st_mode
    done = run(["track", "export", "--out", os.devnull], tmp_path)
    assert done.returncode == 0, done.stderr
    assert Path(os.devnull).stat().st_mode == before


def test_a_record_without_a_day_asks_for_one(tmp_path: Path) -> None:
    done = run(["track", "add", str(PATIENT), "--date", "2026-05-01", "--salt", "3"], tmp_path)
    assert done.returncode == 2
    assert "--start" in done.stderr


@pytest.mark.parametrize("verb", [["list"], ["export"], ["show", str(PATIENT)]])
def test_a_bad_file_is_exit_code_2(verb: list[str], tmp_path: Path) -> None:
    bad = tmp_path / "bad.db"
    bad.write_bytes(b"no SQLite at all" * 400)
    done = run(["track", *verb, "--file", str(bad)], tmp_path)
    assert done.returncode == 2
    assert "left as it is" in done.stderr
    assert "Traceback" not in done.stderr


def test_refused_for_safety_shows_no_forecast(tmp_path: Path) -> None:
    patient = str(ROOT / "examples" / "patients" / "female_pattern_pregnancy_plan.toml")
    done = run(
        ["track", "add", patient, "--start", "2026-05-01", "--date", "2026-05-01",
         "--plan", "finasteride 1 mg daily"], tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    shown = run(["track", "show", patient, "--json"], tmp_path)
    assert shown.returncode == 3, shown.stderr
    document = json.loads(shown.stdout)
    assert document["refused"]
    assert document["bands"] == []
