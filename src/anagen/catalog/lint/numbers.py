"""Rules on numbers: units, limits, percentages, counts."""

from __future__ import annotations

from collections.abc import Iterator

from anagen.catalog.lint.issue import Issue
from anagen.catalog.lint.rule import ENDPOINTS, FACTS, at, number, walk
from anagen.catalog.lint.snapshot import Line, Snapshot

WITH_UNITS = ("parameters/*.csv", ENDPOINTS, "supplement_limits.csv")

NUMBERS = (
    "value",
    "low",
    "high",
    "p",
    "sd",
    "se",
    "k",
    "week",
    "week_low",
    "week_high",
    "ci_low",
    "ci_high",
    "per_100_treated",
    "per_100_control",
    "n_treated",
    "n_control",
    "plausible_low",
    "plausible_high",
    "reference_low",
    "reference_high",
    "baseline",
    "times_per_day",
)

# Tables whose `value` column may hold a word.
WORDS_AS_VALUES = ("finding_rules.csv", "fhir_codes.csv", "glossary.csv")


class MissingUnit:
    """A number without a unit."""

    id = "missing_unit"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a row."""
        for line in data.rows(*WITH_UNITS, *FACTS):
            has_number = any(line.get(field) for field in ("value", "low", "high"))
            if has_number and not line.get("unit"):
                yield at(
                    self.id,
                    line,
                    "unit",
                    "has a number without a unit",
                    "write it; `dimensionless`",
                )


class NotANumber:
    """A cell of a numeric column that is not one finite number."""

    id = "not_a_number"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a cell."""
        for line in data.rows("*"):
            for field in NUMBERS:
                cell = line.get(field)
                if field == "value" and line.file in WORDS_AS_VALUES:
                    continue
                if cell and number(cell) is None:
                    yield at(
                        self.id,
                        line,
                        field,
                        "is not one number",
                        "one number a cell; words go to a note, ranges to low and high",
                    )


class OutsideLimits:
    """A value outside its own low and high."""

    id = "outside_limits"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a row."""
        for line in data.rows("*"):
            for middle in ("value", "p"):
                value = number(line.get(middle))
                low, high = number(line.get("low")), number(line.get("high"))
                if value is None or line.file in WORDS_AS_VALUES:
                    continue
                if (low is not None and value < low) or (high is not None and value > high):
                    yield at(
                        self.id,
                        line,
                        middle,
                        f"lies outside {line.get('low')} to {line.get('high')}",
                        "low and high hold the central 90 % around the value",
                    )


class LimitsReversed:
    """A lower limit above its upper limit."""

    id = "limits_reversed"
    pairs = (
        ("low", "high"),
        ("ci_low", "ci_high"),
        ("week_low", "week_high"),
        ("plausible_low", "plausible_high"),
        ("reference_low", "reference_high"),
    )

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a pair."""
        for line in data.rows("*"):
            for first, second in self.pairs:
                low, high = number(line.get(first)), number(line.get(second))
                if low is not None and high is not None and low > high:
                    yield at(
                        self.id, line, first, f"is above {second} {line.get(second)}", "swap them"
                    )


class PercentOutside:
    """A share of people or things outside 0 to 100."""

    id = "percent_outside"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a cell."""
        fix = "shares run from 0 to 100; a change has kind `change`"
        for line in data.rows(ENDPOINTS):
            if line.get("unit") == "%" and line.get("kind") in ("responders", "level"):
                yield from self._check(line, ("value", "ci_low", "ci_high"), fix)
        for line in data.rows("harms.csv"):
            yield from self._check(line, ("per_100_treated", "per_100_control"), fix)
        for name, document in data.documents.items():
            for path, key, value in walk(document):
                outside = isinstance(value, int | float) and not 0 <= value <= 100
                if key.endswith("_percent") and outside:
                    yield Issue(self.id, name, 0, path, str(value), "lies outside 0 to 100", fix)

    def _check(self, line: Line, fields: tuple[str, ...], fix: str) -> Iterator[Issue]:
        for field in fields:
            value = number(line.get(field))
            if value is not None and not 0 <= value <= 100:
                yield at(self.id, line, field, "lies outside 0 to 100", fix)


class ProbabilityOutside:
    """A probability outside 0 to 1."""

    id = "probability_outside"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a cell."""
        for line in data.rows("*"):
            if "p" not in line.cells:
                continue
            for field in ("p", "low", "high"):
                value = number(line.get(field))
                if value is not None and not 0 <= value <= 1:
                    yield at(
                        self.id,
                        line,
                        field,
                        "lies outside 0 to 1",
                        "write a share of 1, not of 100",
                    )


class CountAgainstPercent:
    """A count that exceeds its denominator or does not give the printed percentage."""

    id = "count_against_percent"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a row."""
        for line in data.rows(ENDPOINTS, *FACTS):
            k, n, value = (number(line.get(field)) for field in ("k", "n", "value"))
            if k is None or n is None or n == 0:
                continue
            share = 100 * k / n
            off = value is not None and line.get("unit") == "%" and abs(share - value) > 1.1
            if k > n or off:
                yield at(
                    self.id,
                    line,
                    "k",
                    f"{line.get('k')} of {line.get('n')} is {share:.1f} %, printed {value}",
                    "look up the denominator",
                )
