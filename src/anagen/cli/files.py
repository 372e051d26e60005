"""Writing results: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from anagen.errors import InputProblems, Problem


def write_whole(path: Path, text: str) -> None:
    """Write a text file through a temporary file beside it, so that it is never half written.

    Raises InputProblems when the place cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
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
