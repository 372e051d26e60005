"""Treatments as data: what each is, for which cause, and how good the evidence is.

`data/treatments/<id>.toml`, one file a treatment. The tier is computed from the evidence rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Literal

from anagen.catalog.tables import names, read_document

Tier = Literal["forecast", "plausible", "no_evidence"]

ROLES = ("first_line", "option", "deficit", "supportive", "claimed")
DESIGNS = (
    "rct",
    "meta_analysis",
    "controlled",
    "uncontrolled",
    "case_series",
    "observational",
    "guideline",
    "mechanism",
    "mouse",
    "none",
)
COMPARATORS = ("placebo", "vehicle", "sham", "untreated", "proven_active", "active", "none")
DIRECTIONS = ("benefit", "mixed", "no_benefit", "harm", "none")
GRADES = ("high", "moderate", "low", "very_low", "none")
COST_CLASSES = ("low", "medium", "high")
KINDS = ("drug", "supplement", "procedure", "device", "product", "care")
# Plans may name the route; a word outside would never be met there.
ROUTES = (
    "oral",
    "topical",
    "intradermal",
    "intralesional",
    "subcutaneous",
    "transdermal",
    "oral or intravenous",
    "oral or transdermal",
    "device",
    "procedure",
    "surgery",
    "lifestyle",
    "care",
)

CONTROLLED_DESIGNS = frozenset({"rct", "meta_analysis", "controlled"})
FAIR_COMPARATORS = frozenset({"placebo", "vehicle", "sham", "untreated", "proven_active"})
FORECAST_GRADES = frozenset({"high", "moderate", "low"})
NOT_HUMAN = frozenset({"mouse", "none"})


@dataclass(frozen=True, slots=True)
class UsualRegimen:
    """How the treatment is usually taken; `dose` of one administration in `unit`.

    `weeks` is how long a course lasts; None where it is taken without an end. `loading_dose` may be
    taken for the first `loading_weeks`, above `max_dose`, as a trial did. What is spread, injected
    or done may come as often as every `shortest_days`; as often as usual where None.
    `also_said` are words for one usual administration, such as "1 ml".
    """

    text: str
    dose: float
    unit: str
    interval_days: float
    max_dose: float | None
    source: str
    verified: str
    weeks: float | None = None
    loading_dose: float | None = None
    loading_weeks: float | None = None
    loading_source: str = ""
    shortest_days: float | None = None
    shortest_source: str = ""
    also_said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Approval:
    """What a regulator says, and where."""

    region: str
    status: str
    indication: str
    since: str
    source: str
    verified: str

    @property
    def words(self) -> str:
        """What is allowed, in words: "off label, licensed for other diseases"."""
        return f"{self.status.replace('_', ' ')}, {self.indication}"


@dataclass(frozen=True, slots=True)
class Indication:
    """Causes the treatment is used (or claimed) for. `when` is an expression over the record."""

    causes: tuple[str, ...]
    role: str
    when: str
    ask: str
    note: str
    source: str
    verified: str


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One piece of evidence about hair (not about safety) for some causes."""

    causes: tuple[str, ...]
    what: str
    design: str
    comparator: str
    n: str
    direction: str
    grade: str
    source: str
    verified: str


@dataclass(frozen=True, slots=True)
class SourcedText:
    """A sentence with its source."""

    text: str
    source: str
    verified: str


@dataclass(frozen=True, slots=True)
class Treatment:
    """One intervention. `modelled` is true when the file names actions for the model."""

    id: str
    name: str
    drug_class: str
    route: str
    kind: str
    synonyms: tuple[str, ...]
    tags: tuple[str, ...]
    burden: str
    burden_level: int
    cost_class: str
    weeks_to_judge: float | None
    positives: tuple[str, ...]
    negatives: tuple[str, ...]
    regimen: UsualRegimen | None
    stopping: SourcedText
    approvals: tuple[Approval, ...]
    indications: tuple[Indication, ...]
    evidence: tuple[EvidenceRow, ...]
    monitoring: tuple[SourcedText, ...]
    modelled: bool
    row: str

    def words(self) -> frozenset[str]:
        """Everything a safety rule may call it by: its id, its kind and its tags."""
        return frozenset((self.id, self.kind, *self.tags))


def cause_matches(cause: str, patterns: Iterable[str]) -> bool:
    """Whether a cause id is named by one of the patterns (`alopecia_areata_*`, `*`)."""
    return any(fnmatchcase(cause, pattern) for pattern in patterns)


def _treatment(name: str, document: Mapping[str, Any]) -> Treatment:
    regimen = document.get("regimen")
    judge = document.get("weeks_to_judge")
    return Treatment(
        id=document["id"],
        name=document["name"],
        drug_class=document["class"],
        route=document["route"],
        kind=document["kind"],
        synonyms=tuple(document["synonyms"]),
        tags=tuple(document["tags"]),
        burden=document["burden"],
        burden_level=int(document["burden_level"]),
        cost_class=document["cost_class"],
        weeks_to_judge=None if judge is None else float(judge),
        positives=tuple(document["positives"]),
        negatives=tuple(document["negatives"]),
        regimen=UsualRegimen(
            text=regimen["text"],
            dose=float(regimen["dose"]),
            unit=regimen["unit"],
            interval_days=float(regimen["interval_days"]),
            max_dose=float(regimen["max_dose"]) if "max_dose" in regimen else None,
            source=regimen["source"],
            verified=regimen["verified"],
            weeks=float(regimen["weeks"]) if "weeks" in regimen else None,
            loading_dose=regimen.get("loading_dose"),
            loading_weeks=regimen.get("loading_weeks"),
            loading_source=regimen.get("loading_source", ""),
            shortest_days=regimen.get("shortest_days"),
            shortest_source=regimen.get("shortest_source", ""),
            also_said=tuple(regimen.get("also_said", ())),
        )
        if regimen
        else None,
        stopping=SourcedText(**document["stopping"]),
        approvals=tuple(Approval(**row) for row in document.get("approval", ())),
        indications=tuple(
            Indication(**{**row, "causes": tuple(row["causes"])})
            for row in document.get("indication", ())
        ),
        evidence=tuple(
            EvidenceRow(**{**row, "causes": tuple(row["causes"])})
            for row in document.get("evidence", ())
        ),
        monitoring=tuple(SourcedText(**row) for row in document.get("monitoring", ())),
        modelled=bool(document.get("actions")),
        row=name,
    )


@cache
def load_treatments() -> dict[str, Treatment]:
    """All treatments by id, sorted by id."""
    found = (_treatment(name, read_document(name)) for name in names("treatments", ".toml"))
    return {treatment.id: treatment for treatment in sorted(found, key=lambda item: item.id)}


def evidence_for(treatment: Treatment, causes: Iterable[str]) -> tuple[EvidenceRow, ...]:
    """Evidence rows that speak about at least one of the causes.

    A row about every cause (`*`) counts only where none is more specific.
    """
    wanted = tuple(causes)
    rows = tuple(
        row
        for row in treatment.evidence
        if "*" not in row.causes and any(cause_matches(cause, row.causes) for cause in wanted)
    )
    return rows or tuple(row for row in treatment.evidence if "*" in row.causes)


def tier_of(treatment: Treatment, causes: Iterable[str]) -> tuple[Tier, str]:
    """Tier and its basis for these causes, by rule from the evidence rows.

    forecast: a fair controlled human trial showed benefit and the model has the treatment's
    actions. plausible: human evidence or mechanism, but no such trial, or no model yet.
    no_evidence: nothing in humans that speaks for it; no number may ever be shown.
    """
    rows = evidence_for(treatment, causes)
    if treatment.kind == "care":
        shown = [row.what for row in rows if row.design not in NOT_HUMAN]
        if shown:
            return ("forecast" if treatment.modelled else "plausible"), shown[0]
        return "no_evidence", rows[0].what if rows else "no evidence found for hair"
    speaking = [
        row for row in rows if row.design not in NOT_HUMAN and row.direction in ("benefit", "mixed")
    ]
    if not speaking:
        return "no_evidence", rows[0].what if rows else "no evidence found for this cause"
    fair = [
        row
        for row in speaking
        if row.design in CONTROLLED_DESIGNS
        and row.comparator in FAIR_COMPARATORS
        and row.direction == "benefit"
        and row.grade in FORECAST_GRADES
    ]
    if fair and treatment.modelled:
        return "forecast", fair[0].what
    if fair:
        return "plausible", f"{fair[0].what}; Anagen has no model of it yet, so no number is shown"
    return "plausible", speaking[0].what


def best_grade(treatment: Treatment, causes: Iterable[str]) -> str:
    """The best GRADE of the evidence that speaks for the treatment, `none` without any."""
    grades = [
        row.grade
        for row in evidence_for(treatment, causes)
        if row.direction in ("benefit", "mixed") and row.design not in NOT_HUMAN
    ]
    return min(grades, key=GRADES.index, default="none")
