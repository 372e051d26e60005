"""Converting there and back gives the value back, for every test and every unit it lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anagen.catalog.labs import load_labs
from anagen.units import convert

TESTS = [test for test in load_labs().values() if test.unit]


@given(
    test=st.sampled_from(TESTS),
    value=st.floats(min_value=1e-6, max_value=1e6),
    data=st.data(),
)
def test_round_trip(test, value, data):
    units = [unit for unit in test.other_units if unit not in ("mmol/mol", "m[IU]/L")]
    unit = data.draw(st.sampled_from([test.unit, *units]))
    there = convert(value, test.unit, unit, test.molar_mass_g_per_mol)
    back = convert(there, unit, test.unit, test.molar_mass_g_per_mol)
    assert back == pytest.approx(value, rel=1e-9)


@given(value=st.floats(min_value=1e-3, max_value=1e3), factor=st.floats(min_value=1, max_value=9))
def test_conversion_keeps_order(value, factor):
    low = convert(value, "nmol/L", "ng/mL", 400.64)
    assert convert(value * (1 + factor), "nmol/L", "ng/mL", 400.64) > low
