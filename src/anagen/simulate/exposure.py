"""From a regimen and a treatment's `[exposure]` rows to how much drug is there each day.

A dose missed is missed in every arm: adherence is one random process per person and treatment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from anagen.catalog.parameters import value
from anagen.catalog.tables import read_document
from anagen.errors import AnagenError
from anagen.model import pharmacokinetics as pk
from anagen.model.actions.exposure import Exposure
from anagen.rng import generator
from anagen.simulate.parameter_draws import TYPICAL, normal_scores, sample, sample_trait
from anagen.simulate.person import Person
from anagen.simulate.regimen import Regimen

FloatArray = NDArray[np.float64]

DOSES_PER_BLOCK = 512
DAYS_PER_WEEK = 7.0
MG_PER_L_TO_NG_PER_ML = 1000.0
BETWEEN_PEOPLE = "_between_people"
# The assay that tells how strongly this person responds, and how many respond: of all, by result.
MARKER = "_marker"
RESPONDERS = ("_responders", "_responders_low", "_responders_high")
# Cells of `[exposure]` and `[[actions]]` that are words; every other cell is a parameter id.
WORDS = ("action", "model", "absorption", "note")
# Cells whose row says how people differ: everybody has a value of their own.
OF_PEOPLE = ("adherence",)


@dataclass(frozen=True, slots=True)
class Traits:
    """What of the person reaches the system layer; unknowns are drawn. Each of shape (draw,)."""

    female: FloatArray
    weight_kg: FloatArray
    affected_percent: FloatArray
    renal_ratio: FloatArray


def traits(person: Person, draws: int, seed: int) -> Traits:
    """Traits of every draw; what nobody recorded is drawn from the population rows.

    An unknown filtration rate is left out: the spread of clearance between people holds it.
    """

    def known_or_drawn(value: float | None, parameter_id: str) -> FloatArray:
        if value is not None:
            return np.full(draws, float(value))
        return sample_trait(parameter_id, draws, seed, person.patient_id)

    if person.sex is None:
        coin = generator(seed, person.patient_id, "sex").random(draws)
        female = (coin < 0.5).astype(np.float64)
    else:
        female = np.full(draws, 1.0 if person.sex == "female" else 0.0)
    egfr = person.egfr_ml_min
    return Traits(
        female=female,
        weight_kg=known_or_drawn(person.weight_kg, "body_weight_unknown"),
        affected_percent=known_or_drawn(person.salt, "salt_unknown"),
        renal_ratio=np.ones(draws) if egfr is None else np.full(draws, _renal_ratio(egfr)),
    )


def _renal_ratio(egfr: float) -> float:
    return egfr / value("renal_reference_egfr")


def values(
    cells: Mapping[str, Any], person: Person, draws: int, seed: int
) -> dict[str, FloatArray]:
    """Draws of every parameter named in a block of a treatment file. Shape of each: (draw,).

    `<name>_between_people` names the row with the log-SD between people of `<name>`, which
    is then spread by it. `<name>_marker` names an assay; where the person has its result, the
    spread is that of people with this result.
    """
    result: dict[str, FloatArray] = {}
    for name, parameter_id in cells.items():
        if name in WORDS or name.endswith((BETWEEN_PEOPLE, MARKER, *RESPONDERS)):
            continue
        if name in OF_PEOPLE:
            result[name] = sample_trait(str(parameter_id), draws, seed, person.patient_id)
            continue
        drawn = sample(str(parameter_id), draws, seed, person.parameters_id)
        spread_id = cells.get(name + BETWEEN_PEOPLE)
        if spread_id is not None:
            log_sd = sample(str(spread_id), draws, seed, person.parameters_id)
            z = normal_scores(draws, seed, person.patient_id, f"between:{parameter_id}")
            told = person.markers.get(str(cells.get(name + MARKER, "")))
            if told is not None:
                of_all, among = cells[f"{name}_responders"], cells[f"{name}_responders_{told}"]
                z = given_response(z, value(str(of_all)), value(str(among)))
            drawn = drawn * np.exp(log_sd * z)
        result[name] = drawn
    return result


def given_response(z: FloatArray, responders: float, among: float) -> FloatArray:
    """Standard normal scores of a response, moved to those of people with one assay result.

    `responders` of all people are the top of the scores; of those with this result it is `among`.
    Order is kept, so that the same person stays the better or the worse responder. Shape as `z`.
    """
    rank = ndtr(z)
    below = rank < 1.0 - among
    low = rank / max(1.0 - among, 1e-12) * (1.0 - responders)
    high = 1.0 - (1.0 - rank) / max(among, 1e-12) * responders
    return ndtri(np.clip(np.where(below, low, high), 1e-12, 1.0 - 1e-12))


def regimen_days(regimen: Regimen, start_day: int, end_day: int) -> tuple[int, int]:
    """First day on the regimen and first day off it, within the days simulated."""
    first = round(regimen.start_week * DAYS_PER_WEEK)
    last = end_day if regimen.stop_week is None else round(regimen.stop_week * DAYS_PER_WEEK)
    return max(first, start_day), max(min(last, end_day), start_day)


def doses_taken(
    treatment: str, count: int, share: FloatArray, person: Person, seed: int
) -> FloatArray:
    """1 where a dose is taken and 0 where it is missed. Shape: (dose, draw).

    The doses are numbered from the start of the regimen and drawn in blocks, so that neither the
    number of draws, nor the length of the forecast, nor the arm changes which doses are missed.
    """
    draws = share.shape[0]
    if seed == TYPICAL:
        return np.ones((count, draws))
    blocks = []
    for block in range(-(-count // DOSES_PER_BLOCK)):
        purpose = f"adherence:{treatment}:{block}"
        random = generator(seed, person.patient_id, purpose)
        blocks.append(share > random.random((draws, DOSES_PER_BLOCK)).T)
    if not blocks:
        return np.zeros((0, draws))
    return np.concatenate(blocks)[:count].astype(np.float64)


def treatment_exposure(
    regimen: Regimen,
    person: Person,
    known: Traits,
    *,
    start_day: int,
    end_day: int,
    segments: int,
    seed: int,
) -> Exposure:
    """Level at the site, amount taken, days on the regimen. AnagenError when not modelled.

    `segments` is how finely the day is cut for actions that need the course within a day.
    """
    cells = exposure_block(regimen.treatment)
    draws = known.female.shape[0]
    days = end_day - start_day
    p = values(cells, person, draws, seed)
    first, last = regimen_days(regimen, start_day, end_day)
    active = np.zeros(days, dtype=np.bool_)
    active[first - start_day : last - start_day] = True
    if not active.any() or cells["model"] == "none":
        nothing = np.zeros((days, draws))
        return Exposure(nothing[:, None, :], nothing, active)
    day, hour = pk.dose_times(regimen.interval_days, first - start_day, last - start_day)
    share = p.get("adherence", np.ones(draws))
    taken = doses_taken(regimen.treatment, len(day), share, person, seed)
    dose = regimen.dose * p.get("amount_per_dose_unit", np.ones(draws))
    amount = np.ascontiguousarray(taken * dose)
    spread = max(round(regimen.interval_days), 1)
    if cells["model"] == "intake":
        daily = _daily_intake(amount / spread, day, spread, days) * active[:, None]
        return Exposure(daily[:, None, :], daily, active)
    daily = _daily_intake(amount, day, 1, days)
    level = LEVELS[cells["model"]](cells, p, known, amount, daily, day, hour, days, segments)
    return Exposure(level, daily, active)


def exposure_block(treatment: str) -> Mapping[str, Any]:
    """The `[exposure]` block of a treatment. Raises AnagenError when there is none."""
    block = read_document(f"treatments/{treatment}.toml").get("exposure")
    if block is None:
        raise AnagenError(
            f"data/treatments/{treatment}.toml: no [exposure]: this treatment cannot be forecast"
        )
    return block


def action_blocks(treatment: str) -> tuple[Mapping[str, Any], ...]:
    """The `[[actions]]` of a treatment, none when it has no modelled action."""
    return tuple(read_document(f"treatments/{treatment}.toml").get("actions", ()))


def _daily_intake(amount: FloatArray, day: NDArray[np.int64], spread: int, days: int) -> FloatArray:
    daily = np.zeros((days, amount.shape[1]))
    for ahead in range(spread):
        on = day + ahead
        inside = on < days
        np.add.at(daily, on[inside], amount[inside])
    return daily


def _clearance(p: Mapping[str, FloatArray], known: Traits) -> FloatArray:
    clearance = p["clearance"]
    if "renal_share" in p:
        share = p["renal_share"]
        clearance = clearance * (1.0 - share + share * known.renal_ratio)
    if "clearance_weight_exponent" in p:
        relative = known.weight_kg / p["reference_weight"]
        clearance = clearance * relative ** p["clearance_weight_exponent"]
    return clearance


def _compartments(cells, p, known, amount, daily, day, hour, days, segments) -> FloatArray:
    if cells["model"] == "two_compartment":
        rates, coefficients = pk.two_compartment_modes(
            _clearance(p, known),
            p["central_volume"],
            p["intercompartmental_clearance"],
            p["peripheral_volume"],
        )
    else:
        rates, coefficients = pk.one_compartment_modes(_clearance(p, known), p["central_volume"])
    response = pk.absorbed_response(
        rates,
        coefficients,
        absorption_rate=_absorption_rate(p),
        absorption_duration=p.get("absorption_duration"),
        zero_order_share=p.get("zero_order_share"),
        lag=p.get("absorption_lag"),
    )
    absorbed = amount * p["bioavailability"] if "bioavailability" in p else amount
    return MG_PER_L_TO_NG_PER_ML * pk.segment_concentration(
        response, absorbed, day, hour, days=days, segments=segments
    )


def _absorption_rate(p: Mapping[str, FloatArray]) -> FloatArray | None:
    if "absorption_half_life" in p:
        return np.log(2.0) / p["absorption_half_life"]
    return p.get("absorption_rate")


def _saturable(cells, p, known, amount, daily, day, hour, days, segments) -> FloatArray:
    return MG_PER_L_TO_NG_PER_ML * pk.saturable_concentration(
        daily,
        p["clearance"],
        p["central_volume"],
        p["intercompartmental_clearance"],
        p["peripheral_volume"],
        p["largest_saturable_loss"],
        p["half_saturation"],
        segments,
        2,
    )


def _autoinhibited(cells, p, known, amount, daily, day, hour, days, segments) -> FloatArray:
    mean = pk.autoinhibited_concentration(
        daily,
        _clearance(p, known),
        p["central_volume"],
        p["intercompartmental_clearance"],
        p["peripheral_volume"],
        p["inhibition"],
        p["half_inhibition"] / MG_PER_L_TO_NG_PER_ML,
    )
    return MG_PER_L_TO_NG_PER_ML * mean[:, None, :]


def _local(cells, p, known, amount, daily, day, hour, days, segments) -> FloatArray:
    """A reservoir whose mean level at steady state is the dose when given as `usual_interval`."""
    rate = np.log(2.0) / (p["half_life"] * pk.HOURS_PER_DAY)
    coefficient = rate * p["usual_interval"] * pk.HOURS_PER_DAY
    response = pk.absorbed_response(rate[None, :], coefficient[None, :])
    return pk.segment_concentration(response, amount, day, hour, days=days, segments=segments)


LEVELS = {
    "two_compartment": _compartments,
    "one_compartment": _compartments,
    "saturable": _saturable,
    "autoinhibited": _autoinhibited,
    "local": _local,
}
