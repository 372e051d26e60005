"""Which medicines of a record are treatments that the model can follow, from when to when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from anagen.catalog.medicines import treatments_of
from anagen.catalog.plans import load_settings
from anagen.catalog.tables import read_document
from anagen.catalog.treatments import (
    Treatment,
    UsualRegimen,
    best_grade,
    load_treatments,
    tier_of,
)
from anagen.errors import InputProblems
from anagen.patients.record import Medicine, PatientRecord
from anagen.simulate.regimen import DOSE, Regimen, parse_regimen, regimen_text


def credence(treatment: Treatment, causes: Iterable[str]) -> float:
    """Probability that a treatment does anything at all for these causes, by tier and certainty.

    1 for a treatment in the forecast tier; a setting for a plausible one, so that its forecast
    includes no effect.
    """
    named = tuple(causes)
    tier, _ = tier_of(treatment, named)
    if tier == "forecast" or treatment.kind == "care":
        return 1.0
    return load_settings()[f"credence_{best_grade(treatment, named)}"]


def running_regimens(
    record: PatientRecord, causes: Iterable[str], notes: dict[str, str]
) -> tuple[Regimen, ...]:
    """Treatments taken now, with the week they began (negative). Fills `notes`.

    Followed are those with a model, evidence for one of the `causes` and a known start; a dose that
    cannot be read is taken as usual, and said so.
    """
    named, found = tuple(causes), {}
    for medicine in record.medicines:
        if not medicine.running:
            continue
        treatment = _treatment(medicine, named)
        if treatment is None or treatment.regimen is None or treatment.id in found:
            continue
        if _is_intake(treatment):
            # A level measured today was measured on the tablets: they are in it already.
            notes[f"not used: {treatment.id}"] = (
                f"{treatment.name} taken now: results of the laboratory are read as they are, "
                "with it"
            )
            continue
        if not medicine.started_weeks_ago:
            notes[f"not used: {treatment.id}"] = (
                f"{treatment.name}: since when it is taken is not known, so its part in today's "
                "hair is not simulated"
            )
            continue
        regimen = _regimen(medicine, treatment, treatment.regimen, notes)
        found[treatment.id] = replace(
            regimen,
            start_week=-float(medicine.started_weeks_ago),
            credence=credence(treatment, named),
        )
    return tuple(found.values())


def ended_regimens(
    record: PatientRecord, causes: Iterable[str], weeks: float, notes: dict[str, str]
) -> tuple[Regimen, ...]:
    """Treatments stopped in the last `weeks`, from when to when (both negative). Fills `notes`.

    Followed are those with a model, evidence for one of the `causes`, a known start and end.
    """
    named, found = tuple(causes), []
    for medicine in record.medicines:
        started, ended = medicine.started_weeks_ago, medicine.stopped_weeks_ago
        if ended is None:
            continue
        treatment = _treatment(medicine, named)
        if treatment is None or treatment.regimen is None or _is_intake(treatment):
            continue
        stopped = f"{treatment.name}, stopped {ended:.0f} weeks ago"
        if ended >= weeks:
            notes[f"not used: {treatment.id} earlier"] = (
                f"{stopped}: before the past that is simulated, {weeks:.0f} weeks"
            )
        elif started is None or started <= ended:
            # No start is known, or no end: a feed that has one date gives it as both.
            notes[f"not used: {treatment.id} earlier"] = (
                f"{stopped}: from when to when it was taken is not known, so its part in today's "
                "hair, and what may fall after it, is not simulated"
            )
        else:
            regimen = _regimen(medicine, treatment, treatment.regimen, notes)
            found.append(
                replace(
                    regimen,
                    start_week=-started,
                    stop_week=-ended,
                    credence=credence(treatment, named),
                )
            )
    return tuple(found)


def _treatment(medicine: Medicine, causes: tuple[str, ...]) -> Treatment | None:
    """The one treatment this medicine is, when it can be followed."""
    ids = treatments_of(medicine.name)
    if len(ids) != 1:
        return None
    treatment = load_treatments()[next(iter(ids))]
    if not treatment.modelled or treatment.regimen is None:
        return None
    if tier_of(treatment, causes)[0] == "no_evidence":
        return None
    return treatment


def _is_intake(treatment: Treatment) -> bool:
    return read_document(f"treatments/{treatment.id}.toml")["exposure"]["model"] == "intake"


def _regimen(
    medicine: Medicine, treatment: Treatment, usual: UsualRegimen, notes: dict[str, str]
) -> Regimen:
    name = treatment.id.replace("_", " ")
    amount = DOSE.search(medicine.name.lower())
    said = medicine.dose or (amount[0] if amount else "")
    try:
        regimen = parse_regimen(f"{name} {said}")
    except InputProblems:
        regimen, said = parse_regimen(name), ""
    if not said:
        given = f"dose '{medicine.dose}' not understood" if medicine.dose else "no dose given"
        notes[f"used: dose of {treatment.id}"] = f"{treatment.name}: {given}, taken as {usual.text}"
    return replace(regimen, text=regimen_text(regimen))
