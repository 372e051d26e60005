"""An assessment as CDS Hooks cards: red flags first, and nothing else when one stops planning.

Cards inform. They carry no suggestion, no action and no link, and they never say what to prescribe.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from anagen.assess.records import Assessment
from anagen.interop.fhir_codes import RED_FLAG_SYSTEM, RESULT_SYSTEM, RESULTS
from anagen.provenance import Stamp
from anagen.report import why
from anagen.report.citations import Citations
from anagen.report.records import CauseItem, FlagItem, NextTest
from anagen.report.words import inside, sentence

SUMMARY_LIMIT = 139
_CAUSES = 5
_TESTS = 4
_FINDINGS = 3
_MARKS = re.compile(r"([\\`*_\[\]<>#|~!])")
_NOTICE = "Research and education; not medical advice. No clinician has reviewed this."


def cards(
    assessment: Assessment, hook_instance: str, stamp: Stamp, *, notes: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """The cards of one assessment, the most urgent first; none without a hair complaint.

    `notes` are what intake had to say of the record; they may hold words of the record.
    """
    if not assessment.complaint_found:
        return []
    cite = Citations()
    flags = why.flag_items(assessment.red_flags, cite)
    made = [_flag_card(flag, stamp) for flag in flags]
    if not any(flag.stops_planning for flag in flags):
        causes = why.cause_items(assessment, cite)
        tests = why.next_tests(assessment, cite)
        if causes:
            made.append(_cause_card(causes, assessment, notes, stamp))
        if tests:
            made.append(_test_card(tests, stamp))
    for number, card in enumerate(made):
        name = f"{hook_instance}/{number}/{card['source']['topic']['code']}"
        card["uuid"] = str(uuid.uuid5(uuid.NAMESPACE_URL, name))
    return made


def short(text: str) -> str:
    """A summary within the limit of the specification, cut between words."""
    text = " ".join(text.split())
    if len(text) <= SUMMARY_LIMIT:
        return text
    return text[: SUMMARY_LIMIT - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def plain(text: str) -> str:
    """Text that Markdown shows as it is written, on one line."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def _card(
    summary: str, detail: Iterable[str], indicator: str, topic: dict[str, str], stamp: Stamp
) -> dict[str, Any]:
    footer = f"{_NOTICE} Anagen {stamp.anagen_version}, data {stamp.data_hash}, seed {stamp.seed}."
    return {
        "summary": short(summary),
        "detail": "\n\n".join((*(part for part in detail if part), plain(footer))),
        "indicator": indicator,
        "source": {"label": "Anagen, simulator of scalp hair", "topic": topic},
    }


def _flag_card(flag: FlagItem, stamp: Stamp) -> dict[str, Any]:
    when = f" ({plain(flag.urgency)})" if flag.urgency else ""
    stops = "No hair plan is compared until this is settled." if flag.stops_planning else ""
    return _card(
        f"Red flag: {flag.label}",
        (plain(flag.why), f"**Usual next step{when}:** {plain(flag.action)}", stops),
        "critical" if flag.stops_planning else "warning",
        {"system": RED_FLAG_SYSTEM, "code": flag.rule, "display": flag.label},
        stamp,
    )


def _topic(code: str) -> dict[str, str]:
    return {"system": RESULT_SYSTEM, "code": code, "display": RESULTS[code]}


def _cause_card(
    causes: Sequence[CauseItem], assessment: Assessment, notes: Sequence[str], stamp: Stamp
) -> dict[str, Any]:
    listed = ", ".join(f"{inside(cause.label)} {cause.percent_text} %" for cause in causes[:3])
    detail = [
        "\n".join(
            f"- **{plain(cause.label)}**: {cause.percent_text} of 100 ({cause.range_text}). "
            + " ".join(_weighed(cause))
            for cause in causes[:_CAUSES]
        ),
        *(plain(sentence(text)) for text in assessment.cannot_tell_apart),
        _bullets("Limits", assessment.limits),
        _bullets("Reading the record", notes),
    ]
    return _card(f"Likely causes of hair loss: {listed}", detail, "info", _topic("causes"), stamp)


def _weighed(cause: CauseItem) -> Iterable[str]:
    for side, found in (("For", cause.findings_for), ("Against", cause.findings_against)):
        if found:
            named = (
                item.label if item.state == "present" else f"{item.label}: {item.state}"
                for item in found[:_FINDINGS]
            )
            yield f"{side}: {plain('; '.join(named))}."


def _test_card(tests: Sequence[NextTest], stamp: Stamp) -> dict[str, Any]:
    labels = "; ".join(inside(test.label) for test in tests[:_TESTS])
    lines = (
        f"- **{plain(test.label)}**: {plain(test.why)} {plain(test.caution)}".rstrip()
        for test in tests
    )
    return _card(
        f"Would tell most about the cause: {labels}",
        ("\n".join(lines),),
        "info",
        _topic("tests"),
        stamp,
    )


def _bullets(title: str, lines: Iterable[str]) -> str:
    listed = [f"- {plain(line)}" for line in lines]
    return "\n".join((f"**{title}**", "", *listed)) if listed else ""
