"""People's spellings of a regimen, put into the words that `regimen` reads; and words back."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from anagen.errors import Problem

DAYS_PER_WEEK = 7.0
COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
# What is written on prescriptions and in forums -> plain words; tried in this order.
SPELLINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        # 1,000 is a thousand; 2,5 is two and a half; .5 is a half.
        (r"(?<=\d),(?=\d{3}(?!\d))", ""),
        (r"(?<=\d),(?=\d{1,2}(?!\d))", "."),
        (r"(?<![\w.])\.(?=\d)", "0."),
        (r"(?<![\w./⁄])1[/⁄]2(?![\w/⁄])", "0.5"),
        (r"[\s,;]+", " "),
        *(
            (rf"\b{word}\b(?= ?(?:time|day|week|month|year|session|dose|mg|ug|mcg|g)s?\b)", str(n))
            for n, word in enumerate(COUNTED, start=1)
        ),
        (r"\bthrice\b", "3 times"),
        (r"\b([bt])\.i\.d\b\.?", r"\1id"),
        (r"\b([qo])\.d\b\.?", r"\1d"),
        (r"\b[qe]\.?o\.?d\b\.?|\b(?:on )?alternate days\b|\bevery (?:second|2nd) day\b",
         "every other day"),
        (r"\bevery (?:third|3rd) day\b", "every 3 days"),
        (r"\bm ?[/ -] ?w ?[/ -] ?f\b", "3 times a week"),
        (r"\bmon(?:day)?s?[ /-]+wed(?:nesday)?s?[ /-]+(?:and )?fri(?:day)?s?\b", "3 times a week"),
        (r"\bq ?(\d+) ?w(?:k|ks|eeks?)?\b", r"every \1 weeks"),
        (r"\bq ?(\d+) ?d(?:ays?)?\b", r"every \1 days"),
        (r"\b(\d+) ?(?:mo|mos|mths?)\b", r"\1 months"),
        (r"\b(\d+) ?(?:yrs?|y)\b", r"\1 years"),
        (r"\bfor a(?: whole)? (day|week|month|year)\b", r"for 1 \1"),
        (r"\b(?:forever|for ever|for life|lifelong|indefinitely|long[ -]term)\b", " "),
        (r"(?<![\w.])(\d+) ?[x×] ?(?:/|an? |per )? ?(day|week|month|daily|weekly|monthly)\b",
         r"\1 times \2"),
        (r"(?<=\w) ?/ ?(?:day|d)\b", " a day"),
        (r"(?<=\w) ?/ ?(?:week|wk)\b", " a week"),
        (r"\bper (day|week|month)\b", r"a \1"),
        (r"\bwk(s?)\b", r"week\1"),
        (r"\b(?:daily )?([1-7]) days? (?:a|each|every) week\b", r"\1 times a week"),
        (r"\b(?:at night|every (?:night|evening|morning)|in the (?:evening|morning)|each day)\b",
         "daily"),
        (r"\bdaily daily\b", "daily"),
        (r"\bonce daily daily\b", "once daily"),
        (r"\bmicrograms?\b", "ug"),
        (r"\bmilligrams?\b", "mg"),
        (r"\bgrams?\b", "g"),
        (r"(?<=\d) ?(?:ie|i\.u\.?|ui)(?!\w)", " iu"),
        (r" +", " "),
    )
)  # fmt: skip
BELOW_ZERO = re.compile(r"(?<![\w.])[-−–]\s*\d+(?:\.\d+)?")
NO_ORDINARY_NUMBER = re.compile(
    r"(?<![\w.-])(?:nan|inf|infinity|\d+(?:\.\d+)?e[+-]?\d+|\d{10,})(?![\w.-])"
)


def plain_words(text: str) -> str:
    """Lower case, one spelling of numbers, units and frequencies, single spaces."""
    words = unicodedata.normalize("NFKC", text).strip().lower()
    for pattern, plain in SPELLINGS:
        words = pattern.sub(plain, words)
    return words.strip()


def number_text(value: float) -> str:
    """Short where that is exact, else every digit, so that words parse back to the same number."""
    short = f"{value:g}"
    if float(short) == value and "e" not in short:
        return short
    return f"{Decimal(repr(value)):f}".removesuffix(".0")


def frequency_text(interval_days: float) -> str:
    """How often something is taken that comes every `interval_days`."""
    named = {1.0: "daily", 0.5: "twice daily", 1 / 3: "three times daily", 7.0: "weekly"}
    named |= {3.5: "twice weekly", 7 / 3: "three times weekly"}
    for days, words in named.items():
        if abs(interval_days - days) < 1e-9:
            return words
    if interval_days % DAYS_PER_WEEK == 0.0:
        return f"every {number_text(interval_days / DAYS_PER_WEEK)} weeks"
    return f"every {number_text(interval_days)} days"


def source_text(key: str) -> str:
    """The key of a source as words in a message."""
    return "an assumption of Anagen" if key == "assumption" else key.replace("_", " ")


def plan_problem(
    text: str, value: str, message: str, *, allowed: str = "", nearest: str = "", fix: str = ""
) -> Problem:
    """One thing wrong in the words of a plan."""
    return Problem(
        file="plan",
        field=text.strip() or "(empty)",
        value=value,
        message=message,
        allowed=allowed,
        nearest=nearest,
        fix=fix,
    )
