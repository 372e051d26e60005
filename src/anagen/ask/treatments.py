"""What is said about a treatment: its evidence by grade, tier, harms, rules and what is asked."""

from __future__ import annotations

from collections.abc import Sequence

from anagen.ask.match import Reading
from anagen.ask.records import Content, Statement
from anagen.ask.vocabulary import people_words
from anagen.catalog.causes import load_causes
from anagen.catalog.harms import USES, load_harms
from anagen.catalog.plans import load_combinations
from anagen.catalog.safety import SafetyRule, load_safety_rules
from anagen.catalog.supplements import load_supplements
from anagen.catalog.treatments import (
    GRADES,
    NOT_HUMAN,
    EvidenceRow,
    Treatment,
    best_grade,
    cause_matches,
    evidence_for,
    load_treatments,
    tier_of,
)

DESIGN_WORDS = {
    "rct": "randomised trial",
    "meta_analysis": "pooled trials",
    "controlled": "controlled study",
    "uncontrolled": "study without controls",
    "case_series": "case reports",
    "observational": "observational study",
    "guideline": "guideline",
    "mechanism": "mechanism only",
    "mouse": "mice only",
    "none": "no study",
}
# Conditions of safety rules by what is asked.
RULE_WORDS = {
    "pregnancy": ("pregnan", "breastfeeding", "become_pregnant"),
    "children": ("age <",),
    "mood": ("suicid", "depression"),
}
TIER_WORDS = {
    "forecast": "Controlled trials in people support it, and Anagen can forecast it.",
    "plausible": "Evidence is weaker, or Anagen has no model of it: no size of effect is promised.",
    "no_evidence": "Nothing in people speaks for it, so no number is given.",
}


def _cause_label(pattern: str) -> str:
    causes = load_causes()
    stem = pattern.rstrip("*").rstrip("_")
    if pattern == "*":
        return "hair loss of any cause"
    return causes[stem].label.lower() if stem in causes else stem.replace("_", " ")


def _causes_of(treatment: Treatment) -> tuple[str, ...]:
    """Causes that its own evidence rows name, or all when they speak of hair in general."""
    patterns = [pattern for row in treatment.evidence for pattern in row.causes]
    if "*" in patterns:
        return ("",)
    return tuple(
        cause
        for cause in load_causes()
        if any(cause_matches(cause, [pattern]) for pattern in patterns)
    )


def best_tier(treatment: Treatment, causes: Sequence[str]) -> str:
    """The best tier over the causes: what it can do at all."""
    order = ("forecast", "plausible", "no_evidence")
    tiers = [tier_of(treatment, (cause,))[0] for cause in causes] or ["no_evidence"]
    return min(tiers, key=order.index)


def _evidence(treatment: Treatment, causes: Sequence[str], tier: str) -> list[Statement]:
    """Evidence rows as sentences, best grade first; without human evidence none holds a number."""
    rows: list[EvidenceRow] = []
    for cause in causes:
        rows += [row for row in evidence_for(treatment, (cause,)) if row not in rows]
    rows.sort(key=lambda row: GRADES.index(row.grade))
    return [_evidence_sentence(row, tier) for row in rows]


def _evidence_sentence(row: EvidenceRow, tier: str) -> Statement:
    about = ", ".join(dict.fromkeys(_cause_label(pattern) for pattern in row.causes))
    design = DESIGN_WORDS[row.design]
    against = "" if row.comparator == "none" else f" against {row.comparator.replace('_', ' ')}"
    numbers = f", {row.n} people" if row.n and tier != "no_evidence" else ""
    grade = row.grade.replace("_", " ")
    text = f"{row.what} ({about}; {design}{against}{numbers}; grade {grade})."
    return Statement(text, (row.source,), row.verified)


def _verdict(treatment: Treatment, causes: Sequence[str], tier: str, grade: str) -> str:
    """Verdict by rule from the evidence rows, in the words of the claims table."""
    rows = [row for cause in causes for row in evidence_for(treatment, (cause,))]
    human = [row for row in rows if row.design not in NOT_HUMAN]
    if tier == "no_evidence":
        against = any(row.direction in ("no_benefit", "harm") for row in human)
        return "unsupported" if against else "not_established"
    if tier == "forecast":
        return "supported" if grade in ("high", "moderate") else "partly_supported"
    return "partly_supported" if grade in ("high", "moderate", "low") else "not_established"


def _applies(rule: SafetyRule, treatment: Treatment) -> bool:
    return bool(set(rule.applies_to) & treatment.words())


def _rules(treatment: Treatment, intent: str) -> list[Statement]:
    """Safety rules by authority: those of the intent, else blocks before conditions."""
    rules = [rule for rule in load_safety_rules() if _applies(rule, treatment)]
    if wanted := RULE_WORDS.get(intent):
        rules = [rule for rule in rules if any(word in rule.when for word in wanted)]
    rules.sort(key=lambda rule: rule.effect != "block")
    return [
        Statement(
            f"{treatment.name}: {rule.text} ({rule.authority})", (rule.source,), rule.verified
        )
        for rule in rules
    ]


def _harms(treatment: Treatment) -> list[Statement]:
    """Adverse events beside those without treatment: serious first, placebo controls first."""
    rows = [row for row in load_harms() if row.treatment == treatment.id]
    rows = [row for row in rows if row.usual_dose] or rows
    rows.sort(
        key=lambda row: (row.severity != "serious", USES.index(row.use), -row.per_100_treated)
    )
    told = []
    for row in rows:
        beside = (
            f" against {row.per_100_control:g} on {row.control or 'control'}"
            if row.per_100_control is not None
            else " (no comparison group)"
        )
        over = f" over {row.time_frame}" if row.time_frame else ""
        dose = f", {row.dose}" if row.dose else ""
        text = (
            f"{row.event[:1].upper()}{row.event[1:]}: {row.per_100_treated:g} in 100{beside}{over}"
            f" ({row.population}{dose})."
        )
        told.append(Statement(text, (row.source,), row.verified))
    return told


def _weak_points(treatment: Treatment) -> list[Statement]:
    if not treatment.negatives:
        return []
    text = f"{treatment.name}: {'; '.join(treatment.negatives)}."
    return [Statement(text, row=treatment.row)]


def _stopping(treatment: Treatment) -> Statement:
    told = treatment.stopping
    return Statement(f"After stopping: {told.text}.", (told.source,), told.verified)


def _limits(treatment: Treatment) -> list[Statement]:
    """How much of a nutrient a day is too much, by authority."""
    supplement = load_supplements().get(treatment.id)
    return [
        Statement(
            f"{row.quantity.replace('_', ' ').capitalize()} for {row.population}: {row.value:g} "
            f"{row.unit} ({row.authority}).",
            (row.source,),
            row.verified,
        )
        for row in (supplement.limits if supplement else ())
        if row.quantity in ("upper_limit", "safe_level", "alert_limit")
    ][:2]


def _usual(treatment: Treatment, tier: str) -> list[Statement]:
    if tier == "no_evidence":
        text = f"No dose of {treatment.name} has been shown to help hair."
        return [Statement(text, row=treatment.row)]
    if treatment.regimen is None:
        return [Statement("No dose has been established for hair.", row=treatment.row)]
    regimen = treatment.regimen
    most = f", at most {regimen.max_dose:g} {regimen.unit}" if regimen.max_dose else ""
    text = f"Studied or labelled regimen: {regimen.text}{most}. The prescriber sets the dose."
    return [Statement(text, (regimen.source,), regimen.verified)]


def _time(treatment: Treatment) -> list[Statement]:
    if treatment.weeks_to_judge is None:
        return [Statement("No time to an effect is established.", row=treatment.row)]
    text = f"Judge the effect after about {treatment.weeks_to_judge:g} weeks of regular use."
    return [Statement(text, row=treatment.row)]


def _approvals(treatment: Treatment) -> list[Statement]:
    if not treatment.approvals:
        return [Statement("No approval for hair is on record.", row=treatment.row)]
    return [
        Statement(f"{row.region}: {row.status}, {row.indication}.", (row.source,), row.verified)
        for row in treatment.approvals
    ]


def _identity(treatment: Treatment) -> Statement:
    text = f"{treatment.name}: {treatment.drug_class}, {treatment.route}. {treatment.burden}."
    return Statement(text, row=treatment.row)


def _nutrient(treatment: Treatment) -> list[Statement]:
    supplement = load_supplements().get(treatment.id)
    if supplement is None:
        return []
    text = f"When short of it: {supplement.when_deficient}. When not: {supplement.when_replete}."
    return [Statement(text, supplement.sources, supplement.verified)]


def _pairs(treatments: Sequence[str]) -> list[Statement]:
    names = load_treatments()
    return [
        Statement(
            f"{' with '.join(names[part].name for part in row.parts)}: {row.why}.",
            (row.source,),
            row.verified,
        )
        for row in load_combinations()
        if set(row.parts) <= set(treatments)
        or (len(treatments) == 1 and treatments[0] in row.parts)
    ]


def _forecast(treatment: Treatment, tier: str) -> str:
    if tier != "forecast" or not treatment.modelled or treatment.regimen is None:
        return ""
    return f'anagen forecast PATIENT --plan "{treatment.regimen.text}"'


def people_of(reading: Reading) -> tuple[str, ...]:
    """The pattern hair loss of the people a question is limited to, if it is."""
    asked = frozenset(reading.stems)
    return tuple(cause for cause, stems in people_words().items() if asked & stems)


def _together(treatments: Sequence[str]) -> str:
    """One forecast of several treatments, when each has one of its own."""
    found = [load_treatments()[one] for one in treatments]
    known = [item for item in found if _forecast(item, best_tier(item, _causes_of(item)))]
    if len(known) < len(found):
        return ""
    plan = " + ".join(item.regimen.text for item in known if item.regimen)
    return f'anagen forecast PATIENT --plan "{plan}"'


def _listed(causes: Sequence[str]) -> str:
    return ", ".join(_cause_label(cause) for cause in causes)


def _asked_causes(treatment: Treatment, causes: Sequence[str], reading: Reading) -> tuple[str, ...]:
    """Causes a question limits itself to, by name or by who is meant; all of them otherwise."""
    known = load_causes()
    named = tuple(cause for cause in known if cause in causes or known[cause].parent in causes)
    spoken = tuple(
        cause
        for cause in named
        if any(cause_matches(cause, row.causes) for row in treatment.evidence)
    )
    people = tuple(
        cause
        for cause in people_of(reading)
        if any(cause_matches(cause, row.causes) for row in treatment.evidence)
    )
    # A disease nobody studied the treatment in must not borrow the evidence of another.
    return spoken or people or named or _causes_of(treatment)


def about_treatment(
    chosen: str, treatments: Sequence[str], causes: Sequence[str], reading: Reading
) -> Content:
    """What is known about a treatment, the asked side of it first."""
    treatment = load_treatments()[chosen]
    asked = _asked_causes(treatment, causes, reading)
    tier = best_tier(treatment, asked)
    grades = [best_grade(treatment, (cause,)) for cause in asked] or ["none"]
    grade = min(grades, key=GRADES.index)
    verdict = _verdict(treatment, asked, tier, grade)
    evidence = _evidence(treatment, asked, tier)
    limits = tuple(causes) or people_of(reading)
    whom = "" if not limits or asked == _causes_of(treatment) else f" for {_listed(limits)}"
    tier_line = Statement(f"{treatment.name}{whom}: {TIER_WORDS[tier]}", row=treatment.row)
    forecast = _forecast(treatment, tier)
    others = [load_treatments()[other] for other in treatments if other != chosen]
    beside = [
        sentence
        for other in others
        for sentence in _evidence(other, _causes_of(other), best_tier(other, _causes_of(other)))[:1]
    ]

    match reading.intent:
        case "pregnancy" | "children" | "mood" as intent:
            rules = _rules(treatment, intent)
            none = Statement(
                f"No rule about this is on record for {treatment.name}; that is not a sign of "
                "safety. Ask a doctor or pharmacist first.",
                ("assumption",),
                "assumed",
            )
            first = rules or [none]
            return Content((*first, *_weak_points(treatment)))
        case "contraindications":
            return Content((*_rules(treatment, ""), *_weak_points(treatment)))
        case "side_effects":
            harms = _harms(treatment)
            first = [*_weak_points(treatment), *harms[:3], *_limits(treatment)]
            return Content((*first, *_rules(treatment, "")))
        case "stop":
            first = [_stopping(treatment), *_weak_points(treatment)]
            return Content(tuple(first), forecast=f"{forecast} --stop 52" if forecast else "")
        case "how_long":
            first = [*_time(treatment), _stopping(treatment)]
            return Content((*first, *evidence[:2]), grade=grade, tier=tier, forecast=forecast)
        case "dose":
            first = [*_usual(treatment, tier), *_limits(treatment), *_approvals(treatment)]
            return Content((*first, *_rules(treatment, "")[:1]), tier=tier, forecast=forecast)
        case "approved":
            return Content((*_approvals(treatment), tier_line), tier=tier)
        case "cost":
            text = f"Cost class of {treatment.name}: {treatment.cost_class}; {treatment.burden}."
            return Content((Statement(text, row=treatment.row),))
        case "combine":
            pairs = _pairs(treatments)
            if not pairs:
                text = "No study of this combination is on record."
                pairs = [Statement(text, row="plan/combinations.csv")]
            each = [*evidence[:1], *beside[:2]]
            return Content((*pairs[:3], *each), tier=tier, forecast=_together(treatments))
        case "what_is":
            first = [_identity(treatment), *_approvals(treatment)[:2], tier_line]
            return Content((*first, *evidence[:2]), grade=grade, tier=tier, forecast=forecast)
    weak = _nutrient(treatment) or _weak_points(treatment)
    said = (tier_line, *evidence[:2], *beside[:2], *weak, *evidence[2:])
    return Content(said, verdict, grade, tier, forecast)
