"""What is said about a claim, a cause, a test, a laboratory test or a warning sign."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from anagen.ask.match import Reading
from anagen.ask.records import Content, Statement, Topic
from anagen.ask.rules import triggered_rules
from anagen.ask.situation import Situation
from anagen.ask.tokens import stems
from anagen.ask.treatments import about_treatment, asked_first, best_tier
from anagen.catalog.causes import Cause, load_causes
from anagen.catalog.claims import ASKED_OFTEN, Claim, load_claims
from anagen.catalog.findings import RedFlagRow, load_red_flags, load_tests
from anagen.catalog.labs import load_labs, load_references
from anagen.catalog.treatments import cause_matches, load_treatments

_BRACKETS = re.compile(r"\([^)]*\)")


def _claim_sentence(claim: Claim, opening: str) -> Statement:
    """A claim as it is made, and what is right; a question needs no repeating."""
    said = _BRACKETS.sub("", claim.claim).strip()
    text = claim.statement
    if claim.kind == "claim":
        text = f'{opening} "{said}": {claim.verdict.replace("_", " ")}. {claim.statement}'
    return Statement(text, claim.sources, claim.verified)


def about_claim(
    chosen: str, treatments: Sequence[str], causes: Sequence[str], reading: Reading
) -> Content:
    """The right statement, then the treatment or cause named, or the claims beside it."""
    claims = load_claims()
    claim = claims[chosen]
    own = _claim_sentence(claim, "On the claim")
    content = Content((own,), claim.verdict, claim.grade)
    told = [own]
    if treatments:
        first = asked_first(treatments, reading)[0]
        about = about_treatment(first, treatments, (), reading)
        name = load_treatments()[first].name
        known = [item.name for item in load_treatments().values()]
        # The answer stands under the claim, not under the name of the one treatment.
        apart = len(treatments) > 1 or claim.section == ASKED_OFTEN
        # The claim has its own verdict; the treatment adds tier, forecast and evidence.
        told += [
            one
            if not apart or any(other in one.text for other in known)
            else replace(one, text=f"{name}: {one.text}")
            for one in about.statements
        ]
        content = replace(content, tier=about.tier, forecast=about.forecast)
    elif causes:
        told += about_cause(causes[0], causes[:1], reading).statements
    else:
        told += [
            _claim_sentence(other, "Also claimed is")
            for other in claims.values()
            if other.section == claim.section
            and other.id != chosen
            and other.kind == "claim"
            # Beside a claim of an introduction stand claims about anything.
            and (claim.kind == "question" or reading.residue & frozenset(stems(other.claim)))
        ][:3]
    return replace(content, statements=tuple(told))


def about_cause(chosen: str, causes: Sequence[str], reading: Reading) -> Content:
    """What is known about a cause: what it is, whether it passes, what to test and what is used."""
    cause = load_causes()[chosen]
    sources = cause.sources

    def line(text: str) -> Statement:
        return Statement(text, sources, row=f"causes/{chosen}.toml")

    several = f"{cause.label}: " if len(causes) > 1 else ""
    about = [line(f"{cause.label}: {cause.description}")] if cause.description else []
    passing = [line(f"{several}Reversible? {cause.reversibility}.")] if cause.reversibility else []
    leads = [
        Statement(f"{row.label}: {row.description}", row.sources, row=f"causes/{row.id}.toml")
        for row in (load_causes().get(cause.requires),)
        if row is not None and row.description
    ]
    delays = [
        line(f"{several}{word}: {delay}.")
        for word, delay in (
            ("From trigger to shedding", cause.delay_to_shedding),
            ("To regrowth", cause.delay_to_regrowth),
        )
        if delay
    ]
    tests = [
        Statement(f"Test: {row.label}. {row.why}.", (row.source,), row.verified)
        for row in (load_tests().get(test) for test in cause.tests)
        if row is not None
    ]
    flags = [
        Statement(f"Warning sign: {flag.label}. {flag.action}", (flag.source,), flag.verified)
        for flag in load_red_flags()
        if flag.rule in cause.red_flags and not _stops_a_drug(flag, cause)
    ]
    used = _used_for(chosen)
    alone = triggered_rules(
        load_treatments()["remove_trigger"], Situation(causes=frozenset({chosen}))
    )
    match reading.intent:
        case "stop" | "dose" if alone or reading.intent == "stop":
            # A drug that is needed is not to be stopped or changed alone, whatever it does to hair.
            order = [*(flags[:1] or alone), *about, *passing, *delays]
        case "permanent" | "how_long" | "cure":
            order = [*passing, *delays, *about, *flags[:1]]
        case "tests" | "symptoms":
            order = [*about, *tests[:3], *flags]
        case "treat":
            order = [*used[:3], *passing, *flags[:1]] if used else [*about, *passing, *flags]
        case _:
            order = [*about, *leads, *passing, *delays[:1], *flags[:1], *tests[:1]]
            if len(causes) > 1:
                order = [*_apart(causes), *order]
    return Content(tuple(order))


def _stops_a_drug(flag: RedFlagRow, cause: Cause) -> bool:
    """Whether a red flag tells to stop a treatment that has nothing to do with the cause."""
    said, own = stems(flag.action.casefold().partition("stop ")[2]), frozenset(stems(cause.label))
    names = (
        tuple(stems(name))
        for treatment in load_treatments().values()
        for name in (treatment.id.replace("_", " "), *treatment.synonyms)
    )
    return any(
        tuple(said[spot : spot + len(name)]) == name and not set(name) <= own
        for name in names
        for spot in range(len(said) - len(name) + 1)
    )


def _apart(causes: Sequence[str]) -> list[Statement]:
    """What tells several causes apart; that nothing is on record about one leading to another."""
    known = load_causes()
    names = " and ".join(known[cause].label for cause in causes)
    link = Statement(
        f"No row says whether one of {names} brings the other; each has its own.",
        row="causes",
    )
    others = [
        Statement(
            f"{known[cause].label}: {known[cause].description}",
            known[cause].sources,
            row=f"causes/{cause}.toml",
        )
        for cause in causes[1:]
    ]
    return [link, *others]


def _used_for(cause: str) -> list[Statement]:
    """Treatments indicated for a cause with their role, options and never a directive."""
    roles = ("first_line", "deficit", "option", "supportive")
    rows = []
    family = [item.id for item in load_causes().values() if item.parent == cause] or [cause]
    for treatment in load_treatments().values():
        for row in treatment.indications:
            if row.role in roles and any(
                cause_matches(one, row.causes) and "*" not in row.causes for one in family
            ):
                tier = best_tier(treatment, family)
                rows.append((roles.index(row.role), treatment, row, tier))
                break
    rows.sort(key=lambda item: (item[0], item[3] != "forecast", item[1].id))
    return [
        Statement(
            f"Option: {treatment.name} ({row.role.replace('_', ' ')}, tier "
            f"{tier.replace('_', ' ')}){'; ' + row.note if row.note else ''}.",
            (row.source,),
            row.verified,
        )
        for _, treatment, row, tier in rows
    ]


def about_other(topic: Topic) -> Content:
    """What is known about a test, a laboratory test or a warning sign."""
    if topic.kind == "test":
        row = load_tests()[topic.id]
        told = [Statement(f"{row.label}: {row.why}.", (row.source,), row.verified)]
        if row.caution:
            told.append(Statement(f"{row.caution}.", (row.source,), row.verified))
        return Content(tuple(told))
    if topic.kind == "laboratory test":
        lab = load_labs()[topic.id]
        told = [Statement(f"{lab.label} is a laboratory test. {lab.note}".strip(), (lab.source,))]
        for row in load_references():
            if row.test == lab.id and not row.state:
                ends = " to ".join(f"{end:g}" for end in (row.low, row.high) if end is not None)
                who = f" ({row.sex})" if row.sex else ""
                text = f"A printed range{who}: {ends} {row.unit}; your laboratory's own overrules."
                told.append(Statement(text, (row.source,), row.verified))
        return Content(tuple(told))
    flag = next(flag for flag in load_red_flags() if flag.rule == topic.id)
    return Content(
        (
            Statement(f"{flag.action} ({flag.urgency})", (flag.source,), flag.verified),
            Statement(flag.why, (flag.source,), flag.verified),
        )
    )
