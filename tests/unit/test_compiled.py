"""Compiled functions are kept, and made anew when anything compiled into them changes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from anagen.model import compiled, scalp_day

KERNEL = """
from anagen.model.compiled import kernel
from toy.helper import factor, grow

@kernel(error_model="numpy")
def twice(x):
    return factor * grow(x)

if __name__ != "__main__":
    value = twice(3.0)
    print(value, sum(twice.stats.cache_hits.values()))
"""
HELPER = """
from numba import njit

factor = {factor}

@njit
def grow(x):
    return x + {step}
"""


def write(folder: Path, *, factor: float = 2.0, step: float = 1.0) -> None:
    package = folder / "toy"
    package.mkdir(exist_ok=True)
    (package / "__init__.py").touch()
    (package / "kernels.py").write_text(KERNEL)
    (package / "helper.py").write_text(HELPER.format(factor=factor, step=step))


def run(folder: Path, **variables: str) -> tuple[float, int]:
    """The value of the toy kernel, and how often it came from the cache."""
    done = subprocess.run(
        [sys.executable, "-c", "import toy.kernels"],
        env={**os.environ, "PYTHONPATH": str(folder), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    value, hits = done.stdout.split()
    return float(value), int(hits)


def test_a_change_in_a_helper_file_is_felt(tmp_path: Path) -> None:
    write(tmp_path)
    assert run(tmp_path) == (8.0, 0)
    assert run(tmp_path) == (8.0, 1)
    write(tmp_path, step=2.0)
    assert run(tmp_path) == (10.0, 0)


def test_without_a_folder_to_write_kernels_still_run(tmp_path: Path) -> None:
    """Only a cache folder that cannot be made is left to look in."""
    write(tmp_path)
    (tmp_path / "file").touch()
    assert run(
        tmp_path,
        NUMBA_CACHE_LOCATOR_CLASSES="UserProvidedCacheLocator",
        NUMBA_CACHE_DIR=str(tmp_path / "file" / "below"),
    ) == (8.0, 0)


def test_the_mark_follows_what_a_file_stands_on(tmp_path: Path) -> None:
    write(tmp_path)
    kernels, other = tmp_path / "toy" / "kernels.py", tmp_path / "toy" / "other.py"
    before = compiled.fingerprint(kernels, tmp_path)
    other.write_text("x = 1\n")
    assert compiled.fingerprint(kernels, tmp_path) == before
    write(tmp_path, factor=3.0)
    assert compiled.fingerprint(kernels, tmp_path) != before


def test_the_scalp_stands_on_all_its_biology() -> None:
    path = Path(scalp_day.__file__)
    found = {source.stem for source in compiled.sources(path, path.parents[2])}
    assert {"scalp_day", "drivers", "hair_cycle", "immune", "miniaturization"} <= found
    assert "system" not in found
