"""The patient record: what is known of one person, units canonical, unknown kept unknown.

A field that is None (or absent from a mapping) means unknown, never normal. This module is the
published input format; `schema/patient.schema.json` is generated from it.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import ConfigDict, Field

from anagen.patients.unbent import Unbent

Sex = Literal["female", "male"]
Presence = Literal["present", "absent"]
Pattern = Literal[
    "patchy",
    "diffuse",
    "vertex",
    "frontal_hairline",
    "bitemporal",
    "midline_part",
    "ophiasis",
    "totalis",
    "universalis",
    "marginal",
    "scarring_patch",
]
Onset = Literal["sudden", "gradual", "episodic"]
EventKind = Literal[
    "fever",
    "surgery",
    "hospital_stay",
    "childbirth",
    "crash_diet",
    "weight_loss",
    "stress",
    "drug_start",
    "drug_stop",
    "chemotherapy",
    "radiotherapy",
    "hormone_stop",
    "infection",
    "other",
]
ReproductiveStatus = Literal[
    "premenopausal",
    "perimenopausal",
    "postmenopausal",
    "pregnant",
    "postpartum",
    "breastfeeding",
    "surgically_sterile",
    "not_applicable",
]


class Strict(Unbent):
    """Frozen, and a misspelt key is a problem, not a silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RecordSource(Strict):
    """Where the record comes from."""

    kind: Literal["person", "published_case", "synthetic", "fhir"] = "person"
    citation: str = ""
    url: str = ""
    note: str = ""
    reading: tuple[str, ...] = Field(
        default=(), description="what intake had to say while reading; written by intake"
    )


class Complaint(Strict):
    """The hair complaint. All times in weeks before now."""

    duration_weeks: float | None = Field(default=None, ge=0, le=5200)
    onset: Onset | None = None
    pattern: tuple[Pattern, ...] = ()
    episode_number: int | None = Field(default=None, ge=1, le=100)
    description: str = Field(default="", description="free text; read by people, drives nothing")


class Measurements(Strict):
    """Scores and counts of the hair itself."""

    salt: float | None = Field(
        default=None, ge=0, le=100, description="SALT score, % scalp hair lost"
    )
    salt_before_treatment: float | None = Field(
        default=None,
        ge=0,
        le=100,
        description="SALT score when the first treatment against the attack was begun",
    )
    norwood: Literal["I", "II", "III", "III vertex", "IV", "V", "VI", "VII"] | None = None
    ludwig: Literal["I", "II", "III"] | None = None
    sinclair_stage: int | None = Field(default=None, ge=1, le=5)
    total_density_per_cm2: float | None = Field(default=None, ge=0, le=700)
    terminal_density_per_cm2: float | None = Field(default=None, ge=0, le=700)
    hairs_shed_per_day: float | None = Field(default=None, ge=0, le=5000)
    telogen_percent: float | None = Field(default=None, ge=0, le=100)
    pull_test_hairs: float | None = Field(default=None, ge=0, le=100)
    follicular_sulfotransferase: Literal["low", "high"] | None = Field(
        default=None, description="Assay of plucked hairs that tells who activates minoxidil"
    )


class Event(Strict):
    """Something that happened before the loss; `weeks_ago` counts back from now."""

    kind: EventKind
    weeks_ago: float | None = Field(default=None, ge=0, le=5200)
    note: str = ""


Nutrient = Literal[
    "vitamin_a",
    "vitamin_b6",
    "vitamin_b12",
    "vitamin_c",
    "vitamin_d",
    "vitamin_e",
    "biotin",
    "folate",
    "iron",
    "magnesium",
    "selenium",
    "zinc_oral",
]


class Content(Strict):
    """One nutrient in a product: the amount that a day's use of it brings."""

    nutrient: Nutrient
    per_day: float = Field(gt=0, le=1e6)
    unit: Literal["ug", "mg", "g", "IU"]


class Medicine(Strict):
    """A drug or supplement taken now or earlier. `name` is free text matched to the vocabulary."""

    name: str = Field(min_length=1)
    dose: str = ""
    started_weeks_ago: float | None = Field(default=None, ge=0, le=5200)
    stopped_weeks_ago: float | None = Field(default=None, ge=0, le=5200)
    response: Literal["none", "some", "good"] | None = Field(
        default=None, description="what it did for the hair, as told; shown, drives no number"
    )
    supplement: bool = False
    contents: tuple[Content, ...] = Field(
        default=(), description="nutrients of a supplement and what a day's use brings of each"
    )
    note: str = ""

    @property
    def running(self) -> bool:
        """Whether the course goes on, as a simulation of it asks."""
        return self.stopped_weeks_ago is None

    @property
    def in_the_body(self) -> bool:
        """Whether it is still taken or was stopped this very week, as safety asks."""
        return not self.stopped_weeks_ago


class Condition(Strict):
    """A past or present disease. `id` is from the condition vocabulary; `name` is free text."""

    id: str = ""
    name: str = ""
    status: Literal["current", "past", "suspected", "family"] = "current"
    note: str = ""


class Lab(Strict):
    """One laboratory result in the canonical unit of its test (intake converts)."""

    test: str = Field(description="id from the laboratory table, such as ferritin or tsh")
    value: float | None = None
    text: str = Field(default="", description="a result without a number, such as 'normal'")
    unit: str = Field(default="", description="canonical UCUM unit after intake")
    weeks_ago: float | None = Field(default=None, ge=0, le=5200)
    reference_low: float | None = None
    reference_high: float | None = None
    original: str = Field(default="", description="value and unit as they were given")


class Situation(Strict):
    """What decides safety beside diseases and drugs. None is unknown."""

    reproductive_status: ReproductiveStatus | None = None
    pregnancy_planned: bool | None = None
    contraception: Literal["reliable", "none", "not_needed"] | None = None
    weeks_since_delivery: float | None = Field(default=None, ge=0, le=520)
    breastfeeding: bool | None = None
    blood_donor: bool | None = None
    smoker: bool | None = None
    suicidal_thoughts: bool | None = None
    weight_kg: float | None = Field(default=None, gt=0, le=400)
    height_cm: float | None = Field(default=None, gt=0, le=260)
    systolic_mmhg: float | None = Field(default=None, ge=50, le=300)
    diet: Literal["omnivore", "vegetarian", "vegan", "restricted"] | None = None
    tight_hairstyle: bool | None = None
    hemisphere: Literal["north", "south"] | None = None


class Values(Strict):
    """What matters to the person, 0 (not at all) to 1 (most). None is not asked."""

    regrowth: float | None = Field(default=None, ge=0, le=1)
    few_side_effects: float | None = Field(default=None, ge=0, le=1)
    low_burden: float | None = Field(default=None, ge=0, le=1)
    low_cost: float | None = Field(default=None, ge=0, le=1)


class PatientRecord(Strict):
    """One person as Anagen sees them. Findings use ids of the finding vocabulary."""

    format: Literal["anagen-patient/1"] = "anagen-patient/1"
    id: str = Field(min_length=1, max_length=120, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    source: RecordSource = RecordSource()
    visit_date: date | None = Field(
        default=None, description="the day that is now; hair sheds with the season"
    )
    age_years: float | None = Field(default=None, ge=0, le=120)
    sex: Sex | None = None
    ancestry: Literal["african", "asian", "european", "other"] | None = None
    complaint: Complaint = Complaint()
    measurements: Measurements = Measurements()
    findings: dict[str, Presence] = Field(
        default_factory=dict, description="finding id -> present | absent; left out = unknown"
    )
    events: tuple[Event, ...] = ()
    medicines: tuple[Medicine, ...] = ()
    conditions: tuple[Condition, ...] = ()
    family_history: tuple[str, ...] = Field(
        default=(), description="condition ids in first or second degree relatives"
    )
    labs: tuple[Lab, ...] = ()
    situation: Situation = Situation()
    values: Values = Values()
    asks_about: tuple[str, ...] = Field(
        default=(), description="treatments the person asks about, in their own words"
    )
    notes: str = ""

    def latest_lab(self, test: str) -> Lab | None:
        """The most recent numeric result of a test, or None when there is none."""
        results = [lab for lab in self.labs if lab.test == test and lab.value is not None]
        if not results:
            return None
        return min(results, key=lambda lab: lab.weeks_ago if lab.weeks_ago is not None else 0.0)
