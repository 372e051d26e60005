"""People the assessment had not seen: every cause is covered, and mending loses none of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from anagen.assess.vignettes import (
    SETS,
    Answer,
    answer,
    answer_at_first_run,
    load_vignettes,
    score,
    wilson,
)
from anagen.catalog.causes import load_causes
from anagen.catalog.findings import load_findings
from anagen.catalog.tables import read_table

PAGE = Path(__file__).parents[2] / "docs" / "assessment-validation.md"


@cache
def answers() -> tuple[Answer, ...]:
    return tuple(answer(vignette) for vignette in load_vignettes("unseen"))


def test_every_cause_has_an_unseen_person() -> None:
    covered = {cause for vignette in load_vignettes("unseen") for cause in vignette.truth}
    assert covered >= {cause.id for cause in load_causes().values() if cause.kind != "group"}


@pytest.mark.parametrize("name", SETS)
def test_vignettes_use_known_words_once(name: str) -> None:
    vignettes = load_vignettes(name)
    assert len({vignette.id for vignette in vignettes}) == len(vignettes)
    for vignette in vignettes:
        assert set(vignette.truth) <= set(load_causes()), vignette.id
        assert set(vignette.record.findings) <= set(load_findings()), vignette.id
        assert vignette.source, vignette.id
        assert vignette.basis in ("published", "written"), vignette.id


def test_the_first_run_was_kept_of_everyone() -> None:
    kept = {row["id"] for row in read_table("vignettes/unseen_first_run.csv")}
    assert kept == {vignette.id for vignette in load_vignettes("unseen")}


def test_mending_never_loses_who_was_right_at_first() -> None:
    first = [answer_at_first_run(vignette) for vignette in load_vignettes("unseen")]
    assert score(answers()).first >= score(first).first
    assert score(answers()).two >= score(first).two
    assert score(answers()).log_score <= score(first).log_score + 0.02


def test_high_probabilities_are_earned() -> None:
    """What is said of a cause lies inside the interval of how often it was true, or below it."""
    for held in score(answers()).bins:
        if held.low >= 0.5:
            assert held.said <= held.share_high, held


def test_the_page_names_every_cause_and_the_blind_result() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for cause in load_causes().values():
        if cause.kind != "group":
            assert f"| {cause.label} |" in page, cause.id
    published = [v for v in load_vignettes("unseen") if v.basis == "published"]
    blind = score([answer_at_first_run(vignette) for vignette in published])
    assert f"| published cases, blind | {blind.people} | {blind.first} (" in page


def test_wilson_interval_by_hand() -> None:
    # 39 of 39: z^2 = 2.7055; low = 39 / (39 + 2.7055) = 0.9351
    assert wilson(39, 39) == pytest.approx((0.9351, 1.0), abs=1e-4)
    low, high = wilson(5, 10)
    assert low == pytest.approx(1 - high)
