"""Compiled functions, kept on disk from run to run and made anew when their sources change.

Numba asks only whether the file that holds a cached function has changed, not the files of the
functions and constants compiled into it. So the name a kernel is cached under carries a fingerprint
of its file and of every file of its package that this one imports, directly or not.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from numba import njit

Function = Callable[..., Any]


def kernel(**options: Any) -> Callable[[Function], Any]:
    """Decorator: `numba.njit` with these options and a cache that knows all sources.

    Numba keeps the cache beside the file, or in the user's cache folder when that is read-only;
    where neither can be written, or there is no source file, the function is compiled in every run.
    """

    def decorate(function: Function) -> Any:
        try:
            path = Path(inspect.getfile(function))
            root = path.parents[function.__module__.count(".")]
            mark = fingerprint(path, root)
        except (OSError, TypeError, IndexError):
            return njit(**options)(function)
        name = function.__qualname__
        function.__qualname__ = f"{name}_{mark}"
        try:
            return njit(cache=True, **options)(function)
        except RuntimeError:
            function.__qualname__ = name
            return njit(**options)(function)

    return decorate


def kernel_part(**options: Any) -> Callable[[Function], Any]:
    """Decorator: `numba.njit` with these options for what only compiled functions call.

    Nothing is made for calls from Python, which shortens the wait when kernels are compiled.
    """
    alone = {"nogil": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return njit(**alone, **options)


def fingerprint(path: Path, root: Path) -> str:
    """Eight characters that change with the text of `path` or of any file it stands on.

    `root` is the folder that holds the top package. Raises OSError when a source cannot be read.
    """
    digest = hashlib.sha256()
    for source in sorted(sources(path, root)):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:8]


def sources(path: Path, root: Path) -> frozenset[Path]:
    """`path` and all files below `root` that it imports, directly or through others."""
    found: set[Path] = set()
    waiting = [path]
    while waiting:
        source = waiting.pop()
        if source not in found:
            found.add(source)
            waiting.extend(_imported(source, root))
    return frozenset(found)


@cache
def _imported(path: Path, root: Path) -> frozenset[Path]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    files = (root.joinpath(*name.split(".")).with_suffix(".py") for name in names)
    return frozenset(file for file in files if file.is_file())
