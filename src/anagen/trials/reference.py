"""What someone without a mechanistic model would say: the references a prediction must beat."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from anagen.catalog.studies import Study, StudyArm, load_studies
from anagen.trials.asked import Asked
from anagen.trials.design import CONTROLS
from anagen.trials.empirical_salt import empirical_salt
from anagen.trials.published import PublishedTrial


def class_mean_nearest(published: PublishedTrial, asked: Asked) -> float | None:
    """Mean of like arms of the same class at the dose nearest in rank; None without a study."""
    own = _arm(published.study, asked.arm)
    return _mean(published.study, asked, lambda arms: _nearest(arms, _rank(published.study, own)))


def class_mean_top(published: PublishedTrial, asked: Asked) -> float | None:
    """Mean of like arms of the same class at their top dose; None without a study."""
    return _mean(published.study, asked, lambda arms: _nearest(arms, 1.0))


def same_drug_mean(published: PublishedTrial, asked: Asked) -> float | None:
    """Mean of arms of the same drug at the dose nearest in rank; None without a study."""
    own = _arm(published.study, asked.arm)
    if not own.drug or _side(own.role) != "active":
        return None
    rank = _rank(published.study, own)
    return _mean(
        published.study,
        asked,
        lambda arms: _nearest([pair for pair in arms if pair[1].drug == own.drug], rank),
    )


REFERENCES: Mapping[str, Callable[[PublishedTrial, Asked], float | None]] = {
    "class mean, nearest dose": class_mean_nearest,
    "class mean, top dose": class_mean_top,
    "same drug": same_drug_mean,
    "empirical SALT model": empirical_salt,
}

Arms = list[tuple[float, StudyArm]]


def _mean(study: Study, asked: Asked, choose: Callable[[Arms], Arms]) -> float | None:
    """Of each study the arms chosen, at the visit nearest in time; then the mean over studies."""
    side = _side(_arm(study, asked.arm).role)
    means = []
    for other in load_studies().values():
        if other.split != "train" or other.people == study.people:
            continue
        if side == "active" and other.treatment_class != study.treatment_class:
            continue
        # An arm that begins on placebo is like neither.
        like = [
            (_rank(other, arm), arm)
            for arm in other.arms
            if _side(arm.role) == side and not arm.schedule.startswith("placebo")
        ]
        chosen = {arm.id for _, arm in (choose(like) if side == "active" else like)}
        nearest = list(_nearest_visit(other, asked, chosen))
        if nearest:
            means.append(sum(nearest) / len(nearest))
    return sum(means) / len(means) if means else None


def _nearest_visit(study: Study, asked: Asked, arms: set[str]) -> Iterator[float]:
    rows = [
        (abs(row.week - asked.week), row.value)
        for row in study.endpoints
        if row.use == "fit"
        and row.value is not None
        and row.week is not None
        and row.arm in arms
        and _like(row.endpoint, row.unit, row.kind) == _like(asked.endpoint, asked.unit, asked.kind)
    ]
    return (value for far, value in rows if far == min(rows)[0])


def _nearest(arms: Arms, rank: float) -> Arms:
    """The arms whose rank is nearest to `rank`."""
    if not arms:
        return []
    least = min(abs(own - rank) for own, _ in arms)
    return [pair for pair in arms if abs(pair[0] - rank) <= least]


def _rank(study: Study, arm: StudyArm) -> float:
    """Daily dose over the top daily dose of the same drug in the study; 1 where none is given."""
    top = max((_daily(other) for other in study.arms if other.drug == arm.drug), default=0.0)
    return _daily(arm) / top if top > 0.0 and _daily(arm) > 0.0 else 1.0


def _daily(arm: StudyArm) -> float:
    return (arm.dose or 0.0) * (arm.times_per_day or 1.0)


def _arm(study: Study, arm_id: str) -> StudyArm:
    return next(arm for arm in study.arms if arm.id == arm_id)


def _side(role: str) -> str:
    """Active, control, or nothing at all; those who count as like each other."""
    if role == "untreated":
        return role
    return "control" if role in CONTROLS else "active"


def _like(endpoint: str, unit: str, kind: str) -> tuple[str, str, str]:
    return ("count" if endpoint.startswith("count") else endpoint, unit, kind)
