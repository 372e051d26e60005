"""`anagen evidence` as a person and a program meet it."""

import json

import pytest
from typer.testing import CliRunner

from anagen.cli.evidence import app
from anagen.errors import InputProblems

RUN = CliRunner()


def test_show_says_what_how_sure_and_where_from():
    result = RUN.invoke(app, ["show", "finasteride"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    for part in ("Tier", "Evidence", "Studies", "Harms per 100 people", "Safety", "Sources"):
        assert part in result.output
    assert "Kaufman_1998_finasteride" in result.output


def test_show_takes_words_without_quotes():
    result = RUN.invoke(app, ["show", "vitamin", "d", "--json"])
    assert json.loads(result.output)["id"] == "vitamin_d"


def test_unknown_name_lists_the_nearest():
    result = RUN.invoke(app, ["show", "finastride"])
    assert isinstance(result.exception, InputProblems)
    assert result.exception.exit_code == 2
    assert "finasteride" in result.exception.problems[0].nearest


def test_several_matches_are_listed():
    result = RUN.invoke(app, ["show", "minoxidil"])
    assert isinstance(result.exception, InputProblems)
    assert "minoxidil_oral" in result.exception.problems[0].allowed


def test_cite_prints_bibtex():
    result = RUN.invoke(app, ["cite", "Olsen_2002_minoxidil", "A072"])
    assert result.exit_code == 0
    assert "@article{Olsen_2002_minoxidil," in result.output
    assert result.output.count("@") >= 3


@pytest.mark.parametrize("verb", ["status", "lint"])
def test_json_is_json(verb: str):
    result = RUN.invoke(app, [verb, "--json"])
    assert json.loads(result.output)


def test_status_names_the_splits():
    result = RUN.invoke(app, ["status"])
    assert result.exit_code == 0
    assert "held out" in result.output
