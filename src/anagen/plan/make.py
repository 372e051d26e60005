"""From a record and its assessment to the plan: safety, candidates, one batch, comparison."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from anagen.assess.records import Assessment
from anagen.catalog.harms import HarmRow, harms_of
from anagen.catalog.plans import (
    OutcomeRow,
    load_outcomes,
    load_settings,
    load_weights,
    mechanism_of_causes,
)
from anagen.catalog.treatments import (
    COST_CLASSES,
    ROLES,
    Treatment,
    UsualRegimen,
)
from anagen.observe.noise import smallest_real_change
from anagen.patients.condition import person_from
from anagen.patients.record import PatientRecord
from anagen.patients.running import credence
from anagen.plan.compare import (
    UNTREATED,
    aims_of,
    benefit,
    changes,
    contribution,
    harm_rates,
    importance_of,
    meaningful,
    outcomes,
    score,
)
from anagen.plan.fold import folded, orderings
from anagen.plan.options import (
    WAITING,
    Candidate,
    asked_about,
    asked_candidates,
    candidates,
    counted_share,
    not_known,
    referral,
)
from anagen.plan.records import Aims, Contribution, Option, Plan
from anagen.plan.safety import check, taken_above
from anagen.simulate.forecast import forecast
from anagen.simulate.regimen import Arm, Regimen
from anagen.simulate.result import NO_CHANGE, Forecast

GOES_ON = "What is taken already, with its effort, cost and harms"
Progress = Callable[[int, int, str], None]
Parts = tuple[tuple[Treatment, tuple[HarmRow, ...]], ...]


class Forecaster(Protocol):
    """Runs all arms of one person in one batch."""

    def __call__(
        self,
        record: PatientRecord,
        mixtures: Mapping[tuple[str, ...], float],
        arms: Sequence[Arm],
        *,
        weeks: int,
        draws: int,
        seed: int,
        progress: Progress | None,
    ) -> Forecast:
        """The forecast of every arm, `untreated` among them."""
        ...


def run_model(
    record: PatientRecord,
    mixtures: Mapping[tuple[str, ...], float],
    arms: Sequence[Arm],
    *,
    weeks: int,
    draws: int,
    seed: int,
    progress: Progress | None,
) -> Forecast:
    """The model's own forecaster."""
    return forecast(
        person_from(record, mixtures), arms, weeks=weeks, draws=draws, seed=seed, progress=progress
    )


def make_plan(
    record: PatientRecord,
    assessment: Assessment,
    *,
    weeks: int = 104,
    draws: int = 200,
    seed: int = 0,
    progress: Progress | None = None,
    forecaster: Forecaster | None = None,
) -> Plan:
    """The plan of one person: options in order, what is blocked and why, one forecast batch.

    Safety comes before any score. A red flag that stops planning leaves referral only. Options are
    never reduced to one directive; `order_basis` says how they were ordered.
    """
    importance = importance_of(record.values)
    stopping = [flag for flag in assessment.red_flags if flag.stops_planning]
    if stopping:
        why = "; ".join(flag.action or flag.label for flag in stopping)
        only = _option(referral(record, assessment, why), None, (), None, importance, record.sex)
        asked = asked_candidates(record, assessment)
        barred = [item for item in asked if item.status == "blocked"]
        left = [item.label for item in asked if item.status != "blocked"]
        waits = (
            (f"Asked about, and left until a doctor was seen: {'; '.join(left)}.",) if left else ()
        )
        return Plan(
            patient_id=record.id,
            assessment=assessment,
            stopped_by=tuple(flag.label for flag in stopping),
            options=(only,),
            blocked=tuple(_option(item, None, (), None, importance, record.sex) for item in barred),
            no_evidence=(),
            forecast=None,
            main_observable="",
            main_outcome="",
            order_basis="A red flag stops planning: a clinician comes first.",
            values=importance,
            limits=(NOT_A_DIRECTIVE, *waits, *not_known(record)),
            sources=tuple(dict.fromkeys((*(flag.source for flag in stopping), *only.sources))),
        )
    if not assessment.complaint_found:
        return _without_complaint(record, assessment, importance)
    found = candidates(record, assessment)
    mechanisms = modelled_mechanisms(assessment)
    open_to_all = [item for item in found if item.status != "blocked"]
    modelled = [item for item in open_to_all if item.modelled and item.id != WAITING]
    batch: Forecast | None = None
    if mechanisms:
        arms = _arms(modelled, weeks)
        batch = (forecaster or run_model)(
            record,
            mixtures_of(assessment),
            arms,
            weeks=weeks,
            draws=draws,
            seed=seed,
            progress=progress,
        )
    forbidden = (
        *_taken_but_blocked(found, batch),
        *taken_above(record, assessment, going_on(batch)),
    )
    rows = outcome_rows(mechanisms, batch)
    main = next((row for row in rows if row.main), rows[0] if rows else None)
    roles = {item.id: item.role for item in found}
    asked = asked_about(record)
    kept = asked | {WAITING}
    options = folded(
        [
            _option(item, batch, rows, main, importance, record.sex, goes_on=not forbidden)
            for item in (_with_running(item, record, assessment, batch) for item in open_to_all)
        ],
        roles,
        kept,
    )
    blocked = [
        _option(item, None, (), None, importance, record.sex)
        for item in sorted(found, key=lambda item: (item.id not in asked, item.id))
        if item.status == "blocked"
    ]
    shown = sorted(
        (item for item in options if item.tier != "no_evidence"),
        key=lambda item: _order(item, roles),
    )
    empty = sorted((item for item in options if item.tier == "no_evidence"), key=lambda o: o.id)
    everything = (*shown, *blocked, *empty)
    return Plan(
        patient_id=record.id,
        assessment=assessment,
        stopped_by=(),
        options=tuple(shown),
        blocked=tuple(blocked),
        no_evidence=tuple(empty),
        forecast=batch,
        main_observable=main.observable if main else "",
        main_outcome=main.label if main else "",
        order_basis=_order_basis(importance, [row for row in rows if row.main], batch),
        values=importance,
        limits=(*forbidden, *not_known(record), *_limits(everything, batch, mechanisms)),
        sources=_sources(everything, rows),
        untreated=outcomes(rows, batch, UNTREATED) if batch else (),
        real_change=_real_change(main, batch),
        orderings=orderings(shown),
    )


def _with_running(
    item: Candidate, record: PatientRecord, assessment: Assessment, batch: Forecast | None
) -> Candidate:
    """Waiting with what safety asks of the treatments that go on meanwhile; else the same."""
    if item.id != WAITING or batch is None or NO_CHANGE not in batch.arms:
        return item
    taken = dict.fromkeys(regimen.treatment for regimen in batch.arms[NO_CHANGE].arm.regimens)
    verdicts = tuple(check(record, assessment, name) for name in taken)
    asks = any(verdict.conditions for verdict in verdicts)
    return replace(
        item,
        verdicts=(*item.verdicts, *verdicts),
        status="conditions" if asks and item.status == "allowed" else item.status,
    )


def going_on(batch: Forecast | None) -> tuple[Regimen, ...]:
    """What a forecast lets go on because it is taken now; empty where nothing is."""
    if batch is None or NO_CHANGE not in batch.arms:
        return ()
    return tuple(batch.arms[NO_CHANGE].arm.regimens)


def _taken_but_blocked(found: Iterable[Candidate], batch: Forecast | None) -> tuple[str, ...]:
    """A sentence for every treatment that is taken now and that safety blocks."""
    if batch is None or NO_CHANGE not in batch.arms:
        return ()
    taken = {regimen.treatment for regimen in batch.arms[NO_CHANGE].arm.regimens}
    return tuple(
        f"{item.label} is taken now, and a safety rule speaks against it here: ask the prescriber "
        "before going on, and before stopping."
        for item in found
        if item.status == "blocked" and item.id in taken
    )


def _without_complaint(
    record: PatientRecord, assessment: Assessment, importance: Mapping[str, float]
) -> Plan:
    """Nothing to plan for: the record does not speak of hair."""
    return Plan(
        patient_id=record.id,
        assessment=assessment,
        stopped_by=(),
        options=(),
        blocked=(),
        no_evidence=(),
        forecast=None,
        main_observable="",
        main_outcome="",
        order_basis="",
        values=importance,
        limits=("Nothing is planned without a hair complaint.", *not_known(record)),
        sources=(),
    )


def mixtures_of(assessment: Assessment) -> dict[tuple[str, ...], float]:
    """Probability of every mixture of causes, as the model takes them."""
    return {mixture.causes: mixture.probability for mixture in assessment.mixtures}


def modelled_mechanisms(assessment: Assessment) -> dict[str, float]:
    """Mechanisms with outcomes in the data that are probable enough, most probable first."""
    of_cause = mechanism_of_causes()
    least = load_settings()["min_mechanism_probability"]
    names = dict.fromkeys(row.mechanism for row in load_outcomes())
    probability = {
        name: sum(
            mixture.probability
            for mixture in assessment.mixtures
            if any(of_cause.get(cause) == name for cause in mixture.causes)
        )
        for name in names
    }
    order = list(names)
    kept = [name for name in order if probability[name] >= least]
    return {
        name: probability[name]
        for name in sorted(kept, key=lambda name: (-probability[name], order.index(name)))
    }


def _arms(modelled: Iterable[Candidate], weeks: int) -> list[Arm]:
    stop = load_settings()["stop_week"]
    arms = [Arm(UNTREATED, "No treatment", as_in_trial=False)]
    for item in modelled:
        arms.append(Arm(item.id, item.label, _regimens(item, None), as_in_trial=False))
        if stop < weeks:
            label = f"{item.label}, stopped at week {stop:g}"
            arms.append(Arm(stop_arm_id(item.id), label, _regimens(item, stop), as_in_trial=False))
    return arms


def stop_arm_id(option: str) -> str:
    """Id of the arm in which an option is stopped at the week of the settings."""
    return f"{option}@stop{load_settings()['stop_week']:g}"


def _regimens(item: Candidate, stop: float | None) -> tuple[Regimen, ...]:
    return tuple(
        _regimen(treatment.id, treatment.regimen, stop, credence(treatment, item.causes))
        for treatment in item.treatments
        if treatment.regimen is not None
    )


def _regimen(treatment: str, usual: UsualRegimen, stop: float | None, works: float) -> Regimen:
    ends = [week for week in (stop, usual.weeks) if week is not None]
    return Regimen(
        treatment=treatment,
        dose=usual.dose,
        unit=usual.unit,
        interval_days=usual.interval_days,
        stop_week=min(ends, default=None),
        text=usual.text,
        credence=works,
    )


def outcome_rows(mechanisms: Iterable[str], batch: Forecast | None) -> tuple[OutcomeRow, ...]:
    """Outcomes of the mechanisms at work that the forecast can show and that say something."""
    if batch is None:
        return ()
    untreated = batch.arms[UNTREATED]
    found: list[OutcomeRow] = []
    for name in mechanisms:
        for row in load_outcomes():
            same = any((row.observable, row.label) == (r.observable, r.label) for r in found)
            if row.observable not in untreated.values:
                continue
            if row.mechanism == name and not same and meaningful(row, untreated):
                found.append(row)
    return tuple(found)


def _option(
    item: Candidate,
    batch: Forecast | None,
    rows: tuple[OutcomeRow, ...],
    main: OutcomeRow | None,
    importance: Mapping[str, float],
    sex: str | None,
    *,
    goes_on: bool = True,
) -> Option:
    silent = item.tier == "no_evidence"
    parts: Parts = tuple(
        (treatment, () if silent else harms_of(treatment.id, sex)) for treatment in item.treatments
    )
    arm = None
    label = item.label
    if item.id == WAITING and batch is not None:
        # Waiting is to change nothing, which is not to stop what is taken.
        runs = NO_CHANGE in batch.arms
        arm = NO_CHANGE if goes_on and runs else UNTREATED
        label = batch.arms[arm].arm.label if runs else label
    elif batch is not None and item.id in batch.arms:
        arm, label = item.id, batch.arms[item.id].arm.label
    stopped = stop_arm_id(item.id)
    tier, basis = item.tier, item.tier_basis
    if tier == "forecast" and arm is None:
        tier, basis = "plausible", f"{basis}; no model of this cause yet, so no number is shown"
    aims: Aims | None = None
    if batch is not None and arm is not None and arm != NO_CHANGE and main is not None:
        # One main outcome a cause at work: who has two losses gains from treating either.
        gains = [benefit(row, batch, arm) for row in rows if row.main]
        known = [gain for gain in gains if gain is not None]
        aims = aims_of(sum(known), counted_share(item), parts) if known else None
    judge = [treatment.weeks_to_judge for treatment in item.treatments if treatment.weeks_to_judge]
    harms = tuple(rate for _, found in parts for rate in harm_rates(found))
    treatments = item.treatments
    return Option(
        id=item.id,
        label=label,
        regimens=_regimens(item, None),
        treatments=tuple(treatment.id for treatment in treatments),
        tier=tier,
        tier_basis=basis,
        status=item.status,
        verdicts=item.verdicts,
        indication=item.indication,
        arm=arm,
        stop_arm=stopped if batch is not None and stopped in batch.arms else None,
        outcomes=outcomes(rows, batch, arm) if batch is not None and arm is not None else (),
        changes=changes(main, batch, arm)
        if batch is not None and arm is not None and main is not None
        else (),
        certainty=item.grade,
        harms=harms,
        burden=". ".join(treatment.burden for treatment in treatments)
        if arm != NO_CHANGE
        else GOES_ON,
        cost_class=max((t.cost_class for t in treatments), key=COST_CLASSES.index),
        weeks_to_judge=max(judge, default=None) if not silent else None,
        if_stopped=_if_stopped(treatments),
        positives=_told(treatments, [t.positives for t in treatments]),
        negatives=_told(treatments, [t.negatives for t in treatments]),
        score=None if aims is None else score(aims, importance),
        sources=_option_sources(item, harms),
        aims=aims,
        contribution=_contribution(item, batch, main) if arm is not None else None,
    )


def _if_stopped(treatments: Sequence[Treatment]) -> str:
    """What stopping does; in a combination whose parts differ, each text names its own."""
    texts = dict.fromkeys(treatment.stopping.text for treatment in treatments)
    if len(texts) == 1:
        return next(iter(texts))
    return " ".join(f"{t.name}: {t.stopping.text.rstrip('.')}." for t in treatments)


def _told(treatments: Sequence[Treatment], texts: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """What is said of the treatments; in a combination each text names its own."""
    if len(treatments) == 1:
        return tuple(dict.fromkeys(texts[0]))
    return tuple(
        f"{treatment.name}: {text}"
        for treatment, own in zip(treatments, texts, strict=True)
        for text in own
    )


def _contribution(
    item: Candidate, batch: Forecast | None, main: OutcomeRow | None
) -> Contribution | None:
    """What each part of a combination brings, where the parts were forecast as well."""
    names = [treatment.id for treatment in item.treatments]
    if batch is None or main is None or len(names) < 2:
        return None
    rest = ["+".join(other for other in names if other != name) for name in names]
    return contribution(main, batch, item.id, names, rest)


def _option_sources(item: Candidate, harms: Iterable[object]) -> tuple[str, ...]:
    found: list[str] = list(item.sources)
    found += [reason.source for verdict in item.verdicts for reason in verdict.reasons]
    found += [treatment.stopping.source for treatment in item.treatments]
    found += [row.source for treatment in item.treatments for row in treatment.monitoring]
    found += [treatment.regimen.source for treatment in item.treatments if treatment.regimen]
    found += [str(getattr(rate, "source", "")) for rate in harms]
    return tuple(key for key in dict.fromkeys(found) if key)


def _order(option: Option, roles: Mapping[str, str]) -> tuple[object, ...]:
    # A measured lack is treated for its own sake: waiting never stands before it.
    lack = roles[option.id] == "deficit"
    if option.score is not None:
        score = max(option.score, 0.0) if lack else option.score
        return (0, -round(score, 9), not lack, option.id)
    return (1, not lack, ROLES.index(roles[option.id]), option.id)


def _real_change(main: OutcomeRow | None, batch: Forecast | None) -> float | None:
    if main is None or batch is None:
        return None
    start = float(np.median(batch.arms[UNTREATED].values[main.observable][:, 0]))
    return smallest_real_change(main.observable, start)


NOT_A_DIRECTIVE = (
    "Options with their basis, not advice to do one of them; decide together with a clinician."
)


def _order_basis(
    importance: Mapping[str, float], mains: Sequence[OutcomeRow], batch: Forecast | None
) -> str:
    if batch is None or not mains:
        return (
            "No forecast: a measured lack comes first, for it is treated for its own sake; then "
            "options are listed by their role (first choice, option, support, advertised), then by "
            "name."
        )
    said = ", ".join(
        f"{name.replace('_', ' ')} {importance[name] * row.scale:g} "
        f"(answer {100.0 * importance[name]:.0f} of 100, times {row.scale:g})"
        for name, row in load_weights().items()
    )
    benefits = " plus ".join(f"'{row.label}'" for row in mains)
    return (
        f"Score = benefit on {benefits} against no treatment (counted for less the weaker the "
        f"evidence), less harm, burden and cost, with weights {said}; no treatment scores 0, a "
        "measured lack is never placed below it, and ties go by name. Options without a number "
        "follow by their role, then by name: their place is no judgement."
    )


def _limits(
    options: Iterable[Option], batch: Forecast | None, mechanisms: Mapping[str, float]
) -> tuple[str, ...]:
    found = [
        NOT_A_DIRECTIVE,
        "Harm rates are those of trial groups, not of this person; trials ask in different ways.",
    ]
    if batch is None:
        found.append(
            "No probable cause has a model yet: no forecast and no number is shown for any option."
        )
    else:
        found.append(
            "People per 100 are simulated twins of this person: their spread holds what is unknown "
            "about the person and the model. The interval of a difference holds what is unknown of "
            "the model's parameters, the chance of the draw and how results differ between places."
        )
        found.append(
            "A plausible option carries the chance that it does nothing at all (an assumed share, "
            "larger the weaker the evidence), so its numbers are pulled towards no treatment."
        )
        found.append(
            "Combinations are predicted from their separate mechanisms; few were tried together."
        )
        if len(mechanisms) > 1:
            found.append(
                "More than one mechanism is possible; the twins carry each with its probability."
            )
    rules: dict[str, set[str]] = {}
    for option in options:
        for verdict in option.verdicts:
            for reason in verdict.reasons:
                rules.setdefault(reason.verified, set()).add(reason.rule)
    recalled, assumed = rules.get("recalled", set()), rules.get("assumed", set())
    if recalled:
        found.append(
            f"{len(recalled)} of the safety rules that spoke are recalled and not yet checked "
            "against a label; they ask for care and never block."
        )
    if assumed:
        found.append(
            f"{len(assumed)} of the safety rules that spoke are caution of the house and stand on "
            "no label; some of them block."
        )
    return tuple(found)


def _sources(options: Iterable[Option], rows: Iterable[OutcomeRow]) -> tuple[str, ...]:
    found = [key for option in options for key in option.sources]
    found += [row.source for row in rows]
    return tuple(sorted(set(found)))
