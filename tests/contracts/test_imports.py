"""Imports go one way, and the front door stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "anagen"

# What each part may import (itself and the base are always allowed).
BASE = {"units", "errors", "rng", "provenance"}
ALLOWED: dict[str, set[str]] = {
    "catalog": set(),
    "model": set(),
    "observe": {"catalog", "model"},
    "simulate": {"catalog", "model", "observe"},
    "interop": {"catalog", "patients"},
    "patients": {"catalog", "model", "simulate", "observe", "interop"},
    "validate": {"catalog", "model", "simulate", "observe", "patients"},
    "assess": {"catalog", "patients"},
    "charts": {"catalog", "simulate"},
    "plan": {"catalog", "patients", "assess", "simulate", "observe"},
    "report": {"catalog", "patients", "assess", "plan", "charts", "simulate", "observe"},
    "cli": {
        "catalog", "patients", "assess", "plan", "report", "simulate", "observe", "validate",
    },
}  # fmt: skip


def _edges() -> list[tuple[str, str, str]]:
    edges = []
    for path in sorted(SOURCE.rglob("*.py")):
        part = path.relative_to(SOURCE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("anagen"):
                targets = (node.module or "").split(".")
                names = [targets[1]] if len(targets) > 1 else [a.name for a in node.names]
            elif isinstance(node, ast.Import):
                names = [a.name.split(".")[1] for a in node.names if a.name.startswith("anagen.")]
            else:
                continue
            edges += [(part, name, str(path.relative_to(SOURCE))) for name in names]
    return edges


def test_imports_go_one_way() -> None:
    wrong = [
        f"{file}: {part} must not import {target}"
        for part, target, file in _edges()
        if part in ALLOWED
        and target != part
        and target not in BASE | ALLOWED[part]
        and not target.startswith("__")
    ]
    assert not wrong, "\n".join(wrong)


def test_every_part_of_the_house_has_a_rule() -> None:
    parts = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()}
    assert parts <= set(ALLOWED), parts - set(ALLOWED)


# Typer itself brings pydantic when a command runs, so that one is not ours to avoid.
HEAVY = ("numba", "scipy", "altair", "vl_convert", "pint", "fhir", "numpy")


@pytest.mark.parametrize(
    "arguments", [["--help"], ["evidence", "show", "finasteride"], ["evidence", "lint"]]
)
def test_light_verbs_import_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        f"sys.argv = ['anagen', *{arguments!r}]\n"
        "from anagen.cli import run\n"
        "try:\n    run()\n"
        "except SystemExit as stop:\n    assert not stop.code, stop.code\n"
        f"print('HEAVY', sorted(set({HEAVY!r}) & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith("HEAVY []"), done.stdout[-200:]
