"""Nutrients by mouth: they act through the body's stores, so the replete gain nothing."""

from __future__ import annotations

from anagen.model.actions.exposure import Contribution, Exposure, Mechanism, Parameters


def iron_intake(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
    """Elemental iron, mg/day."""
    return {"iron_intake": exposure.amount}


def vitamin_d_intake(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
    """Vitamin D, IU/day: what was taken, spread over the time between doses by its long store."""
    return {"vitamin_d_intake": exposure.amount}


def biotin_intake(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
    """Biotin, ug/day, into its pool, and its log-effect on anagen in those who have enough."""
    taken = exposure.amount > 0.0
    return {
        "biotin_intake": exposure.amount,
        "anagen_log": taken * p["anagen_log_when_replete"],
    }


def zinc_intake(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
    """Elemental zinc, mg/day."""
    return {"zinc_intake": exposure.amount}


def vitamin_b12_intake(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
    """Vitamin B12, ug/day."""
    return {"vitamin_b12_intake": exposure.amount}


IRON_INTAKE = Mechanism(iron_intake, ())
VITAMIN_D_INTAKE = Mechanism(vitamin_d_intake, ())
BIOTIN_INTAKE = Mechanism(biotin_intake, ("anagen_log_when_replete",))
ZINC_INTAKE = Mechanism(zinc_intake, ())
VITAMIN_B12_INTAKE = Mechanism(vitamin_b12_intake, ())
