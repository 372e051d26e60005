"""The JSON Schema of the trial format; the shipped copy is `data/schema/trial.schema.json`."""

from __future__ import annotations

import json
from typing import Any

from anagen.catalog.tables import data_root
from anagen.trials.design import Trial
from anagen.trials.endpoints import RULES, known_endpoints

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_FILE = "schema/trial.schema.json"


def trial_schema() -> dict[str, Any]:
    """The schema, with end points and their units as enumerations."""
    schema = Trial.model_json_schema()
    for part in ("EndpointRequest", "PublishedResult"):
        fields = schema["$defs"][part]["properties"]
        fields["endpoint"]["enum"] = list(known_endpoints())
        fields["unit"]["enum"] = ["", *dict.fromkeys(unit for _, unit in RULES)]
    arm = schema["$defs"]["TrialArm"]
    arm["required"] = [*arm["required"], "n"]
    # Shipped studies may lack the size of an arm; a file may not, so there it is never null.
    size = next(kind for kind in arm["properties"]["n"]["anyOf"] if kind["type"] != "null")
    arm["properties"]["n"] = {"title": "N", **size}
    return {
        "$schema": DIALECT,
        "$id": "https://anagen.example/schema/trial.schema.json",
        **schema,
        "title": "Anagen trial",
    }


def schema_text() -> str:
    """The schema as the text of the shipped file."""
    return json.dumps(trial_schema(), indent=1, ensure_ascii=False) + "\n"


def shipped_schema() -> str:
    """The text of the shipped schema."""
    return (data_root() / SCHEMA_FILE).read_text(encoding="utf-8")


if __name__ == "__main__":
    import sys

    sys.stdout.write(schema_text())
