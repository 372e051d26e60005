"""Blocks of JAK inhibitors at their clinical doses against what was measured in blood cells."""

from __future__ import annotations

import numpy as np
import pytest

from anagen.catalog.parameters import load_parameters
from anagen.model.drivers import DRIVER_INDEX
from anagen.simulate.parameter_draws import TYPICAL, sample
from anagen.simulate.person import Person
from anagen.simulate.regimen import Arm, parse_regimen
from anagen.simulate.system import daily_drivers

PERSON = Person("typical", None, 40.0, {"autoimmune": 1.0}, weight_kg=70.0)


def block(text: str, lever: str, draws: int = 1, seed: int = TYPICAL) -> np.ndarray:
    arm = Arm("a", "a", (parse_regimen(text),))
    course = daily_drivers(PERSON, arm, start_day=0, end_day=60, draws=draws, seed=seed)
    return course[:, 40:, DRIVER_INDEX[lever]].mean(axis=1)


def test_interferon_is_blocked_more_by_baricitinib_and_gamma_chain_by_tofacitinib() -> None:
    bari, tofa = "baricitinib 4 mg daily", "tofacitinib 5 mg twice daily"
    assert block(bari, "jak1_2_block") > block(tofa, "jak1_2_block")
    assert block(bari, "jak1_3_block") < block(tofa, "jak1_3_block")


def test_upadacitinib_lies_between_them_and_is_the_least_certain() -> None:
    upa, bari = "upadacitinib 15 mg daily", "baricitinib 4 mg daily"
    tofa = "tofacitinib 5 mg twice daily"
    for lever in ("jak1_2_block", "jak1_3_block"):
        low, high = sorted(block(text, lever)[0] for text in (bari, tofa))
        assert low < block(upa, lever)[0] < high
    spread = {
        text: np.subtract(*np.quantile(block(text, "jak1_2_block", 600, 0), [0.95, 0.05]))
        for text in (upa, bari)
    }
    # A block lies between 0 and 1 and holds how people differ too; what no study told is potency.
    assert spread[upa] > spread[bari]
    potency = {
        name: np.subtract(
            *np.quantile(np.log(sample(f"{name}_ec50_jak1_2", 600, 0, "any")), [0.95, 0.05])
        )
        for name in ("upadacitinib", "baricitinib", "tofacitinib")
    }
    assert potency["upadacitinib"] > max(potency["baricitinib"], potency["tofacitinib"])
    # As wide as before any study, while three trials of baricitinib tell it better.
    row = load_parameters()["upadacitinib_ec50_jak1_2"]
    assert row.low is not None
    assert row.high is not None
    assert potency["upadacitinib"] == pytest.approx(np.log(row.high / row.low), rel=0.1)
    assert potency["upadacitinib"] > 1.1 * potency["baricitinib"]


def test_tofacitinib_stays_in_the_range_measured_in_patients() -> None:
    for lever in ("jak1_2_block", "jak1_3_block"):
        assert 0.10 <= block("tofacitinib 5 mg twice daily", lever)[0] <= 0.73


@pytest.mark.parametrize(
    ("text", "lever", "wanted"),
    [
        ("baricitinib 4 mg daily", "jak1_2_block", 0.36),
        ("baricitinib 2 mg daily", "jak1_2_block", 0.22),
        ("baricitinib 4 mg daily", "jak1_3_block", 0.20),
        ("baricitinib 2 mg daily", "jak1_3_block", 0.11),
        ("ritlecitinib 50 mg daily", "jak1_3_block", 0.50),
        ("ritlecitinib 10 mg daily", "jak1_3_block", 0.11),
        ("tofacitinib 5 mg twice daily", "jak1_2_block", 0.27),
        ("tofacitinib 5 mg twice daily", "jak1_3_block", 0.60),
    ],
)
def test_blocks_of_the_calibration_study_come_out_at_usual_adherence(
    text: str, lever: str, wanted: float
) -> None:
    assert 0.95 * block(text, lever)[0] == pytest.approx(wanted, abs=0.02)
