"""Signs that must reach a clinician before any score."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from anagen.assess.findings import medicines_behind
from anagen.assess.records import RedFlag
from anagen.catalog.expressions import Value, truth, words
from anagen.catalog.findings import URGENCIES, RedFlagRow, load_findings, load_red_flags
from anagen.catalog.medicines import match_medicine, medicine_classes
from anagen.catalog.questions import SIGNS
from anagen.patients.abnormal import abnormal
from anagen.patients.diagnoses import condition_ids
from anagen.patients.in_effect import in_effect
from anagen.patients.record import PatientRecord
from anagen.patients.severity import salt_of_episode


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a person, as the conditions of red flags and tests ask it.

    `present` holds the states of the known findings; `probability` of a cause, or of any cause of a
    group, is that it is at work.
    """

    record: PatientRecord
    present: Mapping[str, bool]
    probability: Callable[[str], float]

    def name(self, word: str) -> Value:
        """A finding, or one of the few names of `SIGNS`. Raises KeyError for any other word."""
        record, situation = self.record, self.record.situation
        match word:
            case "age":
                return record.age_years
            case "sex":
                return record.sex
            case "salt":
                return self._salt()
            case "salt_of_episode":
                known = (self._salt(), salt_of_episode(record))
                return max((score for score in known if score is not None), default=None)
            case "pregnancy_planned":
                return situation.pregnancy_planned
            case "breastfeeding":
                nursing = situation.reproductive_status == "breastfeeding"
                return nursing or situation.breastfeeding
            case "abnormal_result":
                return abnormal(record)
        if word in load_findings():
            return self.present.get(word)
        raise KeyError(word)

    def call(self, function: str, arguments: tuple[str, ...]) -> Value:
        """`probability(cause)`; `lab(test)`, its newest number; `medicine(id or class)` taken now
        and `ever(condition)`, true or unknown, for a list never denies."""
        if function not in SIGNS.functions:
            raise KeyError(function)
        (word,) = arguments
        match function:
            case "probability":
                return self.probability(word)
            case "lab":
                found = self.record.latest_lab(word)
                return found.value if found else None
            case "medicine":
                return True if self._takes(word) else None
        return True if word in condition_ids(self.record, past=True) else None

    def _takes(self, wanted: str) -> bool:
        taken = (item.name for item in self.record.medicines if in_effect(item))
        return any(
            wanted in medicine_classes(name) or wanted in {row.id for row in match_medicine(name)}
            for name in taken
        )

    def _salt(self) -> float | None:
        salt = self.record.measurements.salt
        whole = self.present.get("pattern_totalis") or self.present.get("pattern_universalis")
        return 100.0 if salt is None and whole else salt


def red_flags(signs: Signs) -> tuple[RedFlag, ...]:
    """The rules that hold, the most urgent first. A rule that cannot be told is not raised:
    unknown is not present."""
    raised = [
        RedFlag(
            rule=row.rule,
            label=row.label,
            why=_why(row, signs),
            action=row.action,
            urgency=row.urgency,
            stops_planning=row.stops_planning,
            source=row.source,
            verified=row.verified,
        )
        for row in raised_rows(signs)
    ]
    raised.sort(key=lambda flag: (URGENCIES.index(flag.urgency), not flag.stops_planning))
    return tuple(raised)


def _why(row: RedFlagRow, signs: Signs) -> str:
    """The reason of a rule with the medicines it is raised by."""
    asked = dict.fromkeys(word for word, _ in words(row.condition) if word in signs.present)
    names = [name for word in asked for name in medicines_behind(signs.record, word)]
    return f"{row.why} Taken here: {', '.join(dict.fromkeys(names))}." if names else row.why


def raised_rows(signs: Signs) -> list[RedFlagRow]:
    """The rows of the rules that hold, in file order."""
    return [row for row in load_red_flags() if truth(row.condition, signs) is True]


def tests_that_flags_require(signs: Signs) -> tuple[str, ...]:
    """Tests that the raised flags ask for, those of flags that stop planning first."""
    rows = sorted(raised_rows(signs), key=lambda row: not row.stops_planning)
    return tuple(dict.fromkeys(test for row in rows for test in row.tests))
