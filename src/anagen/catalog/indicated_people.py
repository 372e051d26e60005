"""Typical people for whom treatments are meant: the rows of the table of interventions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from anagen.catalog.records import records


@dataclass(frozen=True, slots=True)
class IndicatedPerson:
    """One made-up person, the causes at work and the treatments they are the right person for.

    A combination is ids joined by "+". None is unknown. `salt` is % of scalp hair
    lost, `weight_kg` kg, `hairs_shed_per_day` hairs/day.
    """

    id: str
    label: str
    causes: tuple[str, ...]
    treatments: tuple[str, ...]
    combinations: tuple[str, ...]
    sex: str
    age_years: float
    weight_kg: float
    salt: float | None
    episode_years: float | None
    patches: bool | None
    norwood: str
    ludwig: str
    postmenopausal: bool | None
    hairs_shed_per_day: float | None
    ferritin_ug_per_l: float | None
    vitamin_d_nmol_per_l: float | None
    tsh_miu_per_l: float | None
    zinc_umol_per_l: float | None
    vitamin_b12_pmol_per_l: float | None
    source: str
    verified: str
    note: str


def _yes_no_unknown(cell: str) -> bool | None:
    return None if not cell else {"yes": True, "no": False}[cell]


@cache
def load_indicated_people() -> tuple[IndicatedPerson, ...]:
    """Everybody in `data/plan/indicated_people.csv`, in file order."""
    return records(
        "plan/indicated_people.csv",
        IndicatedPerson,
        patches=_yes_no_unknown,
        postmenopausal=_yes_no_unknown,
    )
