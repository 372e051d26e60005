"""The same twin meets the same fate in every arm."""

from __future__ import annotations

import time

import numpy as np
import pytest

from anagen.simulate import forecast as forecast_module
from anagen.simulate.forecast import UNTREATED, forecast
from anagen.simulate.person import Person
from anagen.simulate.regimen import Arm, Regimen

PEOPLE = (
    Person("vertex", "male", 35.0, {"androgenetic": 1.0}, norwood="III vertex"),
    Person("severe", "female", 35.0, {"autoimmune": 1.0}, salt=90.0, episode_years=3.0),
    Person(
        "unsure", "female", 45.0, {"autoimmune": 0.4, "effluvium": 0.5, "androgenetic": 0.3},
        salt=20.0, episode_years=0.4,
    ),
)  # fmt: skip
DRUG = {"vertex": "finasteride", "severe": "baricitinib", "unsure": "minoxidil_oral"}


def _same(a, b) -> bool:
    return all(np.array_equal(a.values[name], b.values[name]) for name in a.values)


@pytest.mark.parametrize("person", PEOPLE, ids=lambda p: p.patient_id)
def test_zero_dose_is_no_treatment_and_arms_do_not_touch_each_other(person: Person) -> None:
    drug = DRUG[person.patient_id]
    zero = Arm("zero", "zero dose", (Regimen(drug, 0.0, "mg", 1.0),))
    real = Arm("real", "a dose", (Regimen(drug, 2.0, "mg", 1.0),))
    together = forecast(person, (real, zero, UNTREATED), weeks=20, draws=12, seed=3)
    assert next(iter(together.arms)) == "untreated"
    assert _same(together.arms["zero"], together.arms["untreated"])
    assert not _same(together.arms["real"], together.arms["untreated"])
    alone = forecast(person, (real,), weeks=20, draws=12, seed=3, workers=1)
    assert _same(alone.arms["real"], together.arms["real"])
    for name, course in together.arms["real"].values.items():
        assert course.shape == (12, 21)
        assert np.isfinite(course).all(), name
        assert np.array_equal(course[:, 0], together.arms["untreated"].values[name][:, 0])


@pytest.mark.parametrize("person", PEOPLE, ids=lambda p: p.patient_id)
def test_arms_side_by_side_change_no_bit_and_are_told_in_order(person: Person) -> None:
    drug = DRUG[person.patient_id]
    arms = [UNTREATED] + [
        Arm(f"a{n}", f"dose {n}", (Regimen(drug, float(n), "mg", 1.0),)) for n in range(1, 5)
    ]
    one = forecast(person, arms, weeks=20, draws=12, seed=3, workers=1)
    for workers in (2, 3, 16):
        told: list[str] = []
        many = forecast(
            person, arms, weeks=20, draws=12, seed=3, workers=workers,
            progress=lambda done, total, label, told=told: told.append(label),
        )  # fmt: skip
        assert list(many.arms) == list(one.arms)
        assert all(_same(many.arms[name], one.arms[name]) for name in one.arms)
        assert told[1:-1] == [arm.label for arm in arms]


def test_an_arm_that_fails_stops_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []

    def broken(person, arm, **_):
        begun.append(arm.id)
        time.sleep(0.05)
        raise ValueError(arm.id)

    real = forecast_module.daily_drivers
    monkeypatch.setattr(
        "anagen.simulate.forecast.daily_drivers",
        lambda person, arm, **more: (broken if more["end_day"] else real)(person, arm, **more),
    )
    arms = [Arm(f"a{n}", "no treatment", ()) for n in range(50)]
    with pytest.raises(ValueError, match="a0"):
        forecast(PEOPLE[0], arms, weeks=4, draws=4, seed=3, workers=2)
    assert len(begun) < 50


def test_a_longer_forecast_begins_the_same() -> None:
    # A shorter look ahead must not change the person or the past.
    short = forecast(PEOPLE[0], (UNTREATED,), weeks=4, draws=5, seed=1).arms["untreated"]
    long = forecast(PEOPLE[0], (UNTREATED,), weeks=10, draws=5, seed=1).arms["untreated"]
    for name in short.values:
        assert np.array_equal(short.values[name], long.values[name][:, :5])


def test_another_seed_gives_another_twin() -> None:
    one = forecast(PEOPLE[1], (UNTREATED,), weeks=4, draws=5, seed=1).arms["untreated"]
    two = forecast(PEOPLE[1], (UNTREATED,), weeks=4, draws=5, seed=2).arms["untreated"]
    assert not _same(one, two)


def test_the_order_and_company_of_people_change_no_bit() -> None:
    def run(people) -> dict:
        return {
            p.patient_id: forecast(p, (UNTREATED,), weeks=6, draws=6, seed=4).arms["untreated"]
            for p in people
        }

    together, turned, alone = run(PEOPLE), run(PEOPLE[::-1]), run(PEOPLE[1:2])
    for name, arm in together.items():
        assert _same(arm, turned[name]), name
    assert _same(alone["severe"], together["severe"])
