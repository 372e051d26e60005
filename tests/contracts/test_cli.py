"""The command line as a person meets it: help, exit codes, bad input, nothing half written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENTS = ROOT / "examples" / "patients"
GOOD = """format = "anagen-patient/1"
id = "someone"
age_years = 40
sex = "male"
"""


def run(arguments: Sequence[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the installed program; width fixed, so that wrapping is the same everywhere."""
    return subprocess.run(
        [sys.executable, "-c", "from anagen.cli import run; run()", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"},
    )


BAD: dict[str, tuple[str, bytes, tuple[str, ...]]] = {
    "empty file": ("empty.toml", b"", ("empty",)),
    "binary file": ("binary.json", bytes(range(256)) * 8, ("text",)),
    "truncated JSON": ("cut.json", b'{"format": "anagen-patient/1", "id": "x", ', ("line",)),
    "truncated TOML": ("cut.toml", b'format = "anagen-patient/1\n', ("line",)),
    "misspelt key": ("key.toml", (GOOD + "agee = 3\n").encode(), ("agee", "age_years")),
    "misspelt finding": (
        "finding.toml",
        (GOOD + '[findings]\nnail_piting = "present"\n').encode(),
        ("nail_piting", "nail_pitting"),
    ),
    "impossible values": (
        "impossible.toml",
        b'format = "anagen-patient/1"\nid = "x"\nage_years = 200\nsex = "male"\n'
        b'[measurements]\nsalt = 130\n[situation]\nreproductive_status = "pregnant"\n',
        ("age_years", "200", "salt", "130", "pregnant"),
    ),
    "wrong unit": (
        "unit.toml",
        (GOOD + '[[labs]]\ntest = "ferritin"\nvalue = 40\nunit = "mmol/L"\n').encode(),
        ("ferritin", "mmol/L"),
    ),
    "unit of nothing": (
        "nonsense.toml",
        (GOOD + '[[labs]]\ntest = "ferritin"\nvalue = 40\nunit = "furlongs"\n').encode(),
        ("furlongs",),
    ),
    "not a bundle": ("notbundle.json", b'{"resourceType": "Patient"}', ("Bundle",)),
}


@pytest.mark.parametrize("case", sorted(BAD))
def test_bad_input_is_listed_and_nothing_is_written(case: str, tmp_path: Path) -> None:
    name, content, words = BAD[case]
    (tmp_path / name).write_bytes(content)
    done = run(["plan", name], tmp_path)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert name in done.stderr
    for word in words:
        assert word in done.stderr, done.stderr
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_all_problems_of_all_files_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD + "agee = 3\nfoo = 2\n", encoding="utf-8")
    (tmp_path / "b.json").write_text("{", encoding="utf-8")
    done = run(["plan", "a.toml", "b.json", "missing.toml"], tmp_path)
    assert done.returncode == 2
    for word in ("agee", "foo", "b.json", "missing.toml"):
        assert word in done.stderr, done.stderr


def test_a_file_of_50_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.json").open("wb") as stream:
        stream.truncate(50_000_000)
    done = run(["plan", "huge.json"], tmp_path)
    assert done.returncode == 2
    assert "MB" in done.stderr


def test_an_r5_bundle_is_refused_with_the_reason(tmp_path: Path) -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {
                "resource": {
                    "resourceType": "MedicationRequest",
                    "status": "active",
                    "intent": "order",
                    "medication": {"concept": {"text": "finasteride 1 mg"}},
                    "subject": {"reference": "Patient/1"},
                }
            },
            {"resource": {"resourceType": "Patient", "id": "1", "gender": "male"}},
        ],
    }
    (tmp_path / "r5.json").write_text(json.dumps(bundle), encoding="utf-8")
    done = run(["plan", "r5.json"], tmp_path)
    assert done.returncode == 2, done.stdout
    assert "R5" in done.stderr
    assert "R4" in done.stderr


def test_problems_as_json(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD + "agee = 3\n", encoding="utf-8")
    done = run(["plan", "a.toml", "--json"], tmp_path)
    assert done.returncode == 2
    problem = json.loads(done.stdout)["problems"][0]
    assert problem["field"] == "agee"
    assert problem["nearest"] == "age_years"


def test_an_unwritable_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file, not a folder", encoding="utf-8")
    patient = PATIENTS / "male_pattern_vertex.toml"
    done = run(["plan", str(patient), "--out", "out", "--draws", "20", "--weeks", "8"], tmp_path)
    assert done.returncode == 2
    assert "cannot write" in done.stderr
    assert (tmp_path / "out").read_text(encoding="utf-8") == "a file, not a folder"


def test_a_place_that_cannot_be_written_is_said_with_all_other_problems(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    (tmp_path / "a.toml").write_text(GOOD + "agee = 3\n", encoding="utf-8")
    done = run(["plan", "a.toml", "--out", "out/deep", "--json"], tmp_path)
    assert done.returncode == 2
    assert [p["field"] for p in json.loads(done.stdout)["problems"]] == ["agee", "--out"]
    words = [
        "export",
        "sbml",
        "a.toml",
        "--out",
        "out/x.xml",
        "--plan",
        "finasterid 1 mg",
        "--json",
    ]
    done = run(words, tmp_path)
    assert done.returncode == 2
    fields = [p["field"] for p in json.loads(done.stdout)["problems"]]
    assert fields == ["agee", "finasterid 1 mg", "--out"]
    done = run(["trial", "table", "--out", "out/table.md"], tmp_path)
    assert done.returncode == 2
    assert "cannot write here" in done.stderr


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["interventions", "--markdown", "--out", "out/x.md"], "--out"),
        (["validate", "--assessment", "--out", "out/x.md"], "--out"),
        (["evidence", "pages", "--out", "out/pages"], "--out"),
        (["export", "sbml", "--out", "out/x.xml"], "--out"),
        (["assess", "MAN", "--fhir", "out/x.json"], "--fhir"),
        (["track", "show", "MAN", "--html", "out/x.html"], "--html"),
        (["calibrate", "--page", "out/x.md"], "--page"),
        (["calibrate", "--work", "out/w"], "--work"),
    ],
)
def test_every_verb_tries_its_place_before_the_work(
    words: list[str], option: str, tmp_path: Path
) -> None:
    (tmp_path / "out").touch()
    man = str(PATIENTS / "male_pattern_vertex.toml")
    done = run([man if word == "MAN" else word for word in words], tmp_path)
    assert done.returncode == 2, done.stderr
    assert option in done.stderr
    assert "cannot write here" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_letters_the_terminal_does_not_know_are_no_defect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    for arguments in (["--help"], ["trial", "list"], ["plan", "\u03b1.toml"]):
        done = run(arguments, tmp_path)
        assert done.returncode == (2 if "plan" in arguments else 0), done.stderr
        assert "Traceback" not in done.stderr


def test_json_is_utf8_whatever_the_terminal_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = run(["plan", "\u03b1.toml", "--json"], tmp_path)
    assert json.loads(done.stdout)["problems"][0]["file"] == "\u03b1.toml"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_a_full_device_is_said_and_a_reader_that_left_is_not(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from anagen.cli import run; run()", "trial", "list"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "No space left" in done.stderr
    end, start = os.pipe()
    os.close(end)
    done = subprocess.run(command, stdout=start, stderr=subprocess.PIPE, text=True, check=False)
    os.close(start)
    assert (done.returncode, done.stderr) == (0, "")


def test_order_of_patients_and_company_change_no_bit(tmp_path: Path) -> None:
    one = str(PATIENTS / "male_pattern_vertex.toml")
    two = str(PATIENTS / "severe_alopecia_areata.toml")
    fast = ["--json", "--draws", "40", "--weeks", "30", "--seed", "7"]
    forward = run(["plan", one, two, *fast], tmp_path)
    backward = run(["plan", two, one, *fast], tmp_path)
    alone = run(["plan", two, *fast], tmp_path)
    assert forward.returncode == backward.returncode == alone.returncode == 0, forward.stderr
    a, b = json.loads(forward.stdout)
    c, d = json.loads(backward.stdout)
    assert (a, b) == (d, c)
    assert json.loads(alone.stdout) == b


def test_unknown_verb_and_option_exit_2(tmp_path: Path) -> None:
    assert run(["pln"], tmp_path).returncode == 2
    assert run(["plan"], tmp_path).returncode == 2
    assert run(["plan", "x.toml", "--weeks", "-3"], tmp_path).returncode == 2
