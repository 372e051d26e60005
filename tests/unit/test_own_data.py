"""Rows of one's own beside the shipped ones: they add, never hide, and never reach a person."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from anagen.catalog.own_data import own_hash, problems_of
from anagen.catalog.tables import OWN_DATA
from anagen.catalog.treatments import load_treatments
from anagen.simulate.treatment_check import EXPOSURE_CELLS, treatment_problems

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "own_data"
TRIAL = ROOT / "examples" / "trials" / "own_drug.toml"


def anagen(*words: str) -> subprocess.CompletedProcess[str]:
    """One run in a process of its own, for rows are read once a process."""
    command = [sys.executable, "-c", "from anagen.cli import run; run()", *words]
    environment = {name: value for name, value in os.environ.items() if name != OWN_DATA}
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, check=False, timeout=300
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "mine"))


def _edit(folder: Path, old: str, new: str) -> None:
    path = folder / "treatments" / "examplinib.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_example_is_clean_and_a_change_of_it_has_another_hash(copy: Path) -> None:
    assert problems_of(EXAMPLE) == []
    before = own_hash(copy)
    assert before == own_hash(EXAMPLE)
    _edit(copy, "dose = 10.0", "dose = 15.0")
    assert own_hash(copy) != before


def test_a_file_in_the_wrong_place_or_with_a_shipped_name_is_refused(copy: Path) -> None:
    (copy / "notes.txt").write_text("x")
    (copy / "safety").mkdir()
    (copy / "safety" / "rules.csv").write_text("id\n")
    shutil.copy(copy / "parameters" / "examplinib.csv", copy / "parameters" / "actions.csv")
    found = {problem.value: problem.message for problem in problems_of(copy)}
    assert set(found) == {"notes.txt", "safety/rules.csv", "parameters/actions.csv"}
    assert "hide" in found["parameters/actions.csv"]


def test_an_own_row_with_the_id_of_a_shipped_row_is_refused(copy: Path) -> None:
    table = copy / "parameters" / "examplinib.csv"
    table.write_text(table.read_text().replace("examplinib_volume", "jak_scale"))
    assert any("jak_scale" in problem.value for problem in problems_of(copy))


def test_an_own_drug_is_predicted_and_its_rows_are_named() -> None:
    done = anagen(
        "--own-data", str(EXAMPLE), "trial", "predict", str(TRIAL), "--draws", "20", "--json"
    )
    assert done.returncode == 0, done.stderr
    assert "not checked by Anagen" in done.stderr
    document = json.loads(done.stdout)
    assert own_hash(EXAMPLE) in json.dumps(document)
    assert "examplinib" not in load_treatments()


def test_own_rows_never_reach_a_person() -> None:
    patient = str(ROOT / "examples" / "patients" / "severe_alopecia_areata.toml")
    for verb in ("plan", "assess", "forecast"):
        done = anagen("--own-data", str(EXAMPLE), verb, patient)
        assert done.returncode == 2
        assert "never reach a person" in " ".join(done.stderr.split())


def test_everything_wrong_with_an_own_drug_is_said_at_once(copy: Path) -> None:
    _edit(copy, '"one_compartment"', '"one_compartmnt"')
    _edit(copy, '"jak_inhibition"', '"jak_inhibitoin"')
    _edit(copy, '"examplinib_volume"', '"examplinib_volme"')
    _edit(copy, "dose = 10.0", "dose = -3")
    done = anagen("--own-data", str(copy), "trial", "predict", str(TRIAL))
    assert done.returncode == 2
    for words in ("4 problems", "one_compartment", "jak_inhibition", "examplinib_volume", "-3"):
        assert words in done.stderr


def test_a_row_the_kinetics_need_is_missed_before_the_trial(copy: Path) -> None:
    _edit(copy, 'central_volume = "examplinib_volume"\n', "")
    done = anagen("--own-data", str(copy), "trial", "list")
    assert done.returncode == 2
    assert "central_volume" in done.stderr


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('unit = "mg"\n', "", "regimen.unit"),
        ('unit = "mg"', 'unit = 3', "regimen.unit"),
        ("dose = 10.0", 'dose = "ten"', "regimen.dose"),
        ('causes = ["alopecia_areata*"]', 'causes = "alopecia_areata*"', "indication[0].causes"),
        ('[[evidence]]', '[evidence]', "evidence"),
        ('design = "mechanism"\n', "", "evidence[0].design"),
        ('ask = "score the extent of loss (SALT)"', "ask = 4", "indication[0].ask"),
        ('burden = "One tablet a day"', 'burdn = "One tablet a day"', "burdn"),
        ('adherence = "adherence_oral"', "adherence = 0.9", "exposure.adherence"),
        ("weeks_to_judge = 24.0", "weeks_to_judge = nan", "weeks_to_judge"),
    ],
)  # fmt: skip
def test_a_misshapen_treatment_is_told_by_its_fields(
    copy: Path, old: str, new: str, field: str
) -> None:
    _edit(copy, old, new)
    found = problems_of(copy)
    assert field in {problem.field for problem in found}
    assert all(problem.message and problem.fix for problem in found)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('adherence = "adherence_oral"', 'adherance = "adherence_oral"', "read by nothing"),
        ('hill = "jak_hill"', 'hill = "jak_hill"\nhil = "jak_hill"', "read by nothing"),
        ('central_volume = "examplinib_volume"', 'central_volume = "examplinib_clearance"',
         "another unit"),
        ('half_maximal_jak1_2_block = "examplinib_ec50_jak1_2"',
         'half_maximal_jak1_2_block = "ritlecitinib_type_2"', "no parameter row"),
    ],
)  # fmt: skip
def test_a_slip_in_the_mechanism_is_told_before_the_trial(
    copy: Path, old: str, new: str, words: str
) -> None:
    _edit(copy, old, new)
    done = anagen("--own-data", str(copy), "trial", "list")
    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_column_missing_or_misspelt_is_told(copy: Path) -> None:
    table = copy / "parameters" / "examplinib.csv"
    table.write_text(table.read_text().replace("locator", "locater", 1))
    found = {(problem.field, problem.message) for problem in problems_of(copy)}
    assert ("line 1: locator", "is missing") in found
    assert ("line 1: locater", "is no column that is read") in found


def test_a_volume_below_zero_is_no_amount(copy: Path) -> None:
    table = copy / "parameters" / "examplinib.csv"
    table.write_text(table.read_text().replace("volume,90", "volume,-90"))
    done = anagen("--own-data", str(copy), "trial", "list")
    assert done.returncode == 2
    assert "examplinib_volume = -90" in done.stderr


def test_the_check_knows_every_cell_that_the_kinetics_read() -> None:
    source = (ROOT / "src" / "anagen" / "simulate" / "exposure.py").read_text()
    read = set(re.findall(r'\bp(?:\.get\(|\[)"(\w+)"', source))
    assert read == set(EXPOSURE_CELLS)


def test_every_shipped_treatment_that_is_simulated_passes_the_same_check() -> None:
    modeled = [name for name, treatment in load_treatments().items() if treatment.modelled]
    assert len(modeled) >= 19
    assert {name: treatment_problems(name) for name in modeled if treatment_problems(name)} == {}
