"""`anagen scalp` as a person meets it: what is written, what is refused, what is shown alone."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from anagen.cli.app import app

PATIENTS = Path(__file__).parents[2] / "examples" / "patients"
QUICK = ["--weeks", "4", "--at", "0,4", "--follicles", "2000", "--width", "120"]


def _run(patient: str, *options: str):
    return CliRunner().invoke(app, ["scalp", str(PATIENTS / f"{patient}.toml"), *QUICK, *options])


def test_pictures_movie_and_their_text_twin(tmp_path: Path) -> None:
    plan = ["--plan", "finasteride 1 mg daily"]
    done = _run("male_pattern_vertex", *plan, "--out", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    name = "male_pattern_vertex"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        f"{name}-week-0000.png", f"{name}-week-0004.png", f"{name}.gif", f"{name}.json",
    ]  # fmt: skip
    document = json.loads((tmp_path / "out" / f"{name}.json").read_text(encoding="utf-8"))
    assert list(document["arms"]) == ["untreated", "plan"]
    assert [one["week"] for one in document["arms"]["plan"]["readings"]] == [0, 1, 2, 3, 4]
    assert "No treatment" in done.output


def test_json_alone_writes_nothing(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = _run("postpartum_shedding", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["format"] == "anagen-scalp/1"
    assert list(tmp_path.iterdir()) == []


def test_a_plan_that_safety_refuses_is_not_drawn(tmp_path: Path) -> None:
    plan = ["--plan", "finasteride 1 mg daily"]
    done = _run("female_pattern_pregnancy_plan", *plan, "--out", str(tmp_path / "out"))
    assert done.exit_code == 3
    assert "Refused for safety" in done.output
    assert not (tmp_path / "out").exists()


def test_a_treatment_without_evidence_leaves_the_untreated_head_alone() -> None:
    done = _run("nin_peptides_wish", "--plan", "nin peptides", "--json")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert list(document["arms"]) == ["untreated"]
    assert "no published evidence" in document["silent"]


def test_a_plausible_treatment_says_its_chance_to_do_nothing() -> None:
    done = _run("hypothyroid_shedding", "--plan", "levothyroxine", "--json")
    assert done.exit_code == 0, done.output
    assert "if it works at all" in json.loads(done.stdout)["arms"]["plan"]["label"]
