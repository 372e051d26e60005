"""The shipped evidence base is clean, complete and honest about what was kept apart."""

import hashlib
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from anagen.catalog.lint import lint
from anagen.catalog.studies import load_studies
from anagen.catalog.tables import read_table
from forecast_treatments import DRUGS

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


# What the decision record says was known when the choice was made.
IN_FACT_LIST = {
    "brave_aa1",
    "allegro",
    "kaufman",
    "price_weight",
    "Olsen_2002_minoxidil",
    "Price_1999_minoxidil_weight",
}


@dataclass
class Group:
    """Studies that share people: rows that could be fitted, arms and drugs behind them."""

    treatment_class: str
    rows: int = 0
    randomised: bool = False
    arms: set[tuple[str, str]] = field(default_factory=set)
    drugs: set[str] = field(default_factory=set)

    @property
    def controlled(self) -> bool:
        return self.randomised and len(self.arms) >= 2


# Groups without a row that could be fitted when the choice was made: they had no part in it.
ADDED_LATER = {
    "Gentile_2015_prp",
    "Hausauer_2018_prp",
    "Jimenez_2014_laser_comb",
    "brave_aa1_phase2",
    "Leyden_1999_finasteride_frontal",
    "NCT01226459_minoxidil_foam_women",
    "price_postmenopausal",
}


def _groups(areata: bool) -> dict[str, Group]:
    groups: dict[str, Group] = {}
    for study in load_studies().values():
        if (study.condition == "alopecia_areata") != areata or study.people in ADDED_LATER:
            continue
        group = groups.setdefault(study.people, Group(study.treatment_class))
        drugs = {arm.id: arm.drug for arm in study.arms}
        group.randomised |= study.design == "randomised_controlled"
        for row in study.endpoints:
            if row.use == "fit" or row.reason.startswith("held out"):
                group.rows += 1
                group.arms.add((study.id, row.arm))
                group.drugs |= {drugs[row.arm]} & set(DRUGS)
    return {name: group for name, group in groups.items() if group.rows}


def _hash(people: str) -> str:
    return hashlib.sha256(f"anagen held-out:{people}".encode()).hexdigest()


def _chosen(groups: dict[str, Group]) -> set[str]:
    taken: set[str] = set()
    total = sum(group.rows for group in groups.values())
    for name in sorted(groups, key=_hash):
        group = groups[name]
        rest = [g for other, g in groups.items() if other != name and other not in taken]
        passed_over = (
            name in IN_FACT_LIST
            or not group.controlled
            or group.rows > total / 5
            or not any(g.controlled and g.treatment_class == group.treatment_class for g in rest)
            or not all(any(drug in g.drugs for g in rest) for drug in group.drugs)
        )
        if not passed_over and len(taken) < round(len(groups) / 5):
            taken.add(name)
    return taken


def test_the_stated_rule_gives_the_held_out_studies():
    chosen = _chosen(_groups(areata=True)) | _chosen(_groups(areata=False))
    held = {study.people for study in load_studies().values() if study.split == "held_out"}
    assert chosen == held


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
