"""Nutrients by mouth: they act through the body's stores, so the replete gain nothing."""

from __future__ import annotations

from anagen.model.actions.exposure import Contribution, Exposure, Mechanism, Parameters


def _into_its_pool(lever: str) -> Mechanism:
    """What is taken goes into the pool of that lever, in the unit of its rows."""

    def intake(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
        return {lever: exposure.amount}

    return Mechanism(intake, ())


def biotin_intake(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
    """Biotin, ug/day, into its pool, and its log-effect on anagen in those who have enough."""
    taken = exposure.amount > 0.0
    return {
        "biotin_intake": exposure.amount,
        "anagen_log": taken * p["anagen_log_when_replete"],
    }


# Elemental iron and zinc and vitamin E in mg/day, vitamin D in IU/day, B12 in ug/day.
IRON_INTAKE = _into_its_pool("iron_intake")
VITAMIN_D_INTAKE = _into_its_pool("vitamin_d_intake")
ZINC_INTAKE = _into_its_pool("zinc_intake")
VITAMIN_B12_INTAKE = _into_its_pool("vitamin_b12_intake")
VITAMIN_E_INTAKE = _into_its_pool("vitamin_e_intake")
BIOTIN_INTAKE = Mechanism(biotin_intake, ("anagen_log_when_replete",))
