"""From a trial file to a trial: TOML, YAML or JSON by suffix; every problem is listed at once."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from anagen.errors import InputProblems, Problem, nearest_name
from anagen.trials.arms import regimens_of
from anagen.trials.design import (
    CONTROLS,
    EndpointRequest,
    Population,
    PublishedResult,
    Selection,
    Trial,
    TrialArm,
)
from anagen.trials.endpoints import RULES, known_endpoints, usual_unit

FORMAT_PAGE = "docs/reference/trial-format.md"
# A description of one trial has a few kB; more is some other file.
MAX_BYTES = 1_000_000
SHOWN = 80
MODELS = (Trial, Population, Selection, TrialArm, EndpointRequest, PublishedResult)


def load_trial(path: Path) -> Trial:
    """The trial in one file. Raises InputProblems with everything that is wrong in it."""
    return parse_trial(_document(path), str(path))


def parse_trial(document: Any, file: str) -> Trial:
    """The trial in a plain document, checked. Raises InputProblems."""
    if not isinstance(document, dict):
        raise InputProblems(
            [Problem(file, "top level", "", "holds no trial", fix=f"see {FORMAT_PAGE}")]
        )
    try:
        trial = Trial.model_validate(_tuples(document))
    except ValidationError as error:
        raise InputProblems(_told(error, file)) from error
    problems = list(_checks(trial, file))
    if problems:
        raise InputProblems(problems)
    return trial


def _document(path: Path) -> Any:
    name = str(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputProblems(
                [Problem(name, "file", "", "too large for the description of one trial")]
            )
        text = path.read_text("utf-8")
        suffix = path.suffix.lower()
        if suffix == ".json":
            return json.loads(text)
        if suffix in (".yaml", ".yml"):
            import yaml

            return yaml.safe_load(text)
        return tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise InputProblems(
            [Problem(name, "file", "", f"cannot be read: {reason}", fix="check the path")]
        ) from error
    except RecursionError:
        raise InputProblems([Problem(name, "file", "", "is nested too deeply")]) from None
    except Exception as error:
        if isinstance(error, InputProblems):
            raise
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputProblems(
            [
                Problem(
                    name, "file", "", f"is no valid {path.suffix or 'TOML'}: {first}",
                    allowed="TOML, YAML or JSON by suffix", fix=f"see {FORMAT_PAGE}",
                )
            ]
        ) from error  # fmt: skip


def _tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _tuples(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return tuple(_tuples(entry) for entry in value)
    return value


def _told(error: ValidationError, file: str) -> Iterator[Problem]:
    for detail in error.errors(include_url=False):
        place = ""
        for part in detail["loc"]:
            place += f"[{part}]" if isinstance(part, int) else f"{'.' if place else ''}{part}"
        allowed, nearest = "", ""
        if detail["type"] == "extra_forbidden":
            fields = [name for model in MODELS for name in model.model_fields]
            nearest = nearest_name(str(detail["loc"][-1]), fields)
        else:
            allowed = str(detail.get("ctx", {}).get("expected", ""))
        missing = detail["type"] == "missing"
        found = "" if missing or isinstance(detail["input"], dict) else str(detail["input"])
        message = "is missing" if missing else detail["msg"]
        yield Problem(
            file, place or "top level", found[:SHOWN], message, allowed, nearest,
            f"see {FORMAT_PAGE}",
        )  # fmt: skip


def _checks(trial: Trial, file: str) -> Iterator[Problem]:
    """What concerns several fields together."""
    yield from _people(trial.population, trial.condition, file, "population")
    ids = [arm.id for arm in trial.arms]
    for number, arm in enumerate(trial.arms):
        place = f"arms[{number}]"
        if arm.id in ids[:number]:
            yield Problem(file, f"{place}.id", arm.id, "names an arm a second time")
        if arm.n is None:
            yield Problem(
                file, f"{place}.n", "", "is missing: the chance of a finite arm needs its size"
            )
        if arm.role not in CONTROLS and not arm.regimens:
            yield Problem(
                file, f"{place}.regimens", "", f"the {arm.role} arm {arm.id} gets nothing",
                fix='such as regimens = ["baricitinib 4 mg daily"]',
            )  # fmt: skip
        try:
            regimens_of(arm, file, place)
        except InputProblems as error:
            yield from error.problems
        if arm.population is not None:
            own = trial.population_of(arm)
            yield from _people(own, trial.condition, file, f"{place}.population")
    yield from _selection(trial, file)
    yield from _endpoints(trial, file, ids)
    yield from _results(trial, file, ids)


def _people(people: Population, condition: str, file: str, place: str) -> Iterator[Problem]:
    for low, high in (
        ("salt_min", "salt_max"),
        ("salt_min", "salt_mean"),
        ("salt_mean", "salt_max"),
        ("episode_years_min", "episode_years_max"),
        ("episode_years_min", "episode_years"),
        ("episode_years", "episode_years_max"),
    ):
        a, b = getattr(people, low), getattr(people, high)
        if a is not None and b is not None and a > b:
            yield Problem(file, f"{place}.{low}", f"{a:g}", f"is above {high} ({b:g})")
    areata = condition == "alopecia_areata"
    wrong = (
        ("norwood", "ludwig", "sinclair", "total_density", "terminal_density")
        if areata
        else ("salt_mean", "salt_min", "salt_max", "share_salt_95_percent")
    )
    for name in wrong:
        if getattr(people, name):
            yield Problem(
                file, f"{place}.{name}", str(getattr(people, name)),
                f"says nothing about {condition.replace('_', ' ')}", fix="leave it out",
            )  # fmt: skip
    sex = {"male_pattern_hair_loss": "male", "female_pattern_hair_loss": "female"}.get(condition)
    if sex and people.sex not in (None, sex):
        yield Problem(
            file, f"{place}.sex", str(people.sex), f"does not fit {condition}", allowed=sex,
            fix="describe women and men as two trials",
        )  # fmt: skip


def _selection(trial: Trial, file: str) -> Iterator[Problem]:
    if trial.selection is None:
        return
    if trial.condition != "alopecia_areata":
        yield Problem(file, "selection", "", "is by SALT, so only alopecia areata has it")
    early = [w for request in trial.endpoints for w in request.weeks if w < trial.selection.week]
    if early:
        yield Problem(
            file, "selection.week", f"{trial.selection.week:g}",
            f"is after a visit (week {min(early):g})", fix="weeks count from the first dose",
        )  # fmt: skip


def _endpoints(trial: Trial, file: str, ids: list[str]) -> Iterator[Problem]:
    areata = trial.condition == "alopecia_areata"
    for number, request in enumerate(trial.endpoints):
        place = f"endpoints[{number}]"
        name = request.endpoint
        if name not in known_endpoints():
            yield Problem(
                file, f"{place}.endpoint", name, "is no end point that can be predicted",
                allowed=", ".join(known_endpoints()), nearest=nearest_name(name, known_endpoints()),
            )  # fmt: skip
            continue
        units = [unit for known, unit in RULES if known == name]
        unit = request.unit or usual_unit(name)
        if unit not in units:
            yield Problem(
                file, f"{place}.unit", unit, f"is no unit of {name}", allowed=", ".join(units)
            )
            continue
        rule = RULES[name, unit]
        if areata != (rule.observable == "salt"):
            yield Problem(
                file, f"{place}.endpoint", name,
                f"is not read in {trial.condition.replace('_', ' ')}",
            )  # fmt: skip
        if request.kind not in (None, "net", rule.kind):
            yield Problem(file, f"{place}.kind", str(request.kind), f"{name} is {rule.kind}")
        if request.kind == "net" and not any(arm.role in CONTROLS for arm in trial.arms):
            yield Problem(file, f"{place}.kind", "net", "no arm is a control to compare with")
        yield from _known_arms(request.arms, ids, file, f"{place}.arms")


def _known_arms(arms: tuple[str, ...], ids: list[str], file: str, place: str) -> Iterator[Problem]:
    for arm in arms:
        if arm not in ids:
            yield Problem(
                file, place, arm, "is no arm of this trial", allowed=", ".join(ids),
                nearest=nearest_name(arm, ids),
            )  # fmt: skip


def _results(trial: Trial, file: str, ids: list[str]) -> Iterator[Problem]:
    asked = {(request.endpoint, week) for request in trial.endpoints for week in request.weeks}
    for number, result in enumerate(trial.results):
        place = f"results[{number}]"
        yield from _known_arms((result.arm,), ids, file, f"{place}.arm")
        if (result.endpoint, result.week) not in asked:
            yield Problem(
                file, place, f"{result.endpoint} at week {result.week:g}",
                "is the result of a visit that no entry of endpoints asks for",
            )  # fmt: skip
        rule = next((r for (name, _), r in RULES.items() if name == result.endpoint), None)
        responders = rule is not None and rule.kind == "responders" and result.kind != "net"
        if responders and not 0.0 <= result.value <= 100.0:
            yield Problem(
                file, f"{place}.value", f"{result.value:g}", "is no percentage of people",
                allowed="0 to 100",
            )  # fmt: skip
