"""From one person and one arm to the drivers of every day: rows become arrays here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import load_parameters, value
from anagen.errors import AnagenError, nearest_name
from anagen.model import endocrine, events, nutrition
from anagen.model.actions import ACTIONS
from anagen.model.actions.exposure import Contribution, Exposure
from anagen.model.system import INTAKE_LEVERS, assemble, combine, dht_courses
from anagen.rng import generator
from anagen.simulate.exposure import Traits, action_blocks, traits, treatment_exposure, values
from anagen.simulate.parameter_draws import (
    PEOPLE_PER_SET,
    TYPICAL,
    from_normal,
    normal_scores,
    sample,
    sample_trait,
)
from anagen.simulate.person import Person, Perturbation
from anagen.simulate.regimen import Arm, Regimen

FloatArray = NDArray[np.float64]

DAYS_PER_WEEK = 7.0
DAYS_PER_YEAR = 365.25
ANDROGEN_ROWS = {
    "type_1_turnover": "type_1_reductase_turnover",
    "type_2_turnover": "type_2_reductase_turnover",
    "serum_type_2_share": "serum_dht_type_2_share",
    "scalp_type_2_share": "scalp_dht_type_2_share",
    "local_share": "scalp_dht_local_share",
}


@dataclass(frozen=True, slots=True)
class SystemCourse:
    """The body behind the drivers, for reports and tests. Arrays have shape (day, draw).

    `serum_dht_ratio` and `scalp_dht_ratio` are relative to untreated, `ferritin` is ug/L,
    `vitamin_d` nmol/L, `thyroxine_ratio` relative to normal, `tsh` mIU/L. `concentration` maps a
    treatment to the day mean of its level (ng/mL for drugs with a plasma model). `day` has shape
    (day,) and counts from the start of the forecast.
    """

    day: NDArray[np.int64]
    levers: Mapping[str, FloatArray]
    concentration: Mapping[str, FloatArray]
    serum_dht_ratio: FloatArray
    scalp_dht_ratio: FloatArray
    ferritin: FloatArray
    vitamin_d: FloatArray
    thyroxine_ratio: FloatArray
    tsh: FloatArray


def daily_drivers(
    person: Person, arm: Arm, *, start_day: int, end_day: int, draws: int, seed: int
) -> FloatArray:
    """Drivers of days `start_day` to `end_day` - 1. Shape: (draw, day, driver).

    Day 0 is the start of the forecast; earlier days carry the person's past. The same person meets
    the same fate in every arm; a regimen of dose zero gives the drivers of no regimen. A regimen
    already running on `start_day` is followed from its own start.
    """
    earliest = min((round(r.start_week * DAYS_PER_WEEK) for r in arm.regimens), default=start_day)
    if earliest < start_day:
        whole = daily_drivers(
            person, arm, start_day=earliest, end_day=end_day, draws=draws, seed=seed
        )
        return np.ascontiguousarray(whole[:, start_day - earliest :])
    course = system_readout(
        person, arm, start_day=start_day, end_day=end_day, draws=draws, seed=seed
    )
    return assemble(course.levers, end_day - start_day, draws)


def system_readout(
    person: Person, arm: Arm, *, start_day: int, end_day: int, draws: int, seed: int
) -> SystemCourse:
    """Hormones, nutrients and drug levels of one person on one arm."""
    days = np.arange(start_day, end_day)
    known = traits(person, draws, seed)
    regimens = [r for r in arm.regimens if r.dose > 0.0]
    contributions: list[Contribution] = []
    levels: dict[str, FloatArray] = {}
    for regimen in regimens:
        exposure, acted = regimen_contributions(
            regimen, person, known, start_day=start_day, end_day=end_day, seed=seed
        )
        contributions.extend(
            contribution
            for contribution in acted
            if arm.as_in_trial or "vehicle_response" not in contribution
        )
        # One treatment may come as two regimens in turn: a step down, a second course.
        before = levels.get(regimen.treatment, 0.0)
        levels[regimen.treatment] = before + exposure.day_mean()
    treated = combine(contributions)
    untreated = np.zeros((len(days), draws))
    intake = {lever: treated.get(lever, untreated) for lever in INTAKE_LEVERS}
    body = _body(person, known, intake, days, draws, seed)
    serum_dht = scalp_dht = np.ones((len(days), draws))
    if "type_2_inactivation" in treated:
        rows = {
            name: sample(row, draws, seed, person.parameters_id)
            for name, row in ANDROGEN_ROWS.items()
        }
        serum_dht, scalp_dht = dht_courses(treated, rows)
        treated["scalp_dht_ratio"] = scalp_dht
    background = (
        *body.background,
        *_past_events(person, days, draws, seed),
        *_time_of_life(person, known, intake["oestrogen_replacement"], days, draws, seed),
    )
    return SystemCourse(
        day=days,
        levers=combine((*background, treated)),
        concentration=levels,
        serum_dht_ratio=serum_dht,
        scalp_dht_ratio=scalp_dht,
        ferritin=body.ferritin,
        vitamin_d=body.vitamin_d,
        thyroxine_ratio=body.thyroxine,
        tsh=body.tsh,
    )


def regimen_contributions(
    regimen: Regimen, person: Person, known: Traits, *, start_day: int, end_day: int, seed: int
) -> tuple[Exposure, list[Contribution]]:
    """Exposure of one regimen and what each of its actions adds to the levers."""
    blocks = action_blocks(regimen.treatment)
    if not blocks:
        raise AnagenError(
            f"data/treatments/{regimen.treatment}.toml: no [[actions]]: this treatment cannot be "
            "forecast"
        )
    mechanisms = [_mechanism(regimen.treatment, str(block["action"])) for block in blocks]
    exposure = treatment_exposure(
        regimen,
        person,
        known,
        start_day=start_day,
        end_day=end_day,
        segments=max(mechanism.segments for mechanism in mechanisms),
        seed=seed,
    )
    draws = known.female.shape[0]
    works = _works(regimen, person, draws, seed)
    who = {
        "female": known.female,
        "weight_kg": known.weight_kg,
        "affected_percent": known.affected_percent,
    }
    acted = [
        mechanism.act(exposure, values(block, person, draws, seed), who)
        for mechanism, block in zip(mechanisms, blocks, strict=True)
    ]
    if works.all():
        return exposure, acted
    # Neutral is zero for every lever an action touches, so a treatment that does nothing adds none.
    return exposure, [
        {lever: course * works for lever, course in contribution.items()} for contribution in acted
    ]


def _works(regimen: Regimen, person: Person, draws: int, seed: int) -> FloatArray:
    """1 where the treatment does something, 0 where it does nothing at all. Shape: (draw,).

    One answer for a whole set of parameters, the same in every arm.
    """
    if regimen.credence >= 1.0 or seed == TYPICAL:
        return np.ones(draws)
    sets = -(-draws // PEOPLE_PER_SET)
    chance = generator(seed, person.parameters_id, f"works:{regimen.treatment}").random(sets)
    return np.repeat(chance < regimen.credence, PEOPLE_PER_SET)[:draws].astype(np.float64)


def _mechanism(treatment: str, action: str):
    if action not in ACTIONS:
        hint = nearest_name(action, ACTIONS)
        raise AnagenError(
            f"data/treatments/{treatment}.toml: unknown action '{action}'; known are "
            f"{', '.join(ACTIONS)}" + (f"; did you mean '{hint}'?" if hint else "")
        )
    return ACTIONS[action]


@dataclass(frozen=True, slots=True)
class _Body:
    ferritin: FloatArray
    vitamin_d: FloatArray
    thyroxine: FloatArray
    tsh: FloatArray
    background: tuple[Contribution, ...]


def _body(
    person: Person,
    known: Traits,
    intake: Mapping[str, FloatArray],
    days: NDArray[np.int64],
    draws: int,
    seed: int,
) -> _Body:
    """Stores and hormones day by day, and what their lack does. Unknown labs are drawn."""

    def row(parameter_id: str) -> FloatArray:
        return sample(parameter_id, draws, seed, person.parameters_id)

    def trait(parameter_id: str) -> FloatArray:
        return sample_trait(parameter_id, draws, seed, person.patient_id)

    def lab(value: float | None, parameter_id: str) -> FloatArray:
        return np.full(draws, float(value)) if value is not None else trait(parameter_id)

    women, men = trait("ferritin_unknown_women"), trait("ferritin_unknown_men")
    stores = np.where(known.female > 0.5, women, men)
    if person.ferritin_ug_per_l is not None:
        stores = np.full(draws, float(person.ferritin_ug_per_l))
    ferritin = nutrition.ferritin_course(
        np.ascontiguousarray(intake["iron_intake"]),
        stores,
        row("iron_ferritin_gain"),
        row("iron_absorption_half"),
        row("iron_return_days"),
    )
    vitamin_d = nutrition.vitamin_d_course(
        intake["vitamin_d_intake"],
        lab(person.vitamin_d_nmol_per_l, "vitamin_d_unknown"),
        row("vitamin_d_largest_rise"),
        row("vitamin_d_half_dose"),
        row("vitamin_d_half_life"),
    )
    own, tsh_now = _own_thyroxine(person, row, trait)
    thyroxine = endocrine.thyroxine_course(
        own,
        intake["levothyroxine_intake"],
        row("levothyroxine_full_per_kg") * known.weight_kg,
        row("thyroxine_half_life"),
    )
    tsh = tsh_now * (thyroxine / own) ** (-1.0 / row("tsh_thyroxine_slope"))
    anagen_log, telogen_log, release = endocrine.thyroid_effects(
        thyroxine,
        row("thyroid_anagen_exponent"),
        row("thyroid_telogen_exit_log"),
        row("thyroid_lack_release"),
        row("thyroid_full_effect_ratio"),
        row("thyroid_excess_ratio"),
        row("thyroid_excess_release"),
    )
    zinc = lab(person.zinc_umol_per_l, "zinc_unknown")
    if np.any(intake["zinc_intake"]):
        zinc = nutrition.level_course(
            intake["zinc_intake"], zinc, row("zinc_rise"), row("zinc_half_life")
        )
    lack_of_zinc = nutrition.zinc_anagen_log(zinc, row("zinc_anagen_log"), row("zinc_lower_limit"))
    lack_of_iron = nutrition.iron_anagen_log(
        ferritin, row("iron_anagen_lost_share"), row("iron_half_effect"), row("iron_replete")
    )
    regulatory_log = nutrition.vitamin_d_regulatory_log(
        vitamin_d, row("vitamin_d_regulatory_exponent"), row("vitamin_d_sufficient")
    )
    background: tuple[Contribution, ...] = (
        {
            "anagen_log": anagen_log + lack_of_iron + lack_of_zinc,
            "telogen_exit_log": telogen_log,
            "anagen_release": release,
            "regulatory_tone_log": regulatory_log,
        },
        *_nutrients(person, intake, row),
    )
    return _Body(ferritin, vitamin_d, thyroxine, tsh, background)


def _nutrients(
    person: Person, intake: Mapping[str, FloatArray], row: Callable[[str], FloatArray]
) -> Iterator[Contribution]:
    """What a measured lack does, and an excess that was measured or is being swallowed.

    A nutrient that nobody measured and nobody takes yields nothing: neutral to the bit. Products
    that are taken anyway have long brought an unmeasured level to where it settles.
    """
    for nutrient in nutrition.NUTRIENTS:
        taken = intake[f"{nutrient}_intake"]
        takes = bool(np.any(taken))
        usual = person.nutrient_intakes.get(nutrient, 0.0)
        measured = person.nutrients.get(nutrient)
        if measured is None and not takes and not usual:
            continue
        start = row(f"{nutrient}_unknown") + row(f"{nutrient}_rise") * usual
        if measured is not None:
            start = np.full_like(start, float(measured))
        level = nutrition.level_course(
            taken, start, row(f"{nutrient}_rise"), row(f"{nutrient}_half_life")
        )
        if nutrient in nutrition.LACKING:
            limit, largest = row(f"{nutrient}_lower_limit"), row(f"{nutrient}_lack_anagen_log")
            yield {"anagen_log": nutrition.lack_anagen_log(level, limit, largest)}
        if nutrient in nutrition.EXCESSIVE:
            release = nutrition.excess_release(
                level,
                row(f"{nutrient}_upper_limit"),
                row(f"{nutrient}_excess_full"),
                row(f"{nutrient}_excess_release"),
            )
            yield {"anagen_release": release}


def _time_of_life(
    person: Person,
    known: Traits,
    replaced: FloatArray,
    days: NDArray[np.int64],
    draws: int,
    seed: int,
) -> Iterator[Contribution]:
    """Season, age and menopause: each acts only on a person of whom it is known."""

    def row(parameter_id: str) -> FloatArray:
        return sample(parameter_id, draws, seed, person.parameters_id)

    time = days.astype(np.float64)
    if person.visit_day_of_year is not None:
        season = events.season_log(
            time,
            person.visit_day_of_year,
            _southern(person, draws, seed),
            row("season_peak_day"),
            row("season_amplitude_person"),
        )
        yield {"season_log": season}
    if person.ages and person.age_years is not None:
        loss = events.ageing_loss(
            time, person.age_years, row("ageing_onset_years"), row("ageing_loss_per_year")
        )
        yield {"follicle_loss": loss}
    menopause = _menopause_day(person, draws, seed)
    if menopause is not None:
        ramp = row("menopause_ramp_years") * DAYS_PER_YEAR
        lost = endocrine.protection_lost(time, menopause, ramp)
        today = endocrine.protection_lost(np.zeros(1), menopause, ramp)
        yield {
            "androgen_drive_log": known.female
            * endocrine.oestrogen_drive_log(
                lost, today, np.minimum(replaced, 1.0), np.maximum(row("oestrogen_loss_log"), 0.0)
            )
        }


def _southern(person: Person, draws: int, seed: int) -> FloatArray:
    """1 south of the equator; drawn where nobody said. Shape: (draw,)."""
    if person.southern is not None:
        return np.full(draws, float(person.southern))
    if seed == TYPICAL:
        return np.zeros(draws)
    chance = generator(seed, person.patient_id, "hemisphere").random(draws)
    return (chance >= value("northern_share")).astype(np.float64)


def _menopause_day(person: Person, draws: int, seed: int) -> FloatArray | None:
    """Day of the last period from today; -inf long ago; None where it is not known."""

    def trait(parameter_id: str) -> FloatArray:
        return sample_trait(parameter_id, draws, seed, person.patient_id)

    if person.postmenopausal:
        return np.full(draws, -np.inf)
    if person.menopause_ahead is None:
        return None
    years = trait("menopause_years_near")
    if person.menopause_ahead == "later":
        if person.age_years is None:
            return None
        years = np.maximum(trait("menopause_age_years") - person.age_years, years)
    return years * DAYS_PER_YEAR


def _own_thyroxine(person: Person, row, trait) -> tuple[FloatArray, FloatArray]:
    """Thyroxine of the untreated gland relative to normal, and TSH now. Shape: (draw,)."""
    lower, upper, slope = row("tsh_lower"), row("tsh_upper"), row("tsh_thyroxine_slope")
    tsh = trait("tsh_unknown")
    if person.tsh_miu_per_l is not None:
        tsh = np.full_like(tsh, max(float(person.tsh_miu_per_l), 1e-3))
    from_tsh = endocrine.thyroxine_from_tsh(tsh, lower, upper, slope)
    if person.free_t4_pmol_per_l is None:
        return from_tsh, tsh
    free_t4 = np.full_like(tsh, float(person.free_t4_pmol_per_l))
    measured = endocrine.thyroxine_from_free_t4(free_t4, row("free_t4_lower"), row("free_t4_upper"))
    if person.tsh_miu_per_l is None:
        # A hormone in its range says TSH is near its own.
        return measured, np.clip(tsh, lower, upper) * measured ** (-1.0 / slope)
    # TSH moves first and further; free T4 decides once it has left its own range.
    return np.where(measured == 1.0, from_tsh, measured), tsh


def _past_events(
    person: Person, days: NDArray[np.int64], draws: int, seed: int
) -> list[Contribution]:
    def row(parameter_id: str) -> FloatArray:
        return sample(parameter_id, draws, seed, person.parameters_id)

    time = days.astype(np.float64)
    result: list[Contribution] = []
    delivery = _delivery_day(person, draws, seed)
    if delivery is not None:
        anagen_log, release = endocrine.pregnancy_effects(
            time,
            delivery,
            row("pregnancy_anagen_log"),
            row("pregnancy_ramp_start"),
            row("pregnancy_ramp_end"),
            row("pregnancy_days"),
            row("postpartum_release"),
            row("postpartum_release_days"),
        )
        result.append({"anagen_log": anagen_log, "anagen_release": release})
    for number, event in enumerate(person.perturbations):
        if event.kind == "childbirth":
            continue
        result.append(_event(event, number, time, person, draws, seed))
    return result


def _delivery_day(person: Person, draws: int, seed: int) -> FloatArray | None:
    """Day of birth, past or to come; None when there is no pregnancy to count from."""
    if person.weeks_since_delivery is not None:
        return np.full(draws, -DAYS_PER_WEEK * person.weeks_since_delivery)
    if person.pregnant:
        week = sample_trait("pregnancy_week_unknown", draws, seed, person.patient_id)
        length = sample_trait("pregnancy_days", draws, seed, person.patient_id)
        return np.rint(length - DAYS_PER_WEEK * week)
    births = [e.weeks_ago for e in person.perturbations if e.kind == "childbirth"]
    return np.full(draws, -DAYS_PER_WEEK * min(births)) if births else None


def _event(
    event: Perturbation, number: int, days: FloatArray, person: Person, draws: int, seed: int
) -> Contribution:
    def row(parameter_id: str) -> FloatArray:
        return sample(parameter_id, draws, seed, person.parameters_id)

    first_day = -DAYS_PER_WEEK * event.weeks_ago
    if event.kind in ("chemotherapy", "radiotherapy"):
        broken = events.cytotoxic_course(
            days, first_day, row("cytotoxic_course_days"), row("cytotoxic_tail_days"),
            row("cytotoxic_break_rate"),
        )  # fmt: skip
        return {"anagen_destruction": broken}
    parameter_id = f"release_{event.kind}"
    if parameter_id not in load_parameters():
        parameter_id = "release_other"
    if event.strength is not None:
        fraction = np.full(draws, min(max(event.strength, 0.0), 0.99))
    else:
        # Two fevers of one person need not hit equally hard: the number of the event is in the key.
        scores = normal_scores(draws, seed, person.patient_id, f"event:{event.kind}:{number}")
        fraction = from_normal(parameter_id, scores)
    released = events.release_impulse(days, first_day, fraction, row("release_days"))
    return {"anagen_release": released}
