"""Every intervention in the person it is meant for: tier, net effect or none, rows used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from anagen.catalog.indicated_people import IndicatedPerson, load_indicated_people
from anagen.catalog.parameters import load_parameters
from anagen.catalog.plans import OutcomeRow, load_combinations
from anagen.catalog.treatments import (
    ROLES,
    Treatment,
    cause_matches,
    evidence_for,
    load_treatments,
    tier_of,
)
from anagen.patients.condition import mechanism_mixtures
from anagen.plan.compare import UNTREATED, changes, outcomes
from anagen.plan.make import Progress, credence, outcome_rows
from anagen.plan.options import TIERS
from anagen.simulate.exposure import WORDS, action_blocks, exposure_block
from anagen.simulate.forecast import forecast
from anagen.simulate.person import Person
from anagen.simulate.regimen import Arm, Regimen
from anagen.simulate.result import Forecast
from anagen.simulate.twins import MECHANISMS

WEEKS = (24.0, 52.0)
NO_EVIDENCE = "no number: no evidence in people that it works here"
NO_MODEL = "no number: Anagen has no model of it"
NO_PERSON = "no number: Anagen has no model of this cause"


@dataclass(frozen=True, slots=True)
class NetEffect:
    """What one treatment adds to no treatment by one week, nothing credited to vehicle or visits.

    `points` is people of 100 who reach the outcome beyond those who do untreated, `change` the
    median change of the observable against the same twin untreated; each with its 90 % interval.
    """

    week: float
    treated_per_100: int
    untreated_per_100: int
    points: float
    points_low: float
    points_high: float
    change: float
    change_low: float
    change_high: float


@dataclass(frozen=True, slots=True)
class Intervention:
    """One row of the table: a treatment in the person (or for the cause) it is meant for.

    `treatment` is its id, of a combination the ids of its parts joined by "+".
    `effects` is empty whenever no number may be shown; `silent` then says why. `sources` are the
    keys of the evidence rows behind the tier, `model_rows` the parameter rows of the treatment's
    exposure and actions. `elsewhere` gives its tier for other causes its rows name.
    """

    treatment: str
    name: str
    causes: tuple[str, ...]
    person: str
    person_label: str
    regimen: str
    tier: str
    basis: str
    outcome: str
    observable: str
    effects: tuple[NetEffect, ...]
    silent: str
    sources: tuple[str, ...]
    model_rows: tuple[str, ...]
    elsewhere: Mapping[str, str]


class PersonForecaster(Protocol):
    """Runs all arms of one person of the model in one batch."""

    def __call__(
        self,
        person: Person,
        arms: Sequence[Arm],
        *,
        weeks: int,
        draws: int,
        seed: int,
        progress: Progress | None,
    ) -> Forecast:
        """The forecast of every arm, `untreated` among them."""
        ...


def run_model(
    person: Person,
    arms: Sequence[Arm],
    *,
    weeks: int,
    draws: int,
    seed: int,
    progress: Progress | None,
) -> Forecast:
    """The model's own forecaster."""
    return forecast(person, arms, weeks=weeks, draws=draws, seed=seed, progress=progress)


def indicated_person(row: IndicatedPerson) -> Person:
    """The person of one data row as the model sees them: the first cause, and that for certain.

    The further causes are what the record adds (a low ferritin); they act through their numbers.
    """
    joint = mechanism_mixtures({row.causes[:1]: 1.0}, {})
    b12 = row.vitamin_b12_pmol_per_l
    return Person(
        patient_id=f"indicated_{row.id}",
        sex=row.sex,
        age_years=row.age_years,
        mechanism_probability={
            name: sum(p for acting, p in joint if name in acting) for name in MECHANISMS
        },
        mechanism_mixtures=joint,
        salt=row.salt,
        episode_years=row.episode_years,
        patches=row.patches,
        norwood=row.norwood or None,
        ludwig=row.ludwig or None,
        postmenopausal=row.postmenopausal,
        weight_kg=row.weight_kg,
        hairs_shed_per_day=row.hairs_shed_per_day,
        ferritin_ug_per_l=row.ferritin_ug_per_l,
        vitamin_d_nmol_per_l=row.vitamin_d_nmol_per_l,
        tsh_miu_per_l=row.tsh_miu_per_l,
        zinc_umol_per_l=row.zinc_umol_per_l,
        nutrients={} if b12 is None else {"vitamin_b12": b12},
    )


def indicated_for(treatment: Treatment) -> tuple[tuple[str, ...], ...]:
    """Cause patterns of its indications, the weightiest role first."""
    rows = sorted(treatment.indications, key=lambda row: ROLES.index(row.role))
    return tuple(row.causes for row in rows)


def rows_without_effects() -> tuple[Intervention, ...]:
    """Every treatment with its tier and rows used, before anything is simulated.

    One row for each person a treatment is meant for, people first; then, by name, the treatments
    without such a person, each for its weightiest indication.
    """
    known = load_treatments()
    people = load_indicated_people()
    found: list[Intervention] = []
    for person in people:
        found += [_row(known[name], person.causes, person) for name in person.treatments]
        found += [_together(parts.split("+"), person) for parts in person.combinations]
    placed = {row.treatment for row in found}
    for treatment in known.values():
        if treatment.id not in placed:
            causes = next(iter(indicated_for(treatment)), ("*",))
            found.append(_row(treatment, causes[:1], None))
    return tuple(found)


def interventions(
    *,
    draws: int = 200,
    seed: int = 0,
    progress: Progress | None = None,
    forecaster: PersonForecaster | None = None,
) -> tuple[Intervention, ...]:
    """The whole table: one batch a person, all treatments meant for that person beside untreated.

    A row whose tier is no_evidence, or without a model, is never simulated.
    """
    rows = rows_without_effects()
    run = forecaster or run_model
    people = load_indicated_people()
    effects: dict[tuple[str, str], _Effects] = {}
    for number, person in enumerate(people):
        loud = [row for row in rows if row.person == person.id and not row.silent]
        if not loud:
            continue
        arms = [Arm(UNTREATED, "No treatment", as_in_trial=False)]
        arms += [
            Arm(row.treatment, row.name, tuple(_regimens(row)), as_in_trial=False) for row in loud
        ]
        batch = run(
            indicated_person(person),
            arms,
            weeks=int(max(WEEKS)),
            draws=draws,
            seed=seed,
            progress=_within(progress, number, len(people), person.label),
        )
        main = _main_outcome(person, batch)
        for row in loud:
            effects[row.treatment, person.id] = _effects(main, batch, row.treatment)
    if progress:
        progress(len(people), len(people), "done")
    return tuple(
        _with_effects(row, effects[row.treatment, row.person])
        if (row.treatment, row.person) in effects
        else row
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class _Effects:
    outcome: str
    observable: str
    effects: tuple[NetEffect, ...]


def _row(
    treatment: Treatment, causes: tuple[str, ...], person: IndicatedPerson | None
) -> Intervention:
    tier, basis = tier_of(treatment, causes)
    silent = ""
    if tier == "no_evidence":
        silent = NO_EVIDENCE
    elif not treatment.modelled:
        silent = NO_MODEL
    elif person is None:
        silent = NO_PERSON
    named = (*indicated_for(treatment), *(evidence.causes for evidence in treatment.evidence))
    elsewhere = {
        cause: tier_of(treatment, (cause,))[0]
        for patterns in named
        for cause in patterns
        if not any(cause_matches(ours, (cause,)) for ours in causes)
    }
    return Intervention(
        treatment=treatment.id,
        name=treatment.name,
        causes=causes,
        person=person.id if person else "",
        person_label=person.label if person else "",
        regimen=treatment.regimen.text if treatment.regimen else "",
        tier=tier,
        basis=basis,
        outcome="",
        observable="",
        effects=(),
        silent=silent,
        sources=tuple(dict.fromkeys(row.source for row in evidence_for(treatment, causes))),
        model_rows=() if silent else tuple(model_rows(treatment.id)),
        elsewhere=elsewhere,
    )


def _together(parts: Sequence[str], person: IndicatedPerson) -> Intervention:
    """A combination: the tier of its weakest part, and a number only if every part has one."""
    rows = [_row(load_treatments()[name], person.causes, person) for name in parts]
    weakest = max(rows, key=lambda row: TIERS.index(row.tier))
    written = next((pair for pair in load_combinations() if set(pair.parts) == set(parts)), None)
    basis = f"{written.why} (weakest part: {weakest.name})" if written else weakest.basis
    keys = [written.source] if written else []
    return replace(
        weakest,
        treatment="+".join(parts),
        name=" + ".join(row.name for row in rows),
        regimen=" + ".join(row.regimen or row.name for row in rows),
        basis=basis,
        silent=next((row.silent for row in rows if row.silent), ""),
        sources=tuple(dict.fromkeys([*keys, *(key for row in rows for key in row.sources)])),
        model_rows=tuple(dict.fromkeys(name for row in rows for name in row.model_rows)),
        elsewhere={},
    )


def model_rows(treatment: str) -> Iterator[str]:
    """Ids of the parameter rows a treatment's exposure and actions name, each once."""
    known = load_parameters()
    seen: set[str] = set()
    for block in (exposure_block(treatment), *action_blocks(treatment)):
        for cell, name in block.items():
            if cell not in WORDS and name in known and name not in seen:
                seen.add(name)
                yield name


def _regimens(row: Intervention) -> Iterator[Regimen]:
    for treatment in map(load_treatments().__getitem__, row.treatment.split("+")):
        usual = treatment.regimen
        if usual is not None:
            works = credence(treatment, row.causes)
            yield Regimen(
                treatment.id, usual.dose, usual.unit, usual.interval_days, stop_week=usual.weeks,
                text=usual.text, credence=works,
            )  # fmt: skip


def _main_outcome(person: IndicatedPerson, batch: Forecast) -> OutcomeRow:
    """The outcome a plan for this person would lead with."""
    rows = outcome_rows(indicated_person(person).mechanism_mixtures[0][0], batch)
    return next((row for row in rows if row.main), rows[0])


def _effects(main: OutcomeRow, batch: Forecast, arm: str) -> _Effects:
    treated = {item.week: item for item in outcomes((main,), batch, arm)}
    untreated = {item.week: item for item in outcomes((main,), batch, UNTREATED)}
    moved = {item.week: item for item in changes(main, batch, arm)}
    found = tuple(
        NetEffect(
            week=week,
            treated_per_100=treated[week].better,
            untreated_per_100=untreated[week].better,
            points=treated[week].difference_points,
            points_low=treated[week].difference_low,
            points_high=treated[week].difference_high,
            change=moved[week].median,
            change_low=moved[week].low90,
            change_high=moved[week].high90,
        )
        for week in WEEKS
        if week in treated
    )
    return _Effects(main.label, main.observable, found)


def _with_effects(row: Intervention, found: _Effects) -> Intervention:
    return replace(row, outcome=found.outcome, observable=found.observable, effects=found.effects)


def _within(
    progress: Progress | None, number: int, total: int, label: str
) -> Callable[[int, int, str], None] | None:
    """Progress of one batch as a share of the whole table."""
    if progress is None:
        return None

    def report(done: int, of: int, what: str) -> None:
        progress(number * of + done, total * of, f"{label}: {what}")

    return report
