"""Laboratory, condition and medicine rows: codes, names, ranges and sources hold together."""

import re

import pytest

from anagen.catalog.conditions import (
    condition_by_icd10,
    condition_by_snomed,
    find_condition,
    load_conditions,
    with_broader,
)
from anagen.catalog.labs import (
    KINDS,
    find_lab,
    lab_by_loinc,
    load_conversions,
    load_labs,
    load_references,
    reference_range,
)
from anagen.catalog.medicines import (
    load_medicines,
    match_medicine,
    medicine_classes,
    treatments_of,
)
from anagen.catalog.parameters import VERIFIED
from anagen.catalog.tables import data_root, read_table
from anagen.patients.laboratory import plausible, to_canonical

TABLES = (
    "labs.csv",
    "lab_references.csv",
    "lab_conversions.csv",
    "conditions.csv",
    "medicines.csv",
    "record_limits.csv",
    "fhir_codes.csv",
)

_D = (
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
)
_P = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)


def verhoeff(code: str) -> bool:
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = int(_D[check][int(_P[place % 8][int(digit)])])
    return check == 0


def loinc_digit(code: str) -> bool:
    body, digit = code.split("-")
    backwards = body[::-1]
    doubled = str(int(backwards[0::2][::-1]) * 2) + backwards[1::2][::-1]
    return (10 - sum(map(int, doubled)) % 10) % 10 == int(digit)


def test_check_digits_themselves_can_fail():
    assert verhoeff("77386006")
    assert not verhoeff("77386007")
    assert loinc_digit("2276-4")
    assert not loinc_digit("2276-5")


def test_loinc_and_snomed_check_digits():
    for lab in load_labs().values():
        for code in lab.loinc:
            assert loinc_digit(code), (lab.id, code)
    for condition in load_conditions().values():
        for code in condition.snomed:
            assert verhoeff(code), (condition.id, code)
    for row in read_table("fhir_codes.csv"):
        if row["system"] == "snomed":
            assert verhoeff(row["code"]), row["_row"]


@pytest.mark.parametrize("table", TABLES)
def test_rows_have_a_known_source_and_state_how_they_are_known(table):
    keys = set()
    for entry in (data_root() / "sources").iterdir():
        if entry.name.endswith(".bib"):
            keys |= set(re.findall(r"^@\w+\{([^,\s]+)", entry.read_text("utf-8"), re.MULTILINE))
    for row in read_table(table):
        assert row["source"] in keys, row["_row"]
        assert row["verified"] in VERIFIED, row["_row"]


def test_no_code_means_two_things():
    for rows, field in (
        (load_labs().values(), "loinc"),
        (load_conditions().values(), "snomed"),
        (load_conditions().values(), "icd10"),
    ):
        codes = [code for row in rows for code in getattr(row, field)]
        assert len(codes) == len(set(codes)), [c for c in codes if codes.count(c) > 1]


def test_ids_are_unique_and_broader_conditions_exist():
    for table in ("labs.csv", "conditions.csv", "medicines.csv", "record_limits.csv"):
        ids = [row["id"] for row in read_table(table)]
        assert len(ids) == len(set(ids))
    known = load_conditions()
    for row in known.values():
        assert set(row.broader) <= set(known), row.id


def test_lab_rows_are_complete():
    for lab in load_labs().values():
        assert lab.kind in KINDS
        assert bool(lab.unit) == (lab.kind == "quantity"), lab.id
        if lab.kind == "quantity":
            assert lab.plausible_low is not None
            assert lab.plausible_high is not None
            assert lab.plausible_low < lab.plausible_high


def test_reference_ranges_are_plausible_and_in_the_unit_of_the_test():
    for row in load_references():
        test = load_labs()[row.test]
        assert row.unit == test.unit, row.row
        ends = [end for end in (row.low, row.high) if end is not None]
        assert ends == sorted(ends)
        assert all(plausible(test, end) for end in ends), row.row


def test_special_conversions_lead_to_the_canonical_unit():
    for (test, unit), row in load_conversions().items():
        assert row.to_unit == load_labs()[test].unit
        assert to_canonical(load_labs()[test], 30.0, unit) > 0


def test_reference_range_asks_for_what_it_needs():
    woman = reference_range("dhea_s", "female", 55)
    assert woman is not None
    assert (woman.low, woman.high) == (16, 195)
    assert reference_range("dhea_s", "female") is None
    assert reference_range("dhea_s") is None
    potassium = reference_range("potassium")
    assert potassium is not None
    assert potassium.high == 5.0


@pytest.mark.parametrize(
    ("name", "test"),
    [
        ("25-OH vitamin D", "vitamin_d"),
        ("Hemoglobin", "haemoglobin"),
        ("anti-TPO", "anti_tpo"),
        ("FERRITIN", "ferritin"),
        ("QuantiFERON", "igra"),
    ],
)
def test_lab_names(name, test):
    found = find_lab(name)
    assert found is not None
    assert found.id == test


def test_total_vitamin_d_and_d3_are_not_mixed_up():
    total, d3 = lab_by_loinc("62292-8"), lab_by_loinc("1989-3")
    assert total is not None
    assert d3 is not None
    assert (total.id, d3.id) == ("vitamin_d", "vitamin_d3_25oh")


def test_conditions():
    assert "malignancy" in with_broader("breast_cancer")
    assert with_broader("unheard_of") == {"unheard_of"}
    by_code = condition_by_icd10("I26.99")
    assert by_code is not None
    assert by_code.id == "venous_thromboembolism"
    severe, any_stage = condition_by_icd10("N18.5"), condition_by_icd10("N18.2")
    assert severe is not None
    assert any_stage is not None
    assert (severe.id, any_stage.id) == ("severe_renal_impairment", "renal_impairment")
    assert condition_by_icd10("ZZ9") is None
    assert condition_by_snomed("nonsense") is None
    pcos = find_condition("PCOS")
    assert pcos is not None
    assert pcos.id == "polycystic_ovary_syndrome"


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("Levothyroxine Sodium 0.075 MG Oral Tablet", {"levothyroxine"}),
        ("topical minoxidil for 2 years", {"minoxidil_topical"}),
        ("Minoxidil 50 MG/ML Topical Solution", {"minoxidil_topical"}),
        ("minoxidil", {"minoxidil"}),
        ("ketoconazole 2% shampoo", {"ketoconazole_topical"}),
        ("Zinc pyrithione shampoo", {"zinc_pyrithione_shampoo"}),
        ("lisinopril 10 mg", {"ace_inhibitor"}),
        ("spironolactone and lisinopril", {"spironolactone_oral", "ace_inhibitor"}),
        ("an unknown thing", set()),
    ],
)
def test_medicine_names(name, ids):
    assert {row.id for row in match_medicine(name)} == ids


def test_medicine_classes_and_treatments():
    assert "ace_inhibitor" in medicine_classes("an ACE inhibitor")
    assert "jak_inhibitor" in medicine_classes("Olumiant 4 mg")
    assert "retinoid" in medicine_classes("some oral retinoid")
    assert treatments_of("Propecia") == {"finasteride"}
    assert treatments_of("minoxidil") == set()
    assert medicine_classes("") == set()


def test_every_word_a_medicine_goes_by_finds_it():
    for row in load_medicines().values():
        for name in (row.id, *row.synonyms):
            assert row in match_medicine(name), (row.id, name)


def test_every_word_a_condition_goes_by_finds_it():
    for row in load_conditions().values():
        for name in (row.id, row.label, *row.synonyms):
            assert find_condition(name) == row, (row.id, name)
