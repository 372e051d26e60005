"""Words to a regimen and back, for any dose that may be taken."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from anagen.catalog.treatments import load_treatments
from anagen.errors import InputProblems
from anagen.simulate.plan import parse_plan
from anagen.simulate.regimen import Regimen, parse_regimen, regimen_text

DOSED = sorted(
    name for name, treatment in load_treatments().items() if treatment.regimen is not None
)
LONGEST_DAYS = 84


@st.composite
def regimens(draw: st.DrawFn) -> Regimen:
    """A regimen no larger and no more frequent than usual."""
    treatment = load_treatments()[draw(st.sampled_from(DOSED))]
    usual = treatment.regimen
    assert usual is not None
    largest = usual.max_dose or usual.dose
    dose = draw(st.floats(0.001 * largest, largest).map(lambda x: round(x, 6))) or usual.dose
    stretch = draw(st.sampled_from((1, 2, 3, 4, 7, 14, 28)))
    interval = min(usual.interval_days * stretch, max(LONGEST_DAYS, usual.interval_days))
    start = draw(st.integers(0, 60))
    stop = draw(st.none() | st.integers(start + 1, start + 200))
    return Regimen(
        treatment.id, min(dose, largest), usual.unit, interval, float(start),
        None if stop is None else float(stop),
    )  # fmt: skip


@given(regimens())
def test_a_regimen_comes_back_from_its_words(regimen: Regimen) -> None:
    again = parse_regimen(regimen_text(regimen))
    assert abs(again.interval_days - regimen.interval_days) < 1e-9
    assert replace(again, text="", interval_days=0.0) == replace(regimen, interval_days=0.0)


@given(st.text(max_size=60))
def test_no_words_break_the_reader(text: str) -> None:
    """Anything is a plan or a list of problems."""
    with suppress(InputProblems):
        assert parse_plan(text)


@given(regimens(), st.sampled_from(("-", "+ +", "x x", "mg mg", "1e9", "then then", "%%")))
def test_noise_is_never_read_as_a_larger_dose(regimen: Regimen, noise: str) -> None:
    try:
        found = parse_plan(f"{regimen_text(regimen)} {noise}")
    except InputProblems:
        return
    largest = load_treatments()[regimen.treatment].regimen
    assert largest is not None
    assert all(one.dose <= (largest.max_dose or one.dose) for one in found)
