"""All shipped studies predicted, held against what they found, as one page of Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from anagen.catalog.never_fitted import never_fitted
from anagen.catalog.studies import Study, load_studies
from anagen.catalog.tables import read_table
from anagen.trials.arms import regimens_of
from anagen.trials.asked import Asked
from anagen.trials.document import inside
from anagen.trials.endpoints import RULES
from anagen.trials.predict import Prediction, predict
from anagen.trials.published import PublishedTrial, published_trial
from anagen.trials.reference import REFERENCES

Progress = Callable[[int, int, str], None]
PREDICTED = "predicted"
GROUPS = (
    ("held_out", "check", "Held out: never fitted"),
    ("train", "fit", "Fitting set, rows marked `fit`"),
    ("train", "check", "Fitting set, rows marked `check`"),
    ("train", PREDICTED, "Treatments that are predicted and never fitted"),
)
FAMILIES = (
    ("responders, alopecia areata", "points"),
    ("mean SALT, alopecia areata", "points or %"),
    ("hair counts", "hairs/cm2"),
    ("hair counts and weight in percent", "%"),
    ("hair diameter and anagen share", "% or um"),
)


@dataclass(frozen=True, slots=True)
class Scored:
    """One study with its predictions."""

    study: Study
    published: PublishedTrial
    predictions: tuple[Prediction, ...]


def predictable() -> tuple[PublishedTrial, ...]:
    """Shipped studies that say something about a treatment of the model, ordered by id.

    Reviews and other `check_only` studies are left out, and studies in which nothing but a control
    arm can be simulated.
    """
    ready = [published_trial(study) for study in load_studies().values()]
    return tuple(
        found
        for found in ready
        if found.trial is not None
        and found.study.split != "check_only"
        and (
            any(arm.regimens for arm in found.trial.arms)
            or all(arm.role == "untreated" for arm in found.trial.arms)
        )
    )


def predicted_studies(
    *,
    draws: int,
    seed: int,
    progress: Progress | None = None,
    wanted: Sequence[str] = (),
    workers: int | None = None,
) -> tuple[Scored, ...]:
    """Every predictable study with its predictions; `wanted` names them when not all are meant."""
    ready = [found for found in predictable() if not wanted or found.study.id in wanted]
    scored = []
    for done, found in enumerate(ready):
        if progress:
            progress(done, len(ready), found.study.id)
        if found.trial is None:
            continue
        scored.append(
            Scored(
                found.study,
                found,
                predict(found.trial, found.asked, draws=draws, seed=seed, workers=workers),
            )
        )
    if progress:
        progress(len(ready), len(ready), "done")
    return tuple(scored)


def family(asked: Asked) -> str:
    """The family of end points whose errors may be averaged."""
    rule = RULES[asked.endpoint, asked.unit]
    if rule.observable == "salt":
        return FAMILIES[0 if rule.kind == "responders" else 1][0]
    if rule.observable in ("hair_diameter", "anagen_percent"):
        return FAMILIES[4][0]
    return FAMILIES[2 if asked.unit == "hairs/cm2" else 3][0]


def fitted_people() -> frozenset[str]:
    """The groups of people of whom at least one row is fitted."""
    return frozenset(
        study.people
        for study in load_studies().values()
        if study.split == "train"
        for found in (published_trial(study),)
        if any(_group(found, item) == "fit" for item in found.asked)
    )


def _group(found: PublishedTrial, asked: Asked) -> str:
    """`fit` or `check` as a row is marked; `predicted` in an arm that no fit takes."""
    if found.study.split != "train":
        return asked.use
    arms = found.trial.arms if found.trial else ()
    taken = {
        regimen.treatment
        for arm in arms
        if arm.id == asked.arm
        for regimen in regimens_of(arm, found.study.id, arm.id)
    }
    return PREDICTED if taken & never_fitted() else asked.use


def score(predictions: Sequence[Prediction]) -> dict[str, float]:
    """Mean absolute error, bias (predicted minus published), coverage in % and 90 % width.

    Coverage counts only numbers whose arm size is known.
    """
    errors = [p.mean - (p.asked.published or 0.0) for p in predictions]
    sized = [p for p in predictions if p.asked.n is not None]
    widths = sorted(p.high_90 - p.low_90 for p in sized)

    def covered(share: int) -> float:
        if not sized:
            return float("nan")
        return 100.0 * sum(bool(inside(p, share)) for p in sized) / len(sized)

    return {
        "count": float(len(predictions)),
        "mae": sum(abs(e) for e in errors) / len(errors),
        "bias": sum(errors) / len(errors),
        "cover_50": covered(50),
        "cover_90": covered(90),
        "median_width_90": widths[len(widths) // 2] if widths else float("nan"),
    }


def _against_references(scored: Sequence[Scored]) -> Iterator[str]:
    yield ""
    yield (
        "Against what someone without a model would say, from rows marked `fit` of studies with "
        "other people, the visit nearest in time. Class mean: like arms of the same class of "
        "treatment (control arms among themselves), at the dose nearest in rank or at the top "
        "dose. Same drug: arms of the same drug. Empirical SALT model: the published "
        "exposure-response model of ritlecitinib (Huh 2024), for placebo and ritlecitinib arms. "
        "Each reference is "
        "compared on the rows that have it."
    )
    yield ""
    yield "| group | end points | reference | rows | MAE of the model | MAE of the reference |"
    yield "|---|---|---|---:|---:|---:|"
    for split, use, title in GROUPS:
        for name, unit in FAMILIES:
            rows = [
                (found, p)
                for found in scored
                for p in found.predictions
                if found.study.split == split
                and _group(found.published, p.asked) == use
                and family(p.asked) == name
            ]
            for label, guess in REFERENCES.items():
                pairs = [
                    (p.mean - (p.asked.published or 0.0), mean - (p.asked.published or 0.0))
                    for found, p in rows
                    for mean in (guess(found.published, p.asked),)
                    if mean is not None
                ]
                if pairs:
                    ours = sum(abs(a) for a, _ in pairs) / len(pairs)
                    theirs = sum(abs(b) for _, b in pairs) / len(pairs)
                    yield (
                        f"| {title} | {name}, {unit} | {label} | {len(pairs)} | {ours:.1f} "
                        f"| {theirs:.1f} |"
                    )


def markdown(scored: Sequence[Scored], draws: int, seed: int) -> str:
    """The page `docs/validation.md`."""
    return "\n".join(_page(scored, draws, seed)) + "\n"


def _page(scored: Sequence[Scored], draws: int, seed: int) -> Iterator[str]:
    yield "# What the model predicts for published trials"
    yield ""
    yield (
        f"Written by `anagen trial table --draws {draws} --seed {seed}`; every number comes from "
        "the data rows of the version that wrote it. Nothing was tuned to it."
    )
    yield ""
    yield (
        "**Held out is not blind.** The posterior was fitted to rows marked `fit` alone, but the "
        "centers of its priors came from a prototype calibrated to tables that hold the held-out "
        "studies too. Agreement with the fitting set is fit, not validation."
    )
    yield ""
    yield (
        "Each prediction is the mean with 50 and 90 % intervals for an arm of the size it had: "
        "unknown parameters, differences between studies and arms, and chance. Numbers of one arm "
        "at several visits or cut-offs share their people, so they are not independent, and the "
        "coverage below rests on far fewer trials than rows."
    )
    yield ""
    yield "## Summary"
    yield ""
    yield (
        "| group | people | end points | rows | studies | MAE | predicted minus published "
        "| in 50 % | in 90 % | median 90 % width |"
    )
    yield "|---|---|---|---:|---:|---:|---:|---:|---:|---:|"
    fitted = fitted_people()
    for split, use, title in GROUPS:
        for own, (name, unit) in product((True, False), FAMILIES):
            chosen = [
                (found, p)
                for found in scored
                for p in found.predictions
                if found.study.split == split
                and _group(found.published, p.asked) == use
                and family(p.asked) == name
                and own == (found.study.people not in fitted)
            ]
            if not chosen:
                continue
            result = score([p for _, p in chosen])
            studies = len({found.study.people for found, _ in chosen})
            yield (
                f"| {title} | {'their own' if own else 'also fitted'} | {name}, {unit} "
                f"| {len(chosen)} | {studies} | {result['mae']:.1f} "
                f"| {result['bias']:+.1f} | {_percent(result['cover_50'])} "
                f"| {_percent(result['cover_90'])} | {_whole(result['median_width_90'])} |"
            )
    yield ""
    yield (
        "Studies are counted once where they share people; people *also fitted* gave other rows "
        "to the fit, so these predictions overlap with it. Coverage leaves out arms of unknown "
        "size; calibrated intervals hold 50 and 90 %. What every fitted study looks like when it "
        "is predicted from the others stands in [calibration](calibration.md)."
    )
    yield from _against_references(scored)
    for split, use, title in GROUPS:
        yield ""
        yield f"## {title}"
        for found in scored:
            rows = [p for p in found.predictions if _group(found.published, p.asked) == use]
            if found.study.split == split and rows:
                yield from _study(found, rows)
    yield from _left_out(scored)


def _whole(value: float, unit: str = "") -> str:
    """Nothing for what is not known: arms of unknown size have no interval."""
    return "" if value != value else f"{value:.0f}{unit}"


def _percent(value: float) -> str:
    return _whole(value, " %")


def _study(found: Scored, rows: Sequence[Prediction]) -> Iterator[str]:
    yield ""
    yield f"### {found.study.id}"
    yield ""
    yield f"{found.study.title}."
    yield ""
    yield "| arm | end point | week | n | published | predicted | 50 % | 90 % | |"
    yield "|---|---|---:|---:|---:|---:|---:|---:|---|"
    for p in rows:
        a = p.asked
        net = ", net of control" if a.kind == "net" else ""
        yield (
            f"| {_words(a.arm)} | {_words(a.endpoint)}, {a.unit}, {_words(a.analysis)}{net} "
            f"| {a.week:g} | {a.n or '?'} | {a.published:g} | {p.mean:.1f} "
            f"| {p.low_50:.1f} to {p.high_50:.1f} | {p.low_90:.1f} to {p.high_90:.1f} "
            f"| {_verdict(p)} |"
        )
    if any(inside(p, 90) is False for p in rows):
        yield ""
        yield f"Likely cause of what is missed: {miss_causes().get(found.study.id, 'not known.')}"


def miss_causes() -> dict[str, str]:
    """Likely cause of the misses of a study, by its id."""
    return {row["study"]: row["cause"] for row in read_table("trial_miss_notes.csv")}


def _verdict(prediction: Prediction) -> str:
    if inside(prediction, 90):
        return ""
    published = prediction.asked.published or 0.0
    side = "above" if prediction.mean > published else "below"
    size = "" if prediction.asked.n is not None else ", arm size unknown"
    return f"**missed**: predicted {side}{size}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _left_out(scored: Sequence[Scored]) -> Iterator[str]:
    yield ""
    yield "## Not predicted"
    yield ""
    yield (
        "Numbers of the studies above that the model does not predict, and why. Studies of "
        "treatments without a model, and reviews, are not listed."
    )
    yield ""
    for found in scored:
        for reason in found.published.left_out:
            yield f"- {found.study.id}: {reason}"
