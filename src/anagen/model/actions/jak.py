"""JAK inhibitors: block of IFN-gamma (JAK1/2) and gamma-chain (JAK1/3) signalling.

One scale for all drugs: the half-maximal concentration of each drug and pathway is multiplied by
one shared factor, so that an unseen drug, dose or schedule is predicted by the same equation.
"""

from __future__ import annotations

from anagen.model.actions.exposure import Contribution, Exposure, Mechanism, Parameters
from anagen.model.pharmacokinetics import day_mean_effect


def jak_inhibition(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
    """Day mean of the block, reversible binding: C^h / (EC50^h + C^h) averaged over the day."""
    blocks = {}
    for lever in ("jak1_2_block", "jak1_3_block"):
        half = p[f"half_maximal_{lever}"] * p["scale"]
        blocks[lever] = day_mean_effect(exposure.level, half, p["hill"])
    return blocks


def covalent_jak3_inhibition(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
    """Block by a drug that binds JAK3 for good: new enzyme is made more slowly than the drug comes
    and goes, so the day's mean concentration counts, not its course.
    """
    half = p["half_maximal_jak1_3_block"] * p["scale"]
    mean = exposure.level.mean(axis=1, keepdims=True)
    return {"jak1_3_block": day_mean_effect(mean, half, p["hill"])}


JAK_INHIBITION = Mechanism(
    jak_inhibition,
    ("half_maximal_jak1_2_block", "half_maximal_jak1_3_block", "hill", "scale"),
    segments=12,
)
COVALENT_JAK3_INHIBITION = Mechanism(
    covalent_jak3_inhibition, ("half_maximal_jak1_3_block", "hill", "scale")
)
