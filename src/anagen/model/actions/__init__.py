"""Named actions of treatments: one mechanism a file, one explicit dict."""

from __future__ import annotations

from collections.abc import Mapping

from anagen.model.actions.androgen_receptor import ANDROGEN_RECEPTOR_BLOCKADE
from anagen.model.actions.antifungal import ANTIFUNGAL
from anagen.model.actions.contact_immunotherapy import ANTIGENIC_COMPETITION
from anagen.model.actions.exposure import Exposure, Mechanism
from anagen.model.actions.five_alpha_reductase import FIVE_ALPHA_REDUCTASE_INHIBITION
from anagen.model.actions.follicle_stimulation import FOLLICLE_STIMULATION
from anagen.model.actions.glucocorticoid import GLUCOCORTICOID, INTRALESIONAL_GLUCOCORTICOID
from anagen.model.actions.growth_stimulus import GROWTH_STIMULUS
from anagen.model.actions.hormone_replacement import OESTROGEN_REPLACEMENT, THYROID_REPLACEMENT
from anagen.model.actions.immune_regulation import PRIVILEGE_SUPPORT, REGULATORY_SUPPORT
from anagen.model.actions.jak import COVALENT_JAK3_INHIBITION, JAK_INHIBITION
from anagen.model.actions.no_action import NO_ACTION
from anagen.model.actions.nutrient_intake import (
    BIOTIN_INTAKE,
    IRON_INTAKE,
    VITAMIN_B12_INTAKE,
    VITAMIN_D_INTAKE,
    VITAMIN_E_INTAKE,
    ZINC_INTAKE,
)
from anagen.model.actions.vehicle_response import VEHICLE_RESPONSE

ACTIONS: Mapping[str, Mechanism] = {
    "jak_inhibition": JAK_INHIBITION,
    "covalent_jak3_inhibition": COVALENT_JAK3_INHIBITION,
    "glucocorticoid": GLUCOCORTICOID,
    "intralesional_glucocorticoid": INTRALESIONAL_GLUCOCORTICOID,
    "antigenic_competition": ANTIGENIC_COMPETITION,
    "regulatory_support": REGULATORY_SUPPORT,
    "privilege_support": PRIVILEGE_SUPPORT,
    "five_alpha_reductase_inhibition": FIVE_ALPHA_REDUCTASE_INHIBITION,
    "androgen_receptor_blockade": ANDROGEN_RECEPTOR_BLOCKADE,
    "follicle_stimulation": FOLLICLE_STIMULATION,
    "growth_stimulus": GROWTH_STIMULUS,
    "antifungal": ANTIFUNGAL,
    "iron_intake": IRON_INTAKE,
    "vitamin_d_intake": VITAMIN_D_INTAKE,
    "biotin_intake": BIOTIN_INTAKE,
    "zinc_intake": ZINC_INTAKE,
    "vitamin_b12_intake": VITAMIN_B12_INTAKE,
    "vitamin_e_intake": VITAMIN_E_INTAKE,
    "oestrogen_replacement": OESTROGEN_REPLACEMENT,
    "thyroid_replacement": THYROID_REPLACEMENT,
    "vehicle_response": VEHICLE_RESPONSE,
    "no_action": NO_ACTION,
}

__all__ = ["ACTIONS", "Exposure", "Mechanism"]
