"""Follicles are conserved, nothing is negative, and lanes know nothing of each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anagen.model.drivers import DRIVER_INDEX
from anagen.model.hair_cycle import Layout, exit_share, steady_state
from anagen.simulate.advance import advance, neutral_drivers
from anagen.simulate.forecast import observables
from anagen.simulate.person import Person
from anagen.simulate.twins import Group, Lanes, build

CAUSES = (
    frozenset(),
    frozenset({"androgenetic"}),
    frozenset({"autoimmune"}),
    frozenset({"autoimmune", "androgenetic"}),
    frozenset({"scarring"}),
    frozenset({"autoimmune", "androgenetic", "effluvium", "inflammation"}),
)


def _group(mechanisms: frozenset[str], draws: int = 3) -> Group:
    person = Person("p", "male", 40.0, dict.fromkeys(mechanisms, 1.0), salt=40.0)
    group = build(Lanes(person, np.arange(draws), draws, 1), mechanisms)
    if "autoimmune" in mechanisms:
        # Half of the patches are lit, all of the scalp remembers a little.
        group.immune[0, :3] = 0.6
        group.immune[3] = 0.2
    if "scarring" in mechanisms:
        group.cells[4] = 1.0
    return group


def _advance(group: Group, drivers: np.ndarray, **options) -> np.ndarray:
    lanes, days = drivers.shape[:2]
    calm = np.zeros((days, lanes))
    return advance(group, drivers, calm, np.full((days, lanes), -1, np.int16), **options)


signed = st.floats(-1.5, 1.5)
share = st.floats(0.0, 1.0)


@settings(max_examples=40, deadline=None)
@given(
    mechanisms=st.sampled_from(CAUSES),
    logs=st.tuples(*[signed] * 8),
    shares=st.tuples(*[share] * 7),
    dht=st.floats(0.01, 2.0),
    levels=st.tuples(*[st.floats(0.0, 5.0)] * 3),
)
def test_follicles_are_conserved_and_nothing_is_negative(
    mechanisms, logs, shares, dht, levels
) -> None:
    group = _group(mechanisms)
    drivers = neutral_drivers(3, 56)
    for name, x in zip(
        (
            "anagen_log", "telogen_exit_log", "latency_exit_log",
            "size_step_up_log", "privilege_guard", "regulatory_tone_log",
            "season_log", "androgen_drive_log",
        ),
        logs, strict=True,
    ):  # fmt: skip
        drivers[:, :, DRIVER_INDEX[name]] = x
    for name, x in zip(
        (
            "jak1_2_block", "jak1_3_block", "androgen_receptor_block",
            "anagen_release", "anagen_destruction", "inflammation_relief", "follicle_loss",
        ),
        shares, strict=True,
    ):  # fmt: skip
        drivers[:, :, DRIVER_INDEX[name]] = x
    drivers[:, :, DRIVER_INDEX["scalp_dht_ratio"]] = dht
    for name, x in zip(
        ("glucocorticoid", "antigenic_competition", "perifollicular_inflammation"),
        levels, strict=True,
    ):  # fmt: skip
        drivers[:, :, DRIVER_INDEX[name]] = x
    before = group.follicles.sum(axis=(1, 2)) + group.deleted
    record = _advance(group, drivers)
    after = group.follicles.sum(axis=(1, 2)) + group.deleted
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-12)
    assert (group.follicles >= 0.0).all()
    assert (group.immune >= 0.0).all()
    assert (record >= 0.0).all()
    assert (group.immune[1] <= 1.0).all()
    assert (group.immune[3] <= 1.0).all()


@settings(max_examples=100, deadline=None)
@given(st.floats(0.0, 100.0))
def test_exit_share_is_a_probability_with_the_stated_mean_stay(exponent: float) -> None:
    out = exit_share(exponent)
    assert 0.0 <= out <= 1.0
    if 0.0 < exponent <= 1.0:
        assert 1.0 / out == pytest.approx(1.0 / exponent)


@settings(max_examples=25, deadline=None)
@given(
    st.floats(100, 2000),
    st.floats(5, 40),
    st.floats(40, 200),
    st.floats(20, 200),
    st.floats(10, 60),
)
def test_the_steady_state_does_not_move(anagen, catagen, telogen, latency, new) -> None:
    layout = Layout(2, 4, 2, 8, 2)
    stays = {
        "new_anagen": new, "anagen": anagen, "catagen": catagen,
        "telogen": telogen, "latency": latency,
    }  # fmt: skip
    group = _group(frozenset(), 1)
    for name, days in stays.items():
        group.person[_index(f"{name}_days")] = days
    group.follicles[:] = steady_state(layout, stays)[None]
    before = group.follicles.copy()
    _advance(group, neutral_drivers(1, 70))
    np.testing.assert_allclose(group.follicles, before, rtol=0, atol=1e-12)


def _index(name: str) -> int:
    from anagen.model.scalp_day import PERSON_INDEX

    return PERSON_INDEX[name]


@pytest.mark.parametrize("mechanisms", CAUSES)
def test_half_the_step_moves_outputs_less_than_five_percent(mechanisms) -> None:
    drivers = neutral_drivers(3, 364)
    drivers[:, 28:, DRIVER_INDEX["telogen_exit_log"]] = 0.4
    drivers[:, 100, DRIVER_INDEX["anagen_release"]] = 0.2
    drivers[:, 28:, DRIVER_INDEX["jak1_3_block"]] = 0.4
    whole, half = _group(mechanisms), _group(mechanisms)
    vehicle = np.zeros((53, 3))
    one = observables(whole, _advance(whole, drivers), vehicle)
    two = observables(half, _advance(half, drivers, substeps=2), vehicle)
    for name, course in one.items():
        scale = np.abs(course).max()
        assert np.abs(two[name] - course).max() <= 0.05 * max(scale, 1.0), name


@pytest.mark.parametrize("mechanisms", CAUSES)
def test_blocks_workers_and_order_change_no_bit(mechanisms) -> None:
    random = np.random.default_rng(4)
    drivers = neutral_drivers(37, 70)
    drivers[:, :, DRIVER_INDEX["telogen_exit_log"]] = random.normal(size=(37, 1))
    drivers[5, 9, DRIVER_INDEX["anagen_release"]] = 0.3
    reference = _advance(_group(mechanisms, 37), drivers, workers=1, block=32)
    for options in ({"workers": 2, "block": 8}, {"workers": 1, "block": 1}):
        assert np.array_equal(_advance(_group(mechanisms, 37), drivers, **options), reference)
    order = random.permutation(37)
    shuffled = _group(mechanisms, 37)
    shuffled = shuffled.take(order, shuffled.draws[order])
    assert np.array_equal(_advance(shuffled, drivers[order]), reference[..., order])
