"""A shipped study as a trial: its arms, people and every published number that can be predicted."""

from __future__ import annotations

from dataclasses import dataclass

from anagen.catalog.studies import Endpoint, Study, StudyArm
from anagen.catalog.treatments import load_treatments
from anagen.catalog.trial_designs import TrialDesign, load_trial_designs
from anagen.errors import AnagenError, InputProblems
from anagen.simulate.regimen import Regimen, regimen_text
from anagen.trials.arms import regimens_of
from anagen.trials.asked import Asked, default_analysis
from anagen.trials.design import (
    CONTROLS,
    EndpointRequest,
    Population,
    PublishedResult,
    Selection,
    Trial,
    TrialArm,
)
from anagen.trials.endpoints import RULES

CONDITIONS = ("alopecia_areata", "male_pattern_hair_loss", "female_pattern_hair_loss")
# Studies of women and men together: each arm says whom it holds, and who is not told is drawn.
BOTH_SEXES = "pattern_hair_loss"


@dataclass(frozen=True, slots=True)
class PublishedTrial:
    """A shipped study ready to be predicted; `left_out` says why other numbers are not.

    `trial` is None when nothing of the study can be predicted.
    """

    study: Study
    trial: Trial | None
    asked: tuple[Asked, ...]
    left_out: tuple[str, ...]


def published_trial(study: Study) -> PublishedTrial:
    """Reads a shipped study as a trial."""
    condition = study.condition
    if condition == BOTH_SEXES:
        condition = "male_pattern_hair_loss"
    if condition not in CONDITIONS:
        reason = f"{study.condition.replace('_', ' ')} is no condition of the model's trials"
        return PublishedTrial(study, None, (), (reason,))
    arms: dict[str, TrialArm] = {}
    left_out: dict[str, None] = {}
    for arm in study.arms:
        try:
            arms[arm.id] = _arm(study, arm)
        except AnagenError as error:
            left_out[f"{arm.id}: {_reason(error)}"] = None
    asked: list[Asked] = []
    for row in study.endpoints:
        reason = _unusable(row, study, arms)
        if reason:
            left_out[f"{row.arm}: {row.endpoint}: {reason}"] = None
        else:
            asked.append(_asked(row, arms[row.arm]))
    if not asked:
        return PublishedTrial(study, None, (), tuple(left_out))
    design = load_trial_designs().get((study.id, ""))
    selection = None
    if design and design.selection_week is not None and design.selection_salt is not None:
        selection = Selection(week=design.selection_week, salt_at_most=design.selection_salt)
    trial = Trial.model_validate(
        {
            "id": study.id,
            "title": study.title,
            "condition": condition,
            "source": study.source,
            "selection": selection,
            "arms": tuple(arms.values()),
            "endpoints": tuple(
                EndpointRequest.model_validate(
                    {
                        "endpoint": item.endpoint,
                        "weeks": (item.week,),
                        "analysis": item.analysis,
                        "kind": item.kind,
                        "unit": item.unit,
                        "arms": (item.arm,),
                    }
                )
                for item in asked
            ),
            "results": tuple(
                PublishedResult.model_validate(
                    {
                        "arm": item.arm,
                        "endpoint": item.endpoint,
                        "week": item.week,
                        "value": item.published,
                        "n": item.n,
                        "kind": item.kind,
                    }
                )
                for item in asked
            ),
        }
    )
    return PublishedTrial(study, trial, tuple(asked), tuple(left_out))


def _reason(error: AnagenError) -> str:
    if isinstance(error, InputProblems):
        return "; ".join(problem.message for problem in error.problems)
    return str(error)


def _arm(study: Study, arm: StudyArm) -> TrialArm:
    """Raises AnagenError for an arm that cannot be simulated."""
    design = load_trial_designs().get((study.id, arm.id)) or load_trial_designs().get(
        (study.id, "")
    )
    made = TrialArm.model_validate(
        {
            "id": arm.id,
            "role": arm.role,
            "n": arm.n,
            "regimens": _regimen_words(arm, design),
            "route": _route(arm),
            "population": _population(study, arm, design),
        }
    )
    regimens_of(made, study.id, arm.id)
    return made


def _route(arm: StudyArm) -> str | None:
    if arm.role not in CONTROLS or arm.role == "untreated":
        return None
    for route in ("topical", "oral"):
        if route in arm.route:
            return route
    return None


def _regimen_words(arm: StudyArm, design: TrialDesign | None) -> tuple[str, ...]:
    if design is not None and design.arm == arm.id and design.regimen:
        return () if design.regimen == "none" else (design.regimen,)
    if arm.role in CONTROLS:
        return ()
    if "+" in arm.drug or "|" in arm.drug:
        raise AnagenError("combined treatments of the table carry no doses of their parts")
    treatment = load_treatments().get(arm.drug)
    if treatment is None or not treatment.modelled or treatment.regimen is None:
        raise AnagenError(f"the model has no {arm.drug.replace('_', ' ')} yet")
    if arm.dose is None or not arm.unit:
        raise AnagenError("the table gives no dose")
    if arm.schedule:
        raise AnagenError(f"no regimen is written down for its schedule ({arm.schedule})")
    every = treatment.regimen.interval_days
    if arm.times_per_day:
        every = 1.0 / arm.times_per_day
    return (regimen_text(Regimen(arm.drug, arm.dose, arm.unit, every)),)


def _sex(study: Study) -> str | None:
    """Of an arm that does not say; None where the condition of the study tells."""
    return "both" if study.condition == BOTH_SEXES else None


def _population(study: Study, arm: StudyArm, design: TrialDesign | None) -> Population:
    known: dict[str, object] = {
        "sex": arm.sex if arm.sex in ("female", "male", "both") else _sex(study),
        "age_mean_years": arm.age_mean,
        "episode_years": arm.episode_years,
        "share_salt_95_percent": arm.share_salt_95_percent,
    }
    if arm.baseline_unit == "SALT":
        known["salt_mean"] = arm.baseline
    for row in study.endpoints:
        # One target area was counted in the whole study; the first arm with a baseline tells.
        if row.baseline is not None and row.baseline_unit == "hairs/cm2":
            name = {"count_total": "total_density", "count_terminal": "terminal_density"}
            if row.endpoint in name and row.baseline > 0.0:
                known.setdefault(name[row.endpoint], row.baseline)
    if design is not None:
        for name in (
            "salt_min", "salt_max", "share_salt_95_percent", "episode_years_min",
            "episode_years_max",
        ):  # fmt: skip
            found = getattr(design, name)
            known[name] = known.get(name) if found is None else found
        known["norwood"], known["ludwig"] = design.norwood, design.ludwig
        if design.postmenopausal:
            known["postmenopausal"] = design.postmenopausal == "yes"
    return Population.model_validate(known)


def _unusable(row: Endpoint, study: Study, arms: dict[str, TrialArm]) -> str:
    """Why a row is not predicted, or an empty text."""
    if row.use == "do_not_fit":
        return row.reason or "marked as not usable"
    if row.arm not in arms:
        return "its arm cannot be simulated"
    if row.value is None:
        return "no value was found"
    if row.week is None:
        return "no single week"
    rule = RULES.get((row.endpoint, row.unit))
    if rule is None:
        return f"no rule reads it in {row.unit or 'no unit'}"
    if row.kind not in (rule.kind, "net"):
        return f"given as {row.kind}, read as {rule.kind}"
    if row.kind == "net" and not any(arm.role in CONTROLS for arm in study.arms):
        return "no control arm to compare with"
    if row.kind == "net" and arms[row.arm].role in CONTROLS:
        return "a control arm against itself"
    return ""


def _asked(row: Endpoint, arm: TrialArm) -> Asked:
    return Asked(
        arm=row.arm,
        endpoint=row.endpoint,
        week=float(row.week or 0.0),
        analysis=row.analysis or default_analysis(row.endpoint, row.unit),
        kind=row.kind,
        unit=row.unit,
        n=row.n or arm.n,
        published=row.value,
        use=row.use,
        row=row.row,
    )
