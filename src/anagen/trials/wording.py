"""Words of trial registers and papers that a regimen is given in, put into those a plan is read in.

What has one meaning is read; for what has none the right form is shown.
"""

from __future__ import annotations

import re

from anagen.simulate.plan import JOINED, THEN, has_end, is_pause
from anagen.simulate.regimen import START

NUMBER = r"\d+(?:\.\d+)?"
LASTING = r"(?:days?|wks?|weeks?|mos?|mths?|months?|yrs?|years?)\b"
CONTROL = r"(?:matching |inactive )?(?:oral |topical )?(?:placebo|vehicle|sham)"
# Courses stuck to their sign: "x4 weeks" is no four sessions.
STUCK = re.compile(rf"(?<!\w)[x×]\s*({NUMBER})\s*({LASTING})", re.IGNORECASE)
FOLLOWED = re.compile(r"\s*,?\s+followed by\s+", re.IGNORECASE)
# What a vehicle gains does not end, so a last step of placebo is the end of the drug.
LAST_STEP = re.compile(
    rf"(,?\s+(?:and\s+)?then\s+){CONTROL}"
    rf"(?:\s+(?:for|until week|to week)\s+{NUMBER}(?:\s*{LASTING})?)?\s*(?=$|[+&;\n]|\bplus\b)",
    re.IGNORECASE,
)
RANGE = re.compile(
    rf"\bevery\s+({NUMBER})\s*(?:-|–|—|to|or)\s*({NUMBER})\s*(days?|w(?:ee)?ks?|months?)\b",
    re.IGNORECASE,
)
SPAN = re.compile(
    rf"\b(?:from\s+)?weeks?\s+({NUMBER})\s*(?:-|–|—|to|until)\s*({NUMBER})\b",
    re.IGNORECASE,
)
CONTROL_STEP = re.compile(rf"^(?:with\s+)?{CONTROL}\b(.*)$", re.IGNORECASE | re.DOTALL)
LENGTH = re.compile(
    rf"(?:until|to|for|[x×])\s+(?:week\s+)?({NUMBER})(?:\s*w(?:ee)?ks?)?", re.IGNORECASE
)
BY_ROLE = 'placebo, vehicle and sham are roles of an arm, such as role = "placebo"; leave it out'
AGAIN = (
    'write "then stop" at the end, or a pause with its length, "then stop for 24 weeks then 2 mg"; '
    'a later course may be an entry of its own, such as "baricitinib 4 mg daily from week 60"'
)


def reworded(words: str) -> str:
    """The same regimen in the words a plan is read in."""
    words = FOLLOWED.sub(" then ", STUCK.sub(r"x \1 \2", words))
    return LAST_STEP.sub(r"\1stop ", words).strip()


def right_form(words: str) -> tuple[str, str, str] | None:
    """What of the words has no one meaning, why, and the right form; None where all has."""
    found = RANGE.search(words)
    if found:
        low, high, unit = found.groups()
        unit = f"{unit.lower().rstrip('s').replace('wk', 'week')}s"
        return (
            found[0], "is a range; one interval is simulated",
            f'say one: "every {low} {unit}" or "every {high} {unit}"',
        )  # fmt: skip
    found = SPAN.search(words)
    if found:
        return (
            found[0], "is not read as a span",
            f'write "from week {found[1]} until week {found[2]}"',
        )  # fmt: skip
    for part in JOINED.split(words):
        steps = [step.strip() for step in THEN.split(part)]
        for number, step in enumerate(steps):
            control = CONTROL_STEP.match(step)
            if control and number == 0:
                return step, "is no treatment", _begun_later(steps, control[1])
            last = number == len(steps) - 1
            if control and last:
                return step, "is no treatment", AGAIN
            endless = is_pause(step) and not has_end(step)
            if not last and (control or endless):
                return step, "is a pause without an end" if endless else "is no treatment", AGAIN
    return None


def _begun_later(steps: list[str], tail: str) -> str:
    """How to write drugs that begin after placebo, whose length `tail` may say."""
    if len(steps) == 1:
        return BY_ROLE
    lasting = LENGTH.fullmatch(tail.strip())
    first = steps[1]
    if not START.search(first.lower()):
        first += f" from week {lasting[1] if lasting else 'N'}"
    return f'leave it out and say when the drug begins: "{" then ".join([first, *steps[2:]])}"'
