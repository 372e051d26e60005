"""Whether a treatment file can be simulated: every word, row and dose of it, before any trial."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from anagen.catalog.parameters import load_parameters
from anagen.catalog.tables import read_document
from anagen.errors import AnagenError, Problem, nearest_name
from anagen.model.actions import ACTIONS
from anagen.simulate.exposure import BETWEEN_PEOPLE, LEVELS, MARKER, WORDS, traits
from anagen.simulate.person import Person
from anagen.simulate.regimen import Regimen
from anagen.simulate.system import regimen_contributions

MODELS = (*LEVELS, "intake", "none")
TRIAL_DAYS = 28


def treatment_problems(treatment: str) -> tuple[Problem, ...]:
    """Everything that keeps `data/treatments/<treatment>.toml` from being simulated."""
    document = read_document(f"treatments/{treatment}.toml")
    found = tuple(_written(f"treatments/{treatment}.toml", document))
    tried = not found and document["exposure"]["model"] != "none"
    return tuple(_tried(treatment, document)) if tried else found


def _written(file: str, document: Mapping[str, Any]) -> Iterator[Problem]:
    exposure, actions = document.get("exposure"), document.get("actions", ())
    if not exposure or not actions:
        yield Problem(file, "exposure, actions", "", "both are needed to simulate it")
        return
    yield from _word(file, "exposure.model", str(exposure.get("model", "")), MODELS)
    blocks = [("exposure", exposure)]
    for number, block in enumerate(actions):
        action, place = str(block.get("action", "")), f"actions[{number}]"
        yield from _word(file, f"{place}.action", action, tuple(ACTIONS))
        if action in ACTIONS:
            missing = [name for name in ACTIONS[action].needs if name not in block]
            if missing:
                yield Problem(file, place, ", ".join(missing), f"is missing for {action}")
        blocks.append((place, block))
    rows = load_parameters()
    for place, block in blocks:
        for name, row in block.items():
            if name in WORDS or name.endswith(MARKER):
                continue
            if row not in rows:
                yield Problem(
                    file, f"{place}.{name}", str(row), "is the id of no parameter row",
                    nearest=nearest_name(str(row), rows),
                )  # fmt: skip
            elif name.endswith(BETWEEN_PEOPLE) and name.removesuffix(BETWEEN_PEOPLE) not in block:
                yield Problem(file, f"{place}.{name}", str(row), "spreads a row that is not there")
    if exposure.get("model") == "none":
        return
    regimen = document.get("regimen", {})
    for name in ("dose", "interval_days"):
        number = regimen.get(name)
        if not isinstance(number, int | float) or not 0.0 < number < float("inf"):
            yield Problem(file, f"regimen.{name}", str(number), "is no dose", "a number above 0")


def _word(file: str, field: str, word: str, allowed: tuple[str, ...]) -> Iterator[Problem]:
    if word not in allowed:
        yield Problem(
            file, field, word, "is unknown", ", ".join(allowed), nearest_name(word, allowed)
        )


def _tried(treatment: str, document: Mapping[str, Any]) -> Iterator[Problem]:
    """Four weeks of it in one made-up person: finds a row that its kinetics need."""
    usual, person = document["regimen"], Person("check of a treatment", None, None, {})
    regimen = Regimen(treatment, usual["dose"], usual["unit"], usual["interval_days"])
    file = f"treatments/{treatment}.toml"
    try:
        regimen_contributions(
            regimen, person, traits(person, 2, 0), start_day=0, end_day=TRIAL_DAYS, seed=0
        )
    except KeyError as error:
        yield Problem(file, "exposure", str(error.args[0]), "is missing for this model of exposure")
    except AnagenError as error:
        yield Problem(file, "exposure", "", str(error))
