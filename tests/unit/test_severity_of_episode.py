"""Which medicines hold the attack: by what the model makes of them."""

import pytest

from anagen.catalog.treatments import load_treatments
from anagen.model.actions import ACTIONS
from anagen.patients.severity import HOLD_ATTACK, holds_attack
from anagen.simulate.episode import HOLDING_ATTACK
from anagen.simulate.exposure import action_blocks
from anagen.simulate.parameter_draws import TYPICAL
from anagen.simulate.person import Person
from anagen.simulate.plan import parse_plan
from anagen.simulate.regimen import Arm
from anagen.simulate.system import daily_drivers


def test_actions_that_hold_the_attack_are_actions() -> None:
    assert set(ACTIONS) >= HOLD_ATTACK


@pytest.mark.parametrize(
    "name", ["baricitinib 4 mg", "ritlecitinib", "DPCP", "triamcinolone injections", "prednisone"]
)
def test_treatments_of_the_attack(name: str) -> None:
    assert holds_attack(name)


@pytest.mark.parametrize("name", ["minoxidil 5 %", "finasteride", "vitamin D", "a rumored potion"])
def test_other_medicines(name: str) -> None:
    assert not holds_attack(name)


def test_they_are_the_treatments_that_move_what_holds_the_attack_in_the_model() -> None:
    person = Person("anyone", "female", 30.0, {"autoimmune": 1.0}, salt=60.0)
    seen = set()
    for treatment in load_treatments().values():
        if not treatment.modelled or treatment.regimen is None:
            continue
        arm = Arm("plan", "", parse_plan(treatment.regimen.text), as_in_trial=False)
        drivers = daily_drivers(person, arm, start_day=0, end_day=200, draws=1, seed=TYPICAL)
        moves = bool(drivers[0][:, HOLDING_ATTACK].any())
        named = any(block["action"] in HOLD_ATTACK for block in action_blocks(treatment.id))
        assert moves == named, treatment.id
        seen.add(moves)
    assert seen == {True, False}
