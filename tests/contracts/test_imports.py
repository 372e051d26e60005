"""Imports go one way, and the front door stays light."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "anagen"

# What each part may import (itself and the base are always allowed).
BASE = {"units", "errors", "files", "rng", "provenance"}
ALLOWED: dict[str, set[str]] = {
    "catalog": set(),
    "model": set(),
    "observe": {"catalog", "model"},
    "simulate": {"catalog", "model", "observe"},
    "interop": {"catalog", "model", "simulate", "patients", "assess", "plan"},
    "patients": {"catalog", "model", "simulate", "observe", "interop"},
    "trials": {"catalog", "model", "simulate", "observe", "patients"},
    "calibrate": {"catalog", "model", "simulate", "trials"},
    "validate": {"catalog", "model", "simulate", "observe", "patients", "trials"},
    "ask": {"catalog"},
    "assess": {"catalog", "patients"},
    "charts": {"catalog", "simulate"},
    "pictures": {"catalog", "model", "observe", "simulate"},
    "plan": {"catalog", "patients", "assess", "simulate", "observe"},
    "report": {"catalog", "patients", "assess", "plan", "charts", "simulate", "observe"},
    "track": {"catalog", "patients", "assess", "plan", "report", "charts", "simulate", "observe"},
    "web": {"catalog", "patients", "assess", "plan", "report", "interop"},
    "cli": {
        "ask", "calibrate", "catalog", "patients", "assess", "plan", "report", "simulate",
        "observe", "trials", "validate", "interop", "web", "pictures", "track",
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


def _module(path: Path) -> str:
    parts = ("anagen", *path.relative_to(SOURCE).with_suffix("").parts)
    return ".".join(part for part in parts if part != "__init__")


def _imported() -> dict[str, set[str]]:
    """Module -> the modules of this package it names in any import, late ones included."""
    paths = {_module(path): path for path in SOURCE.rglob("*.py")}
    found: dict[str, set[str]] = {}
    for module, path in paths.items():
        targets: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
                targets |= {name if name in paths else node.module for name in names}
            elif isinstance(node, ast.Import):
                targets |= {alias.name for alias in node.names}
        found[module] = (targets & set(paths)) - {module}
    return found


def test_no_module_imports_itself_in_the_end() -> None:
    """A circle works only as long as one of its imports stays late; none is wanted."""
    left = _imported()
    while free := {module for module, targets in left.items() if not targets & set(left)}:
        left = {module: targets for module, targets in left.items() if module not in free}
    assert not left, f"a circle of imports goes through {sorted(left)}"


# Typer itself brings pydantic when a command runs, so that one is not ours to avoid.
HEAVY = ("numba", "scipy", "altair", "vl_convert", "pint", "fhir", "numpy")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["evidence", "show", "finasteride"],
        ["evidence", "lint"],
        ["ask", "is biotin any use"],
    ],
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


def test_what_the_package_imports_is_declared() -> None:
    """`pip install anagen` must bring every library that any module of it imports."""
    project = tomllib.loads((SOURCE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    brought: set[str] = set()
    ahead = [*project["project"]["dependencies"], *(item for extra in extras for item in extra)]
    while ahead:  # what a library brings with it comes too
        name = _plain(re.split(r"[<>=!~;\[( ]", ahead.pop())[0])
        if name not in brought:
            brought.add(name)
            with suppress(PackageNotFoundError):  # wanted on another system only
                ahead += [item for item in requires(name) or [] if "extra ==" not in item]
    distributions = packages_distributions()
    missing = [
        f"{path.relative_to(SOURCE)}: {module}"
        for path in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for module in _absolute(node)
        if module not in sys.stdlib_module_names | {"anagen"}
        and not brought & {_plain(name) for name in distributions.get(module, [module])}
    ]
    assert not missing, missing


def _absolute(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return [(node.module or "").split(".")[0]]
    if isinstance(node, ast.Import):
        return [item.name.split(".")[0] for item in node.names]
    return []


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
