"""A trial as a paper describes it: people, arms, visits, end points, published results.

Pydantic checks the files of users; `read` checks what concerns several fields together.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticKnownError

from anagen.patients.unbent import Unbent, kinds_of

Percent = Annotated[float, Field(ge=0.0, le=100.0)]
Years = Annotated[float, Field(ge=0.0, le=100.0)]
Week = Annotated[float, Field(ge=0.0, le=520.0)]
# Beyond what any scalp has: a slip of the pen.
MOST_DENSE = 600.0
THICKEST_UM = 200.0
Density = Annotated[float, Field(gt=0.0, le=MOST_DENSE)]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,119}$")]
Role = Literal["active", "comparator_active", "placebo", "vehicle", "sham", "untreated"]
Analysis = Literal["nri", "locf", "observed", "mixed_model"]
TrialCondition = Literal["alopecia_areata", "male_pattern_hair_loss", "female_pattern_hair_loss"]
CONTROLS = ("placebo", "vehicle", "sham", "untreated")


class _Part(Unbent):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _as_the_schema_says(cls, value: Any, info: ValidationInfo) -> Any:
        """A quoted number is text and 1 is no true, as the JSON Schema of the format has it."""
        kinds = kinds_of(cls.model_fields[str(info.field_name)].annotation)
        given = value if isinstance(value, list | tuple) else (value,)
        text = any(isinstance(entry, str) for entry in given)
        if bool in kinds and not isinstance(value, bool | None):
            raise PydanticKnownError("bool_type")
        if float in kinds and text:
            raise PydanticKnownError("float_type")
        if int in kinds and text:
            raise PydanticKnownError("int_type")
        return value


class Population(_Part):
    """Who took part, as reported. What is left out is taken from the table of trial parameters."""

    sex: Literal["female", "male", "both"] | None = None
    age_mean_years: Annotated[float, Field(ge=1.0, le=110.0)] | None = None
    ancestry: str = Field(
        default="", description="as reported; kept with the trial, drives nothing yet"
    )
    weight_kg: Annotated[float, Field(ge=20.0, le=300.0)] | None = None
    postmenopausal: bool | None = None
    salt_mean: Percent | None = None
    salt_min: Percent | None = Field(default=None, description="smallest SALT let in")
    salt_max: Percent | None = None
    share_salt_95_percent: Percent | None = Field(
        default=None, description="percent of people with a SALT score of 95 or more"
    )
    episode_years: Years | None = Field(
        default=None, description="mean length of the present episode"
    )
    episode_years_min: Years | None = None
    episode_years_max: Years | None = None
    norwood: tuple[Literal["I", "II", "III", "III vertex", "IV", "V", "VI", "VII"], ...] = ()
    ludwig: tuple[Literal["I", "II", "III"], ...] = ()
    sinclair: tuple[Annotated[int, Field(ge=1, le=5)], ...] = ()
    total_density: Density | None = Field(default=None, description="hairs/cm2 of the target area")
    terminal_density: Density | None = Field(default=None, description="terminal hairs/cm2")


class Selection(_Part):
    """Only people at or under a SALT score at one week are counted, as in withdrawal trials."""

    week: Week
    salt_at_most: Percent = 20.0


class TrialArm(_Part):
    """One arm. `regimens` are plain words, with switches as `from week` and `until week`."""

    id: Id
    role: Role
    n: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    regimens: tuple[str, ...] = ()
    route: Literal["oral", "topical", "none"] | None = Field(
        default=None,
        description="of a placebo or vehicle; without it, that of the first active arm",
    )
    population: Population | None = Field(
        default=None, description="where the arm differs from the trial; fills in what it says"
    )


class EndpointRequest(_Part):
    """One end point at its visits, in all arms or in those named."""

    endpoint: str
    weeks: Annotated[tuple[Week, ...], Field(min_length=1)]
    analysis: Analysis | None = Field(
        default=None, description="nri for responders and observed for means when left out"
    )
    kind: Literal["responders", "change", "level", "net"] | None = None
    unit: str = ""
    arms: tuple[str, ...] = ()


class PublishedResult(_Part):
    """One published number, printed beside its prediction."""

    arm: str
    endpoint: str
    week: Week
    value: float
    n: Annotated[int, Field(ge=1)] | None = None
    kind: Literal["responders", "change", "level", "net"] | None = None
    unit: str = Field(default="", description="where an end point is asked for in two units")


class Trial(_Part):
    """One trial."""

    id: Id
    title: str = ""
    condition: TrialCondition
    source: str = Field(default="", description="where it was published; free text")
    population: Population = Population()
    selection: Selection | None = None
    arms: Annotated[tuple[TrialArm, ...], Field(min_length=1)]
    endpoints: Annotated[tuple[EndpointRequest, ...], Field(min_length=1)]
    results: tuple[PublishedResult, ...] = ()

    def population_of(self, arm: TrialArm) -> Population:
        """The people of one arm: the trial's, with what the arm says of its own in its place."""
        return (
            self.population
            if arm.population is None
            else filled_in(self.population, arm.population)
        )


def filled_in(whole: Population, own: Population) -> Population:
    """The people of a trial with what one arm says of its own in its place."""
    return whole.model_copy(update=own.model_dump(exclude_unset=True))
