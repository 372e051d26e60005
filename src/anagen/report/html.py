"""Document -> one self-contained HTML page: no script, no outside request, prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import jinja2
from markupsafe import Markup

from anagen.charts.bars import cause_bars
from anagen.charts.effects import effect_chart
from anagen.charts.fan import WORDS, WORDS_IF_TAKEN, fan_chart
from anagen.charts.harms import harm_chart
from anagen.charts.icons import icon_array, icon_key, symbols
from anagen.charts.labels import nice_domain
from anagen.charts.series import Bar, Curve, Interval, Pair
from anagen.report.questions import (
    folded,
    numbered,
    shown_first,
    untreated_label,
    yardstick,
)
from anagen.report.records import (
    CauseItem,
    ChangeItem,
    Document,
    HarmItem,
    Observable,
    OptionItem,
    OutcomeItem,
)
from anagen.report.words import number, signed, when

MARKS = {"forecast": "●", "plausible": "◐", "no_evidence": "○"}
TIER_WORDS = (
    ("forecast", "Forecast: fitted to controlled trials"),
    ("plausible", "Plausible: weak trials, a wide range that includes no effect"),
)
CAUSES_SHOWN = 8
HARMS_SHOWN = 6
# All open or all closed: none is favoured by being easier to see.
OPEN_OPTIONS = 4
# Beside the main measure one more is drawn: people ask whether their shedding is normal.
FURTHER_OBSERVABLES = ("daily_shed",)


@dataclass(frozen=True, slots=True)
class Fan:
    """One fan chart with its words and its table."""

    label: str
    unit: str
    direction: str
    svg: Markup
    table: Markup
    stop: str


@dataclass(frozen=True, slots=True)
class Effect:
    """One chart of differences at one time."""

    week: float
    when: str
    caption: str
    table_caption: str
    svg: Markup
    rows: tuple[tuple[str, ChangeItem], ...]


@dataclass(frozen=True, slots=True)
class HarmGroup:
    """Side effects of one treatment."""

    label: str
    harms: tuple[HarmItem, ...]
    shown: int
    left_out: int
    svg: Markup


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("anagen.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=False,
    )
    environment.globals.update(
        when=when, signed=signed, number=number, marks=MARKS, tiers=TIER_WORDS
    )
    return environment


def render(document: Document) -> str:
    """The whole page as text, UTF-8 when written."""
    css = (files("anagen.report") / "templates" / "report.css").read_text(encoding="utf-8")
    shown = [o for o in document.options if not o.is_untreated and not document.stopped_by]
    waiting = next((o for o in document.options if o.is_untreated), None)
    drawn = numbered(document) or ([waiting] if waiting else [])
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            doc=document,
            css=Markup(css),
            symbols=Markup(symbols() if document.options else ""),
            people_key=Markup(icon_key()),
            compared=numbered(document),
            folded=folded(document),
            no_treatment=untreated_label(document),
            yardstick=yardstick(document),
            others=[option for option in shown if not option.outcomes],
            shown_options=shown,
            waiting=waiting,
            chosen=document.times.index(shown_first(document.times)) if document.times else 0,
            cause_chart=Markup(_causes(document)) if document.causes else "",
            has_course=bool(document.untreated) and not document.stopped_by,
            fans={option.option: _fans(document, option) for option in drawn},
            open_options=len(shown) <= OPEN_OPTIONS,
            effects=_effects(document),
            people=_people(document),
            harms=_harms(document),
            harms_unknown=_harms_unknown(document),
            groups=_groups(document),
        )
    )


def _share(cause: CauseItem) -> str:
    """'70 (55 to 80)'; one number when the range is no wider than its rounding."""
    if cause.range_text == cause.percent_text:
        return cause.percent_text
    return f"{cause.percent_text} ({cause.range_text})"


def _causes(document: Document) -> str:
    bars = [
        Bar(c.label, c.percent, c.low, c.high, _share(c)) for c in document.causes[:CAUSES_SHOWN]
    ]
    told = "; ".join(f"{bar.label}: {bar.text} of 100" for bar in bars)
    return cause_bars(
        bars, ident="causes", title="How likely each cause is", description=f"{told}."
    )


def _domain(observable: Observable) -> tuple[float, float]:
    low, high = nice_domain(observable.low, observable.high)
    low = max(0.0, low)
    return (low, min(100.0, high)) if observable.unit.startswith("% of the scalp") else (low, high)


def _fans(document: Document, option: OptionItem) -> list[Fan]:
    made: list[Fan] = []
    if option.arm is None:
        return made
    words = WORDS_IF_TAKEN if yardstick(document) else WORDS
    wanted = [document.main_observable, *FURTHER_OBSERVABLES]
    for name in dict.fromkeys(wanted):
        observable = next((o for o in document.observables if o.observable == name), None)
        if observable is None:
            continue
        curves = _own_curves(document, option, name)
        main = name == document.main_observable
        svg = fan_chart(
            curves,
            ident=f"fan-{option.option}-{name}",
            title=f"{observable.label}: {option.label}",
            description=_told(curves, observable, words),
            domain=_domain(observable),
            weeks_to_judge=option.weeks_to_judge,
            real_change=document.real_change if main else None,
            words=words,
        )
        better = "Lower is better." if observable.better == "lower" else "Higher is better."
        table = _fan_table(curves, words)
        stop = option.stop_label
        made.append(Fan(observable.label, observable.unit, better, Markup(svg), table, stop))
    return made


def _own_curves(document: Document, option: OptionItem, observable: str) -> list[Curve]:
    arms = [option.arm, option.stop_arm]
    return [
        curve
        for curve in document.curves
        if curve.observable == observable and (curve.arm in arms or curve.role == "untreated")
    ]


def _told(curves: Sequence[Curve], observable: Observable, words: Mapping[str, str]) -> str:
    last = curves[0].weeks[-1]
    parts = [
        f"{words[c.role].lower()} {number(c.q50[-1])}, 9 of 10 between {number(c.q05[-1])} and "
        f"{number(c.q95[-1])}"
        for c in curves
    ]
    return (
        f"From {number(curves[0].q50[0])} {observable.unit} today. After {when(last)}: "
        f"{'; '.join(parts)}."
    )


def _fan_table(curves: Sequence[Curve], words: Mapping[str, str]) -> Markup:
    weeks = curves[0].weeks
    step = 26 if weeks[-1] > 60 else 13
    rows = [i for i, week in enumerate(weeks) if week % step == 0]
    head = "".join(
        Markup('<th scope="col" class="n">{}</th>').format(words[curve.role]) for curve in curves
    )
    body = ""
    for i in rows:
        cells = Markup("").join(
            Markup('<td class="n">{} ({} to {})</td>').format(
                number(c.q50[i]), number(c.q05[i]), number(c.q95[i])
            )
            for c in curves
        )
        body += Markup('<tr><th scope="row">{}</th>{}</tr>').format(when(weeks[i]), cells)
    return Markup(
        "<table><caption>Middle (9 of 10 between)</caption><thead><tr><th scope='col'>Time</th>"
        f"{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _effects(document: Document) -> list[Effect]:
    main = next((o for o in document.observables if o.observable == document.main_observable), None)
    own = [
        (option.label, change)
        for option in document.options
        for change in option.changes
        if change.observable == document.main_observable
        and not option.is_untreated
        and not option.folded
    ]
    if main is None or not own:
        return []
    domain = nice_domain(
        min(0.0, *(c.low90 for _, c in own)), max(0.0, *(c.high90 for _, c in own))
    )
    lower = main.better == "lower"
    words = ("◀ better", "worse ▶") if lower else ("◀ worse", "better ▶")
    effects = []
    for week in document.times:
        rows = tuple((label, c) for label, c in own if c.week == week)
        if not rows:
            continue
        svg = effect_chart(
            [
                Interval(label, c.median, c.low50, c.high50, c.low90, c.high90, c.text)
                for label, c in rows
            ],
            ident=f"effect-{week:g}",
            title=f"Difference from no treatment after {when(week)}",
            description="; ".join(f"{label}: {c.text} {c.unit}" for label, c in rows) + ".",
            domain=domain,
            left_words=words[0],
            right_words=words[1],
        )
        effects.append(
            Effect(
                week=week,
                when=when(week)[0].upper() + when(week)[1:],
                caption=(
                    f"{main.label}, {main.unit}: this plan minus no treatment, in the same person. "
                    "Dot: middle. Thick line: half of people. Thin line: 9 of 10 people."
                ),
                table_caption=f"{main.label}, {main.unit}, difference from no treatment",
                svg=Markup(svg),
                rows=rows,
            )
        )
    return effects


def _people(document: Document) -> Mapping[tuple[str, str, float], Markup]:
    """Icons by option, `plan` or `untreated`, and week. No treatment stands beside each option."""
    found: dict[tuple[str, str, float], Markup] = {}
    for option in document.options:
        name = option.option
        for outcome in document.untreated:
            bare = _icons(outcome, f"{name}-untreated", "No treatment")
            found[name, "untreated", outcome.week] = bare
        for outcome in option.outcomes:
            found[name, "plan", outcome.week] = _icons(outcome, name, option.label)
    return found


def _icons(outcome: OutcomeItem, name: str, label: str) -> Markup:
    return Markup(
        icon_array(
            outcome.better,
            outcome.same,
            outcome.worse,
            ident=f"people-{name}-{outcome.week:g}",
            title=f"{label}, {outcome.when}: 100 people like you",
            description=(
                f"{outcome.better} better, {outcome.same} about the same, {outcome.worse} worse."
            ),
        )
    )


def _harms(document: Document) -> list[HarmGroup]:
    by_treatment: dict[str, dict[HarmItem, None]] = {}
    for option in document.options:
        for harm in option.harms:
            by_treatment.setdefault(harm.treatment_label, {})[harm] = None
    rates = [h.treated for group in by_treatment.values() for h in group]
    rates += [h.control for group in by_treatment.values() for h in group if h.control is not None]
    if not rates:
        return []
    highest = min(100.0, nice_domain(0.0, max(rates))[1])
    groups = []
    for i, (label, found) in enumerate(by_treatment.items()):
        harms = sorted(found, key=lambda harm: (-harm.treated, harm.event))
        shown = _one_an_event(harms)[:HARMS_SHOWN]
        pairs = [Pair(h.event, h.treated, h.control, _rates(h)) for h in shown]
        svg = harm_chart(
            pairs,
            ident=f"harms-{i}",
            title=f"Side effects of {label}, per 100 people",
            description="; ".join(f"{h.event}: {h.text}" for h in shown) + ".",
            highest=highest,
        )
        groups.append(
            HarmGroup(label, tuple(harms), len(shown), len(harms) - len(shown), Markup(svg))
        )
    return groups


def _harms_unknown(document: Document) -> tuple[str, ...]:
    """Options with a number for their benefit and none for their harm."""
    return tuple(
        option.label
        for option in numbered(document)
        if not option.harms and not option.is_untreated
    )


def _rates(harm: HarmItem) -> str:
    if harm.control is None:
        return f"{number(harm.treated)} (no control)"
    return f"{number(harm.treated)} against {number(harm.control)}"


def _one_an_event(harms: Sequence[HarmItem]) -> list[HarmItem]:
    """The best known rate of each event: with a control group first, then with more people."""
    best: dict[str, HarmItem] = {}
    for harm in sorted(harms, key=lambda h: (h.control is None, -(h.n_treated or 0))):
        best.setdefault(harm.event, harm)
    return [harm for harm in harms if best[harm.event] is harm]


def _groups(document: Document) -> list[tuple[str, list]]:
    groups: dict[str, list] = {}
    for fact in document.facts:
        groups.setdefault(fact.group, []).append(fact)
    return list(groups.items())
