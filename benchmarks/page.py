"""The table on the terminal and docs/performance.md, both from one line of the history."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGE = Path("docs/performance.md")


def targets() -> list[dict[str, Any]]:
    """The rows of targets.toml."""
    return tomllib.loads((HERE / "targets.toml").read_text(encoding="utf-8"))["target"]


def found(result: Mapping[str, Any], path: list[str]) -> float | None:
    """The number at a path of the result, None when it was not measured."""
    at: Any = result
    for part in path:
        if not isinstance(at, Mapping) or part not in at:
            return None
        at = at[part]
    return float(at)


def judged(result: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Text, aim, result, verdict of every target."""
    for target in targets():
        value = found(result, target["result"])
        least = "least" in target
        limit = target["least"] if least else target["most"]
        aim = f"{'at least' if least else 'at most'} {limit:g} {target['unit']}".strip()
        if value is None:
            yield target["text"], aim, "not measured", "-"
            continue
        met = value >= limit if least else value <= limit
        yield (
            target["text"],
            aim,
            f"{value:.3g} {target['unit']}".strip(),
            "met" if met else "missed",
        )


def lines(result: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Group, name and value of everything measured."""
    for group, entries in result.items():
        if group in ("machine", "growth rows", "date", "measured"):
            continue
        for name, value in entries.items():
            if isinstance(value, Mapping):
                for inner, number in value.items():
                    yield f"{group}, {name}", inner, f"{number:.3g}"
            else:
                yield group, name, f"{value:.3g}"


def page(result: Mapping[str, Any]) -> str:
    """docs/performance.md."""
    machine = result["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    out = [
        "# Performance",
        "",
        "Made by `python -m benchmarks` from the last line of `benchmarks/history.jsonl`; edit "
        "`benchmarks/reading.md` for the words below, not this page.",
        "",
        f"{machine['cpu']}, {machine['cores']} cores, load {machine['load'][0]:g} of other work at "
        f"the start; Python {machine['python']}; {versions}; commit {machine['commit']}; "
        f"{result['date']}. Parts are measured by themselves{_parts(result)}. "
        "Contestants run in turns and are compared turn by turn: ratios hold "
        "from machine to machine, seconds do not.",
        "",
        "| aim | wanted | measured | |",
        "|---|---|---|---|",
    ]
    out += [f"| {' | '.join(row)} |" for row in judged(result)]
    out += ["", (HERE / "reading.md").read_text(encoding="utf-8").strip(), ""]
    out += ["![Time against size](images/bench-growth.svg)", ""]
    out += ["## All numbers", "", "| task | what | measured |", "|---|---|---|"]
    out += [f"| {' | '.join(row)} |" for row in lines(result)]
    return "\n".join(out) + "\n"


def _parts(result: Mapping[str, Any]) -> str:
    """Commit, day and load of the parts that were measured since this is written down."""
    told = [f"{part} at {when}" for part, when in result.get("measured", {}).items()]
    return f": {'; '.join(told)}; the others earlier" if told else ""


def table(result: Mapping[str, Any]) -> str:
    """Plain text for the terminal."""
    rows = [*judged(result)]
    width = max(len(row[0]) for row in rows)
    text = [f"{a:<{width}}  {b:<16}  {c:<14}  {d}" for a, b, c, d in rows]
    names = [*lines(result)]
    text += [""] + [f"{group:<24}  {name:<52}  {value}" for group, name, value in names]
    return "\n".join(text)
