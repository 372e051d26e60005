"""Whether chains of draws may be trusted: split R-hat and effective draws, which fail loudly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anagen.errors import AnagenError

FloatArray = NDArray[np.float64]

# Vehtari and others 2021 ask for at most 1.01 and 400 in final work.
LARGEST_R_HAT = 1.01
LEAST_EFFECTIVE = 400.0


def split_r_hat(chains: FloatArray) -> FloatArray:
    """Spread between half chains over spread within. `chains` (chain, draw, parameter)."""
    half = chains.shape[1] // 2
    parts = np.concatenate([chains[:, :half], chains[:, half : 2 * half]])
    within = parts.var(axis=1, ddof=1).mean(axis=0)
    between = half * parts.mean(axis=1).var(axis=0, ddof=1)
    return np.sqrt(((half - 1.0) / half * within + between / half) / within)


def effective_draws(chains: FloatArray) -> FloatArray:
    """Independent draws the chains are worth (Geyer's initial positive pairs). (parameter,)."""
    count, length, size = chains.shape
    centered = chains - chains.mean(axis=(0, 1))
    padded = np.fft.rfft(centered, n=2 * length, axis=1)
    covariance = np.fft.irfft(np.abs(padded) ** 2, axis=1)[:, :length].mean(axis=0) / length
    together = covariance / covariance[0]
    found = np.empty(size)
    for i in range(size):
        pairs = together[0 : 2 * (length // 2) : 2, i] + together[1 : 2 * (length // 2) : 2, i]
        last = int(np.argmax(pairs <= 0.0)) if np.any(pairs <= 0.0) else pairs.size
        found[i] = count * length / max(2.0 * pairs[:last].sum() - 1.0, 1e-9)
    return np.minimum(found, float(count * length))


def demand_convergence(chains: FloatArray, names: tuple[str, ...]) -> dict[str, float]:
    """Largest R-hat and fewest effective draws. Raises AnagenError when they are not enough."""
    r_hat, effective = split_r_hat(chains), effective_draws(chains)
    worst, fewest = int(np.argmax(r_hat)), int(np.argmin(effective))
    if r_hat[worst] > LARGEST_R_HAT or effective[fewest] < LEAST_EFFECTIVE:
        raise AnagenError(
            f"the chains have not converged: R-hat {r_hat[worst]:.3f} ({names[worst]}; at most "
            f"{LARGEST_R_HAT}), {effective[fewest]:.0f} effective draws ({names[fewest]}; at least "
            f"{LEAST_EFFECTIVE:.0f}); nothing was released"
        )
    return {"largest_r_hat": float(r_hat[worst]), "fewest_effective": float(effective[fewest])}
