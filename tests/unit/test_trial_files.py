"""Files of trials: what is read, and what is refused before it is lost or bent in silence."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from anagen.errors import InputProblems, Problem
from anagen.trials.read import load_trial, parse_trial

SMALL: dict[str, Any] = {
    "id": "small",
    "condition": "alopecia_areata",
    "population": {"salt_mean": 86},
    "arms": [
        {"id": "drug", "role": "active", "n": 20, "regimens": ["baricitinib 4 mg daily"]},
        {"id": "placebo", "role": "placebo", "n": 10},
    ],
    "endpoints": [{"endpoint": "salt_le_20", "weeks": [24, 36]}],
}
TEXT = json.dumps(SMALL)
TOML = """id = "small"
condition = "alopecia_areata"
arms = [{ id = "drug", role = "active", n = 20, regimens = ["baricitinib 4 mg daily"] }]
endpoints = [{ endpoint = "salt_le_20", weeks = [24, 36] }]
"""
YAML = 'id: small\ncondition: alopecia_areata\narms: [{id: a, role: active, "n": 5}]\n'


def problems(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(InputProblems) as caught:
        load_trial(path)
    assert caught.value.exit_code == 2
    return caught.value.problems


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.json", TEXT.replace('"id": "small"', '"id": "small", "id": "other"')),
        ("t.json", TEXT.replace('"n": 20', '"n": 20, "n": 21')),
        ("t.yaml", "id: other\n" + YAML),
        ("t.yml", YAML.replace('"n": 5', '"n": 5, n: 6')),
        ("t.yaml", '1: x\n"1": y\n' + YAML),
    ],
)
def test_a_key_written_twice_is_refused(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    (problem,) = problems(tmp_path / name)
    assert "is written twice" in problem.message


@pytest.mark.parametrize("name", ["t.json", "t.yaml", "t.toml"])
def test_a_mark_of_the_encoding_is_read_over(tmp_path: Path, name: str) -> None:
    text = TOML if name == "t.toml" else TEXT
    (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + text.encode())
    (tmp_path / f"plain_{name}").write_text(text, encoding="utf-8")
    assert load_trial(tmp_path / name) == load_trial(tmp_path / f"plain_{name}")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (problem,) = problems(tmp_path / "pipe.toml")
    assert problem.message == "is not a regular file"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"population": {"salt_mean": True}}, "population.salt_mean"),
        ({"population": {"salt_mean": "8_6"}}, "population.salt_mean"),
        ({"endpoints": [{"endpoint": "salt_le_20", "weeks": [True]}]}, "endpoints[0].weeks"),
        ({"arms": [{"id": "a", "role": "placebo", "n": True}]}, "arms[0].n"),
    ],
)
def test_nothing_is_bent_into_a_number(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InputProblems) as caught:
        parse_trial({**SMALL, **change}, "t.json")
    told = {problem.field: problem.message for problem in caught.value.problems}
    assert "number" in told[field]


def test_whole_numbers_and_numbers_stand_for_each_other() -> None:
    arms = [{**arm, "n": float(arm["n"])} for arm in SMALL["arms"]]
    assert parse_trial({**SMALL, "arms": arms}, "t.json") == parse_trial(SMALL, "t.json")


def arm_problems(regimens: list[str]) -> list[str]:
    active = {**SMALL["arms"][0], "regimens": regimens}
    try:
        parse_trial({**SMALL, "arms": [active, SMALL["arms"][1]]}, "t.json")
    except InputProblems as error:
        return [problem.message for problem in error.problems]
    return []


def test_an_arm_that_gets_nothing_before_its_last_visit_is_refused() -> None:
    late = ["baricitinib 4 mg daily from week 37"]
    assert arm_problems(late) == ["begins after the last visit (week 36)"]
    assert not arm_problems(["baricitinib 4 mg daily from week 35"])
    # How it went on after the last visit may be said.
    assert not arm_problems(["baricitinib 4 mg daily until week 36", *late])


def test_a_regimen_more_often_than_every_hour_is_refused() -> None:
    told = arm_problems(["baricitinib 4 mg every 0.000001 days"])
    assert told == ["is more often than anyone is given a treatment"]
    assert not arm_problems(["baricitinib 4 mg 24 times a day"])
