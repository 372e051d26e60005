"""The files a stranger meets first say what is true."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _tracked() -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip("not a git checkout: the list of tracked files is unknown")
    return [ROOT / name for name in done.stdout.split("\0") if name]


def test_lock_is_hashed_and_names_no_host() -> None:
    lock = (ROOT / "locks" / "requirements.txt").read_text(encoding="utf-8")
    pinned = re.findall(r"^([A-Za-z0-9_.\[\]-]+)==", lock, flags=re.MULTILINE)
    blocks = re.split(r"^(?=[A-Za-z0-9_.-]+(?:\[[^\]]*\])?==)", lock, flags=re.MULTILINE)[1:]
    assert len(pinned) == len(blocks) > 20
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in lock
    assert "index-url" not in lock


def test_lock_covers_every_declared_dependency() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    names = {re.split(r"[<>=\[ ]", item)[0].lower().replace("_", "-") for item in declared}
    lock = (ROOT / "locks" / "requirements.txt").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9.-]+)(?:\[|==)", lock, flags=re.MULTILINE))
    assert {name.replace(".", "-") for name in names} <= {n.replace(".", "-") for n in locked}


def test_readme_names_both_commands_and_every_part_of_the_house() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in readme
    assert "make test" in readme
    parts = [p.name for p in (ROOT / "src" / "anagen").iterdir() if (p / "__init__.py").exists()]
    missing = [part for part in parts if f"{part}/" not in readme]
    assert not missing, missing


def test_readme_links_resolve() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", readme)
    missing = [link for link in links if not (ROOT / link).exists()]
    assert not missing, missing


def test_no_large_or_foreign_files_are_tracked() -> None:
    too_large = [p for p in _tracked() if p.exists() and p.stat().st_size > 2_000_000]
    assert not too_large, too_large


def test_versions_agree() -> None:
    import tomllib

    from anagen import __version__

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == __version__
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"version: {__version__}" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
