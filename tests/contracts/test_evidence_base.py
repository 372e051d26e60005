"""The shipped evidence base is clean, complete and honest about what was kept apart."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

from anagen.catalog.lint import lint
from anagen.catalog.studies import load_studies
from anagen.catalog.tables import read_table

ROOT = Path(__file__).parents[2]


def test_shipped_data_are_clean():
    assert [f"{i.file}:{i.row} {i.field} {i.value} {i.wrong}" for i in lint()] == []


def test_every_source_row_has_a_fate():
    fates: dict[str, list[int]] = {}
    for row in read_table("carry_over.csv"):
        fates.setdefault(row["source_table"], []).append(int(row["line"]))
        assert row["went_to"] or row["reason"]
    tables = {row["source_table"]: int(row["rows"]) for row in read_table("carry_over_tables.csv")}
    assert set(fates) == set(tables)
    for table, rows in tables.items():
        assert sorted(fates[table]) == list(range(2, rows + 2)), table


def test_whole_groups_of_people_are_held_out():
    split: dict[str, set[str]] = {}
    for study in load_studies().values():
        split.setdefault(study.people, set()).add(study.split)
    assert all(words in ({"held_out"}, {"train"}, {"check_only"}) for words in split.values())


def test_held_out_studies_are_those_of_the_decision_record():
    record = (ROOT / "docs/decisions/0002-held-out-studies.md").read_text(encoding="utf-8")
    table = record.split("## How they were chosen")[0]
    named = set(re.findall(r"\| (\w+_\d{4}_\w+) \|", table))
    held = {study.id for study in load_studies().values() if study.split == "held_out"}
    assert held == named
    assert len(held) == 6


def test_held_out_order_follows_the_stated_hash():
    def order(people: str) -> str:
        return hashlib.sha256(f"anagen held-out:{people}".encode()).hexdigest()

    areata = ["Ivarmacitinib_2025_phase3", "King_2022_deuruxolitinib_dose_ranging"]
    assert sorted(areata, key=order) == areata
    assert order("thrive_aa1") < order(areata[0]), "THRIVE-AA1 was passed over by rule 3"


def test_no_drug_class_lost_all_its_fitted_studies():
    fitted = {
        study.treatment_class
        for study in load_studies().values()
        if any(row.use == "fit" for row in study.endpoints)
    }
    held = {study.treatment_class for study in load_studies().values() if study.split == "held_out"}
    assert held <= fitted


def test_evidence_command_stays_light():
    code = (
        "import sys, anagen.cli.evidence as e, anagen.catalog.card, anagen.catalog.census, "
        "anagen.catalog.lint\n"
        "from anagen.catalog.card import card\n"
        "from anagen.catalog.search import named\n"
        "card(named('finasteride')[0])\n"
        "heavy = {'numba', 'numpy', 'scipy', 'altair', 'pydantic', 'pint', 'fhir', 'pandas'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"
