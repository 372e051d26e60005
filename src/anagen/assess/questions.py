"""What may be asked of this person: what can apply, the general before the particular.

`asked_if` of data/findings.csv says whom a finding can concern, `asked_after` names the general
finding that must be known first.
"""

from __future__ import annotations

from collections.abc import Iterable

from anagen.assess.red_flags import Signs
from anagen.catalog.expressions import truth
from anagen.catalog.findings import load_findings, load_rules


def can_apply(finding: str, signs: Signs) -> bool:
    """Whether a finding can concern this person at all; unknown sex or age leaves it open."""
    return truth(load_findings()[finding].asked_if, signs) is not False


def result_can_apply(test: str, signs: Signs) -> bool:
    """Whether a laboratory test can concern this person: one of the findings it gives can."""
    gives = [r.finding for r in load_rules() if r.reads in ("lab", "lab_text") and r.key == test]
    return not gives or any(can_apply(finding, signs) for finding in gives)


def askable(findings: Iterable[str], signs: Signs) -> tuple[str, ...]:
    """The findings that can be asked now, each particular one only after its general one.

    A particular question whose general one is open gives way to it; where the general one is known
    to be absent, neither is asked.
    """
    table, found = load_findings(), dict[str, None]()
    for finding in findings:
        asked = finding
        while (general := table[asked].asked_after) and signs.present.get(general) is None:
            asked = general
        if general and not signs.present[general]:
            continue
        if asked not in signs.present and can_apply(asked, signs):
            found[asked] = None
    return tuple(found)
