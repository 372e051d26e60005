"""Actions of treatments: each does what its first line says."""

from __future__ import annotations

import numpy as np
import pytest

from anagen.model.actions import ACTIONS, Exposure
from anagen.model.actions.exposure import GROWTH_SHARE
from anagen.model.system import combine

PERSON = {
    "female": np.array([0.0, 1.0]),
    "weight_kg": np.array([70.0, 70.0]),
    "affected_percent": np.array([5.0, 50.0]),
}


def exposure(level: float, days: int = 200, segments: int = 1) -> Exposure:
    levels = np.full((days, segments, 2), level)
    return Exposure(levels, levels[:, 0].copy(), np.ones(days, dtype=np.bool_))


def act(name: str, level: float, segments: int = 1, **rows: float) -> dict:
    p = {key: np.full(2, value) for key, value in rows.items()}
    return dict(ACTIONS[name].act(exposure(level, segments=segments), p, PERSON))


def test_jak_block_is_half_at_the_half_maximal_concentration() -> None:
    rows = {"half_maximal_jak1_2_block": 20.0, "half_maximal_jak1_3_block": 60.0}
    got = act("jak_inhibition", 20.0, 12, **rows, hill=1.0, scale=1.0)
    assert got["jak1_2_block"] == pytest.approx(0.5)
    assert got["jak1_3_block"] == pytest.approx(0.25)
    shared = act("jak_inhibition", 20.0, 12, **rows, hill=1.0, scale=2.0)
    assert shared["jak1_2_block"] == pytest.approx(1 / 3)
    steep = act("jak_inhibition", 40.0, 12, **rows, hill=2.0, scale=1.0)
    assert steep["jak1_2_block"] == pytest.approx(0.8)


def test_covalent_drug_counts_its_mean_and_leaves_interferon_alone() -> None:
    rows = {"half_maximal_jak1_3_block": np.full(2, 48.0), "hill": np.ones(2), "scale": np.ones(2)}
    peaked = np.zeros((1, 4, 2))
    peaked[0, 0] = 192.0
    got = ACTIONS["covalent_jak3_inhibition"].act(
        Exposure(peaked, peaked[:, 0], np.ones(1, dtype=np.bool_)), rows, PERSON
    )
    assert set(got) == {"jak1_3_block"}
    assert got["jak1_3_block"] == pytest.approx(0.5)


def test_injections_reach_only_part_of_a_large_area() -> None:
    rows = {"largest": 1.4, "half_maximal": 3.0, "hill": 2.0}
    whole = act("glucocorticoid", 5.0, **rows)["glucocorticoid"]
    part = act("intralesional_glucocorticoid", 5.0, **rows, session_area=35.0, scalp_area=600.0)
    assert part["glucocorticoid"][:, 0] == pytest.approx(whole[:, 0])
    assert part["glucocorticoid"][:, 1] == pytest.approx(whole[:, 1] * 35.0 / 300.0)


def test_strengths_of_injections_respond_as_in_the_meta_analysis() -> None:
    rows = {"largest": 1.0, "half_maximal": 3.0, "hill": 2.0}
    weak, usual, strong = (
        act("glucocorticoid", strength, **rows)["glucocorticoid"][0, 0]
        for strength in (2.5, 5.0, 10.0)
    )
    assert usual / weak > 1.5
    assert strong / usual < 1.3


def test_contact_sensitiser_builds_up_slowly() -> None:
    rows = {"largest": 2.0, "build_up_half_life": 56.0, "effector_loss": 0.7}
    got = act("antigenic_competition", 1.0, **rows)
    course = got["antigenic_competition"][:, 0]
    assert course[55] == pytest.approx(1.0)
    assert np.all(np.diff(course) > 0)
    assert got["glucocorticoid"][55] == pytest.approx(0.35)


def test_topical_drug_is_enriched_where_it_is_put() -> None:
    got = act("five_alpha_reductase_inhibition", 0.04, 4, type_2_rate=0.13, local_enrichment=60.0)
    assert got["local_type_2_inactivation"] == pytest.approx(60.0 * got["type_2_inactivation"])
    assert "type_1_inactivation" not in got
    oral = act("five_alpha_reductase_inhibition", 2.0, 4, type_2_rate=0.1, type_1_rate=0.01)
    assert oral["local_type_1_inactivation"] is oral["type_1_inactivation"]


def test_minoxidil_levers_share_one_saturation() -> None:
    levers = {
        "telogen_exit_log": 0.6,
        "latency_exit_log": 1.46,
        "anagen_log": 0.27,
        "size_step_up_log": 0.06,
        "thickening": 0.0004,
    }
    rows = {"equivalent": 1.0, "half_maximal": 2.3, "response": 1.0}
    five = act("follicle_stimulation", 5.0, **rows, **levers)
    for lever, full in levers.items():
        assert five[lever] == pytest.approx(full * 5.0 / 7.3)
    oral = act("follicle_stimulation", 1.0, **(rows | {"equivalent": 5.7}), **levers)
    assert oral["anagen_log"] == pytest.approx(0.27 * 5.7 / 8.0)


def test_vehicle_gain_is_larger_in_women_and_there_in_eight_weeks() -> None:
    got = act("vehicle_response", 0.0, gain=6.6, women_more=3.4, saturation_days=56.0)
    assert got["vehicle_response"][55] == pytest.approx([0.95 * 6.6, 0.95 * 10.0])


def test_biotin_and_waiting_do_nothing_to_the_replete() -> None:
    got = act("biotin_intake", 5000.0, anagen_log_when_replete=0.0)
    assert np.all(got["anagen_log"] == 0.0)
    assert np.all(got["biotin_intake"] == 5000.0)
    assert act("no_action", 0.0) == {}


def test_antifungal_effect_stops_growing_at_full_use() -> None:
    rows = {"anagen_log": 0.03, "inflammation_relief": 0.4}
    once, daily = act("antifungal", 1.0, **rows), act("antifungal", 3.0, **rows)
    assert np.array_equal(once["anagen_log"], daily["anagen_log"])
    assert daily["inflammation_relief"] == pytest.approx(0.4)
    assert np.all(
        act("antifungal", 1.0, **(rows | {"inflammation_relief": -0.2}))["inflammation_relief"]
        == 0.0
    )


def test_half_of_the_receptor_that_can_be_blocked_is_at_the_half_dose() -> None:
    got = act("androgen_receptor_blockade", 100.0, largest=0.8, half_maximal=100.0)
    assert got["androgen_receptor_block"] == pytest.approx(0.4)
    more = act("androgen_receptor_blockade", 1e9, largest=0.8, half_maximal=100.0)
    assert more["androgen_receptor_block"] == pytest.approx(0.8)


MINOXIDIL = {
    "telogen_exit_log": 0.6,
    "latency_exit_log": 1.46,
    "anagen_log": 0.27,
    "size_step_up_log": 0.06,
    "thickening": 0.0004,
}


def test_an_unspecific_stimulus_is_a_share_of_minoxidil_and_never_harms() -> None:
    for strength, share in ((0.5, 0.5), (1.5, 1.0), (-0.3, 0.0)):
        got = act("growth_stimulus", 1.0, strength=strength, **MINOXIDIL)
        assert set(got) == {*MINOXIDIL, GROWTH_SHARE}
        assert got[GROWTH_SHARE] == pytest.approx(share)
        for lever, full in MINOXIDIL.items():
            assert got[lever] == pytest.approx(share * full)
    usual, more = (act("growth_stimulus", x, strength=0.5, **MINOXIDIL) for x in (1.0, 4.0))
    assert np.array_equal(usual["thickening"], more["thickening"])


def test_growth_stimuli_together_do_more_than_each_and_less_than_their_sum() -> None:
    light, needles = (act("growth_stimulus", 1.0, strength=x, **MINOXIDIL) for x in (0.5, 0.4))
    both = combine([light, {"anagen_log": -0.1 * light["anagen_log"]}, needles])
    assert both["thickening"] == pytest.approx(0.7 * MINOXIDIL["thickening"])
    # What else acts on the lever is added as before.
    assert both["anagen_log"] == pytest.approx((0.7 - 0.05) * MINOXIDIL["anagen_log"])
    most = act("growth_stimulus", 1.0, strength=1.0, **MINOXIDIL)
    nothing = act("growth_stimulus", 0.0, strength=0.4, **MINOXIDIL)
    for lever, full in MINOXIDIL.items():
        assert combine([most, needles])[lever] == pytest.approx(full)
        assert np.array_equal(combine([light, nothing])[lever], light[lever])


@pytest.mark.parametrize(
    ("name", "lever", "rows"),
    [
        ("regulatory_support", "regulatory_tone_log", {"half_maximal": 1.0}),
        ("privilege_support", "privilege_guard", {}),
    ],
)
def test_support_of_regulation_and_privilege_grows_with_use_and_never_harms(
    name: str, lever: str, rows: dict[str, float]
) -> None:
    half, full = (act(name, x, largest_log=0.6, **rows)[lever] for x in (0.5, 1.0))
    assert np.all(half < full)
    assert np.all(full <= 0.6)
    assert np.all(act(name, 1.0, largest_log=-0.4, **rows)[lever] == 0.0)


def test_hormone_therapy_gives_back_a_share_of_the_lost_protection() -> None:
    once, twice = (act("oestrogen_replacement", x, largest=0.6) for x in (1.0, 2.0))
    assert once["oestrogen_replacement"] == pytest.approx(0.6)
    assert np.array_equal(once["oestrogen_replacement"], twice["oestrogen_replacement"])
