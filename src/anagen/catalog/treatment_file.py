"""The shape of `data/treatments/<id>.toml`: every section, its fields, and what kind each is.

What the words and numbers mean is checked by the other rules of `catalog.lint`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from anagen.errors import nearest_name

Words = Annotated[str, Field(min_length=1)]
# Of `[exposure]` and `[[actions]]` every right side is the id of a parameter row, or a word.
Cells = dict[str, Words]
PLAIN = {
    "missing": "is missing",
    "string_type": "is no text; put it in quotes",
    "string_too_short": "is empty",
    "list_type": "is no list",
    "too_short": "is empty",
    "float_type": "is no number",
    "int_type": "is no whole number",
    "model_type": "is no table of fields",
    "dict_type": "is no table of fields",
    "finite_number": "is no finite number",
    "extra_forbidden": "is no field of a treatment file",
}


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class _Sourced(_Section):
    source: Words
    verified: Words


class _Text(_Sourced):
    text: Words


class _Regimen(_Text):
    dose: float
    unit: Words
    interval_days: float
    max_dose: float | None = None
    weeks: float | None = None
    loading_dose: float | None = None
    loading_weeks: float | None = None
    loading_source: str = ""
    shortest_days: float | None = None
    shortest_source: str = ""
    also_said: list[Words] = []


class _Approval(_Sourced):
    region: Words
    status: Words
    indication: str
    since: str


class _Indication(_Sourced):
    causes: Annotated[list[Words], Field(min_length=1)]
    role: Words
    when: str
    ask: str
    note: str


class _Evidence(_Sourced):
    causes: Annotated[list[Words], Field(min_length=1)]
    what: Words
    design: Words
    comparator: Words
    n: str
    direction: Words
    grade: Words


class TreatmentFile(_Section):
    """One treatment as written; `catalog.treatments` gives its fields their meaning."""

    id: Words
    name: Words
    drug_class: Annotated[Words, Field(alias="class")]
    route: Words
    kind: Words
    synonyms: list[Words]
    tags: list[Words]
    burden: str
    burden_level: int
    cost_class: Words
    weeks_to_judge: float | None = None
    positives: list[Words]
    negatives: list[Words]
    regimen: _Regimen | None = None
    stopping: _Text
    approval: list[_Approval] = []
    indication: list[_Indication] = []
    evidence: list[_Evidence] = []
    monitoring: list[_Text] = []
    exposure: Cells = {}
    actions: list[Cells] = []


SECTIONS = (TreatmentFile, _Regimen, _Approval, _Indication, _Evidence)
FIELDS = tuple(
    sorted({field.alias or name for part in SECTIONS for name, field in part.model_fields.items()})
)

Kind = Literal["missing", "unknown", "misshapen"]
KINDS: dict[str, Kind] = {"missing": "missing", "extra_forbidden": "unknown"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One field of a treatment file that is not as it must be."""

    kind: Kind
    field: str
    value: str
    wrong: str
    fix: str


def shape_faults(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Every field that is missing, unknown, or of another kind than it is read as."""
    try:
        TreatmentFile.model_validate(document)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            place, told, given = "", detail["type"], detail["input"]
            kind = KINDS.get(told, "misshapen")
            for part in detail["loc"]:
                place += f"[{part}]" if isinstance(part, int) else f"{'.' if place else ''}{part}"
            near = nearest_name(str(detail["loc"][-1]), FIELDS) if kind == "unknown" else ""
            shown = isinstance(given, str | int | float) and kind != "missing"
            yield Fault(
                kind, place, str(given) if shown else "", PLAIN.get(told, detail["msg"]),
                f"did you mean {near}?" if near else "write it as shipped treatments do",
            )  # fmt: skip
