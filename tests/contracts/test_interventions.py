"""The page of all interventions lists every treatment with its tier, and no number too many."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from anagen.catalog.indicated_people import load_indicated_people
from anagen.catalog.parameters import load_parameters
from anagen.catalog.sources import load_sources
from anagen.catalog.treatments import Treatment, cause_matches, load_treatments, tier_of
from anagen.cli import interventions as command
from anagen.plan.interventions import (
    NO_EVIDENCE,
    WEEKS,
    Intervention,
    interventions,
    rows_without_effects,
)
from anagen.plan.make import credence
from anagen.provenance import stamp
from anagen.report.interventions import as_document, as_markdown, effect_text
from anagen.report.words import spoken
from anagen.simulate.person import Person
from anagen.simulate.regimen import Arm
from anagen.simulate.result import OBSERVABLES, ArmForecast, Forecast

PAGE = Path(__file__).parents[2] / "docs" / "interventions.md"
KNOWN = load_treatments()
ROWS = rows_without_effects()
NOBODY = "No number for anybody"


def fake(
    person: Person, arms: Sequence[Arm], *, weeks: int, draws: int, seed: int, progress: object
) -> Forecast:
    """Everything moves by ten on any treatment, by nothing without one."""
    start = {"shed_ratio": 2.0, "salt": 60.0}
    week = np.arange(weeks + 1, dtype=float)
    found = {}
    for arm in arms:
        gain = (0.5 if arm.regimens else 0.0) * np.minimum(week, 24.0) / 24.0
        values = {
            name: np.tile(
                start.get(name, 100.0) * (1.0 + (-gain if name in start else gain)), (draws, 1)
            )
            for name in OBSERVABLES
        }
        found[arm.id] = ArmForecast(arm, values)
    return Forecast(person.patient_id, seed, week, found)


@pytest.fixture(scope="module")
def rows() -> tuple[Intervention, ...]:
    return interventions(draws=20, forecaster=fake)


def lines(page: str) -> Iterator[tuple[str, str, list[str]]]:
    """Section, treatment id and the cells of every row of the page that names a treatment."""
    section, head = "", []
    for line in page.splitlines():
        if line.startswith("## "):
            section = line[3:]
        if line.startswith("| "):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            found = re.search(r"\(`([\w+]+)`\)$", cells[0])
            if found:
                assert len(cells) == len(head)
                yield section, found[1], cells
            else:
                head = cells


def test_the_committed_page_lists_every_treatment_with_its_tier_of_today() -> None:
    told = {}
    for section, name, cells in lines(PAGE.read_text(encoding="utf-8")):
        assert (section, name) not in told, f"{name} twice under {section}"
        told[section, name] = cells[2]
    wanted = {(row.person_label or NOBODY, row.treatment): spoken(row.tier) for row in ROWS}
    assert told == wanted, "run `make interventions`"
    assert {name for _, name in told if "+" not in name} == set(KNOWN)


def test_the_committed_page_shows_a_number_only_where_one_may_be() -> None:
    seen = {True: 0, False: 0}
    silent = {(row.person_label or NOBODY, row.treatment): row.silent for row in ROWS}
    for section, name, cells in lines(PAGE.read_text(encoding="utf-8")):
        effects = cells[3:4] if section == NOBODY else cells[3:5]
        quiet = bool(silent[section, name])
        seen[quiet] += 1
        for cell in effects:
            assert bool(re.search(r"\d", cell)) != quiet, f"{name}: {cell}"
            assert cells[2] != "no evidence" or cell == NO_EVIDENCE
    assert seen[True] > 25
    assert seen[False] > 30


def test_every_treatment_and_person_is_one_row(rows: tuple[Intervention, ...]) -> None:
    pairs = [(row.treatment, row.person) for row in rows]
    assert len(pairs) == len(set(pairs))
    assert {row.treatment for row in rows if "+" not in row.treatment} == set(KNOWN)


def parts_of(row: Intervention) -> list[Treatment]:
    return [KNOWN[name] for name in row.treatment.split("+")]


def test_numbers_are_there_exactly_where_evidence_and_model_are(
    rows: tuple[Intervention, ...],
) -> None:
    for row in rows:
        tiers = {tier_of(part, row.causes)[0] for part in parts_of(row)}
        modelled = all(part.modelled for part in parts_of(row))
        may = "no_evidence" not in tiers and modelled and row.person != ""
        assert row.tier in tiers
        assert bool(row.effects) == may == (not row.silent), row.treatment
        for week in WEEKS:
            assert bool(re.search(r"\d", effect_text(row, week))) == may
        assert tuple(effect.week for effect in row.effects) == (WEEKS if may else ())


def test_effects_are_differences_from_no_treatment(rows: tuple[Intervention, ...]) -> None:
    for row in rows:
        for effect in row.effects:
            assert effect.points_low <= effect.points <= effect.points_high
            assert effect.change_low <= effect.change <= effect.change_high
            if row.treatment == "watchful_waiting":
                assert (effect.points, effect.change) == (0.0, 0.0)
            elif row.treatment == "finasteride":
                assert effect.untreated_per_100 == 0
                assert effect.treated_per_100 == 100
                assert effect.change == pytest.approx(50.0)


def test_every_key_of_a_row_is_known(rows: tuple[Intervention, ...]) -> None:
    sources, parameters = load_sources(), load_parameters()
    for row in rows:
        assert all(key in sources for key in row.sources)
        assert all(name in parameters for name in row.model_rows)
        assert row.model_rows or row.silent or row.treatment == "watchful_waiting", row.treatment
        assert (
            row.sources
            or row.tier == "no_evidence"
            or "care" in {part.kind for part in parts_of(row)}
        )


def test_people_are_those_the_treatment_is_meant_for() -> None:
    for person in load_indicated_people():
        combined = [name for parts in person.combinations for name in parts.split("+")]
        for name in (*person.treatments, *combined):
            patterns = {cause for row in KNOWN[name].indications for cause in row.causes}
            assert any(cause_matches(cause, patterns) for cause in person.causes), (person.id, name)


def test_json_and_page_say_the_same(rows: tuple[Intervention, ...]) -> None:
    document = json.loads(json.dumps(as_document(rows, stamp(0, 20))))
    assert len(document["interventions"]) == len(rows)
    for told in document["interventions"]:
        assert bool(told["effects"]) != bool(told["silent"])
    page = as_markdown(rows, stamp(0, 20))
    assert len(list(lines(page))) == len(rows)


def test_the_command_writes_whole_files_and_refuses_two_formats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: tuple[Intervention, ...]
) -> None:
    import typer

    monkeypatch.setattr("anagen.plan.interventions.interventions", lambda **_: rows)
    command.interventions(as_json=True, out=tmp_path / "a.json", draws=20, seed=0)
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["stamp"]["draws"] == 20
    command.interventions(markdown=True, out=tmp_path / "a.md", draws=20, seed=0)
    assert (tmp_path / "a.md").read_text(encoding="utf-8").startswith("# All interventions")
    for wrong in ({"as_json": True, "markdown": True}, {"out": tmp_path / "b"}):
        with pytest.raises(typer.BadParameter):
            command.interventions(**wrong)


def test_the_model_itself_fills_the_table_the_same_twice() -> None:
    first, second = (interventions(draws=20, seed=5) for _ in range(2))
    assert first == second
    assert first != interventions(draws=20, seed=6)
    for row in first:
        # The chance that no part does anything is more than a tail of the interval.
        nothing = np.prod([1.0 - credence(part, row.causes) for part in parts_of(row)])
        for effect in row.effects:
            if nothing >= 0.05:
                assert effect.points_low <= 0.0 <= effect.points_high, row.treatment
            assert -100.0 <= effect.points <= 100.0
            assert np.isfinite([effect.change_low, effect.change_high]).all()


def test_the_verb_prints_json_and_nothing_else(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            *("-c", "from anagen.cli import run; run()"),
            *("interventions", "--json", "--draws", "20"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    told = {
        (row["treatment"], row["person"]): row for row in json.loads(done.stdout)["interventions"]
    }
    assert {name for name, _ in told if "+" not in name} == set(KNOWN)
    assert told["nin_peptides+microneedling", "man_vertex"]["effects"] == []
    assert told["biotin", "replete"]["effects"] == []
    assert len(told["baricitinib", "severe_areata"]["effects"]) == len(WEEKS)
    assert list(tmp_path.iterdir()) == []
