"""Published drug levels, DHT falls and stores, within the tolerances of the data."""

from __future__ import annotations

import pytest

from anagen.validate.system_facts import COMPUTE, SystemFact, check_system_facts

FACTS = check_system_facts()


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.id)
def test_a_fact_is_met_or_a_known_miss(fact: SystemFact) -> None:
    said = f"{fact.quantity}: {fact.computed:.1f} {fact.unit}, range {fact.low:g} to {fact.high:g}"
    assert fact.met == fact.expected_met, said
    assert fact.met or fact.note, f"{fact.id}: a miss needs its reason"


def test_everything_computed_has_a_range() -> None:
    assert {fact.id for fact in FACTS} == set(COMPUTE)
