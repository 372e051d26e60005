"""How plans are chosen and compared, as data: settings, weights, outcomes, combinations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from anagen.catalog.records import records
from anagen.catalog.tables import names, read_document, read_table

BETTER_OR_WORSE = ("at_most", "at_least", "rise", "fall")


@dataclass(frozen=True, slots=True)
class Weight:
    """How much one aim counts: the importance 0 to 1 the person gives it, times `scale`.

    `default` is the importance when the person has not said; `question` is how it is asked.
    """

    id: str
    default: float
    scale: float
    meaning: str
    question: str


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """When one observable counts as better or worse than at the start.

    `better` and `worse` are at_most or at_least (a level) or rise or fall (a share of the start).
    With `real_change` a rise or fall must also exceed what two readings can tell apart.
    """

    id: str
    mechanism: str
    observable: str
    label: str
    better: str
    better_threshold: float
    worse: str
    worse_threshold: float
    real_change: bool
    weeks: tuple[float, ...]
    main: bool
    source: str
    verified: str


@dataclass(frozen=True, slots=True)
class Combination:
    """Two or three treatments that are given, or advertised, together; `third` may be empty."""

    first: str
    second: str
    third: str
    why: str
    source: str
    verified: str

    @property
    def parts(self) -> tuple[str, ...]:
        """Ids of the treatments, in the order of the row."""
        return tuple(name for name in (self.first, self.second, self.third) if name)


@cache
def load_settings() -> dict[str, float]:
    """Values of `data/plan/settings.csv` by id."""
    return {row["id"]: float(row["value"]) for row in read_table("plan/settings.csv")}


@cache
def load_weights() -> dict[str, Weight]:
    """Weights by id, in the order of the table."""
    return {weight.id: weight for weight in records("plan/weights.csv", Weight)}


@cache
def load_outcomes() -> tuple[OutcomeRow, ...]:
    """Outcomes in the order of the table; the first main one of a mechanism leads."""
    return records("plan/outcomes.csv", OutcomeRow)


@cache
def load_combinations() -> tuple[Combination, ...]:
    """Combinations in the order of the table."""
    return records("plan/combinations.csv", Combination)


@cache
def mechanism_of_causes() -> dict[str, str]:
    """Cause id -> mechanism (`autoimmune`, `androgenetic`, `effluvium`, `scarring`, ...)."""
    documents = (read_document(name) for name in names("causes", ".toml"))
    return {document["id"]: document.get("mechanism", "none") for document in documents}
