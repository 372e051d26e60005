"""What counts gain in the vehicle, placebo or sham arm of a trial: not credited to the drug."""

from __future__ import annotations

import numpy as np

from anagen.model.actions.exposure import Contribution, Exposure, Mechanism, Parameters
from anagen.model.pools import first_order_pool


def vehicle_response(exposure: Exposure, p: Parameters, person: Parameters) -> Contribution:
    """Gain in hairs/cm2 while on a regimen, saturating; women gain `women_more` on top.

    95 % of it is there after `saturation_days`, and it fades as fast after stopping.
    """
    gain = p["gain"] + person["female"] * p["women_more"]
    target = exposure.active[:, None] * gain
    rate = -np.log(0.05) / p["saturation_days"]
    return {"vehicle_response": first_order_pool(target, np.zeros(target.shape[1]), rate)}


VEHICLE_RESPONSE = Mechanism(vehicle_response, ("gain", "women_more", "saturation_days"))
