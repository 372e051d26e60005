"""Options, outcomes, harms and curves of a plan in words and rounded numbers."""

from __future__ import annotations

from collections.abc import Sequence

from anagen.charts.series import Curve
from anagen.plan.compare import week_index
from anagen.plan.records import (
    Change,
    Contribution,
    HarmRate,
    Option,
    Outcome,
    Plan,
    Points,
)
from anagen.report import labels
from anagen.report.citations import Citations
from anagen.report.records import (
    ChangeItem,
    HarmItem,
    Observable,
    OptionItem,
    OutcomeItem,
    PartItem,
    ReasonItem,
    SpreadItem,
)
from anagen.report.words import number, sentence, sentences, signed, spoken, when
from anagen.simulate.result import OBSERVABLES, TOLD, Forecast
from anagen.simulate.spread import spread

TIERS = {
    "forecast": "Forecast",
    "plausible": "Plausible",
    "no_evidence": "No evidence",
}
# Rarer than one in a thousand: told of 100,000.
RARE_PER_100 = 0.1
STATUSES = {
    "allowed": "No safety rule stands against it",
    "conditions": "Only if the points below are settled first",
    "blocked": "Ruled out for safety",
}
LOWER_IS_BETTER = frozenset({"salt", "daily_shed", "shed_ratio", "telogen_percent"})
PLAIN_NAMES = {
    "salt": "Scalp hair lost (SALT score)",
    "terminal_density": "Thick hairs in the target area",
    "terminal_relative": "Thick hairs in the target area",
    "total_density": "All hairs in the target area",
    "hair_mass": "Hair mass in the target area",
    "daily_shed": "Hairs shed a day",
    "shed_ratio": "Hairs shed against your usual",
    "telogen_percent": "Share of resting hairs",
    "anagen_percent": "Share of growing hairs in the target area",
}
PLAIN_UNITS = {
    "salt": "% of the scalp",
    "terminal_density": "hairs per cm²",
    "terminal_relative": "% of today",
    "total_density": "hairs per cm²",
    "hair_mass": "% of your full head",
    "daily_shed": "hairs a day",
    "shed_ratio": "times your usual",
    "telogen_percent": "% of hairs",
    "anagen_percent": "% of hairs",
}


def observable_name(observable: str) -> str:
    """An observable as a person would call it."""
    return PLAIN_NAMES.get(observable, OBSERVABLES[observable][0])


def observable_unit(observable: str) -> str:
    """The unit of an observable in plain words."""
    return PLAIN_UNITS.get(observable, OBSERVABLES[observable][1])


def untreated_arm(forecast: Forecast) -> str | None:
    """The arm without regimens."""
    return next((name for name, arm in forecast.arms.items() if not arm.arm.regimens), None)


def untreated_outcomes(plan: Plan) -> tuple[Outcome, ...]:
    """Outcomes of no treatment, by every definition and time of the plan."""
    if plan.untreated or plan.forecast is None:
        return plan.untreated
    arm = untreated_arm(plan.forecast)
    bare = (option.outcomes for option in plan.options if option.arm and option.arm == arm)
    return next(bare, ())


def outcome_item(
    outcome: Outcome, *, treated: bool, untreated_better: int | None = None
) -> OutcomeItem:
    """One outcome with its sentence in the positive and the negative frame.

    The difference is that of the two whole counts shown, so that a reader who subtracts gets what
    is printed; its interval is widened to hold it. `untreated_better` is None when not known.
    """
    time = when(outcome.week)
    lead = f"After {time}" if treated else f"{time} from now without treatment"
    frame = (
        f"{lead}, {outcome.better} of 100 people like you are better and "
        f"{outcome.same + outcome.worse} are not: {outcome.same} stay about the same and "
        f"{outcome.worse} are worse."
    )
    known = untreated_better is not None
    difference = outcome.better - untreated_better if known else round(outcome.difference_points)
    low = min(difference, round(outcome.difference_low))
    high = max(difference, round(outcome.difference_high))
    return OutcomeItem(
        week=outcome.week,
        when=when(outcome.week),
        label=outcome.label,
        better=outcome.better,
        same=outcome.same,
        worse=outcome.worse,
        difference=difference,
        difference_low=low,
        difference_high=high,
        difference_text=_difference(difference, low, high) if treated else "",
        sentence=frame[0].upper() + frame[1:],
        better_low=outcome.better_low,
        better_high=outcome.better_high,
        model_text=_unknown_of_the_model(outcome),
    )


def _unknown_of_the_model(outcome: Outcome) -> str:
    """How far the count of people itself is uncertain, apart from how people differ."""
    if outcome.better_low == outcome.better_high:
        return ""
    return (
        "What the model does not know, and the chance of a limited number of simulated people, "
        f"could make the {outcome.better} anything from {outcome.better_low} to "
        f"{outcome.better_high}; who of the 100 you would be, nobody knows."
    )


def _difference(middle: int, low: int, high: int) -> str:
    if low == middle == high == 0:
        return "no difference from no treatment"
    if middle == 0:
        text = "about as many as with no treatment"
        return f"{text} (between {_more(low)} and {_more(high)})"
    if low >= 0 or high <= 0:
        a, b = sorted((abs(low), abs(high)))
        return f"{_more(middle)} than with no treatment (between {a} and {b})"
    return f"{_more(middle)} than with no treatment (between {_more(low)} and {_more(high)})"


def _more(points: int) -> str:
    return f"{abs(points)} {'more' if points >= 0 else 'fewer'}"


def change_item(change: Change) -> ChangeItem:
    """One difference in the observable's unit."""
    median, low90, high90 = (_rounded(v) for v in (change.median, change.low90, change.high90))
    return ChangeItem(
        observable=change.observable,
        label=observable_name(change.observable),
        unit=observable_unit(change.observable),
        week=change.week,
        when=when(change.week),
        median=median,
        low50=_rounded(change.low50),
        high50=_rounded(change.high50),
        low90=low90,
        high90=high90,
        text=f"{signed(median)} ({signed(low90)} to {signed(high90)})",
    )


def harm_item(harm: HarmRate, cite: Citations) -> HarmItem:
    """One side effect: '4 of 100 with it, 2 of 100 without'."""
    control = harm.per_100_control
    return HarmItem(
        treatment=harm.treatment,
        treatment_label=labels.treatment(harm.treatment),
        event=harm.event,
        treated=_rate(harm.per_100_treated),
        control=None if control is None else _rate(control),
        n_treated=harm.n_treated,
        n_control=harm.n_control,
        time_frame=harm.time_frame,
        population=harm.population,
        verified=harm.verified,
        text=harm_text(harm),
        citations=cite.cite(harm.source),
    )


def harm_text(harm: HarmRate) -> str:
    """ "4 of 100, against 2 without"; what is rarer than one in a thousand, of 100,000."""
    control = harm.per_100_control
    rare = 0.0 < harm.per_100_treated < RARE_PER_100
    times, base = (1000.0, "100,000") if rare else (1.0, "100")
    text = f"{number(_rounded(times * harm.per_100_treated))} of {base}"
    if control is None:
        return f"{text}, no comparison known"
    return f"{text}, against {number(_rounded(times * control))} without"


def _rate(value: float) -> float:
    """Per 100; what is rare keeps two digits and is never rounded to nothing."""
    return float(f"{value:.2g}") if 0.0 < value < RARE_PER_100 else _rounded(value)


def main_label(plan: Plan) -> str:
    """The label of the outcome that counts first; the rest are further ways to count."""
    labels_seen = [outcome.label for option in plan.options for outcome in option.outcomes]
    return plan.main_outcome if plan.main_outcome in labels_seen else next(iter(labels_seen), "")


def option_item(plan: Plan, option: Option, cite: Citations) -> OptionItem:
    """One option. Without evidence there is no number: outcomes, curves and rates are left out."""
    silent = option.tier == "no_evidence"
    blocked = option.status == "blocked"
    shown = not silent and not blocked
    main = main_label(plan)
    bare = plan.forecast is not None and option.arm == untreated_arm(plan.forecast)
    beside = {(o.label, o.week): o.better for o in untreated_outcomes(plan)}
    counted = [
        outcome_item(o, treated=not bare, untreated_better=beside.get((o.label, o.week)))
        for o in (option.outcomes if shown else ())
    ]
    reasons = tuple(
        ReasonItem(
            rule=reason.rule,
            effect=reason.effect,
            treatment=labels.treatment(verdict.treatment),
            text=sentence(reason.text),
            because=sentence(reason.because),
            authority=reason.authority,
            verified=reason.verified,
            citations=cite.cite(reason.source),
        )
        for verdict in option.verdicts
        for reason in verdict.reasons
    )
    conditions = sentences(c for verdict in option.verdicts for c in verdict.conditions)
    monitoring = sentences(m for verdict in option.verdicts for m in verdict.monitoring)
    return OptionItem(
        option=option.id,
        label=option.label,
        treatments=option.treatments,
        regimens=tuple(r.text or labels.treatment(r.treatment) for r in option.regimens),
        tier=option.tier,
        tier_label=TIERS.get(option.tier, option.tier),
        tier_basis=sentence(option.tier_basis),
        status=option.status,
        status_label=STATUSES.get(option.status, option.status),
        indication=sentence(option.indication),
        certainty=spoken(option.certainty),
        arm=option.arm if shown else None,
        stop_arm=option.stop_arm if shown else None,
        stop_label=stop_label(plan, option) if shown else "",
        is_untreated=bare,
        outcomes=tuple(item for item in counted if item.label == main),
        further_outcomes=tuple(item for item in counted if item.label != main),
        changes=tuple(change_item(change) for change in option.changes) if shown else (),
        harms=() if silent else tuple(harm_item(harm, cite) for harm in option.harms),
        reasons=reasons,
        conditions=conditions,
        monitoring=monitoring,
        burden=sentence(option.burden),
        cost=option.cost_class,
        weeks_to_judge=option.weeks_to_judge if shown else None,
        judge_text=f"After {when(option.weeks_to_judge)}"
        if shown and option.weeks_to_judge
        else "",
        if_stopped=sentence(option.if_stopped),
        positives=tuple(sentence(text) for text in option.positives),
        negatives=tuple(sentence(text) for text in option.negatives),
        folded=sentence(option.folded_why) if shown else "",
        parts=_parts(option.contribution, option.treatments) if shown else (),
        parts_text=_parts_text(option.contribution) if shown else "",
        citations=cite.cite(option.sources),
    )


def _parts(told: Contribution | None, treatments: tuple[str, ...]) -> tuple[PartItem, ...]:
    """What each treatment of a combination brings, in people of 100 who get better."""
    if told is None:
        return ()
    return tuple(
        PartItem(
            labels.treatment(name),
            _people(alone),
            "not known" if on_top is None else _people(on_top),
        )
        for name, alone, on_top in zip(treatments, told.alone, told.added, strict=True)
    )


def _people(points: Points) -> str:
    """'+12 (5 to 20)', signed, in people of 100."""
    middle, low, high = (round(value) for value in (points.value, points.low, points.high))
    return f"{signed(middle)} ({signed(min(low, middle))} to {signed(max(high, middle))})"


def _parts_text(told: Contribution | None) -> str:
    """Why the parts need not add up to the whole."""
    if told is None:
        return ""
    whole, rest = round(told.together.value), round(told.interaction.value)
    count = f"{abs(whole)} {'more' if whole >= 0 else 'fewer'}"
    text = f"Together {count} of 100 people are better after {when(told.week)}. "
    if rest == 0:
        return f"{text}The parts add up to that."
    side = "less" if rest < 0 else "more"
    why = (
        "some people who would get better with one part would also get better with another"
        if rest < 0
        else "some people pass the mark only with both"
    )
    return f"{text}That is {abs(rest)} {side} than the parts alone would add up to: {why}."


def _rounded(value: float) -> float:
    return round(float(value), 2 if abs(value) < 1 else 1) + 0.0


def curves(plan: Plan) -> tuple[Curve, ...]:
    """Quantile curves of every arm that an option with a number shows, and of no treatment."""
    forecast = plan.forecast
    if forecast is None:
        return ()
    shown: dict[str, tuple[str, str]] = {}
    untreated = untreated_arm(forecast)
    if untreated is not None:
        shown[untreated] = ("untreated", forecast.arms[untreated].arm.label)
    for option in plan.options:
        if option.tier == "no_evidence" or option.status == "blocked":
            continue
        for arm, role in ((option.arm, "plan"), (option.stop_arm, "stop")):
            if arm is not None and arm not in shown:
                label = option.label if role == "plan" else forecast.arms[arm].arm.label
                shown[arm] = (role, label)
    listed: list[Curve] = []
    for arm, (role, label) in shown.items():
        forecast_arm = forecast.arms[arm]
        for observable in TOLD:
            if observable not in forecast_arm.values:
                continue
            quantiles = (
                tuple(map(_rounded, course))
                for course in forecast_arm.quantiles(observable, (0.05, 0.25, 0.5, 0.75, 0.95))
            )
            weeks = tuple(float(week) for week in forecast.weeks)
            listed.append(
                Curve(observable, observable_unit(observable), arm, label, role, weeks, *quantiles)
            )
    return tuple(listed)


def spreads(plan: Plan, listed: Sequence[Curve], week: float | None) -> tuple[SpreadItem, ...]:
    """People and model apart for every plan drawn and for no treatment, main measure, one week."""
    forecast = plan.forecast
    if forecast is None or week is None:
        return ()
    index = week_index(forecast.weeks, week)
    if index is None:
        return ()
    found = []
    for curve in listed:
        if curve.observable != plan.main_observable or curve.role == "stop":
            continue
        apart = spread(forecast.arms[curve.arm].values[curve.observable][:, index])
        found.append(
            SpreadItem(
                arm=curve.arm,
                label=curve.label,
                week=week,
                when=when(week),
                people_low=_rounded(apart.people_low),
                people_high=_rounded(apart.people_high),
                model_low=_rounded(apart.model_low),
                model_high=_rounded(apart.model_high),
            )
        )
    return tuple(found)


def observables(listed: tuple[Curve, ...]) -> tuple[Observable, ...]:
    """The measures in the curves with the range that all charts of one measure share."""
    found: list[Observable] = []
    for observable in OBSERVABLES:
        own = [curve for curve in listed if curve.observable == observable]
        if own:
            found.append(
                Observable(
                    observable=observable,
                    label=observable_name(observable),
                    unit=observable_unit(observable),
                    better="lower" if observable in LOWER_IS_BETTER else "higher",
                    low=min(min(curve.q05) for curve in own),
                    high=max(max(curve.q95) for curve in own),
                )
            )
    return tuple(found)


def stop_label(plan: Plan, option: Option) -> str:
    """Words for the stop arm of an option, from the week its regimens stop."""
    if plan.forecast is None or option.stop_arm is None:
        return ""
    weeks = [
        regimen.stop_week
        for regimen in plan.forecast.arms[option.stop_arm].arm.regimens
        if regimen.stop_week is not None
    ]
    return f"stopped after {when(min(weeks))}" if weeks else "if stopped"
