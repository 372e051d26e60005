"""Writing results: whole or not at all."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from anagen.errors import InputProblems, Problem


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A temporary file that takes the place of `path` when all went well.

    A link stays a link: the file it leads to is replaced. What is no file (a device, a pipe) is
    written to and stays what it is. Raises InputProblems when the place cannot be written.
    """
    try:
        with _pipe(path) if _is_open_ended(path) else _file(path) as place:
            yield place
    except OSError as error:
        raise InputProblems([_unwritable(path, error.strerror or str(error))]) from error


@contextmanager
def _file(path: Path) -> Iterator[Path]:
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    place = target.with_name(f".{target.stem}.{uuid4().hex[:8]}{target.suffix}")
    try:
        # Made like any other new file, so that the umask of the person is kept.
        place.touch(exist_ok=False)
        yield place
        with place.open("rb") as written:
            # Else a machine that fails soon after may be left with the name and not the content.
            os.fsync(written.fileno())
        if target.exists():
            place.chmod(stat.S_IMODE(target.stat().st_mode))
        place.replace(target)
    finally:
        place.unlink(missing_ok=True)


@contextmanager
def _pipe(path: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / f"whole{path.suffix}"
        place.touch()
        yield place
        with place.open("rb") as written, path.open("wb") as out:
            shutil.copyfileobj(written, out)


def _is_open_ended(path: Path) -> bool:
    """Whether something is at `path` that is neither file nor folder."""
    return path.exists() and not path.is_file() and not path.is_dir()


def write_whole(path: Path, text: str) -> None:
    """A text file that is never half written.

    Raises InputProblems when the place cannot be written.
    """
    with whole(path) as place:
        place.write_text(text, encoding="utf-8", newline="\n")


def place_problems(
    path: Path | None, *, folder: bool = False, option: str = "--out"
) -> list[Problem]:
    """Why `path` cannot be written, told before the work for it; nothing is made.

    `folder` when `path` is a folder for several files; `option` is what gave it. Empty when it can
    be written, or when it is None.
    """
    if path is None:
        return []
    try:
        why = _closed(path, folder)
    except OSError as error:
        why = error.strerror or str(error)
    return [_unwritable(path, why, option)] if why else []


def demand_place(path: Path | None, *, folder: bool = False, option: str = "--out") -> None:
    """Raises InputProblems when `place_problems` finds any."""
    if problems := place_problems(path, folder=folder, option=option):
        raise InputProblems(problems)


def _closed(path: Path, folder: bool) -> str:
    if path.exists() and path.is_dir() != folder:
        return f"this is {'no' if folder else 'a'} folder"
    found = path
    if not _is_open_ended(path):
        # A file is replaced, so it is its folder, or the nearest there is, that must be writable.
        real = Path(os.path.realpath(path))
        above = (real, *real.parents) if folder else real.parents
        found = next(place for place in above if place.exists())
        if not found.is_dir():
            return f"{found} is no folder"
    return "" if os.access(found, os.W_OK) else f"{found} is closed to you"


def _unwritable(path: Path, why: str, option: str = "--out") -> Problem:
    return Problem(
        file=str(path),
        field=option,
        value=str(path.parent),
        message=f"cannot write here: {why}",
        allowed="a folder you may write to with space left",
    )
