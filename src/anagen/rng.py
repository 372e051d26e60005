"""Random numbers keyed by (seed, patient id, purpose), never by order, worker or arm.

The same person meets the same fate in every arm, and 1 or N workers give the same bits.
"""

from __future__ import annotations

import hashlib

import numpy as np


def key(seed: int, patient_id: str, purpose: str) -> int:
    """A 128-bit integer that depends on all three parts and on nothing else."""
    text = f"{int(seed)}\x1f{patient_id}\x1f{purpose}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=16).digest(), "little")


def generator(seed: int, patient_id: str, purpose: str) -> np.random.Generator:
    """The random generator of one person for one purpose (Philox, counter based)."""
    return np.random.Generator(np.random.Philox(key=key(seed, patient_id, purpose)))
