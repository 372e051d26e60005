"""Document -> JSON, and the published schema of it (`data/schema/report.schema.json`)."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from anagen.report.records import Document


def dump(document: Document) -> str:
    """The document as JSON text, one line a small thing, numbers finite. Ends with a newline."""
    # `asdict` would copy every number of every curve first.
    text = json.dumps(document, default=_members, ensure_ascii=False, allow_nan=False, indent=1)
    return _compact_arrays(text) + "\n"


def _members(record: Any) -> dict[str, Any]:
    """The fields of one record by name. Raises TypeError for anything else."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _compact_arrays(text: str) -> str:
    """Long arrays of numbers on one line: a curve is one line, not two hundred."""
    import re

    return re.sub(
        r"\[\n\s*((?:-?[\d.e+-]+,\s+)*-?[\d.e+-]+)\n\s*\]",
        lambda match: "[" + re.sub(r"\s+", " ", match.group(1)) + "]",
        text,
    )


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a dumped document, generated from the records."""
    from pydantic import TypeAdapter

    made = TypeAdapter(Document).json_schema(mode="serialization")
    for part in (made, *made.get("$defs", {}).values()):
        if "properties" in part:
            part["additionalProperties"] = False
            part["required"] = sorted(part["properties"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "anagen-report-1.schema.json",
        **made,
        "title": "Anagen report",
    }
