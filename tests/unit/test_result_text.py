"""Results in words are read by clause, and a negation is never read as the sign it denies."""

from __future__ import annotations

import pytest

from anagen.assess.findings import read_findings
from anagen.patients.record import PatientRecord
from anagen.patients.result_text import POSITIVE, says


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("reactive 1:32", ("reactive",), True),
        ("weakly reactive", ("reactive",), True),
        ("Non reactive", ("reactive",), False),
        ("RPR non-reactive", ("reactive",), False),
        ("nonreactive", ("reactive",), False),
        ("unreactive", ("reactive",), False),
        ("borderline reactive", ("reactive",), None),
        ("false positive", ("positive",), None),
        ("hyphae not seen", ("hyphae",), False),
        ("negative; no hyphae", ("hyphae",), False),
        ("no spores, hyphae seen", ("hyphae", "spores"), True),
        ("No dermatophyte isolated", ("dermatophyte",), False),
        ("culture sterile", ("trichophyton",), False),
        ("normal, not low", ("low",), False),
        ("very low", ("low",), True),
        ("follow the usual diet", ("low",), None),
        ("normal white cells; haemoglobin reduced", ("anaemia",), None),
        ("lymphocytic scar absent", ("lymphocytic_scar",), False),
        ("lichenoid infiltrate without scarring", ("lichenoid",), True),
        ("lichenoid infiltrate without scarring", ("scar",), False),
        ("No scarring. Peribulbar lymphocytes", ("peribulbar",), True),
        ("NR", ("reactive",), None),
        ("abnormal", POSITIVE, True),
        ("no growth", POSITIVE, False),
        ("", POSITIVE, None),
    ],
)
def test_what_a_result_says(text: str, words: tuple[str, ...], expected: bool | None) -> None:
    assert says(text, words) is expected


def test_a_denied_sign_is_no_finding() -> None:
    record = PatientRecord.model_validate(
        {
            "id": "p",
            "labs": [
                {"test": "rpr", "text": "RPR non-reactive"},
                {"test": "koh_microscopy", "text": "hyphae not seen"},
                {"test": "scalp_biopsy", "text": "lichenoid infiltrate absent"},
            ],
        }
    )
    present = read_findings(record).present
    assert present["syphilis_serology_reactive"] is False
    assert present["koh_hyphae"] is False
    assert "biopsy_scarring_lymphocytic" not in present
