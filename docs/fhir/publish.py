"""Renews the published terminology and the shipped example bundles from the data rows.

Run: python docs/fhir/publish.py (from the root of the repository).
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from anagen.interop.fhir_codes import code_systems, value_sets
from anagen.interop.fhir_write import to_bundle
from anagen.patients.intake import load

ROOT = Path(__file__).parents[2]
EXAMPLES_DAY = date(2026, 1, 15)


def published() -> dict[str, Any]:
    """File name -> resource, for everything in this folder."""
    return {
        f"{resource['resourceType']}-{resource['id']}.json": resource
        for resource in (*code_systems(), *value_sets())
    }


def text(resource: dict[str, Any]) -> str:
    """A resource as it is written to a file."""
    return json.dumps(resource, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write every resource, and the bundles of the shipped patients that have one."""
    for name, resource in published().items():
        (ROOT / "docs" / "fhir" / name).write_text(text(resource), encoding="utf-8")
    for path in sorted((ROOT / "examples" / "fhir").glob("*.json")):
        record = load(ROOT / "examples" / "patients" / f"{path.stem}.toml")
        bundle = to_bundle(record, today=EXAMPLES_DAY)
        path.write_text(json.dumps(bundle, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
