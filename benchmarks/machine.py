"""The machine under the numbers: what it is, and how much it could do at most."""

from __future__ import annotations

import os
import platform
import subprocess
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
def _multiply_add(a, b, repeats):
    """Eight chains a lane, so that the latency of one does not hold up the next."""
    for i in range(a.shape[1]):
        x0, x1, x2, x3 = a[0, i], a[1, i], a[2, i], a[3, i]
        x4, x5, x6, x7 = a[4, i], a[5, i], a[6, i], a[7, i]
        f = b[i]
        for _ in range(repeats):
            x0 = x0 * f + f
            x1 = x1 * f + f
            x2 = x2 * f + f
            x3 = x3 * f + f
            x4 = x4 * f + f
            x5 = x5 * f + f
            x6 = x6 * f + f
            x7 = x7 * f + f
        a[0, i], a[1, i], a[2, i], a[3, i] = x0, x1, x2, x3
        a[4, i], a[5, i], a[6, i], a[7, i] = x4, x5, x6, x7


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


def peaks() -> dict[str, float]:
    """Most one core can do: multiply-adds (2 flops each), divisions, exponentials and bytes.

    Units: 1e9 flops, 1e9 divisions, 1e9 exponentials and 1e9 bytes a second.
    """
    lane, factor = np.full(LENGTH, 0.5), np.full(LENGTH, 0.999)
    block = np.full((8, 16), 0.5)
    a, b, c = (np.ones(STREAM) for _ in range(3))
    turns = race(
        {
            "chains": lambda: _multiply_add(block, factor, REPEATS),
            "sweep": lambda: _sweep(lane, 0.999, REPEATS // 10),
            "stream": lambda: _triad(a, b, c),
            "divide": lambda: _divide(lane, factor, REPEATS // 10),
            "exponential": lambda: _exponential(lane, factor, REPEATS // 10),
        },
        turns=5,
    )
    per_lane = LENGTH * (REPEATS // 10) / 1e9
    return {
        "gigaflops": max(
            2.0 * 8 * 16 * REPEATS / 1e9 / turns["chains"].least,
            32.0 * per_lane / turns["sweep"].least,
        ),
        "gigadivisions": per_lane / turns["divide"].least,
        "gigaexponentials": per_lane / turns["exponential"].least,
        "gigabytes": 24.0 * STREAM / 1e9 / turns["stream"].least,
    }
