"""The published code systems are what the data rows say; renew them with docs/fhir/publish.py."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "fhir"


def _published() -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location("publish_fhir", FOLDER / "publish.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.published()


PUBLISHED = _published()


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_the_published_file_is_what_the_data_say(name: str) -> None:
    shipped = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    assert shipped == PUBLISHED[name], "run: python docs/fhir/publish.py"


def test_no_file_is_left_over() -> None:
    assert {path.name for path in FOLDER.glob("*.json")} == set(PUBLISHED)


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_it_is_valid_r4(name: str) -> None:
    from fhir.resources.R4B import get_fhir_model_class

    resource = PUBLISHED[name]
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    codes = [concept["code"] for concept in resource.get("concept", ())]
    assert len(codes) == len(set(codes)) == resource.get("count", 0)
