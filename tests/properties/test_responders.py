"""Who responds to a drug, where an assay says so; unknown changes nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from anagen.catalog.parameters import value
from anagen.simulate.exposure import action_blocks, given_response, values
from anagen.simulate.person import Person

SOMEBODY = Person("somebody", "male", 40.0, {"androgenetic": 1.0})
DRAWS = 4000


def _response(treatment: str, marker: str | None) -> np.ndarray:
    person = SOMEBODY if marker is None else replace(
        SOMEBODY, markers={"sulfotransferase": marker}
    )  # fmt: skip
    block = next(block for block in action_blocks(treatment) if "response" in block)
    return values(block, person, DRAWS, 0)["response"]


@pytest.mark.parametrize("responders", [0.2, 0.634])
@pytest.mark.parametrize("among", [0.036, 0.5, 0.85])
def test_scores_given_a_result_hold_its_share_of_responders(
    responders: float, among: float
) -> None:
    z = np.random.default_rng(1).standard_normal(200_000)
    moved = given_response(z, responders, among)
    threshold = np.quantile(z, 1.0 - responders)
    assert np.mean(moved > threshold) == pytest.approx(among, abs=0.01)
    order = np.argsort(z)
    assert np.all(np.diff(moved[order]) >= 0.0)
    assert given_response(z, responders, responders) == pytest.approx(z, abs=1e-6)


@pytest.mark.parametrize(("treatment", "better"), [("minoxidil_topical", "high"),
                                                   ("minoxidil_oral", "low")])  # fmt: skip
def test_the_two_minoxidils_answer_to_the_enzyme_in_opposite_ways(
    treatment: str, better: str
) -> None:
    worse = "low" if better == "high" else "high"
    assert np.median(_response(treatment, better)) > 1.3 * np.median(_response(treatment, worse))


def test_all_results_together_are_the_whole_population() -> None:
    """Low and high, mixed as often as they occur, have the spread of people with no assay."""
    low, high, everyone = (_response("minoxidil_topical", m) for m in ("low", "high", None))
    of = {name: value(f"minoxidil_topical_response_responders{name}")
          for name in ("", "_sulfotransferase_low", "_sulfotransferase_high")}  # fmt: skip
    share = (of["_sulfotransferase_high"] - of[""]) / (
        of["_sulfotransferase_high"] - of["_sulfotransferase_low"]
    )
    pooled = np.concatenate([np.sort(low)[::10], np.sort(high)[::10]])
    weight = np.repeat([share, 1.0 - share], pooled.size // 2)
    order = np.argsort(pooled)
    at = np.interp((0.25, 0.5, 0.75), np.cumsum(weight[order]) / weight.sum(), pooled[order])
    assert np.log(at) == pytest.approx(np.log(np.quantile(everyone, (0.25, 0.5, 0.75))), abs=0.08)


def test_other_drugs_do_not_ask_the_enzyme() -> None:
    marked = replace(SOMEBODY, markers={"sulfotransferase": "low"})
    for block in action_blocks("finasteride"):
        plain, asked = (values(block, who, 50, 0) for who in (SOMEBODY, marked))
        assert all(np.array_equal(plain[name], asked[name]) for name in plain)
