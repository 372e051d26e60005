"""People a trial lets in although they are about to recover unaided.

Their attack ceased within the run-in and the loss is still there: nothing at baseline tells them
apart. They regrow in every arm, placebo too, and relapse later than others. How many there are
differs from trial to trial, and nobody knows it of a trial that has not been run.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from anagen.catalog.parameters import value
from anagen.simulate.parameter_draws import PEOPLE_PER_SET, normal_scores, sample
from anagen.trials.design import Trial
from anagen.trials.population import Stratum

FloatArray = NDArray[np.float64]


def unaided(trial: Trial, people: Sequence[Stratum]) -> tuple[Stratum, ...]:
    """The kind of person who recovers unaided among `people`, with a share of 1; empty where the
    condition does not remit.

    One kind stands for all: the middle of those with less than near-total loss, who are most of
    those that recover, or of everybody where all have near-total loss.
    """
    if trial.condition != "alopecia_areata":
        return ()
    below = [s for s in people if (s.person.salt or 0.0) < value("total_salt")] or list(people)
    share = np.array([stratum.share for stratum in below])
    share /= share.sum()
    salt = float(share @ [stratum.person.salt or 0.0 for stratum in below])
    years = [stratum.person.episode_years or 0.0 for stratum in below]
    middle = math.exp(float(share @ np.log(years))) if min(years) > 0.0 else 0.0
    person = replace(
        below[0].person,
        patient_id=f"trial {trial.id}: unaided",
        salt=salt,
        episode_years=middle,
        attack_ceased=True,
    )
    return (Stratum(person, 1.0),)


def share_unaided(percent: FloatArray, log_sd: FloatArray, z: FloatArray) -> FloatArray:
    """Share of a trial's people (0 to 1) at standard normal scores `z` of the trial.

    `percent` is the median over trials, `log_sd` how far they differ. Shapes broadcast.
    """
    most = value("trial_unaided_most_percent")
    return np.minimum(percent * np.exp(log_sd * z), most) / 100.0


def share_drawn(group_id: str, draws: int, seed: int) -> FloatArray:
    """The share of an unknown trial, drawn once a set of parameters. Shape: (draw,)."""
    sets = -(-draws // PEOPLE_PER_SET)
    z = normal_scores(sets, seed, group_id, "share who recover unaided")
    return share_unaided(
        sample("trial_unaided_percent", draws, seed, group_id),
        sample("trial_unaided_log_sd", draws, seed, group_id),
        np.repeat(z, PEOPLE_PER_SET)[:draws],
    )
