"""Published facts against the model: ranges are data, misses are known and named."""

from __future__ import annotations

import pytest

from anagen.validate import patch_facts, scalp_facts, system_facts
from anagen.validate.facts import COMPUTE, check, facts


def test_every_fact_is_computed_and_every_computation_has_a_row() -> None:
    assert set(facts()) == set(COMPUTE)
    tables = (scalp_facts, patch_facts, system_facts)
    assert len(facts()) == sum(len(table.COMPUTE) for table in tables)


@pytest.mark.parametrize("fact", facts())
def test_a_fact_is_met_or_a_known_miss(fact: str) -> None:
    (result,) = check(fact)
    # A miss that is met now must lose its mark, so both directions fail.
    assert result.met == result.expected_met, (
        f"{result.row}: {result.quantity}: computed {result.computed:.4g} {result.unit}, "
        f"range {result.low:g} to {result.high:g}, expected met: {result.expected_met}"
    )
    assert result.expected_met or result.note.startswith("Missed: "), result.row
