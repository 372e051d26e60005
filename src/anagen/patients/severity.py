"""How severe an episode of alopecia areata is, as licences count it."""

from __future__ import annotations

from anagen.catalog.medicines import treatments_of
from anagen.catalog.parameters import value
from anagen.patients.record import PatientRecord
from anagen.simulate.exposure import action_blocks

# Actions that hold the attack itself, so that a SALT under them is not that of the disease alone.
HOLD_ATTACK = frozenset(
    {
        "jak_inhibition",
        "covalent_jak3_inhibition",
        "glucocorticoid",
        "intralesional_glucocorticoid",
        "antigenic_competition",
    }
)


def salt_of_episode(record: PatientRecord) -> float | None:
    """The larger of today's SALT and, while a treatment holds the attack or did until lately, of
    that before treatment. None when neither is known."""
    measured, weeks = record.measurements, value("run_in_weeks")
    lately = any(
        holds_attack(item.name) and (item.stopped_weeks_ago or 0.0) < weeks
        for item in record.medicines
    )
    known = (measured.salt, measured.salt_before_treatment if lately else None)
    return max((score for score in known if score is not None), default=None)


def holds_attack(medicine: str) -> bool:
    """Whether a medicine, by the words of its name, is one treatment that holds the attack."""
    ids = treatments_of(medicine)
    return len(ids) == 1 and any(
        block["action"] in HOLD_ATTACK for block in action_blocks(next(iter(ids)))
    )
