"""Safety before any score: what is blocked, what must be known or done first, and who says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from anagen.assess.records import Assessment
from anagen.catalog.expressions import truth
from anagen.catalog.safety import DoseRule, SafetyRule, load_dose_rules, load_safety_rules
from anagen.catalog.treatments import Treatment, UsualRegimen, load_treatments
from anagen.patients.record import PatientRecord
from anagen.plan.facts import PersonFacts
from anagen.plan.records import SafetyReason, SafetyVerdict
from anagen.simulate.regimen import Regimen
from anagen.simulate.regimen_doses import ROUNDING

CHECK_FIRST = "Check first: "


def check(
    record: PatientRecord, assessment: Assessment, treatment: str, also: Iterable[str] = ()
) -> SafetyVerdict:
    """The verdict on one treatment for one person, `also` being the other treatments of the plan.

    A rule that holds gives its effect. A rule that cannot be decided and matters (`ask` is given)
    gives a condition, never a silent pass. Raises KeyError for an unknown treatment.
    """
    row = load_treatments()[treatment]
    facts = PersonFacts(record, assessment, treatment, _words(also))
    words = row.words()
    reasons: list[SafetyReason] = []
    for rule in load_safety_rules():
        if words.isdisjoint(rule.applies_to):
            continue
        held = truth(rule.when, facts)
        if held:
            reasons.append(_reason(rule, rule.effect, rule.text))
        elif held is None and rule.ask:
            reasons.append(_reason(rule, "condition", f"{CHECK_FIRST}{rule.ask}."))
    return _verdict(row, reasons)


def _words(treatments: Iterable[str]) -> frozenset[str]:
    known = load_treatments()
    return frozenset().union(*(known[name].words() for name in treatments))


def _reason(rule: SafetyRule, effect: str, text: str) -> SafetyReason:
    return SafetyReason(
        rule=rule.id,
        effect=effect,
        text=text,
        because=rule.because,
        source=rule.source,
        verified=rule.verified,
        authority=rule.authority,
    )


def _verdict(row: Treatment, reasons: list[SafetyReason]) -> SafetyVerdict:
    effects = {reason.effect for reason in reasons}
    conditions = tuple(dict.fromkeys(item.text for item in reasons if item.effect == "condition"))
    if "block" in effects:
        status = "blocked"
    elif conditions:
        status = "conditions"
    else:
        status = "allowed"
    order = ("block", "condition", "note")
    return SafetyVerdict(
        treatment=row.id,
        status=status,
        reasons=tuple(sorted(reasons, key=lambda item: order.index(item.effect))),
        conditions=conditions,
        monitoring=tuple(item.text for item in row.monitoring),
    )


def worst(verdicts: Iterable[SafetyVerdict]) -> str:
    """The status of a plan: blocked when any part is, conditions when any part has some."""
    states = {verdict.status for verdict in verdicts}
    for status in ("blocked", "conditions"):
        if status in states:
            return status
    return "allowed"


def lower_dose(record: PatientRecord, assessment: Assessment, treatment: str) -> DoseRule | None:
    """The rule with the smallest dose that a label asks for here; None where none applies."""
    facts = PersonFacts(record, assessment, treatment)
    held = [
        rule
        for rule in load_dose_rules()
        if rule.treatment == treatment and truth(rule.when, facts)
    ]
    return min(held, key=lambda item: (item.dose, item.id), default=None)


def regimen_for(
    record: PatientRecord, assessment: Assessment, treatment: Treatment
) -> UsualRegimen | None:
    """How this person would take it: the usual regimen, or the smallest dose a label asks for."""
    usual = treatment.regimen
    rule = lower_dose(record, assessment, treatment.id)
    if usual is None or rule is None:
        return usual
    return replace(
        usual,
        dose=rule.dose,
        text=f"{rule.text}, in place of {usual.dose:g} {usual.unit}",
        source=rule.source,
        verified=rule.verified,
    )


def more_than_fits(
    record: PatientRecord, assessment: Assessment, regimen: Regimen
) -> DoseRule | None:
    """The rule that gives this person less than the regimen, a dose or a day; None if it fits."""
    usual = load_treatments()[regimen.treatment].regimen
    rule = lower_dose(record, assessment, regimen.treatment)
    if usual is None or rule is None:
        return None
    most = rule.dose * (1.0 + ROUNDING)
    daily = regimen.dose * usual.interval_days / regimen.interval_days
    return rule if max(regimen.dose, daily) > most else None


def taken_above(
    record: PatientRecord, assessment: Assessment, running: Iterable[Regimen]
) -> tuple[str, ...]:
    """A sentence for every treatment that goes on in a forecast at more than a label gives here."""
    found = []
    for regimen in running:
        rule = more_than_fits(record, assessment, regimen)
        if rule is not None:
            name = load_treatments()[regimen.treatment].name
            found.append(
                f"{name}: taken now, and forecast to go on as {regimen.text}, which is more than "
                f"this person should take; the label gives {rule.text}. Ask the prescriber before "
                "the next dose, and before stopping."
            )
    return tuple(found)
