"""SALT scores of a bundle over time: which of them is from before treatment."""

from __future__ import annotations

from anagen.interop.fhir_draft import Draft
from anagen.patients.severity import holds_attack

NOW, BEFORE = "measurements.salt", "measurements.salt_before_treatment"


def read_salt_before(draft: Draft) -> None:
    """Takes the last SALT before the first treatment that holds the attack began, where a later one
    stands for today and the bundle does not say it itself."""
    begun = [
        (medicine["started_weeks_ago"], medicine["name"])
        for medicine in draft.data.get("medicines", [])
        if medicine.get("started_weeks_ago") and holds_attack(medicine["name"])
    ]
    if BEFORE in draft.days or not begun:
        return
    weeks, name = max(begun)
    scores = [(draft.weeks(on), value) for on, value in draft.series.get(NOW, [])]
    known = [
        (ago, float(value))
        for ago, value in scores
        if ago is not None and isinstance(value, int | float)
    ]
    before = [(ago, value) for ago, value in known if ago >= weeks]
    if not before or len(before) == len(known):
        return
    ago, value = min(before)
    draft.put(BEFORE, value, draft.now)
    draft.reading.note(
        f"SALT {value:g} of {ago:.0f} weeks ago, before {name} began: taken as SALT before "
        "treatment."
    )
