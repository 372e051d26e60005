"""The stamp on every artefact: model version, data hash, posterior hash, seed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable

from anagen import __version__


@dataclass(frozen=True, slots=True)
class Stamp:
    """What produced a result. The same stamp and input give the same bits on one machine."""

    anagen_version: str
    data_hash: str
    posterior: str
    seed: int
    draws: int


def add_files(place: Traversable, name: str, into: hashlib._Hash) -> None:
    """Adds a file, or every file below a folder, to a hash: names and bytes, in order of names."""
    if place.is_dir():
        for entry in sorted(place.iterdir(), key=lambda item: item.name):
            if entry.name != "__pycache__":
                add_files(entry, f"{name}/{entry.name}", into)
    else:
        into.update(name.encode())
        into.update(place.read_bytes())


@cache
def data_hash() -> str:
    """First 12 hex digits of a hash over every shipped row, and the hash of own rows beside."""
    from anagen.catalog.tables import data_root, own_root

    digest = hashlib.sha256()
    add_files(data_root(), "data", digest)
    shipped, own = digest.hexdigest()[:12], own_root()
    if own is None:
        return shipped
    from anagen.catalog.own_data import own_hash

    return f"{shipped} and own data {own_hash(own)}"


@cache
def posterior_hash() -> str:
    """Layers of the released posterior, each with the first 8 hex digits of its sets' hash."""
    from anagen.catalog.tables import data_root

    path = data_root() / "posterior" / "manifest.json"
    released = json.loads(path.read_text(encoding="utf-8"))
    if not released:
        return "none: draws from the parameter table's priors"
    return ", ".join(f"{name} {entry['table_sha256'][:8]}" for name, entry in released.items())


def stamp(seed: int, draws: int) -> Stamp:
    """The stamp of a run."""
    return Stamp(__version__, data_hash(), posterior_hash(), seed, draws)
