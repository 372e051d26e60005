"""Writing results: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anagen.errors import InputProblems, Problem


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A temporary file beside `path` that takes its place when all went well.

    Raises InputProblems when the place cannot be written.
    """
    name = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.stem}.", suffix=path.suffix
        )
        os.close(handle)
        yield Path(name)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError as error:
        raise InputProblems(
            [
                Problem(
                    file=str(path),
                    field="--out",
                    value=str(path.parent),
                    message=f"cannot write here: {error.strerror or error}",
                    allowed="a folder you may write to with space left",
                )
            ]
        ) from error
    finally:
        if name:
            Path(name).unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """A text file that is never half written.

    Raises InputProblems when the place cannot be written.
    """
    with whole(path) as place:
        place.write_text(text, encoding="utf-8", newline="\n")
