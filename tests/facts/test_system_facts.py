"""Published drug levels and DHT falls, within the tolerances of data/facts/model_facts.csv."""

from __future__ import annotations

from dataclasses import replace

import pytest

from anagen.catalog.tables import optional_number, read_table
from anagen.simulate.exposure import traits, treatment_exposure
from anagen.simulate.parameter_draws import TYPICAL
from anagen.simulate.person import Person
from anagen.simulate.regimen import Arm, Regimen
from anagen.simulate.system import system_readout

FACTS = {row["id"]: row for row in read_table("facts/model_facts.csv")}
MAN = Person("typical", "male", 40.0, {"androgenetic": 1.0}, weight_kg=70.0)


def check(fact: str, value: float) -> None:
    low, high = (optional_number(FACTS[fact][side]) for side in ("low", "high"))
    assert low is not None
    assert high is not None
    assert low <= value <= high, f"{fact}: {FACTS[fact]['quantity']}: {value:.1f}"


def readout(regimen: Regimen, days: int, person: Person = MAN):
    return system_readout(
        person, Arm("a", "a", (regimen,)), start_day=0, end_day=days, draws=1, seed=TYPICAL
    )


def test_dutasteride_trough() -> None:
    exposure = treatment_exposure(
        Regimen("dutasteride", 0.5, "mg", 1.0), MAN, traits(MAN, 1, TYPICAL),
        start_day=0, end_day=168, segments=4, seed=TYPICAL,
    )  # fmt: skip
    check("F33", float(exposure.level[-1, -1, 0]))


def test_dutasteride_serum_dht() -> None:
    course = readout(Regimen("dutasteride", 0.5, "mg", 1.0), 168)
    check("F34", 100 * (1 - float(course.serum_dht_ratio[-1, 0])))


@pytest.mark.parametrize(
    ("fact", "dose"), [("F35a", 0.05), ("F35b", 0.2), ("F35c", 1), ("F35d", 5)]
)
def test_finasteride_serum_dht(fact: str, dose: float) -> None:
    course = readout(Regimen("finasteride", dose, "mg", 1.0), 42)
    check(fact, 100 * (1 - float(course.serum_dht_ratio[-1, 0])))


def test_ritlecitinib_mean_concentration() -> None:
    person = replace(MAN, mechanism_probability={"autoimmune": 1.0})
    course = readout(Regimen("ritlecitinib", 50.0, "mg", 1.0), 60, person)
    check("F36", float(course.concentration["ritlecitinib"][-1, 0]))
