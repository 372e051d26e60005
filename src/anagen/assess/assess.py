"""From a patient record to causes with probabilities, red flags and the next tests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from anagen.assess.explain import finding_weights
from anagen.assess.findings import Read, has_hair_complaint, read_findings, what_was_read
from anagen.assess.hypotheses import Hypotheses, hypotheses, shares
from anagen.assess.knowledge import Array, Knowledge, lineage, load_knowledge
from anagen.assess.mixtures import alike, mixtures
from anagen.assess.next_test import (
    Candidates,
    best_findings,
    best_separator,
    candidates,
    suggested_tests,
)
from anagen.assess.questions import askable, can_apply
from anagen.assess.records import Assessment, CauseProbability
from anagen.assess.red_flags import Signs, red_flags
from anagen.assess.uncertainty import draw
from anagen.assess.weigh import (
    Evidence,
    doubted,
    evidence,
    frequencies,
    log_likelihood,
    posterior,
)
from anagen.catalog.causes import load_causes
from anagen.catalog.findings import load_background, load_frequencies, load_settings
from anagen.patients.in_effect import unchecked
from anagen.patients.record import PatientRecord

_LISTED = 12
_QUESTIONS = 3  # questions named among what is not known
_EXPLAINED = 6  # causes whose findings are listed one by one


def assess(record: PatientRecord) -> Assessment:
    """The assessment of one person. Deterministic; a missing finding changes nothing."""
    read = read_findings(record)
    if not has_hair_complaint(record, read.present):
        return _without_complaint(record, read)
    knowledge = load_knowledge()
    share = shares(knowledge, record)
    every = hypotheses(knowledge, share)
    known = evidence(knowledge, read.weighed)
    p = frequencies(knowledge, every, known.columns)
    fitted = posterior(every.prior, log_likelihood(knowledge, every.members, p, known))
    misleading = load_settings()["misleading_record"]
    central = doubted(fitted, every.prior, misleading)
    draws = draw(knowledge, share, every, fitted, known, record.id)

    probability = _probability(knowledge, every, central)
    signs = Signs(record, read.present, probability)
    choice = candidates(knowledge, every, fitted)

    inside = every.contains[draws.rows]
    moved = doubted(draws.posterior, every.prior[draws.rows], misleading) @ inside
    marginal = central @ every.contains
    causes: list[CauseProbability] = []
    for i in np.argsort(-marginal, kind="stable")[:_LISTED]:
        if marginal[i] < load_settings()["smallest_probability"]:
            break
        cause = knowledge.causes[i]
        low, high = np.quantile(moved[:, i], [0.05, 0.95])
        speaks_for, speaks_against = (
            finding_weights(knowledge, every, fitted, p, known, draws, int(i))
            if len(causes) < _EXPLAINED
            else ((), ())
        )
        causes.append(
            CauseProbability(
                cause=cause.id,
                label=cause.label,
                probability=float(marginal[i]),
                low=float(min(low, marginal[i])),
                high=float(max(high, marginal[i])),
                findings_for=speaks_for,
                findings_against=speaks_against,
                description=cause.description,
                reversibility=cause.reversibility,
                source="; ".join(cause.sources),
            )
        )
    return Assessment(
        patient_id=record.id,
        complaint_found=True,
        causes=tuple(causes),
        mixtures=mixtures(knowledge, every, central),
        red_flags=red_flags(signs),
        tests=suggested_tests(knowledge, every, choice, known, signs),
        unknown=_unknown(signs, knowledge, choice, known),
        cannot_tell_apart=_cannot_tell_apart(knowledge, every, central, choice, known, signs),
        read=what_was_read(record, read.present),
        limits=_limits(record, known),
    )


def _probability(knowledge: Knowledge, every: Hypotheses, central: Array) -> Callable[[str], float]:
    """P(a cause, or any cause of a group, is at work)."""
    catalog = load_causes()
    families: dict[str, list[int]] = {}
    for i, cause in enumerate(knowledge.causes):
        for ancestor in lineage(cause, catalog):
            families.setdefault(ancestor, []).append(i)

    def probability(cause_id: str) -> float:
        return float(central[every.contains[:, families[cause_id]].any(axis=1)].sum())

    return probability


def _without_complaint(record: PatientRecord, read: Read) -> Assessment:
    """Nothing about hair was found: causes stay empty, red flags that need no cause still show."""
    return Assessment(
        patient_id=record.id,
        complaint_found=False,
        causes=(),
        mixtures=(),
        red_flags=red_flags(Signs(record, read.present, lambda cause: 0.0)),
        tests=(),
        unknown=("whether there is a hair complaint at all",),
        cannot_tell_apart=(),
        read=what_was_read(record, read.present),
        limits=(
            *unchecked(record),
            "The record says nothing about hair, so no cause is weighed and none is invented.",
        ),
    )


def _unknown(
    signs: Signs, knowledge: Knowledge, choice: Candidates, known: Evidence
) -> tuple[str, ...]:
    """What is not known and would matter: the frame first, then the most telling questions.

    The frame is worded as the report words it, so that it is printed once.
    """
    record = signs.record
    frame = (
        ("age", record.age_years),
        ("sex", record.sex),
        ("how long the hair loss has lasted", record.complaint.duration_weeks),
        ("how the hair loss began", record.complaint.onset),
        ("where the hair is lost", record.complaint.pattern or None),
    )
    missing = [name for name, value in frame if value is None]
    asked = tuple(
        finding.id
        for finding in knowledge.findings
        if finding.kind in ("history", "examination")
        and finding.group not in ("diagnosis", "duration", "course", "pattern", "extent")
        and can_apply(finding.id, signs)
    )
    telling = best_findings(knowledge, choice, known, asked, most=len(asked))
    missing += [
        knowledge.findings[knowledge.finding_index[f]].question
        for f in askable(telling, signs)[:_QUESTIONS]
    ]
    return tuple(dict.fromkeys(missing))


def _cannot_tell_apart(
    knowledge: Knowledge,
    every: Hypotheses,
    central: Array,
    choice: Candidates,
    known: Evidence,
    signs: Signs,
) -> tuple[str, ...]:
    lines: list[str] = []
    for a, b in alike(knowledge, every, central)[:3]:
        test = best_separator(knowledge, every, choice, known, a, b, signs)
        names_of = f"{knowledge.causes[a].label} and {knowledge.causes[b].label}"
        if test:
            lines.append(f"cannot tell apart {names_of} without: {test}")
        elif not knowledge.causes[a].parent == knowledge.causes[b].parent != "":
            lines.append(f"cannot tell apart {names_of}; no listed test would settle it")
    return tuple(lines)


def _limits(record: PatientRecord, known: Evidence) -> tuple[str, ...]:
    """What a reader must know before trusting a number."""
    rows = load_frequencies()
    seen = sum(row.verified == "seen" for row in rows)
    background = load_background()
    measured = sum(background[f].verified != "assumed" for f in background)
    lines = [
        f"{seen} of {len(rows)} frequencies of findings were seen in a publication; the others are "
        "assumptions with wide intervals, and so are all base rates.",
        f"{measured} of {len(background)} background frequencies were measured.",
        "Findings that go together are weighed together by an assumed share, not a measured one.",
        f"{load_settings()['misleading_record']:.0%} of records are taken to mislead (misread "
        "signs, mimics), so no cause is called certain.",
        "At most two causes at once, and the trigger of an effluvium, are considered.",
        "No clinician has reviewed this assessment; it supports one, it replaces none.",
    ]
    if not len(known.columns):
        lines.insert(0, "No finding is known: the probabilities are base rates only.")
    if record.sex is None or record.age_years is None:
        lines.insert(0, "Sex or age is unknown: base rates are averaged over both.")
    return (*unchecked(record), *lines)
