"""From a trial file to a trial: TOML, YAML or JSON by suffix; every problem is listed at once."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from anagen.errors import InputProblems, Problem, nearest_name
from anagen.trials.arms import regimens_of, route_problems
from anagen.trials.contradictions import contradictions
from anagen.trials.design import (
    CONTROLS,
    EndpointRequest,
    Population,
    PublishedResult,
    Selection,
    Trial,
    TrialArm,
    TrialCondition,
    filled_in,
)
from anagen.trials.endpoints import RULES, known_endpoints, usual_unit
from anagen.trials.results import Place, places, result_problems

Part = TypeVar("Part", bound=BaseModel)
FORMAT_PAGE = "docs/reference/trial-format.md"
# A description of one trial has a few kB; more is some other file.
MAX_BYTES = 1_000_000
SHOWN = 80
# What pydantic calls things by their Python names, in plain words.
PLAIN = {
    "tuple_type": "should be a list",
    "model_type": "should be a table of fields",
    "model_attributes_type": "should be a table of fields",
    "string_type": "should be text",
    "string_pattern_mismatch": "should be letters, digits and . _ -, no space, 120 at most, the "
    "first a letter or a digit",
    "bool_type": "should be true or false",
    "bool_parsing": "should be true or false",
    "float_type": "should be a number",
    "float_parsing": "should be a number",
    "finite_number": "should be an ordinary number",
    "int_type": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_parsing_size": "should be a whole number",
    "int_from_float": "should be a whole number",
}
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
    data = _tuples(document)
    try:
        trial = Trial.model_validate(data)
    except ValidationError as error:
        raise InputProblems([*_told(error, file), *_checks(_parts(data), file)]) from error
    problems = list(_checks(_parts(data), file))
    if problems:
        raise InputProblems(problems)
    return trial


@dataclass(frozen=True, slots=True)
class _Parts:
    """What of a document is valid by itself, with its place; so one slip hides no other.

    `ids` and `roles` are those of all arms as written, valid or not.
    """

    condition: str
    population: Population
    selection: Selection | None
    arms: list[tuple[int, TrialArm]]
    requests: list[tuple[int, EndpointRequest]]
    results: list[tuple[int, PublishedResult]]
    ids: list[str]
    roles: list[str]


def _parts(data: dict[str, Any]) -> _Parts:
    arms = [arm for arm in _listed(data, "arms") if isinstance(arm, dict)]
    condition = data.get("condition")
    selection = _valid(Selection, [data.get("selection")])
    population = _valid(Population, [data.get("population")])
    return _Parts(
        condition=str(condition) if condition in get_args(TrialCondition) else "",
        population=population[0][1] if population else Population(),
        selection=selection[0][1] if selection else None,
        arms=_valid(TrialArm, _listed(data, "arms")),
        requests=_valid(EndpointRequest, _listed(data, "endpoints")),
        results=_valid(PublishedResult, _listed(data, "results")),
        ids=[str(arm.get("id", "")) for arm in arms],
        roles=[str(arm.get("role", "")) for arm in arms],
    )


def _listed(data: dict[str, Any], name: str) -> tuple[Any, ...]:
    found = data.get(name)
    return found if isinstance(found, tuple) else ()


def _valid(model: type[Part], documents: Sequence[Any]) -> list[tuple[int, Part]]:
    found = []
    for number, document in enumerate(documents):
        try:
            found.append((number, model.model_validate(document)))
        except ValidationError:
            continue
    return found


def _document(path: Path) -> Any:
    name = str(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputProblems(
                [Problem(name, "file", "", "too large for the description of one trial")]
            )
        if path.exists() and not path.is_file() and not path.is_dir():
            # Reading a pipe that nobody writes to would never end.
            raise InputProblems([Problem(name, "file", "", "is not a regular file")])
        text = path.read_text("utf-8-sig")
        suffix = path.suffix.lower()
        if suffix == ".json":
            return json.loads(text, object_pairs_hook=_once)
        if suffix in (".yaml", ".yml"):
            return _yaml(text)
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


def _once(pairs: list[tuple[Any, Any]]) -> dict[str, Any]:
    """A mapping without a key written twice, of which one would be lost in silence."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if str(key) in found:
            raise ValueError(f"the key {str(key)[:SHOWN]} is written twice")
        found[str(key)] = value
    return found


def _yaml(text: str) -> Any:
    import yaml

    class Plain(yaml.SafeLoader):
        """Without keys written twice, and without aliases: a few lines of them can stand for
        millions of values."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                raise ValueError("anchors and aliases are not read; write the values out")
            return super().compose_node(parent, index)

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            if isinstance(node, yaml.MappingNode):
                _once([(self.construct_object(key, deep=True), None) for key, _ in node.value])
            return super().construct_mapping(node, deep)

    return yaml.load(text, Plain)


def _tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _tuples(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return tuple(_tuples(entry) for entry in value)
    return value


def nearest_any_case(name: str, valid: Sequence[str]) -> str:
    """The valid name closest to `name`, whatever the case of its letters."""
    folded = {known.lower(): known for known in valid}
    return folded.get(nearest_name(name.lower(), folded), "")


def _told(error: ValidationError, file: str) -> Iterator[Problem]:
    for detail in error.errors(include_url=False):
        given = detail["input"]
        if detail["type"] == "too_short" and given:
            # The entries themselves are wrong, and each of them is told.
            continue
        place = ""
        for part in detail["loc"]:
            place += f"[{part}]" if isinstance(part, int) else f"{'.' if place else ''}{part}"
        context = detail.get("ctx", {})
        allowed, nearest = "", ""
        message = PLAIN.get(detail["type"], detail["msg"].replace("Input should be", "should be"))
        if detail["type"] == "extra_forbidden":
            fields = [name for model in MODELS for name in model.model_fields]
            nearest = nearest_any_case(str(detail["loc"][-1]), fields)
            message = "is no field of the format"
        elif detail["type"] == "literal_error":
            allowed = str(context.get("expected", ""))
            nearest = nearest_any_case(str(given), re.findall(r"'([^']*)'", allowed))
            message = "is no word of the format"
        elif detail["type"] == "missing":
            message = "is missing"
        elif detail["type"] == "too_short":
            message = "is empty"
        plain = isinstance(given, str | int | float) and detail["type"] != "missing"
        yield Problem(
            file, place or "top level", str(given)[:SHOWN] if plain else "", message, allowed,
            nearest, f"see {FORMAT_PAGE}",
        )  # fmt: skip


def _checks(parts: _Parts, file: str) -> Iterator[Problem]:
    """What concerns several fields together."""
    yield from _people(parts.population, parts.condition, file, "population")
    last = max((week for _, request in parts.requests for week in request.weeks), default=math.inf)
    for number, arm in parts.arms:
        place = f"arms[{number}]"
        if arm.id in parts.ids[:number]:
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
            regimens = regimens_of(arm, file, place)
            yield from route_problems(arm, regimens, file, place)
            # Courses after the last visit beside others are only how the trial went on.
            if arm.role not in CONTROLS and all(r.start_week > last for r in regimens):
                for late in regimens:
                    yield Problem(
                        file, f"{place}.regimens", late.text,
                        f"begins after the last visit (week {last:g})",
                        fix="begin earlier, or ask for a later week",
                    )  # fmt: skip
        except InputProblems as error:
            yield from error.problems
        if arm.population is not None:
            own = filled_in(parts.population, arm.population)
            yield from _people(own, parts.condition, file, f"{place}.population")
    yield from _selection(parts, file)
    yield from _endpoints(parts, file)
    yield from _results(parts, file)


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
    yield from contradictions(people, condition, file, place)
    if not condition:
        return
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
            fix="the other sex has a condition of its own; describe women and men as two trials",
        )  # fmt: skip


def _selection(parts: _Parts, file: str) -> Iterator[Problem]:
    if parts.selection is None:
        return
    if parts.condition not in ("", "alopecia_areata"):
        yield Problem(file, "selection", "", "is by SALT, so only alopecia areata has it")
    week = parts.selection.week
    early = [w for _, request in parts.requests for w in request.weeks if w < week]
    if early:
        yield Problem(
            file, "selection.week", f"{week:g}", f"is after a visit (week {min(early):g})",
            fix="weeks count from the first dose",
        )  # fmt: skip


def _endpoints(parts: _Parts, file: str) -> Iterator[Problem]:
    areata = parts.condition == "alopecia_areata"
    for number, request in parts.requests:
        place = f"endpoints[{number}]"
        name = request.endpoint
        yield from _known_arms(request.arms, parts.ids, file, f"{place}.arms")
        for week in sorted({w for w in request.weeks if request.weeks.count(w) > 1}):
            yield Problem(file, f"{place}.weeks", f"{week:g}", "is asked for twice")
        if name not in known_endpoints():
            yield Problem(
                file, f"{place}.endpoint", name, "is no end point that can be predicted",
                allowed=", ".join(known_endpoints()),
                nearest=nearest_any_case(name, known_endpoints()),
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
        if parts.condition and areata != (rule.observable == "salt"):
            yield Problem(
                file, f"{place}.endpoint", name,
                f"is not read in {parts.condition.replace('_', ' ')}",
            )  # fmt: skip
        if request.kind not in (None, "net", rule.kind):
            yield Problem(file, f"{place}.kind", str(request.kind), f"{name} is {rule.kind}")
        if request.kind == "net" and not any(role in CONTROLS for role in parts.roles):
            yield Problem(file, f"{place}.kind", "net", "no arm is a control to compare with")


def _known_arms(arms: tuple[str, ...], ids: list[str], file: str, place: str) -> Iterator[Problem]:
    for arm in arms:
        if arm not in ids:
            yield Problem(
                file, place, arm, "is no arm of this trial", allowed=", ".join(ids),
                nearest=nearest_any_case(arm, ids),
            )  # fmt: skip


def _results(parts: _Parts, file: str) -> Iterator[Problem]:
    asked: list[Place] = []
    unread: set[str] = set()
    for _, request in parts.requests:
        name = request.endpoint
        unit = request.unit or (usual_unit(name) if name in known_endpoints() else "")
        if (name, unit) in RULES:
            asked.extend(places(request, parts.ids, parts.roles))
        else:
            unread.add(name)
    for number, result in parts.results:
        yield from _known_arms((result.arm,), parts.ids, file, f"results[{number}].arm")
    # One slip is told once: not where the arm or the end point is wrong itself.
    lost = {
        number
        for number, result in parts.results
        if not asked or result.arm not in parts.ids or result.endpoint in unread
    }
    yield from result_problems(parts.results, asked, lost, file)
