"""One plan in a person's own words: safety first, then its future beside untreated and stopping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations

from anagen.assess.records import Assessment, RedFlag
from anagen.catalog.harms import harms_of
from anagen.catalog.treatments import load_treatments, tier_of
from anagen.patients.in_effect import unchecked
from anagen.patients.record import PatientRecord
from anagen.plan.compare import UNTREATED, harm_rates, outcomes
from anagen.plan.make import (
    Forecaster,
    Progress,
    credence,
    going_on,
    mixtures_of,
    modelled_mechanisms,
    outcome_rows,
    run_model,
)
from anagen.plan.options import TIERS, probable_causes
from anagen.plan.records import HarmRate, Outcome, SafetyVerdict
from anagen.plan.safety import check, more_than_fits, taken_above
from anagen.simulate.regimen import (
    Arm,
    Regimen,
    regimen_text,
    says_dose,
    stopped_at,
    together,
)
from anagen.simulate.result import Forecast

PLAN_ARM = "plan"
STOP_ARM = "stopped"


@dataclass(frozen=True, slots=True)
class SinglePlan:
    """What one plan would do, or why no number is shown.

    `refused` names the reasons of safety (then nothing was simulated); `silent` says why no number
    may be shown for another reason. `outcomes` has one entry an arm of the forecast. `harms` are
    rates of side effects at usual doses by treatment, empty where none are known. `red_flags` are
    all that were raised, whether they stop planning or not; `unchecked` says whose interactions
    nobody could look at, `taken_above` what goes on in the forecast at more than a label gives.
    """

    patient_id: str
    label: str
    regimens: tuple[Regimen, ...]
    stop_week: float | None
    verdicts: tuple[SafetyVerdict, ...]
    refused: tuple[str, ...]
    tier: str
    tier_basis: tuple[str, ...]
    silent: str
    observables: tuple[str, ...]
    outcomes: dict[str, tuple[Outcome, ...]]
    forecast: Forecast | None
    harms: Mapping[str, tuple[HarmRate, ...]] = field(default_factory=dict)
    red_flags: tuple[RedFlag, ...] = ()
    unchecked: tuple[str, ...] = ()
    taken_above: tuple[str, ...] = ()


def forecast_plan(
    record: PatientRecord,
    assessment: Assessment,
    regimens: Sequence[Regimen],
    *,
    weeks: int = 104,
    stop_week: float | None = 52.0,
    draws: int = 200,
    seed: int = 0,
    progress: Progress | None = None,
    forecaster: Forecaster | None = None,
) -> SinglePlan:
    """Forecast one plan beside untreated and beside stopping at `stop_week` (None: no stop arm).

    The plan is taken as asked for, also when no probable cause indicates it; safety decides before
    any number, and the tier of a combination is that of its weakest part.
    """
    made = judge_plan(record, assessment, regimens, stop_week=stop_week)
    if made.refused or made.silent:
        return made
    label, regimens = made.label, made.regimens
    mechanisms = modelled_mechanisms(assessment)
    # Outside a trial nobody gains from a vehicle or from being watched: only net gains are shown.
    arms = [
        Arm(UNTREATED, "No treatment", as_in_trial=False),
        Arm(PLAN_ARM, label, tuple(regimens), as_in_trial=False),
    ]
    if stop_week is not None and stop_week < weeks:
        stopped = tuple(stopped_at(regimen, stop_week) for regimen in regimens)
        words = f"{label}, stopped at week {stop_week:g}"
        arms.append(Arm(STOP_ARM, words, stopped, as_in_trial=False))
    batch = (forecaster or run_model)(
        record,
        mixtures_of(assessment),
        arms,
        weeks=weeks,
        draws=draws,
        seed=seed,
        progress=progress,
    )
    rows = outcome_rows(mechanisms, batch)
    return replace(
        made,
        observables=tuple(dict.fromkeys(row.observable for row in rows)),
        outcomes={arm: outcomes(rows, batch, arm) for arm in batch.arms},
        harms={
            name: harm_rates(harms_of(name, record.sex))
            for name in dict.fromkeys(regimen.treatment for regimen in regimens)
        },
        forecast=batch,
        taken_above=taken_above(record, assessment, going_on(batch)),
    )


def judge_plan(
    record: PatientRecord,
    assessment: Assessment,
    regimens: Sequence[Regimen],
    *,
    stop_week: float | None = None,
) -> SinglePlan:
    """Safety, tier and silence of one plan, before anything is simulated.

    Its regimens carry the probability that they do anything at all for this person's causes.
    """
    known = load_treatments()
    regimens, above = _doses(record, assessment, regimens)
    parts = [known[regimen.treatment] for regimen in regimens]
    # What is taken after another has ended is not taken with it.
    beside = {part.id: set[str]() for part in parts}
    for one, other in permutations(regimens, 2):
        if one.treatment != other.treatment and together(one, other):
            beside[one.treatment].add(other.treatment)
    verdicts = tuple(
        check(record, assessment, name, also=sorted(also)) for name, also in beside.items()
    )
    label = " + ".join(regimen.text or known[regimen.treatment].name for regimen in regimens)
    causes = tuple(probable_causes(assessment))
    tiers = [tier_of(part, causes) for part in parts]
    tier = max((tier for tier, _ in tiers), key=TIERS.index)
    regimens = [
        replace(regimen, credence=credence(part, causes))
        for regimen, part in zip(regimens, parts, strict=True)
    ]
    made = SinglePlan(
        patient_id=record.id,
        label=label,
        regimens=tuple(regimens),
        stop_week=stop_week,
        verdicts=verdicts,
        refused=_refusals(assessment, verdicts, above),
        tier=tier,
        tier_basis=tuple(
            f"{part.name}: {basis}" for part, (_, basis) in zip(parts, tiers, strict=True)
        ),
        silent="",
        observables=(),
        outcomes={},
        forecast=None,
        red_flags=assessment.red_flags,
        unchecked=unchecked(record),
    )
    if made.refused:
        return made
    without_model = [part.name for part in parts if not part.modelled]
    return replace(
        made, silent=_silence(tier, without_model, bool(modelled_mechanisms(assessment)))
    )


def _doses(
    record: PatientRecord, assessment: Assessment, regimens: Sequence[Regimen]
) -> tuple[list[Regimen], tuple[str, ...]]:
    """The regimens at doses this person may take, and a sentence for every one that is above.

    A dose that nobody said becomes the one that a label gives this person; one that was said is
    left as it is and refused, for no number may stand for a dose that is not to be taken.
    """
    known = load_treatments()
    found, above = [], []
    for regimen in regimens:
        rule = more_than_fits(record, assessment, regimen)
        if rule is None:
            found.append(regimen)
        elif regimen.text and not says_dose(regimen.text):
            lower = f"{rule.dose:g} {regimen.unit} in place of {regimen.dose:g}"
            text = f"{regimen.text}, {lower} (the label gives {rule.text})"
            found.append(replace(regimen, dose=rule.dose, text=text))
        else:
            found.append(regimen)
            above.append(
                f"{known[regimen.treatment].name}: {regimen.text or regimen_text(regimen)} is more "
                f"than this person should take; the label gives {rule.text}. Ask for that dose."
            )
    return found, tuple(above)


def _refusals(
    assessment: Assessment, verdicts: Sequence[SafetyVerdict], above: Sequence[str]
) -> tuple[str, ...]:
    stopping = [flag for flag in assessment.red_flags if flag.stops_planning]
    if stopping:
        return tuple(f"{flag.label}: {flag.action}" for flag in stopping)
    blocks = tuple(
        f"{verdict.treatment}: {reason.text} {reason.because}".strip()
        for verdict in verdicts
        for reason in verdict.reasons
        if reason.effect == "block"
    )
    return (*blocks, *above)


def _silence(tier: str, without_model: Sequence[str], modelled_cause: bool) -> str:
    if tier == "no_evidence":
        return "There is no published evidence in people for this, so no number is shown."
    if without_model:
        names = ", ".join(without_model)
        return f"Anagen has no model of {names} yet, so no number is shown."
    if not modelled_cause:
        return "No probable cause of this person's hair loss has a model, so no number is shown."
    return ""
