"""The JSON Schema of the patient format, for editors and other programs.

It is generated from the record and widened by what intake also accepts; the shipped copy is
`data/schema/patient.schema.json`.
"""

from __future__ import annotations

import json
from typing import Any

from anagen.catalog.conditions import load_conditions
from anagen.catalog.labs import load_labs
from anagen.catalog.tables import data_root
from anagen.patients.friendly import finding_ids
from anagen.patients.record import PatientRecord

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_FILE = "schema/patient.schema.json"
_STATES = ["present", "absent"]


def patient_schema() -> dict[str, Any]:
    """The schema: record fields, with the ids of findings, conditions and tests as enumerations."""
    schema = PatientRecord.model_json_schema()
    models, top = schema["$defs"], schema["properties"]
    condition_ids = list(load_conditions())
    top["findings"] = {
        "title": "Findings",
        "description": "finding id -> present | absent; left out = unknown",
        "type": "object",
        "properties": {name: {"enum": _STATES} for name in finding_ids()},
        "additionalProperties": False,
    }
    models["Condition"]["properties"]["id"]["enum"] = ["", *condition_ids]
    top["family_history"]["items"] = {"enum": condition_ids}
    lab = models["Lab"]["properties"]
    lab["test"]["enum"] = list(load_labs())
    lab["unit"]["description"] = "UCUM, or as laboratories write it; converted by intake"
    lab["reference"] = {
        "type": "string",
        "description": "printed range such as 0.5-5.0 or <=55, in the unit of the result",
    }
    for key, model in (("conditions", "Condition"), ("medicines", "Medicine")):
        top[key]["items"] = {"anyOf": [{"type": "string"}, {"$ref": f"#/$defs/{model}"}]}
    # The id may be left out of a file: the file name stands in.
    schema.pop("required", None)
    return {
        "$schema": DIALECT,
        "$id": "https://anagen.example/schema/patient.schema.json",
        **schema,
        "title": "Anagen patient record",
    }


def schema_text() -> str:
    """The schema as the text of the shipped file."""
    return json.dumps(patient_schema(), indent=1, ensure_ascii=False) + "\n"


def shipped_schema() -> str:
    """The text of the shipped schema."""
    return (data_root() / SCHEMA_FILE).read_text(encoding="utf-8")


if __name__ == "__main__":
    import sys

    sys.stdout.write(schema_text())
