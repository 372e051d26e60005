"""5-alpha-reductase inhibitors: inactivation of free enzyme, in blood and in the scalp."""

from __future__ import annotations

from anagen.model.actions.exposure import Contribution, Exposure, Mechanism, Parameters


def five_alpha_reductase_inhibition(
    exposure: Exposure, p: Parameters, person: Parameters
) -> Contribution:
    """Inactivation rates, 1/h, of each enzyme: rate constant (mL/ng/h) times concentration (ng/mL).

    A drug put on the scalp is enriched there: its local concentration is `local_enrichment` times
    that in plasma. A drug that leaves type 1 alone has no `type_1_rate`.
    """
    result = {}
    for enzyme in ("type_1", "type_2"):
        if f"{enzyme}_rate" not in p:
            continue
        rate = exposure.level * p[f"{enzyme}_rate"]
        result[f"{enzyme}_inactivation"] = rate
        # One array for both where they are equal: the enzyme is then solved once.
        local = rate * p["local_enrichment"] if "local_enrichment" in p else rate
        result[f"local_{enzyme}_inactivation"] = local
    return result


FIVE_ALPHA_REDUCTASE_INHIBITION = Mechanism(
    five_alpha_reductase_inhibition,
    ("type_2_rate",),
    segments=4,
    optional=("type_1_rate", "local_enrichment"),
)
