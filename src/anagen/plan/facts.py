"""What is known of a person, as the expressions of rules and indications ask it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from anagen.assess.records import Assessment
from anagen.catalog.expressions import Value, evaluate
from anagen.catalog.medicines import match_medicine, medicine_classes, treatments_of
from anagen.catalog.questions import PERSON
from anagen.catalog.safety import load_definitions
from anagen.catalog.supplements import in_unit, upper_limits
from anagen.catalog.treatments import load_treatments
from anagen.patients.diagnoses import condition_ids
from anagen.patients.in_effect import in_effect, is_allergy
from anagen.patients.nutrients import intake, over_every_limit, over_limit
from anagen.patients.recent import recent
from anagen.patients.record import Medicine, PatientRecord
from anagen.patients.result_text import POSITIVE, metabolizer, says
from anagen.patients.severity import salt_of_episode


def cause_probability(assessment: Assessment, pattern: str) -> float:
    """Probability that a cause, or any of the causes a pattern names, is at work; 0 if not listed.

    A pattern such as `alopecia_areata_*` sums the mixtures that hold at least one of them.
    """
    if "*" not in pattern:
        for item in assessment.causes:
            if item.cause == pattern:
                return item.probability
        return 0.0
    return min(
        1.0,
        sum(
            mixture.probability
            for mixture in assessment.mixtures
            if any(fnmatchcase(cause, pattern) for cause in mixture.causes)
        ),
    )


@dataclass(slots=True)
class PersonFacts:
    """One person asked about one treatment, with the other treatments of the same plan.

    Lists of conditions and medicines say what there is, never what there is not: an unlisted
    disease is unknown.
    """

    record: PatientRecord
    assessment: Assessment
    treatment: str = ""
    also: frozenset[str] = frozenset()
    _open: set[str] = field(default_factory=set)

    def name(self, word: str) -> Value:
        """A bare name of `PERSON`, or a definition of data/safety/definitions.csv."""
        definition = load_definitions().get(word)
        if definition is None:
            return self._plain(word)
        if word in self._open:
            raise KeyError(word)
        self._open.add(word)
        try:
            return evaluate(definition.when, self)
        finally:
            self._open.discard(word)

    def _plain(self, word: str) -> Value:
        record, situation = self.record, self.record.situation
        match word:
            case "sex":
                return record.sex
            case "age":
                return record.age_years
            case "salt":
                return record.measurements.salt
            case "salt_of_episode":
                return salt_of_episode(record)
            case "onset":
                return record.complaint.onset
            case "systolic":
                return situation.systolic_mmhg
            case "allergic_to_it":
                return self._allergic() or None
        if word in PERSON.names:
            return getattr(situation, word)
        raise KeyError(word)

    def call(self, function: str, arguments: tuple[str, ...]) -> Value:
        """One of the functions of `PERSON` with quoted arguments."""
        if function not in PERSON.functions:
            raise KeyError(function)
        return getattr(self, f"_{function}")(*arguments)

    def _condition(self, wanted: str) -> Value:
        return True if wanted in condition_ids(self.record, past=False) else None

    def _ever(self, wanted: str) -> Value:
        return True if wanted in condition_ids(self.record, past=True) else None

    def _allergic(self) -> bool:
        """Whether an allergy of the record names the treatment."""
        named = (item.name for item in self.record.conditions if is_allergy(item))
        return any(self.treatment in treatments_of(name) for name in named)

    def _taken(self) -> Iterable[Medicine]:
        return (item for item in self.record.medicines if in_effect(item))

    def _medicine(self, wanted: str) -> Value:
        return True if any(_is(item, wanted) for item in self._taken()) else None

    def _other_medicine(self, wanted: str) -> Value:
        others = (item for item in self._taken() if self.treatment not in treatments_of(item.name))
        return True if any(_is(item, wanted) for item in others) else None

    def _also(self, wanted: str) -> Value:
        return wanted in self.also

    def _lab(self, test: str) -> Value:
        found = self.record.latest_lab(test)
        return found.value if found else None

    def _text(self, test: str) -> str:
        texts = [lab for lab in self.record.labs if lab.test == test and lab.text]
        if not texts:
            return ""
        return min(texts, key=lambda lab: lab.weeks_ago or 0.0).text

    def _positive(self, test: str) -> Value:
        return says(self._text(test), POSITIVE)

    def _recent(self, test: str) -> Value:
        """True when the newest result is settled and inside its window; never false."""
        return recent(self.record, test) or None

    def _result(self, test: str, word: str) -> Value:
        return metabolizer(self._text(test), word)

    def _cause(self, pattern: str) -> Value:
        return cause_probability(self.assessment, pattern)

    def _finding(self, finding: str) -> Value:
        state = self.record.findings.get(finding)
        return None if state is None else state == "present"

    def _already_over_limit(self, nutrient: str) -> Value:
        """True when the products of the record alone pass every upper limit; never false."""
        return over_every_limit(intake(self.record, nutrient), nutrient) or None

    def _would_pass_limit(self, nutrient: str) -> Value:
        """True when they pass the lowest upper limit together with the plan; never false."""
        return over_limit(intake(self.record, nutrient), nutrient, self._planned(nutrient)) or None

    def _planned(self, nutrient: str) -> float:
        """What the treatments of the plan bring of a nutrient a day, in the unit of its limits."""
        planned = load_treatments().get(nutrient)
        limits = upper_limits(nutrient)
        if planned is None or planned.regimen is None or not limits:
            return 0.0
        if nutrient != self.treatment and nutrient not in self.also:
            return 0.0
        usual = planned.regimen
        dose = in_unit(nutrient, usual.dose / usual.interval_days, usual.unit, limits[0][1])
        return dose or 0.0

    def _pattern(self, pattern: str) -> Value:
        known = self.record.complaint.pattern
        return pattern in known if known else None


def _is(medicine: Medicine, wanted: str) -> bool:
    ids = {row.id for row in match_medicine(medicine.name)}
    return wanted in ids or wanted in medicine_classes(medicine.name)
