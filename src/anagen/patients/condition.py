"""From a patient record and the causes found to the person the model sees.

Nothing is invented: a field the record does not have stays unknown and is sampled later. What was
carried over and what could not be is said in the notes.
"""

from __future__ import annotations

from collections.abc import Mapping

from anagen.catalog.labs import load_labs
from anagen.catalog.parameters import load_parameters, value
from anagen.catalog.plans import load_settings
from anagen.catalog.supplements import in_unit
from anagen.catalog.tables import names, read_document
from anagen.model.nutrition import EXCESSIVE
from anagen.patients.nutrients import intake
from anagen.patients.record import PatientRecord
from anagen.patients.running import ended_regimens, running_regimens
from anagen.simulate.person import Person, Perturbation
from anagen.simulate.regimen import Regimen
from anagen.simulate.twins import MECHANISMS
from anagen.units import UnitError, convert

# Person field, laboratory test, the unit the model takes.
_LABS = (
    ("ferritin_ug_per_l", "ferritin", "ug/L"),
    ("vitamin_d_nmol_per_l", "vitamin_d", "nmol/L"),
    ("vitamin_d_nmol_per_l", "vitamin_d3_25oh", "nmol/L"),
    ("zinc_umol_per_l", "zinc", "umol/L"),
    ("tsh_miu_per_l", "tsh", "m[IU]/L"),
    ("free_t4_pmol_per_l", "free_t4", "pmol/L"),
)
# Nutrient of the model, laboratory test, the unit of the nutrient's rows.
_NUTRIENTS = (
    ("vitamin_b12", "vitamin_b12", "pmol/L"),
    ("folate", "folate", "nmol/L"),
    ("biotin", "biotin_serum", "ng/L"),
    ("vitamin_a", "vitamin_a", "umol/L"),
    ("magnesium", "magnesium", "mmol/L"),
    ("selenium", "selenium", "ug/L"),
)
_PERIODS_GO_ON = {
    "premenopausal": "later",
    "perimenopausal": "near",
    "pregnant": "later",
    "postpartum": "later",
    "breastfeeding": "later",
}
_WEEKS_PER_YEAR = 365.25 / 7.0
_MODELLED_EVENTS = frozenset(
    {
        "fever",
        "surgery",
        "hospital_stay",
        "crash_diet",
        "weight_loss",
        "stress",
        "drug_start",
        "drug_stop",
        "chemotherapy",
        "hormone_stop",
        "infection",
        "other",
    }
)
# Events that may be the end of a course.
_ENDS = frozenset({"drug_stop", "hormone_stop"})
_PATCH_PATTERNS = frozenset({"patchy", "ophiasis"})
_TOTAL_PATTERNS = frozenset({"totalis", "universalis"})
_TOTAL_LOSS = 100.0
# Mechanisms that can take all hair.
_TAKE_ALL = frozenset({"autoimmune", "scarring"})


def mechanism_of(cause: str) -> str:
    """The mechanism word of one cause, `none` for a cause the catalogue does not have."""
    if f"causes/{cause}.toml" not in set(names("causes", ".toml")):
        return "none"
    return str(read_document(f"causes/{cause}.toml").get("mechanism", "none"))


def person_from(record: PatientRecord, mixtures: Mapping[tuple[str, ...], float]) -> Person:
    """The person as the model sees them. `mixtures` maps cause ids acting together to probability.

    Causes become mechanisms; laboratory results, scores, events and situation become numbers.
    """
    notes: dict[str, str] = {}
    labs = _laboratory(record, _LABS, notes)
    nutrients = _laboratory(record, _NUTRIENTS, notes)
    units = {name: unit for name, _, unit in _NUTRIENTS}
    for name, level in nutrients.items():
        notes[f"used: {name}"] = (
            f"{name.replace('_', ' ')} {level:.3g} {units[name]}: acts only outside its range"
        )
    intakes = _intakes(record, notes)
    situation, measured = record.situation, record.measurements
    weeks = record.complaint.duration_weeks
    patterns = frozenset(record.complaint.pattern)
    salt = measured.salt
    if salt is None and patterns & _TOTAL_PATTERNS:
        salt = _TOTAL_LOSS
        notes["used: pattern"] = "pattern of total loss: SALT taken as 100"
    joint = _able_to_take(salt, record, mechanism_mixtures(mixtures, notes), notes)
    probability = {
        name: min(1.0, sum(p for acting, p in joint if name in acting)) for name in MECHANISMS
    }
    delivery = situation.weeks_since_delivery
    births = [
        e.weeks_ago for e in record.events if e.kind == "childbirth" and e.weeks_ago is not None
    ]
    if delivery is None and births:
        delivery = min(births)
    status = situation.reproductive_status
    ahead = _PERIODS_GO_ON.get(status or "") if record.sex == "female" else None
    if probability["androgenetic"] > 0.0 and _menopause_is_close(ahead, record.age_years):
        notes["used: menopause"] = (
            "menopause in the years ahead: protection by oestrogen goes, at an age that is drawn"
        )
    day_of_year = None
    if record.visit_date is not None:
        day_of_year = record.visit_date.timetuple().tm_yday - 1.0
        where = situation.hemisphere or "hemisphere unknown, mostly north"
        notes["used: season"] = (
            f"visit on {record.visit_date:%d %B} ({where}): hair sheds with the season, in every "
            "option alike; a count is best set against one of the same season"
        )
    markers = {}
    if measured.follicular_sulfotransferase is not None:
        markers["sulfotransferase"] = measured.follicular_sulfotransferase
        notes["used: sulfotransferase"] = (
            f"follicular sulfotransferase {measured.follicular_sulfotransferase}: how likely this "
            "person is to respond to minoxidil"
        )
    others = any(probability[name] > 0.0 for name in MECHANISMS if name != "autoimmune")
    past = value("running_weeks") if others else value("run_in_weeks")
    ended = ended_regimens(record, _probable(mixtures), past, notes)
    running = running_regimens(record, _probable(mixtures), notes)
    before = measured.salt_before_treatment
    if before is not None and not (running or ended):
        notes["not used: SALT before treatment"] = (
            "SALT before treatment: no treatment whose start is known and that is followed"
        )
        before = None
    return Person(
        patient_id=record.id,
        group_id=None,
        attack_ceased=False,
        markers=markers,
        sex=record.sex,
        age_years=record.age_years,
        mechanism_probability=probability,
        salt=salt,
        salt_before=before,
        episode_years=None if weeks is None else weeks / _WEEKS_PER_YEAR,
        patches=True if patterns & _PATCH_PATTERNS else (False if "diffuse" in patterns else None),
        norwood=measured.norwood if record.sex == "male" else None,
        ludwig=measured.ludwig,
        sinclair_stage=measured.sinclair_stage,
        terminal_density=measured.terminal_density_per_cm2,
        total_density=measured.total_density_per_cm2,
        hairs_shed_per_day=measured.hairs_shed_per_day,
        postmenopausal=None if status is None else status == "postmenopausal",
        weeks_since_delivery=delivery,
        pregnant=status == "pregnant",
        menopause_ahead=ahead,
        visit_day_of_year=day_of_year,
        southern=None if situation.hemisphere is None else situation.hemisphere == "south",
        ages=record.age_years is not None,
        ophiasis="ophiasis" in patterns,
        nutrients=nutrients,
        nutrient_intakes=intakes,
        ancestry=record.ancestry,
        weight_kg=situation.weight_kg,
        egfr_ml_min=_egfr(record),
        perturbations=_perturbations(record, ended, notes),
        current_treatments=tuple(m.name for m in record.medicines if m.running),
        running=running,
        ended=ended,
        notes=notes,
        mechanism_mixtures=joint,
        **labs,
    )


def _able_to_take(
    salt: float | None,
    record: PatientRecord,
    joint: tuple[tuple[tuple[str, ...], float], ...],
    notes: dict[str, str],
) -> tuple[tuple[tuple[str, ...], float], ...]:
    """Joint mechanisms without those that cannot have taken as much hair as SALT says.

    Thinning and shedding leave most of the scalp covered: a twin with nothing else would start far
    from the score. Nothing is left out after chemotherapy, or where too little would be left.
    """
    if salt is None or salt <= value("salt_of_diffuse_loss_most"):
        return joint
    able = tuple(part for part in joint if _TAKE_ALL & set(part[0]))
    kept, total = (sum(p for _, p in parts) for parts in (able, joint))
    if kept == total or kept < load_settings()["min_cause_probability"]:
        return joint
    if any(event.kind == "chemotherapy" for event in record.events):
        return joint
    notes["used: SALT and causes"] = (
        f"SALT {salt:g}: more than thinning or shedding takes, so no twin has these alone"
    )
    return tuple((names, p * total / kept) for names, p in able)


def _probable(mixtures: Mapping[tuple[str, ...], float]) -> tuple[str, ...]:
    """Causes probable enough to be planned for, in alphabetical order."""
    least = load_settings()["min_cause_probability"]
    return tuple(
        cause
        for cause in sorted({name for causes in mixtures for name in causes})
        if sum(p for causes, p in mixtures.items() if cause in causes) >= least
    )


def _menopause_is_close(ahead: str | None, age_years: float | None) -> bool:
    if ahead == "later":
        early = load_parameters()["menopause_age_years"].low
        return age_years is not None and early is not None and age_years >= early - 2.0
    return ahead == "near"


def mechanism_mixtures(
    mixtures: Mapping[tuple[str, ...], float], notes: dict[str, str]
) -> tuple[tuple[tuple[str, ...], float], ...]:
    """Joint mechanisms and their probabilities; equal sets are added up. Fills `notes`."""
    joint: dict[tuple[str, ...], float] = {}
    outside: dict[str, float] = {}
    for causes, probability in mixtures.items():
        acting = set()
        for cause in causes:
            word = mechanism_of(cause)
            if word in MECHANISMS:
                acting.add(word)
            else:
                outside[cause] = outside.get(cause, 0.0) + probability
        key = tuple(sorted(acting))
        joint[key] = joint.get(key, 0.0) + probability
    if outside:
        listed = ", ".join(
            f"{cause.replace('_', ' ')} ({100.0 * p:.0f} %)"
            for cause, p in sorted(outside.items(), key=lambda item: -item[1])
            if p >= 0.01
        )
        if listed:
            notes["not used: mechanism"] = (
                f"no course is modelled for {listed}: that share of the draws stays as it is"
            )
    return tuple(sorted(joint.items(), key=lambda item: -item[1]))


def _laboratory(
    record: PatientRecord, wanted: tuple[tuple[str, str, str], ...], notes: dict[str, str]
) -> dict[str, float]:
    tests = load_labs()
    out: dict[str, float] = {}
    for field, test, unit in wanted:
        lab = record.latest_lab(test)
        if lab is None or lab.value is None or field in out or test not in tests:
            continue
        try:
            out[field] = convert(
                lab.value, lab.unit or tests[test].unit, unit, tests[test].molar_mass_g_per_mol
            )
        except UnitError as error:
            notes[f"not used: {test}"] = f"{test.replace('_', ' ')} left out: {error}"
    return out


def _intakes(record: PatientRecord, notes: dict[str, str]) -> dict[str, float]:
    """Of nutrients that harm hair in excess, ug a day from products taken now."""
    out: dict[str, float] = {}
    for nutrient in EXCESSIVE:
        found = intake(record, nutrient)
        amount = None if found is None else in_unit(nutrient, found.amount, found.unit, "ug")
        if amount:
            out[nutrient] = amount
            notes[f"used: intake of {nutrient}"] = (
                f"{nutrient.replace('_', ' ')} {amount:.0f} ug a day from products: acts only as "
                "an excess, and goes on in every option"
            )
    return out


def _egfr(record: PatientRecord) -> float | None:
    lab = record.latest_lab("egfr")
    return None if lab is None else lab.value


def _perturbations(
    record: PatientRecord, ended: tuple[Regimen, ...], notes: dict[str, str]
) -> tuple[Perturbation, ...]:
    """What pushed follicles out of growth. What falls after a course that is followed is not told
    again by the event that names its end."""
    found = []
    ends, apart = [-float(regimen.stop_week or 0.0) for regimen in ended], value("same_end_weeks")
    for event in record.events:
        if event.kind == "childbirth":
            continue
        if event.weeks_ago is None:
            notes[f"not used: {event.kind}"] = (
                f"{event.kind.replace('_', ' ')} without a date cannot be placed in time"
            )
        elif event.kind in _ENDS and any(abs(event.weeks_ago - e) <= apart for e in ends):
            notes[f"used: {event.kind}"] = (
                f"{event.kind.replace('_', ' ')} {event.weeks_ago:.0f} weeks ago: told by the "
                "course that ended then, not counted twice"
            )
        elif event.kind in _MODELLED_EVENTS:
            found.append(Perturbation(event.kind, event.weeks_ago))
        else:
            notes[f"not used: {event.kind}"] = (
                f"{event.kind.replace('_', ' ')}: its effect on hair is not modelled"
            )
    return tuple(found)
