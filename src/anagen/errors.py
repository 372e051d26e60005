"""One tree of errors: every one says where, what was got, what is allowed and how to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

Read = TypeVar("Read")


class AnagenError(Exception):
    """Base of every error Anagen raises on purpose; the CLI prints it without a traceback."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input or a data row.

    `file` is a path or table name, `field` the dotted place inside it, `value` what was found
    there, `allowed` what would have been right, `nearest` the closest valid name, `fix` what to do.
    """

    file: str
    field: str
    value: str
    message: str
    allowed: str = ""
    nearest: str = ""
    fix: str = ""


class InputProblems(AnagenError):
    """Everything wrong with one or more inputs, listed at once; exit code 2."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [f"{p.file}: {p.field}: {p.message}" for p in self.problems]
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[type[InputProblems], tuple[tuple[Problem, ...]]]:
        """Made again from its problems, not its text, when it comes from another process."""
        return type(self), (self.problems,)


def gathered(problems: list[Problem], read: Callable[[], Read]) -> Read | None:
    """What `read` returns; None where it raises InputProblems, whose problems join the others."""
    try:
        return read()
    except InputProblems as error:
        problems += error.problems
        return None


def nearest_name(name: str, valid: Iterable[str]) -> str:
    """The valid name closest to `name`, or an empty string when none is close."""
    matches = difflib.get_close_matches(name, list(valid), n=1, cutoff=0.6)
    return matches[0] if matches else ""
