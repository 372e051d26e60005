"""Units: parsed and converted at the border only; inside, every number has its canonical unit.

UCUM is read by ucumvert on a pint registry, loaded on first need. UCUM knows no substances, so
mass <-> mole conversion takes a molar mass from the row of the test. A unit that is unknown,
partial or of another kind is refused: never guessed.
"""

from __future__ import annotations

import math
import re
from functools import cache, lru_cache
from typing import Any

from anagen.errors import AnagenError

# What users write as a unit has no end: a server must not keep all of it.
UNITS_KEPT = 4096
# No unit of a laboratory is longer, or has a power of three digits: its value could fill a machine.
LONGEST_UNIT = 60
_HUGE_POWER = re.compile(r"\d{4,}|[*^]-?\d{3,}")


class UnitError(AnagenError):
    """A unit that cannot be read, or cannot become the wanted one."""

    exit_code = 2


_SUBSTITUTIONS = (
    (re.compile(r"[µμ]"), "u"),
    (re.compile(r"\s+per\s+", re.IGNORECASE), "/"),
    (re.compile(r"\s*/\s*"), "/"),
    (re.compile(r"^mcg(?=/|$)", re.IGNORECASE), "ug"),
    (re.compile(r"(?:[x×]\s*)?10\s*[*^]\s*(\d+)\s*/?(?=/)"), r"10*\1"),
    (re.compile(r"^(?:[x×]\s*)10e?(\d+)(?=/)", re.IGNORECASE), r"10*\1"),
    (re.compile(r"^10[e^](\d+)(?=/)", re.IGNORECASE), r"10*\1"),
    (re.compile(r"^10⁹(?=/)"), "10*9"),
    (re.compile(r"^10³(?=/)"), "10*3"),
    (re.compile(r"^10¹²(?=/)"), "10*12"),
    (re.compile(r"^[Kk](?=/[uμµ][Ll]$)"), "10*3"),
    (re.compile(r"^(?:thou|thousands?)(?=/)", re.IGNORECASE), "10*3"),
    (re.compile(r"^cells?/(?=[um])", re.IGNORECASE), "/"),
    (re.compile(r"/(?:mm3|mm\^3|cmm|mm³)$"), "/uL"),
    (re.compile(r"^(m|u|k|n)?(?:IU|iU|iu)(?=/|$)"), lambda m: f"{m.group(1) or ''}[IU]"),
    (re.compile(r"^(?:percent|pct)$", re.IGNORECASE), "%"),
    (re.compile(r"^mEq(?=/)"), "meq"),
    (re.compile(r"/(?:hr|hour)$"), "/h"),
    (re.compile(r"/1\.73\s*(?:m2|m\^2|m²|sqm)$"), "/{1.73_m2}"),
    (re.compile(r"(?<=/)(?:ML)$"), "mL"),
    (re.compile(r"^(?:titer|titre)$", re.IGNORECASE), "{titer}"),
    (re.compile(r"^(?:lbs?|pounds?)$", re.IGNORECASE), "[lb_av]"),
    (re.compile(r"^(?:inch(?:es)?|in)$", re.IGNORECASE), "[in_i]"),
    (re.compile(r"^(?:mmHg)$", re.IGNORECASE), "mm[Hg]"),
    (re.compile(r"^(?:kgs|kilograms?)$", re.IGNORECASE), "kg"),
)
_CASE = {"NG/ML": "ng/mL", "UG/L": "ug/L", "G/DL": "g/dL", "MG/DL": "mg/dL", "UG/DL": "ug/dL"}
_LITER = re.compile(r"(?<=/)([numkdf]?)l(?=$)")
_ENZYME = re.compile(r"^([munk]?)U(?=/|$)")
_INTERNATIONAL = re.compile(r"\[IU\]|\[iU\]")


def ucum(unit: str) -> str:
    """A UCUM string from the way people write a unit: `µg/dl`, `mIU/L`, `x10^9/L`, `mmHg`.

    Only spelling changes; whether the result is a unit is for `convert` to say.
    """
    text = unit.strip()
    text = _CASE.get(text, text)
    for pattern, replacement in _SUBSTITUTIONS:
        text = pattern.sub(replacement, text)
    return _LITER.sub(r"\1L", text)


_RATIO = re.compile(r"^(?:10\*(\d+)|([fpnumdk]?)(\[IU\]|mol|eq|g|U))?/([numd]?)L$")
_PREFIX = {"f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "d": -1, "": 0, "k": 3}
_PER_LITER = ("[length]", -3.0)
# Decimal exponent to SI base units, divisor, and dimensions of what stands over the liter.
_OVER_LITER: dict[str, tuple[int, float, tuple[tuple[str, float], ...]]] = {
    "g": (-3, 1.0, (_PER_LITER, ("[mass]", 1.0))),
    "mol": (0, 1.0, (_PER_LITER, ("[substance]", 1.0))),
    "eq": (0, 1.0, (_PER_LITER, ("[substance]", 1.0))),
    "[IU]": (0, 1.0, (_PER_LITER,)),
    "U": (-6, 60.0, (_PER_LITER, ("[substance]", 1.0), ("[time]", -1.0))),
}
_Base = tuple[float, tuple[tuple[str, float], ...], bool]


def _concentration(unit: str) -> _Base | None:
    """`_base` of an amount per liter without the registry, which takes a second to load."""
    found = _RATIO.match(unit)
    if found is None:
        return None
    power, prefix, kind, liter = found.groups()
    # A liter is 1e-3 cubic meters, so one per liter is 1e3 per cubic meter.
    exponent = 3 - _PREFIX[liter]
    if kind is None:
        return 10.0 ** (exponent + int(power or 0)), (_PER_LITER,), False
    own, divisor, dimensions = _OVER_LITER[kind]
    factor = 10.0 ** (exponent + own + _PREFIX[prefix]) / divisor
    return factor, dimensions, kind == "[IU]"


@cache
def _registry() -> Any:
    from ucumvert import PintUcumRegistry

    return PintUcumRegistry()


@lru_cache(UNITS_KEPT)
def _base(unit: str) -> _Base:
    """Factor to base units, dimensionality, and whether the unit is an international unit."""
    if len(unit) > LONGEST_UNIT or _HUGE_POWER.search(unit):
        raise UnitError(f"'{unit[:LONGEST_UNIT]}' is not a unit")
    known = _concentration(unit)
    return _registry_base(unit) if known is None else known


def _registry_base(unit: str) -> _Base:
    """`_base` as the unit registry has it."""
    try:
        quantity = _registry().from_ucum(unit)
        base = quantity.to_base_units()
        # An offset unit such as Cel has no factor; no test of ours is measured in one.
        doubled = (2 * quantity).to_base_units()
    except Exception as error:
        raise UnitError(f"'{unit}' is not a unit") from error
    factor = float(base.magnitude)
    if not math.isclose(float(doubled.magnitude), 2 * factor, rel_tol=1e-9):
        raise UnitError(f"'{unit}' is a scale with an offset and cannot be converted")
    dimensions = tuple(sorted((str(k), float(v)) for k, v in base.dimensionality.items()))
    return factor, dimensions, bool(_INTERNATIONAL.search(unit))


def _clean(value: float) -> float:
    """Twelve significant digits: conversion factors carry rounding noise behind that."""
    return float(f"{value:.12g}")


def convert(
    value: float, from_unit: str, to_unit: str, molar_mass_g_per_mol: float | None = None
) -> float:
    """`value` of `from_unit` in `to_unit` (both as people or UCUM write them).

    With a molar mass, mass and mole units of one kind convert into each other. `U` and `[IU]` are
    read as the kind that `to_unit` has, as laboratories do. Raises UnitError.
    """
    source, target = ucum(from_unit), ucum(to_unit)
    if not source:
        raise UnitError("no unit is given")
    if source == target:
        return float(value)
    if _INTERNATIONAL.search(target):
        source = _ENZYME.sub(r"\1[IU]", source)
    elif _ENZYME.search(target):
        source = _INTERNATIONAL.sub("U", source)
    if source == target:
        return float(value)
    factor, dimensions, international = _base(source)
    target_factor, target_dimensions, target_international = _base(target)
    if not dimensions and not target_dimensions and not international:
        # Pure numbers differ in meaning (a percent, a titre, a ratio): only the same word passes,
        # and mmol/mol is such a number too.
        raise UnitError(f"'{from_unit}' is not '{to_unit}'")
    if international != target_international:
        raise UnitError(f"'{from_unit}' is not of the kind of '{to_unit}'")
    if dimensions == target_dimensions:
        return _clean(value * factor / target_factor)
    if molar_mass_g_per_mol is not None:
        amount, mass = dict(dimensions), dict(target_dimensions)
        if _is_per_amount(amount, mass):
            return _clean(value * factor * molar_mass_g_per_mol / 1000.0 / target_factor)
        if _is_per_amount(mass, amount):
            return _clean(value * factor / (molar_mass_g_per_mol / 1000.0) / target_factor)
    raise UnitError(f"'{from_unit}' cannot become '{to_unit}'")


def _is_per_amount(first: dict[str, float], second: dict[str, float]) -> bool:
    """Whether `first` is `second` with the mass replaced by the amount of substance."""
    swapped = {("[substance]" if k == "[mass]" else k): v for k, v in second.items()}
    return "[mass]" in second and first == swapped
