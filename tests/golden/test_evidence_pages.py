"""The pages of the evidence are those the data rows write, and every link leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from anagen.catalog.pages import FOLDERS, pages
from anagen.catalog.treatments import load_treatments, tier_of

DOCS = Path(__file__).parents[2] / "docs" / "evidence"
LINK = re.compile(r"(?<!\\)\]\(([^)]+)\)")


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return pages()


def test_the_pages_in_docs_are_those_of_the_rows(written: dict[str, str]) -> None:
    kept = {
        path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8")
        for path in DOCS.rglob("*.md")
    }
    assert set(kept) == set(written), "run `make pages`"
    stale = [name for name, text in written.items() if kept[name] != text]
    assert stale == [], "run `make pages`"


def test_every_link_leads_to_a_page(written: dict[str, str]) -> None:
    for name, text in written.items():
        for target in LINK.findall(text):
            if target.startswith("http"):
                continue
            place = (Path(name).parent / target).as_posix()
            parts: list[str] = []
            for part in place.split("/"):
                if part == "..":
                    parts.pop()
                elif part != ".":
                    parts.append(part)
            assert "/".join(parts) in written, (name, target)


def test_every_treatment_cause_and_study_has_a_page_with_its_sources(
    written: dict[str, str],
) -> None:
    for folder in FOLDERS.values():
        own = [name for name in written if name.startswith(f"{folder}/")]
        assert len(own) > 40
        assert all("## " in written[name] for name in own if not name.endswith("README.md"))


def test_tables_are_whole(written: dict[str, str]) -> None:
    """A cell with a bar of its own would break its row."""
    for name, text in written.items():
        width = 0
        for line in text.splitlines():
            bars = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
            assert not (bars and width) or bars == width, (name, line)
            width = bars


def test_the_tier_on_a_page_is_the_tier_of_each_cause(written: dict[str, str]) -> None:
    """Causes named by a pattern, such as all forms of areata, are looked up one by one."""
    tier, _ = tier_of(load_treatments()["baricitinib"], ("alopecia_areata_totalis",))
    assert tier == "forecast"
    page = written["treatments/baricitinib.md"]
    assert "alopecia areata totalis" in page
    assert "no evidence in people" not in page
