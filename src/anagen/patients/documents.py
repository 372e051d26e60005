"""Bytes of a patient file to one plain document: TOML, YAML or JSON, told apart by content.

Every way in which a file can be unreadable becomes an `InputProblems`, with the line where known.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from anagen.errors import InputProblems, Problem

Format = Literal["toml", "yaml", "json"]

# Limits against files that are no patient record: a hand-written record has a few kB, the longest
# FHIR bundle of a public sample of 631 has 3.9 MB. First for bundles, then for all other files.
MAX_JSON_BYTES = 20_000_000
MAX_TEXT_BYTES = 1_000_000
MAX_DEPTH = 100

ALLOWED = "a patient file in TOML, YAML or JSON, or a FHIR R4 bundle in JSON"
_TOML_LINE = re.compile(r"^(?:\[\[?[\w.\"' -]+\]\]?\s*(?:#.*)?$|[\w.\"'-]+\s*=)")
# Half characters and control characters, which no one types and terminals obey.
ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_TOML_PLACE = re.compile(r"\(at (line \d+, column \d+)\)|\(at end of document\)")


def _refuse(
    name: str,
    message: str,
    *,
    field: str = "file",
    value: str = "",
    fix: str = "",
    nearest: str = "",
) -> InputProblems:
    return InputProblems(
        [Problem(name, field, value, message, allowed=ALLOWED, nearest=nearest, fix=fix)]
    )


def read_file(path: Path) -> bytes:
    """The bytes of one file, its kind and size checked before anything is read."""
    name = str(path)
    try:
        if not path.exists():
            near = _sibling(path)
            raise _refuse(name, "there is no such file", nearest=near, fix="check the path")
        if path.is_dir():
            raise _refuse(name, "this is a folder", fix="name one file in it")
        if not path.is_file():
            raise _refuse(name, "this is not a regular file")
        size = path.stat().st_size
        if size > MAX_JSON_BYTES:
            raise _too_large(name, size, MAX_JSON_BYTES)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise _refuse(name, f"the file cannot be read ({_reason(error)})") from error


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _sibling(path: Path) -> str:
    from anagen.errors import nearest_name

    if not path.parent.is_dir():
        return ""
    near = nearest_name(path.name, (entry.name for entry in path.parent.iterdir()))
    return str(path.parent / near) if near else ""


def _too_large(name: str, size: int, limit: int) -> InputProblems:
    return _refuse(
        name,
        f"the file is too large for a patient record; at most {limit / 1e6:g} MB is read",
        value=f"{size / 1e6:.1f} MB",
        fix="give the record of one person only",
    )


def read_document(
    content: bytes, name: str, *, most: int = MAX_TEXT_BYTES
) -> tuple[dict[str, Any], Format]:
    """The top-level mapping in `content` and the format it was written in.

    `name` is used for messages, and its suffix only to break a tie; `most` bytes are read of JSON
    that is no FHIR resource. Raises InputProblems.
    """
    if len(content) > MAX_JSON_BYTES:
        raise _too_large(name, len(content), MAX_JSON_BYTES)
    text = _decode(content, name)
    form = _format(text, name)
    if form != "json" and len(content) > MAX_TEXT_BYTES:
        raise _too_large(name, len(content), MAX_TEXT_BYTES)
    try:
        document = {"toml": _toml, "yaml": _yaml, "json": _json}[form](text, name)
        _check_depth(document, name)
        _check_texts(document, name)
    except RecursionError:
        raise _refuse(name, f"the {form.upper()} is nested too deeply") from None
    if len(content) > most and not _is_fhir(document):
        raise _too_large(name, len(content), most)
    if not isinstance(document, dict):
        kind = {list: "a list", str: "plain text", type(None): "nothing"}.get(
            type(document), "a single value"
        )
        raise _refuse(
            name,
            f"the file holds {kind}, not the fields of a patient",
            field="top level",
            fix="see docs/reference/patient-format.md for an example to copy",
        )
    return document, form


def _is_fhir(document: Any) -> bool:
    return isinstance(document, dict) and "resourceType" in document


def _decode(content: bytes, name: str) -> str:
    if not content.strip():
        raise _refuse(name, "the file is empty", value=f"{len(content)} bytes")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refuse(
            name, "the file is UTF-16 text", field="encoding", fix="save it as UTF-8 and try again"
        )
    if b"\x00" in content:
        raise _refuse(name, "this is a binary file, not text", value=repr(content[:8]))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refuse(
            name,
            f"the file is not UTF-8 text (byte {error.start}, line {line})",
            field="encoding",
            value=repr(content[error.start : error.start + 4]),
            fix="save it as UTF-8 and try again",
        ) from None
    if not text.strip():
        raise _refuse(name, "the file is empty", value=f"{len(content)} bytes")
    return text


def _format(text: str, name: str) -> Format:
    start = text.lstrip()
    if start.startswith("{"):
        return "json"
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and not line.startswith("#")), "")
    if _TOML_LINE.match(first):
        return "toml"
    if start.startswith("[") or name.casefold().endswith(".json"):
        return "json"
    return "toml" if name.casefold().endswith(".toml") else "yaml"


def _check_depth(value: Any, name: str) -> None:
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        inner = []
        for item in level:
            if isinstance(item, dict):
                inner += [entry for entry in item.values() if isinstance(entry, (dict, list))]
            elif isinstance(item, list):
                inner += [entry for entry in item if isinstance(entry, (dict, list))]
        if not inner:
            return
        level = inner
    raise _refuse(name, f"the content is nested more than {MAX_DEPTH} levels deep")


def _check_texts(document: Any, name: str) -> None:
    """Refuse half characters and control characters."""
    level: list[tuple[str, Any]] = [("", document)]
    while level:
        place, value = level.pop()
        if isinstance(value, dict):
            level += [(f"{place}.{key}".lstrip("."), entry) for key, entry in value.items()]
            level += [(f"{place} (a key)".strip(), str(key)) for key in value]
        elif isinstance(value, list):
            level += [(f"{place}[{index}]", entry) for index, entry in enumerate(value)]
        elif isinstance(value, str) and ODD.search(value):
            raise _refuse(
                name,
                "this text holds control characters or broken ones",
                field=ODD.sub("?", place) or "top level",
                value=ascii(value)[:60],
                fix="type the text again",
            )


def _toml(text: str, name: str) -> Any:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = _TOML_PLACE.search(message)
        where = (place.group(1) or "end of the file") if place else "file"
        said = _TOML_PLACE.sub("", message).strip()
        raise _refuse(
            name,
            f"this is not valid TOML: {said}",
            field=where,
            fix="check quotes, brackets and keys written twice near this place",
        ) from None


class _DuplicateKeyError(ValueError):
    """A key written twice in one mapping."""


def _json(text: str, name: str) -> Any:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in items:
            if key in found:
                raise _DuplicateKeyError(key)
            found[key] = value
        return found

    def constant(word: str) -> Any:
        raise ValueError(f"{word} is not a JSON number")

    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except json.JSONDecodeError as error:
        ends = error.pos >= len(text.rstrip()) or "Unterminated" in error.msg
        raise _refuse(
            name,
            "the JSON ends too early: the file is cut off"
            if ends
            else f"this is not valid JSON: {error.msg}",
            field=f"line {error.lineno}, column {error.colno}",
            fix="get the whole file again" if ends else "check commas, quotes and brackets there",
        ) from None
    except _DuplicateKeyError as error:
        raise _refuse(
            name, "this key is written twice", field=str(error), fix="keep one of them"
        ) from None
    except ValueError as error:
        raise _refuse(name, f"this is not valid JSON: {_number_trouble(error)}") from None


def _number_trouble(error: Exception) -> str:
    """Python's own word on an endless integer speaks of settings; ours speaks of the file."""
    return "a number has thousands of digits" if "digits" in str(error) else str(error)


def _yaml(text: str, name: str) -> Any:
    import yaml

    try:
        return yaml.load(text, Loader=_yaml_loader())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "file"
        raise _refuse(
            name, f"this is not valid YAML: {error.problem or error.context}", field=where
        ) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise _refuse(name, f"this is not valid YAML: {_number_trouble(error)}") from None


def _yaml_loader() -> Any:
    """A safe loader that also refuses aliases and double keys, and reads scalars as JSON would.

    Aliases could blow a small file up to gigabytes; YAML 1.1 reads `1:40` as 100 and `no` as false.
    """
    import yaml

    class Loader(yaml.SafeLoader):
        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own protocol
        yaml_constructors: dict[str | None, Any] = {}  # noqa: RUF012

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                event = self.peek_event()
                raise yaml.MarkedYAMLError(
                    problem="aliases (*name) are not allowed", problem_mark=event.start_mark
                )
            return super().compose_node(parent, index)

        def construct_mapping(self, node: Any, deep: bool = True) -> dict[Any, Any]:
            if not isinstance(node, yaml.MappingNode):
                raise yaml.MarkedYAMLError(
                    problem="expected fields here", problem_mark=node.start_mark
                )
            found: dict[Any, Any] = {}
            for key_node, value_node in node.value:
                key = self.construct_object(key_node, deep=True)
                if not isinstance(key, (str, int, float, bool)):
                    raise yaml.MarkedYAMLError(
                        problem="a key must be a word", problem_mark=key_node.start_mark
                    )
                if str(key) in found:
                    raise yaml.MarkedYAMLError(
                        problem=f"the key '{key}' is written twice",
                        problem_mark=key_node.start_mark,
                    )
                found[str(key)] = self.construct_object(value_node, deep=True)
            return found

    def scalar(read: Callable[[str], Any]) -> Callable[[Any, Any], Any]:
        return lambda loader, node: read(loader.construct_scalar(node))

    for tag, pattern, first in (
        ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
        ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
        ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
        ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ):
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))
    for tag, construct in (
        ("map", lambda loader, node: loader.construct_mapping(node)),
        ("seq", lambda loader, node: loader.construct_sequence(node, deep=True)),
        ("str", scalar(str)),
        ("bool", scalar(lambda text: text.casefold() == "true")),
        ("null", scalar(lambda _: None)),
        ("int", scalar(int)),
        ("float", scalar(float)),
    ):
        Loader.add_constructor(f"tag:yaml.org,2002:{tag}", construct)
    Loader.add_constructor(None, Loader.construct_undefined)  # pyright: ignore[reportArgumentType]
    return Loader
