"""One thing wrong with a data row, in words a person can act on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Issue:
    """`rule` is the id of the rule; `file`, `row` (line, or 0 for the whole file) and `field` say
    where; `value` is what stands there, `wrong` and `fix` what is wrong and how to mend it."""

    rule: str
    file: str
    row: int
    field: str
    value: str
    wrong: str
    fix: str
