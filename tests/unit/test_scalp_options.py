"""`anagen scalp` lists everything wrong at once, before any work and before anything is written."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import typer

from anagen.cli.scalp import checked
from anagen.errors import InputProblems

PATIENT = Path(__file__).parents[2] / "examples" / "patients" / "male_pattern_vertex.toml"


def _fields(patient: Path = PATIENT, **options: object) -> list[str]:
    given: dict = {
        "plan": None, "weeks": 104, "at": None, "movie": "gif", "follicles": 100_000, "width": 320,
    } | options  # fmt: skip
    with pytest.raises(InputProblems) as caught:
        checked(patient, **given)
    return [problem.field for problem in caught.value.problems]


def test_everything_wrong_is_listed_at_once(tmp_path: Path) -> None:
    patient = tmp_path / "bad.toml"
    patient.write_text('id = "x"\nsex = "male"\nage_years = 900\nagee = 3\n', encoding="utf-8")
    fields = _fields(
        patient,
        plan="finasteride 900 mg daily + moonlight",
        weeks=26_000,
        at="-3,x",
        movie="gift",
        follicles=10**9,
        width=0,
    )
    assert {"age_years", "agee", "--weeks", "--at", "--movie", "--follicles", "--width"} <= set(
        fields
    )
    assert fields.count("--at") == 2
    assert sum("finasteride" in field or "moonlight" in field for field in fields) == 2


@pytest.mark.parametrize(
    "options",
    [
        {"weeks": 0},
        {"weeks": -4},
        {"at": ""},
        {"at": "105"},
        {"at": "1,,2"},
        {"at": "9" * 5000},
        {"at": "²"},
        {"at": "1.5"},
        {"at": ",".join(str(week) for week in range(100))},
        {"follicles": 0},
        {"width": 10**6},
        {"movie": ""},
        {"plan": "finasteride 1 mg daily from week 400"},
        {"folder": PATIENT},
        {"plan": ""},
    ],
)
def test_one_bad_option_is_one_problem(options: dict[str, object]) -> None:
    assert len(_fields(**options)) == 1


def test_what_is_asked_for_is_read() -> None:
    record, regimens, panels = checked(
        PATIENT, plan="finasteride 1 mg daily", weeks=60, at="24, 0,60,24", movie="none",
        follicles=5_000, width=200,
    )  # fmt: skip
    assert record.id == "male_pattern_vertex"
    assert [regimen.treatment for regimen in regimens] == ["finasteride"]
    assert panels == (0, 24, 60)
    _, none, even = checked(
        PATIENT, plan=None, weeks=104, at=None, movie="none", follicles=5_000, width=200
    )
    assert none == ()
    assert even == (0, 26, 52, 78, 104)


def test_mp4_without_an_encoder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert _fields(movie="mp4") == ["--movie"]


def test_every_command_of_the_page_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    root = PATIENT.parents[2]
    page = (root / "docs" / "howto" / "scalp-movie.md").read_text(encoding="utf-8")
    found = [line for line in page.splitlines() if line.startswith("anagen scalp")]
    assert len(found) >= 3
    monkeypatch.chdir(root)
    for line in found:
        patient, *words = shlex.split(line)[2:]
        given: dict = {"plan": None, "weeks": 104, "at": None, "movie": "gif",
                       "follicles": 100_000, "width": 320}  # fmt: skip
        for name, text in zip(words[::2], words[1::2], strict=True):
            name = name.removeprefix("--")
            given[name] = int(text) if isinstance(given[name], int) else text
        checked(Path(patient), **given)


def test_the_verb_is_mounted() -> None:
    from anagen.cli.app import app

    commands = typer.main.get_command(app)
    assert "scalp" in getattr(commands, "commands", {})
