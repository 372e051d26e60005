"""Plan -> document: everything a report shows, in words and numbers rounded once."""

from __future__ import annotations

from datetime import date

from anagen.catalog.plans import load_weights
from anagen.catalog.tables import read_table
from anagen.patients.in_effect import unchecked
from anagen.patients.record import PatientRecord
from anagen.plan.records import Plan
from anagen.provenance import Stamp
from anagen.report import options, questions, who, why
from anagen.report.citations import Citations
from anagen.report.records import Document, StampItem, Term, ValueItem
from anagen.report.words import percent, sentence, sentences, spoken

FORMAT = "anagen-report/1"
LEADING = 3  # options named for each thing that may matter most

NOTICES = (
    "This report is for learning, research and talks with a doctor. It is not medical advice and "
    "does not replace a doctor.",
    "It lists options with their basis. It does not tell you which one to take.",
    "No patients or outside doctors have reviewed it yet. It has not been tested in daily care.",
    "Fair trials in people come first. Weaker studies count for less and may mean no effect. Where "
    "no study in people speaks for a treatment, no number is shown. The documentation says how "
    "studies were chosen and graded.",
    "It is made on your own computer. Nothing in it was sent anywhere.",
    "No maker or seller of a treatment is named or paid for here. No funding source has been "
    "declared for this software.",
    "It is made anew with each version of the evidence tables. Do not use it after a new version "
    "is out, or when your health, medicines or plans change.",
)


def build(
    record: PatientRecord, plan: Plan, stamp: Stamp, *, published: date | None = None
) -> Document:
    """The document of one plan. The same inputs give the same document: no clock is read.

    Raises ValueError when an outcome's people do not add to 100.
    """
    _check(plan)
    cite = Citations()
    assessment = plan.assessment
    flags = why.flag_items(assessment.red_flags, cite)
    causes = why.cause_items(assessment, cite)
    tests = why.next_tests(assessment, cite)
    main = options.main_label(plan)
    untreated = tuple(
        options.outcome_item(o, treated=False)
        for o in options.untreated_outcomes(plan)
        if o.label == main
    )
    listed = tuple(options.option_item(plan, option, cite) for option in plan.options)
    blocked = tuple(options.option_item(plan, option, cite) for option in plan.blocked)
    silent = tuple(options.option_item(plan, option, cite) for option in plan.no_evidence)
    cite.cite(plan.sources)
    curves = options.curves(plan)
    times = sorted({outcome.week for option in listed for outcome in option.outcomes})
    forecast = plan.forecast
    document = Document(
        format=FORMAT,
        patient=record.id,
        title="Hair loss: likely causes and options",
        decision=_decision(plan),
        summary=(),
        flags=flags,
        stopped_by=tuple(sentence(reason) for reason in plan.stopped_by),
        complaint_found=assessment.complaint_found,
        facts=who.facts(record),
        read=tuple(sentence(text) for text in assessment.read),
        unknown=who.unknown(record, assessment),
        causes=causes,
        mixtures=why.mixture_items(assessment),
        cannot_tell_apart=tuple(sentence(text) for text in assessment.cannot_tell_apart),
        tests=tests,
        outcome_label=main,
        outcome_definition=sentence(plan.main_outcome),
        order_basis=sentence(plan.order_basis),
        values=_values(plan),
        values_asked=any(said is not None for said in record.values.model_dump().values()),
        times=tuple(times),
        untreated=untreated,
        options=listed,
        blocked=blocked,
        no_evidence=silent,
        main_observable=plan.main_observable,
        real_change=plan.real_change,
        observables=options.observables(curves),
        curves=curves,
        spreads=options.spreads(plan, curves, max(times, default=None)),
        individualised=sentences(forecast.individualised if forecast else ()),
        not_individualised=sentences(forecast.not_individualised if forecast else ()),
        steps=(),
        questions=(),
        limits=sentences((*unchecked(record), *plan.limits, *assessment.limits)),
        notices=NOTICES,
        glossary=(),
        references=cite.references(),
        stamp=StampItem(
            anagen_version=stamp.anagen_version,
            data_hash=stamp.data_hash,
            posterior=stamp.posterior,
            seed=stamp.seed,
            draws=stamp.draws,
            published=published.isoformat() if published else "",
        ),
    )
    return questions.completed(document, glossary())


def glossary() -> tuple[Term, ...]:
    """Words of the field in plain words."""
    return tuple(Term(row["term"], row["meaning"]) for row in read_table("glossary.csv"))


def _values(plan: Plan) -> tuple[ValueItem, ...]:
    """What the order of options weighs, and which options lead when one thing matters most."""
    labels = {option.id: option.label for option in plan.options}
    leading = {item.aim: item.names[:LEADING] for item in plan.orderings}
    return tuple(
        ValueItem(
            aim=weight.id,
            label=spoken(weight.id).capitalize(),
            question=weight.question,
            weight=percent(plan.values[weight.id]),
            first=tuple(labels[name] for name in leading.get(weight.id, ())),
        )
        for weight in load_weights().values()
        if weight.id in plan.values
    )


def _decision(plan: Plan) -> str:
    if plan.stopped_by:
        return "See a doctor first. No treatment plan is compared until then."
    if not plan.assessment.complaint_found:
        return "No hair complaint was found in this record, so there is no decision to make here."
    return (
        "The decision: which treatment to start, if any. No treatment is one of the options, and "
        "it stands beside each of them."
    )


def _check(plan: Plan) -> None:
    for option in plan.options:
        for outcome in (*option.outcomes, *plan.untreated):
            if outcome.better + outcome.same + outcome.worse != 100:
                raise ValueError(
                    f"{option.id}, week {outcome.week:g}: {outcome.better} better + "
                    f"{outcome.same} same + {outcome.worse} worse is not 100"
                )
