"""What the arm tables say in words only, as numbers: who was let in, switches of regimen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from anagen.catalog.records import records

TABLE = "trial_designs.csv"


@dataclass(frozen=True, slots=True)
class TrialDesign:
    """One row: of a whole study (`arm` blank) or of one arm, which then replaces it.

    `regimen` are the words of `parse_plan` (`none` for nothing); blank takes dose and frequency
    of the arm table. People are counted only when their SALT is at most `selection_salt` at
    `selection_week`.
    """

    study: str
    arm: str
    salt_min: float | None
    salt_max: float | None
    share_salt_95_percent: float | None
    episode_years_min: float | None
    episode_years_max: float | None
    norwood: tuple[str, ...]
    ludwig: tuple[str, ...]
    postmenopausal: str
    regimen: str
    selection_week: float | None
    selection_salt: float | None
    basis: str
    row: str


@cache
def load_trial_designs() -> dict[tuple[str, str], TrialDesign]:
    """All rows by study and arm; the arm is blank where a row is of the whole study."""
    return {(design.study, design.arm): design for design in records(TABLE, TrialDesign)}
