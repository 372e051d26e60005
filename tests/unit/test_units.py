"""Units at the border: spelling, conversion, refusal."""

import pytest

from anagen.catalog.labs import load_labs
from anagen.patients.laboratory import to_canonical
from anagen.units import UnitError, _concentration, _registry_base, convert, ucum


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("µg/dl", "ug/dL"),
        ("mIU/L", "m[IU]/L"),
        ("x10^9/L", "10*9/L"),
        ("10E9/L", "10*9/L"),
        ("cells/µL", "/uL"),
        ("thou/uL", "10*3/uL"),
        ("K/uL", "10*3/uL"),
        ("/mm3", "/uL"),
        ("mEq/L", "meq/L"),
        ("mm/hr", "mm/h"),
        ("ng per mL", "ng/mL"),
        ("NG/ML", "ng/mL"),
        ("mL/min/1.73 m2", "mL/min/{1.73_m2}"),
        ("mcg/L", "ug/L"),
        ("%", "%"),
    ],
)
def test_spelling(written, expected):
    assert ucum(written) == expected


# Factors of the evidence table of laboratory tests, each an independent transcription.
@pytest.mark.parametrize(
    ("test", "factor", "unit"),
    [
        ("free_t4", 12.87, "pmol/L"),
        ("free_t3", 1.536, "pmol/L"),
        ("serum_iron", 0.179, "umol/L"),
        ("haemoglobin", 0.6206, "mmol/L"),
        ("vitamin_d", 2.496, "nmol/L"),
        ("vitamin_b12", 0.738, "pmol/L"),
        ("folate", 2.266, "nmol/L"),
        ("zinc", 0.153, "umol/L"),
        ("vitamin_a", 0.0349, "umol/L"),
        ("selenium", 0.0127, "umol/L"),
        ("magnesium", 0.4114, "mmol/L"),
        ("calcium", 0.2495, "mmol/L"),
        ("testosterone_total", 0.0347, "nmol/L"),
        ("testosterone_free", 3.47, "pmol/L"),
        ("oestradiol", 3.671, "pmol/L"),
        ("dhea_s", 0.0271, "umol/L"),
        ("hydroxyprogesterone_17", 0.0303, "nmol/L"),
        ("creatinine", 88.4, "umol/L"),
        ("biotin_serum", 0.00409, "nmol/L"),
        ("prolactin", 21.2, "mIU/L"),
    ],
)
def test_factors_agree_with_the_published_ones(test, factor, unit):
    assert to_canonical(load_labs()[test], factor, unit) == pytest.approx(1.0, rel=6e-3)


def test_hba1c_is_not_a_plain_ratio():
    assert to_canonical(load_labs()["hba1c"], 48, "mmol/mol") == pytest.approx(6.54, abs=0.01)


def test_every_listed_unit_of_every_test_converts():
    for test in load_labs().values():
        for unit in test.other_units:
            assert to_canonical(test, 1.0, unit) > 0, (test.id, unit)


@pytest.mark.parametrize(
    ("value", "unit", "target", "expected"),
    [
        (30, "mU/L", "m[IU]/L", 30),
        (30, "IU/L", "U/L", 30),
        (5, "uIU/mL", "mIU/L", 5),
        (4500, "/mm3", "10*3/uL", 4.5),
        (4.5, "10^9/L", "10*3/uL", 4.5),
        (150, "g/L", "g/dL", 15),
        (9, "ug/L", "ng/mL", 9),
        (154, "lb", "kg", 69.853),
    ],
)
def test_conversion(value, unit, target, expected):
    assert convert(value, unit, target) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("unit", "target"),
    [
        ("mmol/L", "ng/mL"),
        ("10*9/L", "m[IU]/L"),
        ("mmol/mol", "%"),
        ("ng", "ng/mL"),
        ("", "ng/mL"),
        ("   ", "ng/mL"),
        ("%", "1"),
        ("U/L", "10*9/L"),
        ("foo", "ng/mL"),
        ("ng/", "ng/mL"),
        ("ng/mL)", "ng/mL"),
        ("Cel", "K"),
    ],
)
def test_refusal(unit, target):
    with pytest.raises(UnitError):
        convert(1.0, unit, target)


def test_the_short_way_agrees_with_the_unit_registry():
    units = {unit for test in load_labs().values() for unit in (test.unit, *test.other_units)}
    units |= {f"{p}{k}/{q}L" for p in "fpnumdk" for k in ("g", "mol", "[IU]", "U") for q in "numd"}
    units |= {"/uL", "10*3/uL", "10*12/L", "g/L", "eq/L", "meq/L"}
    short = {unit: found for unit in units if (found := _concentration(unit))}
    assert len(short) > 100
    for unit, (factor, dimensions, international) in short.items():
        whole = _registry_base(unit)
        assert factor == pytest.approx(whole[0], rel=1e-12), unit
        assert (dimensions, international) == whole[1:], unit


@pytest.mark.parametrize("unit", ["10*999999999", "10^99999/L", "m" * 61])
def test_a_unit_too_large_to_be_one_is_refused_at_once(unit: str) -> None:
    with pytest.raises(UnitError):
        convert(1.0, unit, "ug/L")
