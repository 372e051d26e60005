"""What to do about a reading off the expected course: what to ask, look for and test next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from anagen.assess.assess import assess
from anagen.patients.record import PatientRecord
from anagen.report import labels
from anagen.track.known import DAYS_PER_WEEK
from anagen.track.store import Course
from anagen.track.verdicts import Verdict

# Observables in which more is worse; in the others less is.
MORE_IS_WORSE = ("salt", "daily_shed", "telogen_percent")
FASTER = "rapid_progression"
CAUSES, FINDINGS, QUESTIONS, TESTS = 3, 6, 3, 4


def look_for(
    later: PatientRecord,
    course: Course,
    verdicts: Sequence[Verdict],
    expected: Mapping[str, Sequence[float]],
) -> tuple[str, ...]:
    """Sentences, the cheapest step first. `expected` maps observable to its weekly median.

    What was absent on the first day may have come since: unless a visit says it again it counts as
    unknown here, and a course worse than expected counts as faster loss.
    """
    said = [v.adherence_percent for v in course.visits if v.adherence_percent is not None]
    taken = f"the visits say {min(said):g} % of doses at the least" if said else "no visit says"
    asked = {name for visit in course.visits for name, _ in visit.findings}
    was_absent = [
        name for name, state in later.findings.items() if state == "absent" and name not in asked
    ]
    findings = {name: state for name, state in later.findings.items() if name not in was_absent}
    if FASTER not in asked and _worse(course, verdicts, expected):
        findings[FASTER] = "present"
    again = assess(later.model_copy(update={"findings": findings}))
    causes = ", ".join(
        f"{cause.label} ({round(100.0 * cause.probability)} of 100)"
        for cause in again.causes[:CAUSES]
    )
    found = [
        "Read again: same place, same way, the same person reading, hair washed as long ago.",
        f"Ask what was really taken since the visit before ({taken}), and what else changed: "
        "an illness with fever, an operation, a birth, a new medicine, a diet.",
        "If the reading stands, reconsider the diagnosis. Without what was absent on the first "
        f"day, the findings say: {causes}. What is found now can be given with --finding.",
    ]
    if was_absent:
        names = ", ".join(labels.finding(name) for name in was_absent[:FINDINGS])
        found.append(f"Look again for what was absent on the first day: {names}.")
    found += [f"Ask: {question}" for question in again.unknown[:QUESTIONS]]
    # Tests that tell causes apart; advice against a test tells nothing here.
    tests = [t for t in again.tests if t.separates and not t.label.startswith("No ")]
    found += [f"Test: {test.label}. {test.why}" for test in (tests or again.tests)[:TESTS]]
    return tuple(found)


def _worse(
    course: Course, verdicts: Sequence[Verdict], expected: Mapping[str, Sequence[float]]
) -> bool:
    """Whether the last reading off the course is worse than the median."""
    last = next((verdict for verdict in reversed(verdicts) if verdict.off), None)
    if last is None or last.observable not in expected:
        return False
    week = round((last.date - course.start).days / DAYS_PER_WEEK)
    above = last.value > expected[last.observable][week]
    return above == (last.observable in MORE_IS_WORSE)
