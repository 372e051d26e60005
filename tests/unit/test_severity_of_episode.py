"""Which medicines hold the attack: by what the model makes of them."""

import pytest

from anagen.model.actions import ACTIONS
from anagen.patients.severity import HOLD_ATTACK, holds_attack


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
