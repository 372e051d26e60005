"""The base of the input formats: what pydantic would bend into a number or a day is refused."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, get_args

from pydantic import BaseModel, ValidationInfo, field_validator
from pydantic_core import PydanticKnownError

_DAY = re.compile(r"\s*\d{4}-\d")


class Unbent(BaseModel):
    """A model whose numbers are no true and no "3_6", and whose days are no numbers."""

    @field_validator("*", mode="before")
    @classmethod
    def _unbent(cls, value: Any, info: ValidationInfo) -> Any:
        kinds = kinds_of(cls.model_fields[str(info.field_name)].annotation)
        given = value if isinstance(value, list | tuple) else (value,)
        if date in kinds and any(map(_is_no_day, given)):
            raise PydanticKnownError("date_type")
        if float in kinds and any(map(_is_no_number, given)):
            raise PydanticKnownError("float_type")
        if int in kinds and any(map(_is_no_number, given)):
            raise PydanticKnownError("int_type")
        return value


def _is_no_day(value: Any) -> bool:
    """Else a number would be the seconds since 1970."""
    return not _DAY.match(value) if isinstance(value, str) else isinstance(value, int | float)


def _is_no_number(value: Any) -> bool:
    """Else true would be 1, and "3_6" would be 36 where 3.6 was meant."""
    return "_" in value if isinstance(value, str) else isinstance(value, bool)


def kinds_of(annotation: Any) -> list[Any]:
    """The plain types in an annotation: float of `float | None`, int of a tuple of ints."""
    inside = [kind for part in get_args(annotation) for kind in kinds_of(part)]
    return inside or [annotation]
