"""Published studies as data: one folder each under `data/studies`.

`study.toml` says what the study is, `arms.csv` who got what, `endpoints.csv` what was measured.
`use` says what a row may be used for: `fit`, `check` (compare, never fit) or `do_not_fit`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from anagen.catalog.records import record, records
from anagen.catalog.tables import data_root, read_document, read_table

SPLITS = ("train", "check_only", "held_out")
USES = ("fit", "check", "do_not_fit")
KINDS = ("level", "change", "net", "responders")
DIRECTIONS = ("higher_is_better", "lower_is_better")
ARM_ROLES = (
    "active",
    "comparator_active",
    "placebo",
    "vehicle",
    "sham",
    "untreated",
)
DESIGNS = (
    "randomised_controlled",
    "randomised_withdrawal",
    "long_term_extension",
    "subgroup_of_randomised",
    "single_arm",
    "pilot",
    "observational_cohort",
    "retrospective_series",
    "meta_analysis",
    "review",
)
ANALYSES = ("", "nri", "locf", "observed", "mixed_model")


@dataclass(frozen=True, slots=True)
class StudyArm:
    """One arm: `drug` is a treatment id (blank in control arms), `dose` one administration."""

    id: str
    role: str
    drug: str
    formulation: str
    dose: float | None
    unit: str
    times_per_day: float | None
    route: str
    schedule: str
    n: int | None
    population: str
    sex: str
    age_mean: float | None
    stage: str
    baseline: float | None
    baseline_sd: float | None
    baseline_unit: str
    episode_years: float | None
    share_salt_95_percent: float | None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One published number. Weeks count from the start of the study; improvement of a change in
    SALT is negative. `n` is the denominator of this number, `k` the count where it is known."""

    study: str
    arm: str
    endpoint: str
    analysis: str
    week: float | None
    week_low: float | None
    week_high: float | None
    value: float | None
    unit: str
    baseline: float | None
    baseline_unit: str
    sd: float | None
    se: float | None
    ci_low: float | None
    ci_high: float | None
    k: int | None
    n: int | None
    kind: str
    direction: str
    source: str
    locator: str
    grade: str
    verified: str
    split: str
    use: str
    reason: str
    note: str
    row: str


@dataclass(frozen=True, slots=True)
class Study:
    """One study. `people` names the group of studies that share patients."""

    id: str
    title: str
    registration: str
    year: int | None
    design: str
    condition: str
    treatment_class: str
    source: str
    split: str
    people: str
    grade: str
    note: str
    arms: tuple[StudyArm, ...]
    endpoints: tuple[Endpoint, ...]


@cache
def study_ids() -> tuple[str, ...]:
    """Ids of all studies, sorted; reads folder names only."""
    return tuple(sorted(entry.name for entry in (data_root() / "studies").iterdir()))


@cache
def load_study(study_id: str) -> Study:
    """One study with its arms and end points. Raises FileNotFoundError for an unknown id."""
    folder = f"studies/{study_id}"
    head = read_document(f"{folder}/study.toml")
    return Study(
        id=head["id"],
        title=head["title"],
        registration=head["registration"],
        year=head.get("year"),
        design=head["design"],
        condition=head["condition"],
        treatment_class=head["treatment_class"],
        source=head["source"],
        split=head["split"],
        people=head["people"],
        grade=head["grade"],
        note=head["note"],
        arms=records(f"{folder}/arms.csv", StudyArm, {"id": "arm"}),
        endpoints=tuple(
            record({**row, "study": study_id}, Endpoint)
            for row in read_table(f"{folder}/endpoints.csv")
        ),
    )


@cache
def load_studies() -> dict[str, Study]:
    """All studies by id."""
    return {study_id: load_study(study_id) for study_id in study_ids()}


def holds(arm: StudyArm, treatment: str) -> bool:
    """Whether an arm got a treatment, alone or combined with others."""
    return treatment in arm.drug.replace("|", "+").split("+")


def studies_of(treatment: str) -> tuple[Study, ...]:
    """Studies with an arm that got one treatment, alone or combined, ordered by id."""
    return tuple(
        study
        for study in load_studies().values()
        if any(holds(arm, treatment) for arm in study.arms)
    )
