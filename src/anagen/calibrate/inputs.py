"""What a simulated ensemble depends on beside its sets and its seed: code, and data rows."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from anagen.catalog.tables import data_root
from anagen.provenance import add_files

# A change of any of these can change what a trial is predicted to show.
CODE = ("calibrate", "catalog", "model", "observe", "simulate", "trials", "rng.py", "units.py")
DATA = ("calibration", "parameters", "studies", "treatments", "endpoints.csv", "trial_designs.csv")


@cache
def inputs_mark() -> str:
    """A hash of the code and the shipped rows that simulated trials come from.

    Too much counts rather than too little: a simulation done again costs minutes, one kept from
    before a change is wrong without a sign.
    """
    digest = hashlib.sha256()
    for name in CODE:
        add_files(files("anagen") / name, name, digest)
    for name in DATA:
        add_files(data_root() / name, name, digest)
    return digest.hexdigest()
