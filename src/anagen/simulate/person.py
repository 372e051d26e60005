"""The person as the model sees them: numbers with None for unknown, no clinical vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from anagen.simulate.regimen import Regimen


@dataclass(frozen=True, slots=True)
class Perturbation:
    """An impulse on the hair cycle: `kind` is one of the event kinds, `weeks_ago` counts back."""

    kind: str
    weeks_ago: float
    strength: float | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """One person at the start of a forecast. None is unknown and is sampled from the population.

    `mechanism_probability` gives, for each mechanism the model has (`autoimmune`, `androgenetic`,
    `effluvium`, `scarring`, `inflammation`), the probability that it is at work; draws sample it,
    so uncertainty about the cause widens the forecast. `mechanism_mixtures`, when given, are the
    joint hypotheses behind it (mechanism names, probability) and are sampled instead; an empty set
    is a cause the model does not have.

    What moves with the calendar acts only where it is known: `visit_day_of_year` (0 on 1 January)
    brings the season, `southern` turns it by half a year; `ages` lets age go on taking follicles;
    `menopause_ahead` is "later" or "near" for a woman whose periods go on or are ending.
    `nutrients` are measured levels by name, in the unit of the rows (`vitamin_b12_lower_limit`);
    a nutrient that is not there changes nothing. `nutrient_intakes` are what products bring beyond
    the diet, a day, in the unit of `vitamin_a_rise`; they go on in every arm. `ophiasis`: patches
    lie along the margin.

    `current_treatments` are the names of everything that is taken now; `running` are those of them
    that the model knows, with their starts before week 0: the past up to today is lived with them.
    An arm goes on with them only where it names them (`simulate/running.py`). `ended` are courses
    that were stopped before today, with both weeks below 0: hair has lived with them and with
    their end. `salt_before` is the SALT score when the first of them that holds the attack began.
    `markers` are assays that tell who responds to a drug, with "low" or "high"
    (`sulfotransferase`).

    `group_id` names people who are simulated under the same sets of parameters, such as the kinds
    of people of one trial: as people they differ, what is unknown of the model they share.

    `attack_ceased`: an attack of alopecia areata that ceased by itself some time within the run-in
    and stays away for a while (`remission_days`), though the loss is still to be seen today.
    """

    patient_id: str
    sex: str | None
    age_years: float | None
    mechanism_probability: Mapping[str, float]
    salt: float | None = None
    salt_before: float | None = None
    episode_years: float | None = None
    patches: bool | None = None
    norwood: str | None = None
    ludwig: str | None = None
    sinclair_stage: int | None = None
    terminal_density: float | None = None
    total_density: float | None = None
    hairs_shed_per_day: float | None = None
    postmenopausal: bool | None = None
    weeks_since_delivery: float | None = None
    pregnant: bool = False
    menopause_ahead: str | None = None
    visit_day_of_year: float | None = None
    southern: bool | None = None
    ages: bool = False
    ophiasis: bool = False
    weight_kg: float | None = None
    egfr_ml_min: float | None = None
    ferritin_ug_per_l: float | None = None
    vitamin_d_nmol_per_l: float | None = None
    zinc_umol_per_l: float | None = None
    nutrients: Mapping[str, float] = field(default_factory=dict)
    nutrient_intakes: Mapping[str, float] = field(default_factory=dict)
    tsh_miu_per_l: float | None = None
    free_t4_pmol_per_l: float | None = None
    perturbations: tuple[Perturbation, ...] = ()
    current_treatments: tuple[str, ...] = ()
    running: tuple[Regimen, ...] = ()
    ended: tuple[Regimen, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    mechanism_mixtures: tuple[tuple[tuple[str, ...], float], ...] = ()
    ancestry: str | None = None
    markers: Mapping[str, str] = field(default_factory=dict)
    group_id: str | None = None
    attack_ceased: bool = False

    @property
    def parameters_id(self) -> str:
        """The id that keys the sets of parameters."""
        return self.group_id or self.patient_id
