"""The machine under the numbers: what it is, and how much it could do at most."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from numba import njit

from benchmarks.race import race

PACKAGES = ("anagen", "numpy", "numba", "scipy", "libroadrunner", "python-libsbml", "mesa")
LENGTH = 1024
REPEATS = 20_000
STREAM = 16_000_000


def describe() -> dict[str, object]:
    """CPU, cores, load, versions and commit."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "load": [round(load, 2) for load in os.getloadavg()],
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PACKAGES},
        "compiler": _first_line("gcc", "--version"),
        "commit": _first_line("git", "rev-parse", "--short", "HEAD"),
    }


def _cpu() -> str:
    path = Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _first_line(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.splitlines()[0]


@njit(fastmath=True)
def _sweep(a, f, repeats):
    for _ in range(repeats):
        for i in range(a.size):
            x = a[i]
            for _ in range(16):
                x = x * f + f
            a[i] = x


@njit(fastmath=True)
def _triad(a, b, c):
    for i in range(a.size):
        a[i] = b[i] + 0.5 * c[i]


@njit(error_model="numpy")
def _divide(a, b, repeats):
    for _ in range(repeats):
        for i in range(a.size):
            a[i] = b[i] / a[i]


@njit(error_model="numpy")
def _exponential(a, b, repeats):
    for _ in range(repeats):
        for i in range(a.size):
            a[i] = np.exp(b[i])


def probes() -> dict[str, tuple[Callable[[], object], float]]:
    """What is run to see how much one core can do, and how many operations each run does."""
    lane, factor = np.full(LENGTH, 0.5), np.full(LENGTH, 0.999)
    a, b, c = (np.ones(STREAM) for _ in range(3))
    repeats = REPEATS // 10
    return {
        "flops": (lambda: _sweep(lane, 0.999, repeats), 32.0 * LENGTH * repeats),
        "divisions": (lambda: _divide(lane, factor, repeats), 1.0 * LENGTH * repeats),
        "exponentials": (lambda: _exponential(lane, factor, repeats), 1.0 * LENGTH * repeats),
        "bytes": (lambda: _triad(a, b, c), 24.0 * STREAM),
    }


def peaks() -> dict[str, float]:
    """Most one core can do of each kind, 1e9 a second; a multiply-add is two flops."""
    asked = probes()
    turns = race({name: work for name, (work, _) in asked.items()}, turns=5)
    return {f"giga{name}": count / 1e9 / turns[name].least for name, (_, count) in asked.items()}
