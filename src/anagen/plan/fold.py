"""Options that another one matches or beats on every aim, whatever the person values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from anagen.catalog.plans import load_settings, load_weights
from anagen.plan.compare import score
from anagen.plan.options import TIERS, WAITING
from anagen.plan.records import Option, Ordering

TIER_ORDER: tuple[str, ...] = TIERS
_STATUS = ("allowed", "conditions", "blocked")
# Care and what treats a shortage always stay in sight, and so does what the person asks about.
_FOLDABLE = ("first_line", "option", "claimed")


def folded(
    options: Sequence[Option], roles: Mapping[str, str], kept: frozenset[str]
) -> list[Option]:
    """The options with the reason to fold away those that another dominates.

    An option is folded when another one in sight is better by the setting on one of benefit, harm,
    burden and cost, no worse on the rest, asks for no more conditions, and is either simpler (its
    treatments are among those of the folded one, or there are none) or has the stronger tier of
    evidence. Two treatments with the same basis never fold one another: labels, tastes and chance
    decide between them. `kept` are never folded. The order of the options changes nothing.
    """
    ranked = sorted(
        (item for item in options if item.aims is not None),
        key=lambda item: (TIER_ORDER.index(item.tier), len(_taken(item)), -_total(item), item.id),
    )
    standing: list[Option] = []
    why: dict[str, Option] = {}
    for item in ranked:
        by = None
        if item.id not in kept and _foldable(item, roles):
            better = [other for other in standing if _dominates(other, item)]
            simpler = [other for other in better if _taken(other) < _taken(item)]
            by = next(iter(simpler or better), None)
        if by is None:
            standing.append(item)
        else:
            why[item.id] = by
    return [
        replace(item, folded_by=why[item.id].id, folded_why=_reason(why[item.id], item))
        if item.id in why
        else item
        for item in options
    ]


def _foldable(item: Option, roles: Mapping[str, str]) -> bool:
    if len(item.treatments) > 1:
        return all(roles.get(part) != "deficit" for part in item.treatments)
    return roles[item.id] in _FOLDABLE


def _taken(item: Option) -> frozenset[str]:
    """What is taken or done; waiting takes nothing."""
    return frozenset(item.treatments) - {WAITING}


def _total(item: Option) -> float:
    aims = item.aims
    return 0.0 if aims is None else aims.gain - aims.harm - aims.burden - aims.cost


def _dominates(other: Option, item: Option) -> bool:
    if _STATUS.index(other.status) > _STATUS.index(item.status):
        return False
    simpler = _taken(other) < _taken(item)
    if not simpler and TIER_ORDER.index(other.tier) >= TIER_ORDER.index(item.tier):
        return False
    least = load_settings()["fold_margin"]
    gains = _gains(other, item)
    return all(gain > -least for gain in gains.values()) and any(
        gain >= least for gain in gains.values()
    )


def _gains(other: Option, item: Option) -> dict[str, float]:
    """How much better the other is on each aim."""
    a, b = other.aims, item.aims
    if a is None or b is None:
        return {}
    return {
        "more benefit": round(a.gain - b.gain, 9),
        "fewer side effects": round(b.harm - a.harm, 9),
        "less effort": round(b.burden - a.burden, 9),
        "a lower cost": round(b.cost - a.cost, 9),
    }


def _reason(by: Option, item: Option) -> str:
    least = load_settings()["fold_margin"]
    more = [name for name, gain in _gains(by, item).items() if gain >= least]
    if not _taken(by):
        return f"it does not do better than no treatment, which has {_and(more)}"
    if not _taken(by) < _taken(item):
        more.append("better trials behind it")
    return f"{by.label} is no worse in anything that is weighed here and has {_and(more)}"


def _and(words: Sequence[str]) -> str:
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]


def orderings(options: Sequence[Option]) -> tuple[Ordering, ...]:
    """The first options for a person to whom one aim matters most, one ordering an aim."""
    settings = load_settings()
    found: list[Ordering] = []
    shown = [item for item in options if item.aims is not None and not item.folded_by]
    for aim in load_weights():
        importance = {
            name: 1.0 if name == aim else settings["other_importance"] for name in load_weights()
        }
        # Classes of effort and price start at little, which is still more than nothing.
        ranked = sorted(
            (
                aim == "regrowth" or bool(_taken(item)),
                -round(score(item.aims, importance), 9),
                item.id,
            )
            for item in shown
            if item.aims
        )
        found.append(Ordering(aim, tuple(ident for _, _, ident in ranked)))
    return tuple(found)
