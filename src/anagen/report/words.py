"""Numbers and ids into plain words, the same way everywhere in a report."""

from __future__ import annotations

from collections.abc import Iterable

from anagen.charts.labels import WEEKS_PER_MONTH, WEEKS_PER_YEAR

LEAST_SHOWN = 0.0005


def percent(probability: float) -> int:
    """A probability 0-1 as a whole number of 100."""
    return round(100 * probability)


def percent_text(probability: float) -> str:
    """A probability 0-1 in words; never 0 or 100, which would claim certainty."""
    if probability < 0.01:
        return "under 1"
    if probability > 0.99:
        return "over 99"
    return str(percent(probability))


def range_text(low: float, high: float) -> str:
    """Two probabilities 0-1 as a range of 100."""
    first, second = percent_text(low), percent_text(high)
    return first if first == second else f"{first} to {second}"


def number(value: float) -> str:
    """A number with no more digits than it deserves: one decimal below 10, none above.

    What is smaller than anything shown is 0.
    """
    if abs(value) < LEAST_SHOWN:
        return "0"
    if abs(value) < 0.1:
        return f"{value:.2g}"
    if abs(value) < 10:
        return f"{round(value, 1):g}"
    return f"{round(value):g}"


def signed(value: float) -> str:
    """A number with its sign; zero has none."""
    text = number(abs(value))
    if text == "0":
        return "0"
    return f"+{text}" if value > 0 else f"\u2212{text}"


def when(week: float) -> str:
    """A time after the start: '6 months', '1 year', '12 weeks (about 3 months)'."""
    if week == 0:
        return "today"
    if week % WEEKS_PER_YEAR == 0:
        years = week / WEEKS_PER_YEAR
        return "1 year" if years == 1 else f"{years:g} years"
    if week % 13 == 0:
        return f"{week / 13 * 3:g} months"
    months = round(week / WEEKS_PER_MONTH)
    if months < 2:
        return f"{week:g} weeks"
    return f"{week:g} weeks (about {months} months)"


def duration(weeks: float) -> str:
    """A span of time in the unit a person would use."""
    if weeks < 9:
        return plural(round(weeks), "week")
    if weeks < 2 * WEEKS_PER_YEAR:
        return plural(round(weeks / WEEKS_PER_MONTH), "month")
    return plural(round(weeks / WEEKS_PER_YEAR), "year")


def plural(count: int, noun: str) -> str:
    """'1 week', '3 weeks'."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def joined(parts: Iterable[str], last: str = "and") -> str:
    """'a', 'a and b', 'a, b and c'; with semicolons when a part holds a comma itself."""
    items = list(parts)
    if len(items) < 2:
        return "".join(items)
    if any("," in item for item in items):
        return f"{'; '.join(items[:-1])}; {last} {items[-1]}"
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def spoken(ident: str) -> str:
    """An id as words: 'iron_deficiency' -> 'iron deficiency'."""
    return ident.replace("_", " ").strip()


def sentence(text: str) -> str:
    """First letter large, a full stop at the end; an empty text stays empty."""
    text = text.strip()
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?" else f"{text}."


def sentences(texts: Iterable[str]) -> tuple[str, ...]:
    """Texts as sentences, each once, in order."""
    return tuple(dict.fromkeys(sentence(text) for text in texts))


def inside(label: str) -> str:
    """A label as it stands inside a sentence: its first letter small, unless it is an acronym."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]
