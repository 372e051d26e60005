"""A researcher's own rows beside the shipped ones: what is wrong with them, and how they are named.

Own treatments, parameters and sources serve trials and the evidence base. They never reach a
person: `plan`, `assess`, `ask` and `serve` know the shipped rows alone.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from anagen.catalog.lint import lint, read_texts, snapshot
from anagen.catalog.tables import OWN_FOLDERS, data_root
from anagen.errors import Problem

WHERE = "--own-data"
ALLOWED = ", ".join(f"{folder}/*{suffix}" for folder, suffix in OWN_FOLDERS.items())
MOST_FILES = 200


def problems_of(folder: Path) -> list[Problem]:
    """Everything wrong with a folder of own rows; empty when they can be used."""
    if not folder.is_dir():
        return [Problem(WHERE, "", str(folder), "is not a folder")]
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    names = [path.relative_to(folder).as_posix() for path in files]
    if not files or len(files) > MOST_FILES:
        return [
            Problem(WHERE, "", str(folder), f"holds {len(files)} files", f"1 to {MOST_FILES} files")
        ]
    found = [problem for name in names for problem in _place(name)]
    if found:
        return found
    texts = read_texts(data_root())
    own = read_texts(folder)
    return [
        Problem(
            f"{folder.name}/{issue.file}",
            f"line {issue.row}: {issue.field}" if issue.row else issue.field,
            issue.value,
            issue.wrong,
            fix=issue.fix,
        )
        for issue in lint(snapshot(texts | own))
        if issue.file in own
    ]


def _place(name: str) -> list[Problem]:
    folder, _, rest = name.partition("/")
    if "/" in rest or not rest.endswith(OWN_FOLDERS.get(folder, "\0")):
        return [Problem(WHERE, "", name, "is not a file that may be added", ALLOWED)]
    if (data_root() / name).is_file():
        return [
            Problem(
                WHERE, "", name, "has the name of a shipped file, which it would hide",
                fix="give it another name; shipped rows cannot be replaced",
            )
        ]  # fmt: skip
    return []


def own_hash(folder: Path) -> str:
    """First 8 hex digits of a hash over the own rows."""
    digest = hashlib.sha256()
    for name, text in sorted(read_texts(folder).items()):
        digest.update(name.encode())
        digest.update(text.encode())
    return digest.hexdigest()[:8]
