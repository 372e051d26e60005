"""How long before today a person's simulation begins."""

from __future__ import annotations

from anagen.catalog.parameters import value
from anagen.simulate.advance import DAYS_PER_WEEK
from anagen.simulate.person import Person


def run_in_days(person: Person) -> int:
    """Days simulated before the forecast: as far back as hair cycle or treatment reaches."""
    weeks = value("history_weeks") if _remembers(person) else value("run_in_weeks")
    treated = treated_weeks(person)
    if person.salt_before is not None:
        # Back to the untreated course before the first treatment.
        return int(max(weeks, treated + value("run_in_weeks"))) * DAYS_PER_WEEK
    return int(max(weeks, treated)) * DAYS_PER_WEEK


def treated_weeks(person: Person) -> float:
    """Weeks since the first treatment began, of those that are simulated."""
    taken = (*person.running, *person.ended)
    longest = max((-regimen.start_week for regimen in taken), default=0.0)
    return min(longest, value("running_weeks"))


def _remembers(person: Person) -> bool:
    possible = person.mechanism_probability.get("effluvium", 1.0) > 0.0
    return possible or person.weeks_since_delivery is not None
