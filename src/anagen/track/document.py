"""A person's visits beside the forecast as JSON, and the published schemas of what track writes.

The shipped copies are `data/schema/track.schema.json` (the export, which can be imported) and
`data/schema/track-forecast.schema.json` (what `anagen track show --json` prints).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from anagen.catalog.tables import data_root
from anagen.patients.record import Measurements
from anagen.patients.schema import DIALECT
from anagen.provenance import Stamp
from anagen.report.single import NOTICE
from anagen.simulate.result import OBSERVABLES
from anagen.track.follow import Band, Follow
from anagen.track.known import LabCourse
from anagen.track.transfer import FORMATS, PERSON
from anagen.track.verdicts import Verdict
from anagen.track.visit import OBSERVABLE, QUADRANTS

FORECAST_FORMAT = "anagen-track-forecast/1"
EXPORT_SCHEMA, FORECAST_SCHEMA = "schema/track.schema.json", "schema/track-forecast.schema.json"


@dataclass(frozen=True, slots=True)
class FlagItem:
    """A sign that must reach a clinician."""

    rule: str
    label: str
    action: str
    urgency: str
    stops_planning: bool


@dataclass(frozen=True, slots=True)
class FollowDocument:
    """What `anagen track show --json` prints. Days are ISO 8601, weeks count from `start`.

    `bands` is empty and `weeks` null when `refused` or `silent` says why. A band's `updated` is
    null when `no_update` says why. Every list of quantiles is as long as `weeks`.
    """

    format: str
    patient: str
    start: date
    plan: str
    arm: str
    units: dict[str, str]
    verdicts: tuple[Verdict, ...]
    red_flags: tuple[FlagItem, ...]
    refused: tuple[str, ...]
    conditions: tuple[str, ...]
    monitoring: tuple[str, ...]
    silent: str
    no_update: str
    look_for: tuple[str, ...]
    labs: tuple[LabCourse, ...]
    weeks: tuple[float, ...] | None
    bands: tuple[Band, ...]
    first_judged: dict[str, date | None]
    effective_draws: float
    effective_sets: float
    share_of_readings: float
    draws: int
    individualised: tuple[str, ...]
    not_individualised: tuple[str, ...]
    notice: str
    stamp: Stamp


def document_of(made: Follow, stamp: Stamp) -> FollowDocument:
    """The result as one record; no forecast at all when `silent` or `refused` is given."""
    shown = [verdict.observable for verdict in made.verdicts]
    shown += [band.observable for band in made.bands]
    return FollowDocument(
        format=FORECAST_FORMAT,
        patient=made.course.person,
        start=made.course.start,
        plan=made.label,
        arm=made.arm,
        units={name: OBSERVABLES[name][1] for name in dict.fromkeys(shown)},
        verdicts=made.verdicts,
        red_flags=tuple(
            FlagItem(flag.rule, flag.label, flag.action, flag.urgency, flag.stops_planning)
            for flag in made.flags
        ),
        refused=made.refused,
        conditions=made.conditions,
        monitoring=made.monitoring,
        silent=made.silent,
        no_update=made.no_update,
        look_for=made.look_for,
        labs=made.labs,
        weeks=None if made.weeks is None else tuple(float(week) for week in made.weeks),
        bands=made.bands,
        first_judged=made.first_judged,
        effective_draws=made.effective,
        effective_sets=made.sets,
        share_of_readings=made.share,
        draws=made.draws,
        individualised=made.used,
        not_individualised=made.not_used,
        notice=NOTICE,
        stamp=stamp,
    )


def dump(document: FollowDocument) -> str:
    """The document as JSON text, numbers finite."""

    def day(value: Any) -> str:
        if isinstance(value, date):
            return value.isoformat()
        raise TypeError(f"no JSON for {type(value).__name__}")

    return json.dumps(asdict(document), default=day, ensure_ascii=False, allow_nan=False, indent=2)


def forecast_schema() -> dict[str, Any]:
    """JSON Schema of `dump`, generated from the records."""
    from pydantic import TypeAdapter

    made = TypeAdapter(FollowDocument).json_schema(mode="serialization")
    for part in (made, *made.get("$defs", {}).values()):
        if "properties" in part:
            part["additionalProperties"] = False
            part["required"] = sorted(part["properties"])
    made["properties"]["format"] = {"const": FORECAST_FORMAT}
    return _headed(made, "track-forecast", "Anagen track: visits beside the forecast")


def export_schema() -> dict[str, Any]:
    """JSON Schema of the export, which `anagen track import` reads back."""
    limits = Measurements.model_json_schema()["properties"]
    percent = {"type": "number", "minimum": 0, "maximum": 100}
    day = {"type": "string", "format": "date"}

    def number(name: str) -> dict[str, Any]:
        return next(form for form in limits[name]["anyOf"] if form["type"] == "number")

    lab = _closed(
        {
            "test": {"type": "string", "description": "id of a test, as in patient.schema.json"},
            "value": {
                "type": ["number", "string"],
                "description": "a number, or a bound such as <0.01",
            },
            "unit": {"type": "string", "description": "UCUM, or as laboratories write it"},
            "text": {"type": "string", "description": "a result in words"},
        },
        ["test"],
    )
    visit = _closed(
        {
            "date": day,
            "measurements": _closed({name: number(name) for name in OBSERVABLE}),
            "salt_quadrants": _closed(dict.fromkeys(QUADRANTS, percent), list(QUADRANTS)),
            "findings": {
                "type": "object",
                "description": "ids of the finding vocabulary, listed in patient.schema.json",
                "additionalProperties": {"enum": ["present", "absent"]},
            },
            "labs": {"type": "array", "items": lab},
            "photos": {"type": "array", "items": day, "description": "days a photo was taken"},
            "adherence_percent": {**percent, "description": "doses taken since the visit before"},
            "plan": {
                "type": "string",
                "description": "all that is taken from this day on; none stops everything",
            },
            "note": {"type": "string"},
        },
        ["date"],
    )
    person = _closed(
        {
            "id": {"type": "string", "pattern": PERSON.pattern},
            "start": {**day, "description": "day of the record; the forecast starts there"},
            "visits": {"type": "array", "items": {"$ref": "#/$defs/visit"}},
        },
        ["id", "start", "visits"],
    )
    top = _closed(
        {
            "format": {"enum": list(FORMATS)},
            "people": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/person"}},
        },
        ["format", "people"],
    )
    made = {**top, "$defs": {"person": person, "visit": visit}}
    return _headed(made, "track", "Anagen track: visits of people")


def _closed(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    """A group of fields and no others."""
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }


def _headed(schema: dict[str, Any], name: str, title: str) -> dict[str, Any]:
    return {
        "$schema": DIALECT,
        "$id": f"https://anagen.example/schema/{name}.schema.json",
        **schema,
        "title": title,
    }


def shipped(name: str) -> dict[str, Any]:
    """A shipped schema, by its place under data."""
    return json.loads((data_root() / name).read_text(encoding="utf-8"))


if __name__ == "__main__":
    import sys

    made = forecast_schema() if sys.argv[1:] == ["forecast"] else export_schema()
    sys.stdout.write(json.dumps(made, indent=1, ensure_ascii=False) + "\n")
