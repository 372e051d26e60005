"""Whether a treatment file can be simulated: every word, row and dose of it, before any trial."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from anagen.catalog.parameters import Parameter, load_parameters
from anagen.catalog.tables import data_root, read_document
from anagen.errors import AnagenError, Problem, nearest_name
from anagen.model.actions import ACTIONS
from anagen.simulate.exposure import BETWEEN_PEOPLE, LEVELS, MARKER, RESPONDERS, WORDS, traits
from anagen.simulate.person import Person
from anagen.simulate.regimen import Regimen
from anagen.simulate.system import regimen_contributions

MODELS = (*LEVELS, "intake", "none")
TRIAL_DAYS = 28
HALF = "half_"
# What the kinetics of `simulate.exposure` read.
EXPOSURE_CELLS = (
    "absorption_duration",
    "absorption_half_life",
    "absorption_lag",
    "absorption_rate",
    "adherence",
    "amount_per_dose_unit",
    "bioavailability",
    "central_volume",
    "clearance",
    "clearance_weight_exponent",
    "half_inhibition",
    "half_life",
    "half_saturation",
    "inhibition",
    "intercompartmental_clearance",
    "largest_saturable_loss",
    "peripheral_volume",
    "reference_weight",
    "renal_share",
    "usual_interval",
    "zero_order_share",
)


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
            read = (*ACTIONS[action].needs, *ACTIONS[action].optional)
            yield from _unread(file, place, block, read)
        blocks.append((place, block))
    yield from _unread(file, "exposure", exposure, EXPOSURE_CELLS)
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
    yield from _as_shipped(file, document, blocks, rows)
    if exposure.get("model") != "none" and "regimen" not in document:
        yield Problem(file, "regimen", "", "is missing: what is given, and how often")
    for name, number in document.get("regimen", {}).items():
        if isinstance(number, int | float) and number <= 0.0:
            yield Problem(
                file,
                f"regimen.{name}",
                str(number),
                f"is no {name.replace('_', ' ')}",
                "a number above 0",
            )


def _unread(
    file: str, place: str, block: Mapping[str, Any], read: tuple[str, ...]
) -> Iterator[Problem]:
    """Cells that nothing reads: a slip of the pen would leave a row out in silence."""
    for name in block:
        ends = (BETWEEN_PEOPLE, MARKER, *RESPONDERS)
        end = next((end for end in ends if name.endswith(end)), "")
        if name not in WORDS and name.removesuffix(end) not in read:
            yield Problem(
                file, f"{place}.{name}", str(block[name]), "is read by nothing",
                ", ".join(read), nearest_name(name, read),
            )  # fmt: skip


def _as_shipped(
    file: str,
    document: Mapping[str, Any],
    blocks: Sequence[tuple[str, Mapping[str, Any]]],
    rows: Mapping[str, Parameter],
) -> Iterator[Problem]:
    """Rows in another unit than in shipped treatments, and amounts that are none."""
    model = str(document["exposure"].get("model", ""))
    for place, block in blocks:
        for name, row in block.items():
            if row not in rows:
                continue
            used, unit = shipped_units().get(_use(model, name), frozenset[str]()), rows[row].unit
            if used and unit not in used:
                yield Problem(
                    file, f"{place}.{name}", f"{row} in {unit}", "is in another unit than is read",
                    ", ".join(sorted(used)), fix="convert the value of the row",
                )  # fmt: skip
            value = rows[row].value
            amount = place == "exposure" or name.startswith(HALF)
            if amount and value is not None and value <= 0.0:
                yield Problem(
                    file, f"{place}.{name}", f"{row} = {value:g}", "is no amount",
                    "a number above 0", fix="leave the line out where it plays no part",
                )  # fmt: skip


def _use(model: str, name: str) -> str:
    """What a row is used as; a half-maximal amount is read in the unit of the exposure."""
    return f"{name} of {model}" if name.startswith(HALF) else name


@cache
def shipped_units() -> dict[str, frozenset[str]]:
    """The units of the shipped rows for each use in `[exposure]` and `[[actions]]`."""
    found: dict[str, set[str]] = {}
    rows = load_parameters()
    for entry in (data_root() / "treatments").iterdir():
        document = read_document(f"treatments/{entry.name}")
        exposure = document.get("exposure", {})
        for block in (exposure, *document.get("actions", ())):
            for name, row in block.items():
                if row in rows and name not in WORDS:
                    use = _use(exposure.get("model", ""), name)
                    found.setdefault(use, set()).add(rows[row].unit)
    return {use: frozenset(units) for use, units in found.items()}


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
