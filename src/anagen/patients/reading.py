"""What is collected while one file is read: every problem, and every note."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from anagen.errors import Problem, nearest_name

_SHOWN = 80
_LISTED = 12
_SIMILAR = 6
# A file with more problems or notes than this is no patient file with slips in it.
MOST = 200


def shown(value: Any) -> str:
    """A value as it is shown in a problem: short, on one line."""
    try:
        text = value if isinstance(value, str) else repr(value)
    except ValueError:
        text = "a number with thousands of digits"
    text = "".join(c if c.isprintable() else " " for c in text)
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def listed(words: Iterable[str]) -> str:
    """Allowed words in a row, cut to a readable number."""
    names = list(words)
    more = f", … ({len(names)} in all)" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more


@dataclass
class Reading:
    """The problems and notes of one file, gathered so that all can be told at once."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def full(self) -> bool:
        """Whether no more problems are taken."""
        return len(self.problems) >= MOST

    def problem(
        self,
        place: str,
        value: Any,
        message: str,
        *,
        allowed: str = "",
        nearest: str = "",
        fix: str = "",
    ) -> None:
        """Add one problem at one place of the file; past `MOST`, one last one says so."""
        if self.full:
            return
        found = Problem(self.file, shown(place), shown(value), message, allowed, nearest, fix)
        if found not in self.problems:
            self.problems.append(found)
        if self.full:
            self.problems.append(
                Problem(self.file, "file", "", f"only the first {MOST} problems are listed")
            )

    def unknown_word(
        self, place: str, word: str, kind: str, ids: Iterable[str], names: Iterable[str] = ()
    ) -> None:
        """Add the problem of a word that a vocabulary does not have, with the nearest that it has.

        `ids` are what may stand there; `names` (labels, synonyms) are read too and help to find
        the nearest.
        """
        if self.full:
            return
        ids = list(ids)
        near = nearest_name(word.casefold(), [*ids, *(name.casefold() for name in names)])
        similar = difflib.get_close_matches(word.casefold(), ids, n=_SIMILAR, cutoff=0.3)
        self.problem(
            place,
            word,
            f"no {kind} of this name is known",
            allowed=f"one of {len(ids)} ids, such as {', '.join(similar or ids[:_SIMILAR])}",
            nearest=near,
            fix=f"write {near}" if near else f"see the {kind} ids in the patient format",
        )

    def note(self, text: str) -> None:
        """Add something worth saying that is no problem."""
        if len(self.notes) < MOST and text not in self.notes:
            self.notes.append(text)
