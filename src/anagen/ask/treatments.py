"""What is said about a treatment: its evidence by grade, tier, harms, rules and what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from anagen.ask.match import Reading, compared
from anagen.ask.records import Content, Statement
from anagen.ask.rules import all_rules, general_rules, near_rules, raised_flags, triggered_rules
from anagen.ask.situation import Situation
from anagen.ask.tokens import stems
from anagen.ask.vocabulary import people_words
from anagen.catalog.causes import load_causes
from anagen.catalog.harms import USES, load_harms
from anagen.catalog.plans import load_combinations
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
# Rules shown first because of what the question states.
MOST_TRIGGERED = 3
# Conditions of safety rules by what is asked, for questions that state nothing of the person.
RULE_WORDS = {
    "pregnancy": ("pregnan", "breastfeeding"),
    "children": ("age <",),
    "mood": ("suicid", "depression"),
}
# Questions that are about safety whoever asks.
SAFETY = ("side_effects", "contraindications", "combine")
TESTS = ("test", "laboratory test")
# Questions about the disease that is to go.
CURES = ("treat", "cure")
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


def _mood_rules(treatment: Treatment, situation: Situation) -> list[Statement]:
    """Rules about mood: for a question about it, a depression is what it speaks of."""
    moods = frozenset({"depression", "anxiety", "suicidal_ideation"})
    return triggered_rules(treatment, replace(situation, conditions=moods, past=moods))


def _rules_of_intent(
    treatment: Treatment, treatments: Sequence[str], reading: Reading
) -> list[Statement]:
    """Rules about pregnancy, age or mood: what is stated triggers, else all that speak of it."""
    intent, situation = reading.intent, reading.situation
    stated = triggered_rules(treatment, situation, _beside(treatments, reading))
    if intent == "mood":
        stated = list(dict.fromkeys((*_mood_rules(treatment, situation), *stated)))
    if intent == "pregnancy":
        # What holds of any woman, such as contraception, says nothing to a pregnant one.
        anybody = set(triggered_rules(treatment, situation.without_pregnancy()))
        blocks = set(triggered_rules(treatment, situation, blocks=True))
        stated = [one for one in stated if one in blocks or one not in anybody] or stated
    if stated:
        return stated
    general = all_rules(treatment, RULE_WORDS[intent])
    # A licence may say from what age.
    licences = _approvals(treatment)[:2] if intent == "children" and treatment.approvals else []
    return [*licences, *general] or [_no_rule(treatment, "this")]


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
        Statement(f"{row.region}: {row.words}.", (row.source,), row.verified)
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
    return tuple(cause for cause, held in people_words().items() if asked & held)


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


def asked_first(treatments: Sequence[str], reading: Reading) -> tuple[str, ...]:
    """The treatments asked about, without those that are only said to be taken already."""
    new = tuple(one for one in treatments if one not in reading.situation.taken)
    return new or tuple(treatments)


def answers_situation(chosen: str, treatments: Sequence[str], reading: Reading) -> bool:
    """Whether what a question states of the person decides what is said of a treatment."""
    situation, treatment = reading.situation, load_treatments()[chosen]
    if reading.intent in ("causes", "stop"):
        return False
    if situation.told:
        return bool(situation.labels or triggered_rules(treatment, situation))
    named = _rules_together(treatment, treatments, reading, notes=False)
    anyway = triggered_rules(treatment, Situation(situation.people), notes=False)
    blocks = triggered_rules(treatment, situation, blocks=True)
    return reading.intent not in ("works", *CURES) and bool(blocks or set(named) - set(anyway))


def _beside(treatments: Sequence[str], reading: Reading) -> tuple[str, ...]:
    """Treatments that are meant to be used together."""
    together = reading.intent == "combine" or (not reading.intent and not compared(reading.stems))
    return tuple(treatments) if together else ()


def _rules_together(
    treatment: Treatment, treatments: Sequence[str], reading: Reading, *, notes: bool
) -> list[Statement]:
    """Rules that what is stated makes true, of this treatment and of those to be used with it."""
    beside = _beside(treatments, reading)
    own = triggered_rules(treatment, reading.situation, beside, notes=notes)
    for other in beside:
        if other == treatment.id:
            continue
        alone = triggered_rules(load_treatments()[other], reading.situation)
        joint = triggered_rules(load_treatments()[other], reading.situation, beside, notes=notes)
        own += [one for one in joint if one not in alone]
    return own


def _no_rule(treatment: Treatment, what: str) -> Statement:
    return Statement(
        f"No rule about {what} is on record for {treatment.name}; that is not a sign of "
        "safety. Ask a doctor or pharmacist first.",
        ("assumption",),
        "assumed",
    )


def _named(name: str, statements: Sequence[Statement]) -> list[Statement]:
    """Sentences that name what they are about, for answers about several things."""
    return [
        one if name in one.text else replace(one, text=f"{name}: {one.text}") for one in statements
    ]


def _spoken_first(statements: Sequence[Statement], reading: Reading) -> list[Statement]:
    """Sentences that hold what else the question speaks of before the others."""
    wanted = reading.residue | reading.outside
    if reading.intent == "tests":
        wanted = reading.content | reading.intent_stems
    return sorted(statements, key=lambda one: -len(wanted & frozenset(stems(one.text))))


def about_treatment(
    chosen: str, treatments: Sequence[str], causes: Sequence[str], reading: Reading
) -> Content:
    """What is known about a treatment, the asked side of it first; of others it is compared with.

    What the question states of the person comes before: the rules that it makes true.
    """
    treatment = load_treatments()[chosen]
    asked = asked_first(treatments, reading)
    others = [one for one in asked if one != chosen]
    causes = [cause for cause in causes if cause not in reading.situation.drug_causes]
    content = _about_one(treatment, treatments, causes, reading)
    if reading.intent == "combine":
        content = replace(content, statements=tuple(_each_named(content.statements, treatment)))
    elif others:
        parts = [_named(treatment.name, content.statements)]
        for other in others:
            known = load_treatments()[other]
            parts.append(
                _named(known.name, _about_one(known, treatments, causes, reading).statements)
            )
        mixed = [one for row in zip_longest(*parts) for one in row if one is not None]
        content = replace(content, statements=tuple(mixed))
    return _after_rules(content, treatment, treatments, reading)


def _each_named(statements: Sequence[Statement], treatment: Treatment) -> list[Statement]:
    known = [item.name for item in load_treatments().values()]
    return [
        one
        if one.row == "plan/combinations.csv" or any(name in one.text for name in known)
        else _named(treatment.name, [one])[0]
        for one in statements
    ]


def _after_rules(
    content: Content, treatment: Treatment, treatments: Sequence[str], reading: Reading
) -> Content:
    """The same after the flags and rules that the stated situation raises."""
    situation, intent = reading.situation, reading.intent
    if intent in ("children", "mood", "pregnancy"):
        return content
    told = answers_situation(treatment.id, treatments, reading)
    rules = _rules_together(treatment, treatments, reading, notes=told or intent in SAFETY)
    if told and situation.labels and not rules:
        near = near_rules(treatment, situation)
        rules = near or [_no_rule(treatment, ", ".join(situation.labels))]
    flags = [
        Statement(f"{flag.action} ({flag.urgency})", (flag.source,), flag.verified)
        for flag in raised_flags(situation)
    ]
    first = [*(flags[:1] if told else ()), *rules[:MOST_TRIGGERED]]
    if not first:
        return content
    if intent == "works" or (not told and intent not in SAFETY):
        # What was asked, then what stands against it; what forbids it before both.
        blocks = [one for one in triggered_rules(treatment, situation, blocks=True) if one in first]
        first = [one for one in first if one not in blocks]
        said = (*blocks, *content.statements[:2], *first, *content.statements[2:])
        return replace(content, statements=said)
    if told:
        # Whether one person may have it is no verdict on the treatment.
        content = replace(content, verdict="", grade="")
    return content.after(first)


def _about_one(
    treatment: Treatment, treatments: Sequence[str], causes: Sequence[str], reading: Reading
) -> Content:
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
    others = [load_treatments()[other] for other in treatments if other != treatment.id]
    beside = [
        sentence
        for other in others
        for sentence in _named(
            other.name,
            _evidence(other, _causes_of(other), best_tier(other, _causes_of(other)))[:1],
        )
    ]

    match reading.intent:
        case "pregnancy" | "children" | "mood":
            rules = _rules_of_intent(treatment, treatments, reading)
            return Content((*rules, *_weak_points(treatment)))
        case "contraindications":
            return Content((*all_rules(treatment), *_weak_points(treatment)))
        case "side_effects" | "causes":
            weak, general = _weak_points(treatment), general_rules(treatment)
            first = [*weak, *_harms(treatment)[:3], *_limits(treatment), *general]
            return Content(tuple(_spoken_first(first, reading)))
        case "stop":
            first = [_stopping(treatment), *_weak_points(treatment)]
            return Content(tuple(first), forecast=f"{forecast} --stop 52" if forecast else "")
        case "how_long":
            first = [*_time(treatment), _stopping(treatment)]
            return Content((*first, *evidence[:2]), grade=grade, tier=tier, forecast=forecast)
        case "dose":
            first = [*_usual(treatment, tier), *_limits(treatment), *general_rules(treatment)[:1]]
            return Content((*first, *_approvals(treatment)), tier=tier, forecast=forecast)
        case "tests":
            results = {name for kind, name in reading.named if kind == TESTS[1]}
            rules = [
                *_spoken_first(general_rules(treatment, why=True), reading),
                *(
                    one
                    for one in all_rules(treatment)
                    if results & set(stems(one.text)) and one not in general_rules(treatment)
                ),
            ]
            told = [*(_nutrient(treatment) or []), *_weak_points(treatment)]
            if any(kind in TESTS for kind, _ in reading.named):
                return Content((*(rules or [_no_rule(treatment, "tests")]), *told))
            # "Has anyone tested it" asks for the studies.
            return Content((*rules[:2], tier_line, *evidence[:2], *told))
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
    said = (tier_line, *evidence[:2], *weak, *evidence[2:])
    return Content(said, verdict, grade, tier, forecast)
