"""People's spellings of a regimen, put into the words that `regimen` reads."""

from __future__ import annotations

import re
import unicodedata

# What is written on prescriptions and in forums -> plain words; tried in this order.
SPELLINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        # 1,000 is a thousand; 2,5 is two and a half.
        (r"(?<=\d),(?=\d{3}(?!\d))", ""),
        (r"(?<=\d),(?=\d{1,2}(?!\d))", "."),
        (r"[\s,;]+", " "),
        (r"\bq ?(\d+) ?w(?:k|ks|eeks?)?\b", r"every \1 weeks"),
        (r"\bq ?(\d+) ?d(?:ays?)?\b", r"every \1 days"),
        (r"(?<![\w.])(\d+) ?[x×] ?(?:/|a |per )? ?(day|week|month|daily|weekly|monthly)\b",
         r"\1 times \2"),
        (r"(?<=\w) ?/ ?(?:day|d)\b", " a day"),
        (r"(?<=\w) ?/ ?(?:week|wk)\b", " a week"),
        (r"\bwk(s?)\b", r"week\1"),
        (r"\b(?:at night|every (?:night|evening|morning)|in the (?:evening|morning)|each day)\b",
         "daily"),
        (r"\bdaily daily\b", "daily"),
        (r"\bonce daily daily\b", "once daily"),
        (r"\bmicrograms?\b", "ug"),
        (r"\bmilligrams?\b", "mg"),
        (r"\bgrams?\b", "g"),
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
