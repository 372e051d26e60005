"""Charts: labels never lie on another, people add to 100, each picture says what it shows."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anagen.charts.bars import cause_bars
from anagen.charts.effects import effect_chart
from anagen.charts.fan import fan_chart
from anagen.charts.harms import harm_chart
from anagen.charts.icons import icon_array
from anagen.charts.labels import nice_domain, spread, tick_text, time_ticks, wrapped
from anagen.charts.series import Bar, Curve, Interval, Pair

WEEKS = tuple(float(week) for week in range(105))
PLAN = Curve(
    "salt",
    "%",
    "a",
    "A",
    "plan",
    WEEKS,
    tuple(60 - w / 3 for w in WEEKS),
    tuple(65 - w / 3 for w in WEEKS),
    tuple(70 - w / 3 for w in WEEKS),
    tuple(75 - w / 3 for w in WEEKS),
    tuple(80 - w / 3 for w in WEEKS),
)
UNTREATED = replace(PLAN, arm="u", role="untreated")
STOP = replace(PLAN, arm="s", role="stop")
SVG = "{http://www.w3.org/2000/svg}"


def fan(**rest: object) -> str:
    known = {"ident": "fan", "title": "SALT", "description": "Falls.", "domain": (0.0, 100.0)}
    return fan_chart([PLAN, UNTREATED, STOP], **{**known, **rest})  # type: ignore[arg-type]


@given(
    st.lists(st.floats(-50, 250), min_size=1, max_size=6),
    st.floats(5, 20),
)
def test_spread_keeps_gap_order_and_frame(wanted: list[float], gap: float) -> None:
    placed = spread(wanted, gap, 0.0, 200.0)
    ordered = sorted(placed)
    assert all(b - a >= gap - 1e-9 for a, b in pairwise(ordered))
    assert min(placed) >= -1e-9
    assert max(placed) <= 200 + 1e-9
    by_wish = [p for _, p in sorted(zip(wanted, placed, strict=True))]
    assert by_wish == sorted(by_wish)


@given(st.floats(-1000, 1000), st.floats(0.001, 1000))
def test_nice_domain_holds_its_data(low: float, span: float) -> None:
    first, last = nice_domain(low, low + span)
    assert first <= low + 1e-9
    assert last >= low + span - 1e-9
    assert last - first <= 3.5 * span + 1e-9


@given(st.text(alphabet="abcdefgh ", min_size=1, max_size=120), st.floats(60, 330))
def test_wrapped_lines_fit_and_lose_no_letter(text: str, width: float) -> None:
    lines = wrapped(text, width, 13)
    assert all(0.6 * 13 * len(line) <= width for line in lines)
    if all(0.6 * 13 * len(word) <= width for word in text.split()):
        assert " ".join(lines).split() == text.split()


@pytest.mark.parametrize("last", [12.0, 52.0, 104.0, 156.0, 520.0])
def test_time_ticks_are_few_and_readable(last: float) -> None:
    ticks = time_ticks(last)
    assert ticks[0] == 0
    assert 2 <= len(ticks) <= 6
    assert all(len(tick_text(week)) <= 6 for week in ticks)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_fan_chart_labels_every_line_and_the_early_weeks() -> None:
    drawn = texts(fan(weeks_to_judge=26.0))
    assert {"This plan", "No treatment", "If stopped", "too early to judge"} <= set(drawn)
    assert {"now", "1 yr", "2 yr"} <= set(drawn)
    assert {"0", "100"} <= set(drawn), "the value axis has lost its numbers"
    assert "too early to judge" not in texts(fan())


def test_equal_ends_still_get_labels_apart() -> None:
    svg = ElementTree.fromstring(fan())
    places = {
        element.text: float(re.findall(r"[-\d.]+", element.get("transform", ""))[1])
        for element in svg.iter(f"{SVG}text")
        if element.text in ("This plan", "No treatment", "If stopped")
    }
    ordered = sorted(places.values())
    assert all(b - a >= 14 for a, b in pairwise(ordered)), places


def test_real_change_adds_two_lines() -> None:
    assert fan(real_change=10.0).count("<line") == fan().count("<line") + 2


@pytest.mark.parametrize(
    "svg",
    [
        fan(),
        cause_bars(
            [Bar("Cause", 70, 60, 80, "70 (60 to 80)")],
            ident="fan",
            title="SALT",
            description="Falls.",
        ),
        effect_chart(
            [Interval("Option", -10, -12, -8, -20, -1, "-10")],
            ident="fan",
            title="SALT",
            description="Falls.",
            domain=(-20, 10),
            left_words="better",
            right_words="worse",
        ),
        harm_chart(
            [Pair("acne", 6, 2, "6 v 2"), Pair("shingles", 1, None, "1 v ?")],
            ident="fan",
            title="SALT",
            description="Falls.",
            highest=10,
        ),
        icon_array(60, 30, 10, ident="fan", title="SALT", description="Falls."),
    ],
    ids=["fan", "causes", "effects", "harms", "people"],
)
def test_every_picture_is_named_and_themed(svg: str) -> None:
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "fan-t fan-d"
    assert root[0].text == "SALT"
    assert root[1].text == "Falls."
    assert '#1b1b1d"' not in svg.replace('var(--ink, #1b1b1d)"', ""), "ink outside the theme"
    for element in root.iter():
        if element.get("id"):
            assert str(element.get("id")).startswith("fan-")


@settings(max_examples=30)
@given(st.integers(0, 100), st.integers(0, 100))
def test_icon_array_draws_exactly_the_people_told(a: int, b: int) -> None:
    better, last = sorted((a, b))
    counts = (better, last - better, 100 - last)
    svg = icon_array(*counts, ident="i", title="t", description="d")
    assert svg.count("#person-better") == counts[0]
    assert svg.count("#person-same") == counts[1]
    assert svg.count("#person-worse") == counts[2]
    assert ElementTree.fromstring(svg) is not None


def test_icon_array_refuses_99_people() -> None:
    with pytest.raises(ValueError, match="not 100"):
        icon_array(60, 30, 9, ident="i", title="t", description="d")
