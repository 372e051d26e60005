"""`python -m benchmarks`: measure, print, add a line to the history, renew docs/performance.md."""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks import page

HISTORY = Path(__file__).parent / "history.jsonl"
PARTS = ("cohort", "scalp", "start", "growth", "likelihood")


def main() -> None:
    """Measures the parts asked for; parts left out keep their last result in the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all when none is named")
    parser.add_argument("--turns", type=int, default=7, help="turns of every contestant")
    parser.add_argument("--page", action="store_true", help="only renew the page, measure nothing")
    asked = parser.parse_args()
    last = _last()
    if asked.page:
        page.PAGE.write_text(page.page(last), encoding="utf-8")
        return
    new = measure(tuple(asked.parts) or PARTS, asked.turns)
    result = {**last, **new, "measured": {**last.get("measured", {}), **new["measured"]}}
    with HISTORY.open("a", encoding="utf-8") as history:
        history.write(json.dumps(result) + "\n")
    page.PAGE.write_text(page.page(result), encoding="utf-8")
    print(page.table(result))


def _last() -> dict[str, Any]:
    if not HISTORY.exists():
        return {}
    return json.loads(HISTORY.read_text(encoding="utf-8").splitlines()[-1])


def measure(parts: tuple[str, ...], turns: int) -> dict[str, Any]:
    """Results of the parts, and the machine they were measured on."""
    from benchmarks import cohort, floor, growth, likelihood, machine, scalp, start

    def say(text: str) -> None:
        print(f"measuring {text} ...", file=sys.stderr)

    say("the machine")
    result: dict[str, Any] = {
        "date": datetime.date.today().isoformat(),
        "machine": machine.describe(),
        "peaks": machine.peaks(),
    }
    described = result["machine"]
    when = f"{described['commit']}, {result['date']}, load {described['load'][0]:g}"
    result["measured"] = dict.fromkeys(parts, when)
    if "cohort" in parts:
        say("the cohort beside other solvers (half a minute)")
        result["cohort"] = cohort.measure(turns)
        result["floor"] = floor.cohort_floor(turns)
        result["profile"] = floor.profile(turns)
    if "scalp" in parts:
        say("map and follicles beside C, numpy and agents (a minute)")
        result |= scalp.measure(turns)
    if "start" in parts:
        say("help, first run, plan, memory (a minute)")
        result["start"] = start.measure(turns)
    if "growth" in parts:
        say("growth")
        rows = growth.measure(max(3, turns // 2))
        result["growth"] = growth.exponents(rows)
        result["growth rows"] = rows
        growth.draw(rows)
    if "likelihood" in parts:
        say("likelihood and gradient of the calibration (minutes)")
        result["likelihood"] = likelihood.measure(turns)
    return result


if __name__ == "__main__":
    main()
