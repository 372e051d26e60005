"""Document -> terminal: the report on one or two screens, at 60 columns or more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from anagen.assess.records import Assessment
from anagen.charts.series import Curve
from anagen.plan.safety import CHECK_FIRST
from anagen.report import why
from anagen.report.citations import Citations
from anagen.report.questions import (
    folded,
    numbered,
    shown_first,
    untreated_label,
    yardstick,
)
from anagen.report.records import (
    CauseItem,
    Document,
    FlagItem,
    NextTest,
    OptionItem,
    OutcomeItem,
)
from anagen.report.sparks import bar, people_bar, spark
from anagen.report.words import inside, joined, number, sentence, when

WIDEST = 100
CAUSES_SHOWN = 6
FINDINGS_SHOWN = 4
OPTIONS_SHOWN = 5
TESTS_SHOWN = 4
LIMITS_SHOWN = 4
SPARK_WIDTH = 26
# Sums over all events: no side effect by themselves.
OF_ANY = ("any ", "stopped for")


def print_report(document: Document, console: Console) -> None:
    """Print the document. Colour only repeats what words say; nothing is wider than 100."""
    width = min(console.width, WIDEST)
    for part in _report(document, console, width):
        console.print(part, width=width, highlight=False)


def print_assessment(assessment: Assessment, console: Console) -> None:
    """Print an assessment alone: red flags, causes, what it cannot tell apart, tests, unknown."""
    width = min(console.width, WIDEST)
    cite = Citations()
    ascii_only = console.options.ascii_only
    parts = [
        *flag_panel(why.flag_items(assessment.red_flags, cite), ()),
        *_causes(
            why.cause_items(assessment, cite),
            tuple(sentence(text) for text in assessment.cannot_tell_apart),
            assessment.complaint_found,
            width,
            ascii_only,
        ),
        *_tests(why.next_tests(assessment, cite)),
        *(() if assessment.complaint_found else _list("What was read", assessment.read)),
        *_list("Not known (nothing was taken as normal)", map(sentence, assessment.unknown)),
        *_list("Limits", map(sentence, assessment.limits)),
        Text("This is not medical advice and does not replace a doctor.", style="dim"),
    ]
    for part in parts:
        console.print(part, width=width, highlight=False)


def _report(document: Document, console: Console, width: int) -> Iterable:
    ascii_only = console.options.ascii_only
    yield Text(document.title, style="bold")
    yield Text(f"Record {document.patient}. {document.decision}")
    yield ""
    yield from flag_panel(document.flags, document.stopped_by)
    yield from _list("In short", document.summary)
    yield from _causes(
        document.causes,
        document.cannot_tell_apart,
        document.complaint_found,
        width,
        ascii_only,
    )
    yield from _tests(document.tests)
    if document.options and not document.stopped_by:
        yield from _options(document, width)
        yield from _curves(document, width, ascii_only)
        yield from _living(document)
        yield from _without_number(document)
        yield from _first(document)
    yield from _blocked(document)
    yield from _together(
        "No evidence, so no number", [inside(o.label) for o in document.no_evidence], "; "
    )
    if not document.complaint_found:
        yield from _list("What was read", (f"{f.label}: {f.value}" for f in document.facts))
    yield from _together("Not known (nothing was taken as normal)", document.unknown)
    yield from _together("Fitted to this person", document.individualised)
    yield from _together("Not fitted to this person", document.not_individualised)
    left = len(document.limits) - LIMITS_SHOWN
    more = (f"{left} more limits are in the report.",) if left > 0 else ()
    yield from _list("Limits", (*document.limits[:LIMITS_SHOWN], *more))
    yield Text(" ".join(document.notices[:2]), style="dim")
    stamp = document.stamp
    yield Text(
        f"Anagen {stamp.anagen_version}, evidence {stamp.data_hash}, seed {stamp.seed}, "
        f"{stamp.draws} draws, {len(document.references)} sources in the report.",
        style="dim",
    )


def _heading(text: str) -> Text:
    return Text(text, style="bold underline")


def _list(title: str, texts: Iterable[str]) -> Iterable:
    items = [text for text in texts if text]
    if items:
        yield _heading(title)
        yield from (_item("-", text) for text in items)
        yield ""


def _together(title: str, texts: Sequence[str], between: str = " ") -> Iterable:
    """A list as one paragraph, so that the terminal stays a summary of the report."""
    if texts:
        yield _heading(title)
        yield Text(sentence(between.join(texts)))
        yield ""


def _item(mark: str, text: str | Text, indent: int = 0) -> Padding:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(mark, text)
    return Padding(grid, (0, 0, 0, indent))


def flag_panel(flags: Sequence[FlagItem], stopped_by: Sequence[str]) -> Iterable:
    """The box of red flags that stands before everything else; nothing where there are none."""
    if not flags and not stopped_by:
        return
    told = {flag.label for flag in flags}
    lines = [Text(text, style="bold") for text in stopped_by if text not in told]
    for flag in flags:
        if lines:
            lines.append(Text())
        lines.append(Text(flag.label, style="bold"))
        lines.append(Text(flag.why))
        urgency = f" ({flag.urgency})" if flag.urgency else ""
        lines.append(Text(f"What to do{urgency}: {flag.action}"))
    title = "First of all: see a doctor" if stopped_by else "First of all: show these to a doctor"
    yield Panel(Group(*lines), title=title, title_align="left", border_style="red")
    yield ""


def _causes(
    causes: Sequence[CauseItem],
    cannot_tell_apart: Sequence[str],
    complaint_found: bool,
    width: int,
    ascii_only: bool,
) -> Iterable:
    if not complaint_found:
        yield _heading("Likely causes")
        yield "No hair complaint was found in this record, so no cause was ranked."
        yield ""
        return
    if not causes:
        return
    yield _heading("Likely causes, of 100 people with this record")
    grid = Table.grid(padding=(0, 2))
    grid.add_column(overflow="fold", max_width=max(20, width - 44))
    grid.add_column(no_wrap=True)
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(no_wrap=True)
    for cause in causes[:CAUSES_SHOWN]:
        drawn = bar(cause.percent, 16, plain=ascii_only)
        reach = "" if cause.range_text == cause.percent_text else f"({cause.range_text})"
        grid.add_row(cause.label, drawn, cause.percent_text, reach)
    yield grid
    if len(causes) > CAUSES_SHOWN:
        yield Text(f"and {len(causes) - CAUSES_SHOWN} more, each less likely", style="dim")
    first = causes[0]
    for title, found in (("For", first.findings_for), ("Against", first.findings_against)):
        if found:
            words = "; ".join(
                f"{item.label}{' (absent)' if item.state == 'absent' else ''}, {item.strength}"
                for item in found[:FINDINGS_SHOWN]
            )
            yield Text(f"{title} {inside(first.label)}: {words}.")
    for text in cannot_tell_apart:
        yield Text(text if text.startswith("Cannot tell") else f"Cannot tell apart: {text}")
    yield ""


def _tests(tests: Sequence[NextTest]) -> Iterable:
    if not tests:
        return
    yield _heading("Tests and questions worth having next")
    for i, test in enumerate(tests[:TESTS_SHOWN], 1):
        text = Text(test.label, style="bold")
        text.append(f": {test.why}", style="not bold")
        if test.changes_plan:
            text.append(f" Changes the plan {test.changes_text}.", style="not bold")
        if test.caution:
            text.append(f" Take care: {test.caution}", style="not bold")
        yield _item(f"{i}.", text)
    if len(tests) > TESTS_SHOWN:
        names = joined(test.label for test in tests[TESTS_SHOWN:])
        yield Text(f"Then: {names}.", style="dim")
    yield ""


def _shown(outcomes: Sequence[OutcomeItem], week: float) -> OutcomeItem | None:
    return next((outcome for outcome in outcomes if outcome.week == week), None)


def _options(document: Document, width: int) -> Iterable:
    if not document.times:
        return
    week = shown_first(document.times)
    yield _heading(f"Options, of 100 people like this one after {when(week)}")
    if document.outcome_definition:
        yield Text(f"Better means: {document.outcome_definition}")
    if yardstick(document):
        yield Text(yardstick(document))
    wide = width >= 78
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    table.add_column("Option", overflow="fold", min_width=18)
    table.add_column("Better", justify="right", no_wrap=True)
    table.add_column("Same", justify="right", no_wrap=True)
    table.add_column("Worse", justify="right", no_wrap=True)
    if wide:
        table.add_column("", no_wrap=True)
        table.add_column("Better than with\nno treatment", no_wrap=True)
    rows: list[tuple[str, Sequence[OutcomeItem], str]] = []
    if document.untreated:
        rows.append((untreated_label(document), document.untreated, ""))
    rows += [
        (option.label, option.outcomes, f"{option.tier_label}, certainty {option.certainty}")
        for option in numbered(document)
    ]
    for label, outcomes, basis in rows:
        outcome = _shown(outcomes, week)
        if outcome is None:
            cells = ["-", "-", "-", "", "not known"]
        else:
            known = f" ({outcome.better_low}-{outcome.better_high})" if wide else ""
            cells = [
                f"{outcome.better}{known}",
                str(outcome.same),
                str(outcome.worse),
                people_bar(outcome.better, outcome.worse, 10),
                _gap(outcome) if outcome.difference_text else "yardstick",
            ]
        name = Text(label)
        if basis:
            name.append(f"\n{basis}", style="dim")
        table.add_row(name, *(cells if wide else cells[:3]))
    yield table
    if wide:
        yield Text(
            "In brackets: what the count may be, with what the model does not know and the chance "
            "of a limited number of simulated people. Who of the hundred a person would be, nobody "
            "knows.",
            style="dim",
        )
    others = {o.label for option in document.options for o in option.further_outcomes}
    if others:
        yield Text(f"Also counted in the report: {'; '.join(sorted(others))}.")
    if document.order_basis:
        yield Text(f"Order: {document.order_basis}", style="dim")
    yield ""
    yield from _list("Folded away", (f"{o.label}: {o.folded}" for o in folded(document)))
    yield from _list(
        "If one thing matters most to you, these come first",
        (
            f"{v.label}: {joined(inside(label) for label in v.first)}."
            for v in document.values
            if v.first
        ),
    )


def _gap(outcome: OutcomeItem) -> str:
    if outcome.difference == outcome.difference_low == outcome.difference_high == 0:
        return "no difference"
    return (
        f"{outcome.difference:+d} ({outcome.difference_low:+d} to {outcome.difference_high:+d})"
    ).replace("+0", "0")


def _curves(document: Document, width: int, ascii_only: bool) -> Iterable:
    main = next((o for o in document.observables if o.observable == document.main_observable), None)
    if main is None:
        return
    curves = {c.arm: c for c in document.curves if c.observable == main.observable}
    last = next(iter(curves.values())).weeks[-1]
    yield _heading(f"{main.label}, {main.unit}, over {when(last)} ({main.better} is better)")
    grid = Table.grid(padding=(0, 2))
    letters = SPARK_WIDTH if width >= 78 else 12
    grid.add_column(overflow="fold", max_width=max(14, width - letters - 30))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)

    def add(label: str, curve: Curve, style: str = "") -> None:
        drawn = spark(curve.q50, main.low, main.high, letters, plain=ascii_only)
        end = (
            f"{number(curve.q50[0])} -> {number(curve.q50[-1])} "
            f"({number(curve.q05[-1])} to {number(curve.q95[-1])})"
        )
        grid.add_row(Text(label, style=style), drawn, end)

    for curve in curves.values():
        if curve.role == "untreated":
            add(curve.label, curve)
    for option in numbered(document)[:OPTIONS_SHOWN]:
        if option.arm in curves:
            add(option.label, curves[option.arm])
            if option.stop_arm in curves:
                add(f"  {option.stop_label}", curves[option.stop_arm], "dim")
    yield grid
    yield ""


def _living(document: Document) -> Iterable:
    """Effort, cost, time to judge, the most frequent side effect and what stopping does."""
    options = numbered(document)
    if not options:
        return
    yield _heading("Living with each option (side effects are not fitted to this person)")
    for option in options[:OPTIONS_SHOWN]:
        parts = [option.burden]
        if option.cost:
            parts.append(f"Cost: {option.cost}.")
        if option.judge_text:
            parts.append(f"Judge it {option.judge_text.lower()}.")
        if option.harms:
            single = [harm for harm in option.harms if not harm.event.startswith(OF_ANY)]
            most = max(single or option.harms, key=lambda harm: harm.treated)
            parts.append(f"Most frequent side effect: {most.event}, {most.text}.")
        else:
            parts.append("No side-effect rates are recorded here; that does not mean none.")
        if option.negatives:
            against = "; ".join(text.rstrip(".") for text in option.negatives)
            parts.append(f"Against it: {against}.")
        if option.if_stopped:
            parts.append(f"If stopped: {option.if_stopped}")
        text = Text(f"{option.label}: ", style="bold")
        text.append(" ".join(part for part in parts if part), style="not bold")
        yield _item("-", text)
    if len(options) > OPTIONS_SHOWN:
        left = len(options) - OPTIONS_SHOWN
        yield Text(f"and {left} more, with their curves, in the report", style="dim")
    yield ""


def _without_number(document: Document) -> Iterable:
    """Names of the options that cannot be forecast yet."""
    names = [o.label for o in document.options if not o.outcomes and not o.is_untreated]
    if names:
        yield _heading("Options without a forecast")
        yield Text(f"{joined(names)}. What is known of them is in the report.")
        yield ""


def _first(document: Document) -> Iterable:
    """What must be settled first: points that belong to the same options stand together."""
    wanted: dict[str, list[OptionItem]] = {}
    for option in document.options:
        for condition in option.conditions if not option.folded else ():
            wanted.setdefault(condition, []).append(option)
    together: dict[tuple[str, ...], list[str]] = {}
    for condition, options in wanted.items():
        labels = tuple(inside(option.label) for option in _plainest(options))
        together.setdefault(labels, []).append(condition)
    if not together:
        return
    yield _heading("To settle first")
    for labels, conditions in together.items():
        checks = [text.removeprefix(CHECK_FIRST) for text in conditions if CHECK_FIRST in text]
        others = [text for text in conditions if CHECK_FIRST not in text]
        if checks:
            others.append(f"{CHECK_FIRST}{'; '.join(text.rstrip('.') for text in checks)}.")
        text = Text(f"{sentence(joined(labels)).rstrip('.')}: ", style="bold")
        text.append(" ".join(others), style="not bold")
        yield _item("-", text)
    yield ""


def _plainest(options: Sequence[OptionItem]) -> list[OptionItem]:
    """Options that are not more than another of them and something else: a part tells for both."""
    taken = [frozenset(option.treatments) for option in options]
    return [o for o, own in zip(options, taken, strict=True) if not any(t < own for t in taken)]


def _blocked(document: Document) -> Iterable:
    return _list("Ruled out", (f"{o.label}: {o.reasons[0].text}" for o in document.blocked))
