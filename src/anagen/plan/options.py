"""Candidate plans: what is used or claimed for the probable causes, safety decided first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from anagen.assess.records import Assessment
from anagen.catalog.expressions import truth
from anagen.catalog.findings import load_settings as load_assessment_settings
from anagen.catalog.medicines import treatments_of
from anagen.catalog.plans import load_combinations, load_settings
from anagen.catalog.tables import read_table
from anagen.catalog.treatments import (
    GRADES,
    ROLES,
    Indication,
    Tier,
    Treatment,
    best_grade,
    cause_matches,
    evidence_for,
    load_treatments,
    tier_of,
)
from anagen.catalog.words import contained, normal
from anagen.patients.record import Medicine, PatientRecord
from anagen.plan.facts import PersonFacts
from anagen.plan.records import SafetyReason, SafetyVerdict
from anagen.plan.safety import CHECK_FIRST, check, regimen_for, worst
from anagen.simulate.regimen import treatments_meant

WAITING = "watchful_waiting"
REFERRAL = "specialist_referral"
TIERS: tuple[Tier, ...] = ("forecast", "plausible", "no_evidence")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One plan before any forecast: its treatments, why it is here, and what safety says."""

    id: str
    label: str
    treatments: tuple[Treatment, ...]
    causes: tuple[str, ...]
    role: str
    tier: Tier
    tier_basis: str
    grade: str
    status: str
    verdicts: tuple[SafetyVerdict, ...]
    indication: str
    sources: tuple[str, ...]

    @property
    def modelled(self) -> bool:
        """Whether a number may be shown: every part has a model and some human evidence."""
        return self.tier != "no_evidence" and all(part.modelled for part in self.treatments)


def probable_causes(assessment: Assessment) -> dict[str, float]:
    """Causes at least as probable as the setting, with their probability, most probable first."""
    least = load_settings()["min_cause_probability"]
    found = {c.cause: c.probability for c in assessment.causes if c.probability >= least}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def candidates(record: PatientRecord, assessment: Assessment) -> tuple[Candidate, ...]:
    """Every plan worth comparing for this person, sorted by id; blocked ones included."""
    causes = probable_causes(assessment)
    labels = {cause.cause: cause.label for cause in assessment.causes}
    asked = asked_about(record)
    single: dict[str, Candidate] = {}
    for treatment in load_treatments().values():
        found = _single(record, assessment, treatment, causes, labels, treatment.id in asked)
        if found is not None:
            single[treatment.id] = found
    combined = _combined(record, assessment, single)
    return tuple(sorted((*single.values(), *combined), key=lambda item: item.id))


def asked_about(record: PatientRecord) -> frozenset[str]:
    """Treatments the person asks about; of a name with several forms, all of them."""
    return frozenset[str]().union(*map(_asked, record.asks_about))


def not_known(record: PatientRecord) -> tuple[str, ...]:
    """Sentences on what the person asks about and that is no treatment here; empty if nothing."""
    missing = [text for text in record.asks_about if not _asked(text)]
    claims = [text for text in missing if normal(text) in _everyday("claim")]
    told = (
        ("Asked about, no treatment here, but `anagen ask` answers", claims),
        ("Asked about, not known to Anagen", [text for text in missing if text not in claims]),
    )
    return tuple(f"{words}: {'; '.join(texts)}." for words, texts in told if texts)


def _asked(text: str) -> frozenset[str]:
    """As the words of a plan name it, or else a list of medicines, or the words of questions."""
    return (
        treatments_meant(text)
        or treatments_of(text)
        or frozenset(contained(text, _everyday("treatment")))
    )


@cache
def _everyday(kind: str) -> Mapping[str, tuple[str, ...]]:
    """What people call a treatment or a claim in questions, in normal form, and its id."""
    rows = read_table("ask/synonyms.csv")
    return {normal(row["phrase"]): (row["target"],) for row in rows if row["kind"] == kind}


def referral(record: PatientRecord, assessment: Assessment, why: str) -> Candidate:
    """The only plan left when a red flag stops planning."""
    row = load_treatments()[REFERRAL]
    verdict = check(record, assessment, REFERRAL)
    return Candidate(
        id=REFERRAL,
        label=row.name,
        treatments=(row,),
        causes=(),
        role="first_line",
        tier="plausible",
        tier_basis=row.evidence[0].what,
        grade="none",
        status=verdict.status,
        verdicts=(verdict,),
        indication=why,
        sources=tuple(item.source for item in row.evidence),
    )


def _indications(
    facts: PersonFacts, treatment: Treatment, causes: Iterable[str]
) -> list[tuple[Indication, bool | None]]:
    return [
        (row, truth(row.when, facts))
        for row in treatment.indications
        if "*" in row.causes or any(cause_matches(cause, row.causes) for cause in causes)
    ]


def asked_candidates(record: PatientRecord, assessment: Assessment) -> tuple[Candidate, ...]:
    """What the person asks about, each with its safety verdict, whatever it is good for."""
    table = load_treatments()
    return tuple(
        _asked_for(table[name], check(record, assessment, name), ())
        for name in sorted(asked_about(record))
    )


def _single(
    record: PatientRecord,
    assessment: Assessment,
    treatment: Treatment,
    causes: dict[str, float],
    labels: dict[str, str],
    asked: bool,
) -> Candidate | None:
    facts = PersonFacts(record, assessment, treatment.id)
    rows = _indications(facts, treatment, causes)
    if not rows and not asked:
        return None
    verdict = check(record, assessment, treatment.id)
    treatment = replace(treatment, regimen=regimen_for(record, assessment, treatment))
    fitting = [(row, held) for row, held in rows if held is not False]
    if asked and not fitting:
        return _asked_for(treatment, verdict, tuple(causes))
    if not fitting and verdict.status != "blocked":
        return None
    order = sorted(fitting or rows, key=lambda item: ROLES.index(item[0].role))
    row, held = order[0]
    if held is None and row.ask and verdict.status != "blocked":
        verdict = _with_condition(verdict, row.ask, row.source, row.verified)
    for_causes = tuple(c for c in causes if "*" in row.causes or cause_matches(c, row.causes))
    if not _settled(assessment, treatment, row) and verdict.status != "blocked":
        named = " or ".join(labels[cause][0].lower() + labels[cause][1:] for cause in for_causes)
        verdict = _with_condition(
            verdict, f"whether it is {named}: not settled yet", "assumption", "assumed"
        )
    tier, basis = tier_of(treatment, for_causes)
    return Candidate(
        id=treatment.id,
        label=_label(treatment),
        treatments=(treatment,),
        causes=for_causes,
        role=row.role,
        tier=tier,
        tier_basis=basis,
        grade=best_grade(treatment, for_causes),
        status=verdict.status,
        verdicts=(verdict,),
        indication=_indication_text(record, treatment, row, for_causes, labels),
        sources=tuple(
            dict.fromkeys(
                (row.source, *(item.source for item in evidence_for(treatment, for_causes)))
            )
        ),
    )


def _asked_for(treatment: Treatment, verdict: SafetyVerdict, causes: tuple[str, ...]) -> Candidate:
    """A treatment the person asks about although it is not used for any probable cause."""
    tier, basis = tier_of(treatment, causes)
    return Candidate(
        id=treatment.id,
        label=_label(treatment),
        treatments=(treatment,),
        causes=(),
        role="claimed",
        tier=tier,
        tier_basis=basis,
        grade=best_grade(treatment, causes),
        status=verdict.status,
        verdicts=(verdict,),
        indication="asked about; not used for the probable causes",
        sources=tuple(item.source for item in evidence_for(treatment, causes)),
    )


def _label(treatment: Treatment) -> str:
    """The name, with the dose where it is not the usual one: it stands beside every number."""
    regimen, usual = treatment.regimen, load_treatments()[treatment.id].regimen
    if regimen is None or regimen == usual:
        return treatment.name
    return f"{treatment.name} {regimen.dose:g} {regimen.unit}"


def _settled(assessment: Assessment, treatment: Treatment, row: Indication) -> bool:
    """Whether the causes that a drug or procedure is for are likelier, together, than not."""
    if "*" in row.causes or treatment.kind not in ("drug", "procedure"):
        return True
    likely = sum(
        mixture.probability
        for mixture in assessment.mixtures
        if any(cause_matches(cause, row.causes) for cause in mixture.causes)
    )
    return likely >= load_assessment_settings()["settled_probability"]


def _with_condition(verdict: SafetyVerdict, ask: str, source: str, verified: str) -> SafetyVerdict:
    """The verdict with one more thing to check before it is meant for this person."""
    text = f"{CHECK_FIRST}{ask}."
    if text in verdict.conditions:
        return verdict
    reason = SafetyReason(
        rule="indication",
        effect="condition",
        text=text,
        because="Whether it is meant for this person depends on it.",
        source=source,
        verified=verified,
        authority="indication",
    )
    return replace(
        verdict,
        status="conditions",
        reasons=(reason, *verdict.reasons),
        conditions=(text, *verdict.conditions),
    )


WORDING = {
    "first_line": "first choice for",
    "option": "an option for",
    "deficit": "treats",
    "supportive": "may support the care of",
    "claimed": "advertised for",
}


def _indication_text(
    record: PatientRecord,
    treatment: Treatment,
    row: Indication,
    causes: tuple[str, ...],
    labels: dict[str, str],
) -> str:
    if "*" in row.causes:
        text = "any hair loss"
    else:
        text = ", ".join(labels.get(cause, cause) for cause in causes)
    text = f"{WORDING[row.role]} {text}"
    if row.note:
        text = f"{text}; {row.note}"
    taken = [medicine for medicine in record.medicines if _may_be(medicine, treatment)]
    if any(item.in_the_body for item in taken):
        return f"{text}; already taken"
    if taken:
        last = min(taken, key=lambda item: item.stopped_weeks_ago or 0.0)
        return f"{text}; {_taken_earlier(last, treatment)}"
    return text


def _may_be(medicine: Medicine, treatment: Treatment) -> bool:
    """Whether a medicine is this treatment, or may be it where its name says no form."""
    known = treatments_of(medicine.name)
    if known:
        return treatment.id in known
    words = (treatment.id, treatment.name, *treatment.synonyms)
    return any(word.casefold() in medicine.name.casefold() for word in words)


TOLD = {
    "none": "without effect on the hair, as told, which moves no number here: expect less than "
    "the forecast says",
    "some": "with some effect on the hair, as told, which moves no number here",
    "good": "with a good effect on the hair, as told, which moves no number here",
}


def _taken_earlier(medicine: Medicine, treatment: Treatment) -> str:
    started, stopped = medicine.started_weeks_ago, medicine.stopped_weeks_ago or 0.0
    weeks = None if started is None else started - stopped
    text = "taken earlier" + ("" if weeks is None else f" for {weeks:.0f} weeks")
    text += f", until {stopped:.0f} weeks ago"
    if medicine.response is None:
        return text
    judged = treatment.weeks_to_judge
    if medicine.response == "none" and judged is not None and (weeks is None or weeks < judged):
        long = "for how long is not known" if weeks is None else "which is too short to tell"
        return (
            f"{text}, without effect on the hair, as told; {long} ({judged:.0f} weeks are needed)"
        )
    return f"{text}, {TOLD[medicine.response]}"


def _combined(
    record: PatientRecord, assessment: Assessment, single: dict[str, Candidate]
) -> list[Candidate]:
    """Pairs and threes of the candidates, each part checked beside the others."""
    found: list[Candidate] = []
    for row in load_combinations():
        parts = [single[name] for name in row.parts if name in single]
        if len(parts) < len(row.parts):
            continue
        verdicts = tuple(
            _joint(record, assessment, part, [other.id for other in parts if other is not part])
            for part in parts
        )
        status = worst(verdicts)
        if status == "blocked" and "blocked" in {part.status for part in parts}:
            continue
        found.append(
            Candidate(
                id="+".join(part.id for part in parts),
                label=_together([part.label for part in parts]),
                treatments=tuple(item for part in parts for item in part.treatments),
                causes=tuple(dict.fromkeys(cause for part in parts for cause in part.causes)),
                role=max((part.role for part in parts), key=ROLES.index),
                tier=TIERS[max(TIERS.index(part.tier) for part in parts)],
                tier_basis=row.why,
                grade=_one_lower(max((part.grade for part in parts), key=GRADES.index)),
                status=status,
                verdicts=verdicts,
                indication="; ".join(dict.fromkeys(part.indication for part in parts)),
                sources=tuple(
                    dict.fromkeys((row.source, *(key for part in parts for key in part.sources)))
                ),
            )
        )
    return found


def _together(labels: list[str]) -> str:
    """`A with b`, `A with b and c`."""
    first, *others = labels
    return f"{first} with {' and '.join(label[0].lower() + label[1:] for label in others)}"


def _joint(
    record: PatientRecord, assessment: Assessment, part: Candidate, others: Iterable[str]
) -> SafetyVerdict:
    verdict = check(record, assessment, part.id, also=others)
    added = [item for item in part.verdicts[0].reasons if item.rule == "indication"]
    if not added or verdict.status == "blocked":
        return verdict
    return replace(
        verdict,
        status="conditions",
        reasons=(*added, *verdict.reasons),
        conditions=tuple(dict.fromkeys((*(item.text for item in added), *verdict.conditions))),
    )


def counted_share(item: Candidate) -> float:
    """Share of a predicted benefit that counts: that of the certainty of its evidence.

    Parts with fair trials decide. Without any, the chance that a treatment does nothing at all is
    in its forecast already; what is left of the share is taken off on top of it.
    """
    settings = load_settings()
    tried = [
        best_grade(part, item.causes)
        for part in item.treatments
        if tier_of(part, item.causes)[0] == "forecast"
    ]
    if not tried:
        grades = [best_grade(part, item.causes) for part in item.treatments]
        return min(
            (min(settings[f"certainty_{g}"] / settings[f"credence_{g}"], 1.0)
             for g in grades if f"certainty_{g}" in settings),
            default=1.0,
        )  # fmt: skip
    worst_grade = max(tried, key=GRADES.index)
    counted = worst_grade if len(item.treatments) == 1 else _one_lower(worst_grade)
    return settings.get(f"certainty_{counted}", 1.0)


def _one_lower(grade: str) -> str:
    """A pair was seldom tried itself: one step less certain than its weaker part."""
    return (
        GRADES[min(GRADES.index(grade) + 1, GRADES.index("very_low"))] if grade != "none" else grade
    )
