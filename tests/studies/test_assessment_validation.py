"""People the assessment had not seen: every cause is covered, and mending loses none of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from anagen.assess.vignettes import (
    SETS,
    UNSEEN,
    Answer,
    answer,
    answer_at_first_run,
    first_run,
    load_vignettes,
    score,
    wilson,
)
from anagen.catalog.causes import load_causes
from anagen.catalog.findings import load_findings

PAGE = Path(__file__).parents[2] / "docs" / "assessment-validation.md"


@cache
def answers(name: str) -> tuple[Answer, ...]:
    return tuple(answer(vignette) for vignette in load_vignettes(name))


def test_every_cause_has_an_unseen_person() -> None:
    covered = {cause for name in UNSEEN for v in load_vignettes(name) for cause in v.truth}
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


def test_no_person_is_in_two_sets() -> None:
    ids = [vignette.id for name in SETS for vignette in load_vignettes(name)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", UNSEEN)
def test_the_first_run_was_kept_of_everyone(name: str) -> None:
    kept = {row["id"] for row in first_run(name)}
    assert kept == {vignette.id for vignette in load_vignettes(name)}


@pytest.mark.parametrize("name", UNSEEN)
def test_mending_never_loses_who_was_right_at_first(name: str) -> None:
    first = [answer_at_first_run(vignette) for vignette in load_vignettes(name)]
    assert score(answers(name)).first >= score(first).first
    assert score(answers(name)).two >= score(first).two
    assert score(answers(name)).log_score <= score(first).log_score + 0.02


def test_high_probabilities_are_earned() -> None:
    """What is said of a cause lies inside the interval of how often it was true, or below it."""
    for held in score([said for name in UNSEEN for said in answers(name)]).bins:
        if held.low >= 0.5:
            assert held.said <= held.share_high, held


def test_the_page_names_every_cause_and_the_blind_result() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for cause in load_causes().values():
        if cause.kind != "group":
            assert f"| {cause.label} |" in page, cause.id
    rounds = (
        ("first", [v for v in load_vignettes("unseen") if v.basis == "published"]),
        ("second", list(load_vignettes("unseen_second"))),
    )
    for name, people in rounds:
        blind = score([answer_at_first_run(vignette) for vignette in people])
        row = f"| published cases, {name} round, blind | {blind.people} | {blind.first} ("
        assert row in page


def test_the_blind_result_of_the_second_round_stays() -> None:
    """85 cases met once: 48 first, 56 in the first two. These were printed and never change."""
    blind = score([answer_at_first_run(v) for v in load_vignettes("unseen_second")])
    assert (blind.people, blind.first, blind.two) == (85, 48, 56)


def test_wilson_interval_by_hand() -> None:
    # 39 of 39: z^2 = 2.7055; low = 39 / (39 + 2.7055) = 0.9351
    assert wilson(39, 39) == pytest.approx((0.9351, 1.0), abs=1e-4)
    low, high = wilson(5, 10)
    assert low == pytest.approx(1 - high)
