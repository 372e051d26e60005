"""All rules, in the order in which they are looked at: one class, one thing that can be wrong."""

from __future__ import annotations

from collections.abc import Callable

from anagen.catalog.lint.conditions import UnknownQuestion
from anagen.catalog.lint.files import (
    ControlCharacter,
    DuplicateId,
    IdIsNotFileName,
    RowShape,
    RowWithoutFate,
    UnknownKey,
    UnreadableFile,
)
from anagen.catalog.lint.medicines import UntoldMedicine
from anagen.catalog.lint.numbers import (
    CountAgainstPercent,
    LimitsReversed,
    MissingUnit,
    NotANumber,
    OutsideLimits,
    PercentOutside,
    ProbabilityOutside,
)
from anagen.catalog.lint.rule import Rule
from anagen.catalog.lint.shapes import (
    MisshapenTreatment,
    MissingKey,
    ParameterColumns,
)
from anagen.catalog.lint.sources import (
    DuplicateDoi,
    MissingSource,
    SourceWithoutLocator,
    UnknownSource,
)
from anagen.catalog.lint.studies import (
    FitNotTrain,
    FitRowIncomplete,
    StudyIncomplete,
    UnknownArm,
    UnknownSplit,
    UseWithoutReason,
)
from anagen.catalog.lint.words import (
    TreatmentWithoutEvidence,
    UnknownReference,
    UnknownWord,
    UnverifiedBlock,
)

RULES: tuple[Callable[[], Rule], ...] = (
    UnreadableFile,
    MisshapenTreatment,
    MissingKey,
    ParameterColumns,
    RowShape,
    ControlCharacter,
    UnknownSource,
    MissingSource,
    MissingUnit,
    NotANumber,
    OutsideLimits,
    LimitsReversed,
    UnknownWord,
    UnknownSplit,
    DuplicateId,
    IdIsNotFileName,
    PercentOutside,
    ProbabilityOutside,
    StudyIncomplete,
    FitRowIncomplete,
    FitNotTrain,
    UseWithoutReason,
    UnknownArm,
    CountAgainstPercent,
    TreatmentWithoutEvidence,
    UnknownReference,
    UnknownQuestion,
    UnverifiedBlock,
    UntoldMedicine,
    SourceWithoutLocator,
    DuplicateDoi,
    UnknownKey,
    RowWithoutFate,
)
