"""The code of every tutorial, and of the page on Python, runs and prints what the page shows."""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "tutorials"
PAGES = [*sorted(FOLDER.glob("*.md")), ROOT / "docs" / "howto" / "python.md"]
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def _runner():
    spec = importlib.util.spec_from_file_location("tutorial_runner", FOLDER / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def _run(path: Path) -> tuple[list[tuple[str | None, str]], dict[str, Any]]:
    """What each block shows and prints, and the names the code leaves behind."""
    names: dict[str, Any] = {}
    return list(_runner().printed(path.read_text("utf-8"), names)), names


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_tutorial_prints_what_it_shows(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Paths of pages are those of a checkout.
    monkeypatch.chdir(ROOT)
    blocks, _ = _run(path)
    assert any(shown for shown, _ in blocks)
    for shown, got in blocks:
        renew = f"renew it: python docs/tutorials/run.py {path.relative_to(ROOT)}"
        words = [re.sub(r"\s*#", "#", NUMBER.sub("#", text or "")) for text in (shown, got)]
        assert words[0] == words[1], renew
        for a, b in zip(NUMBER.findall(shown or ""), NUMBER.findall(got), strict=True):
            # A constant may be refitted without rewriting the page; a new picture may not.
            assert float(b) == pytest.approx(float(a), rel=0.1, abs=2.0), renew


def test_three_causes_act_together_as_the_tutorial_says() -> None:
    _, namespace = _run(FOLDER / "three-causes.md")
    whole, without = namespace["whole"], namespace["without"]
    shed, thick = "daily_shed", "terminal_density"
    assert without["effluvium"][shed][8] < 0.7 * whole[shed][8]
    assert abs(without["effluvium"][thick][52] / whole[thick][52] - 1.0) < 0.1
    assert without["androgenetic"][thick][0] > 1.1 * whole[thick][0]
    assert without["androgenetic"][thick][52] > 1.1 * whole[thick][52]
    assert abs(without["androgenetic"]["salt"][52] - whole["salt"][52]) < 8.0
    alone = sum(extra[4:13].mean() for extra in namespace["alone"].values())
    assert 0.0 < namespace["together"][4:13].mean() < 0.9 * alone
