"""Written people with known causes: what the assessment says of them, and how it scores."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from anagen.assess.assess import assess
from anagen.assess.hypotheses import hypotheses, shares
from anagen.assess.knowledge import load_knowledge
from anagen.catalog.tables import read_document, read_table
from anagen.patients.record import PatientRecord

UNSEEN = ("unseen", "unseen_second")  # met blind, in this order; each keeps its first answers
SETS = (*UNSEEN, "textbook")
EDGES = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
_LEAST = 0.005  # probability of a cause that is not listed, for the log score
_NINETY = 1.6448536269514722  # standard normal quantile of a central 90 % interval


@dataclass(frozen=True, slots=True)
class Vignette:
    """One written person. `truth` are the causes named by the case's authors, or by the writer.

    `needs_all`: all of `truth` must be among the first two, else one of them is enough. `basis` is
    published (a case report) or written (a textbook picture). `flags` must be raised.
    """

    id: str
    truth: tuple[str, ...]
    needs_all: bool
    flags: tuple[str, ...]
    source: str
    basis: str
    note: str
    record: PatientRecord


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said of one vignette: causes with their probabilities, likeliest first."""

    id: str
    truth: tuple[str, ...]
    needs_all: bool
    basis: str
    said: tuple[tuple[str, float], ...]

    @property
    def first(self) -> str:
        """The cause named first; empty when none was named."""
        return self.said[0][0] if self.said else ""

    @property
    def first_right(self) -> bool:
        """Whether the cause named first is one of the truth."""
        return self.first in self.truth

    @property
    def two_right(self) -> bool:
        """Whether the first two hold the truth: all of it where all is asked for."""
        two = {cause for cause, _ in self.said[:2]}
        return set(self.truth) <= two if self.needs_all else bool(two & set(self.truth))

    @property
    def truth_probability(self) -> float:
        """The largest probability given to a cause of the truth; 0 when none was listed."""
        return max((p for cause, p in self.said if cause in self.truth), default=0.0)


@dataclass(frozen=True, slots=True)
class Bin:
    """Said probabilities within `low` to `high`: their mean, and how many were right.

    `share_low` and `share_high` bound the share right (Wilson, central 90 %).
    """

    low: float
    high: float
    count: int
    right: int
    said: float
    share_low: float
    share_high: float


@dataclass(frozen=True, slots=True)
class Score:
    """Accuracy of a set of answers. `brier` is that of the first cause; `log_score` is the mean
    of -ln of the probability given to the truth (0 is perfect)."""

    people: int
    first: int
    two: int
    mean_said: float
    brier: float
    log_score: float
    bins: tuple[Bin, ...]


def load_vignettes(name: str) -> tuple[Vignette, ...]:
    """The vignettes of one file of `data/vignettes`, in file order."""
    document = read_document(f"vignettes/{name}.toml")
    return tuple(
        Vignette(
            id=row["patient"]["id"],
            truth=tuple(row["truth"]),
            needs_all=row.get("needs_all", False),
            flags=tuple(row.get("flags", ())),
            source=row.get("source", document.get("source", "")),
            basis=row.get("basis", document.get("basis", "")),
            note=row.get("note", ""),
            record=_record(row),
        )
        for row in document["vignette"]
    )


def _record(row: Mapping[str, Any]) -> PatientRecord:
    states = dict.fromkeys(row.get("present", ()), "present")
    states |= dict.fromkeys(row.get("absent", ()), "absent")
    findings = {**states, **row["patient"].get("findings", {})}
    return PatientRecord.model_validate({**row["patient"], "findings": findings})


def answer(vignette: Vignette) -> Answer:
    """What the assessment says of one vignette now."""
    said = ((cause.cause, cause.probability) for cause in assess(vignette.record).causes)
    return _answer(vignette, said)


def first_run(name: str) -> tuple[Mapping[str, str], ...]:
    """The kept rows of one unseen set: id, cause, probability (both empty where none was named)."""
    return tuple(read_table(f"vignettes/{name}_first_run.csv"))


def answer_at_first_run(vignette: Vignette) -> Answer:
    """What the assessment said of an unseen vignette when it first met it."""
    kept = (row for name in UNSEEN for row in first_run(name))
    rows = [row for row in kept if row["id"] == vignette.id and row["cause"]]
    said = sorted(((row["cause"], float(row["probability"])) for row in rows), key=lambda x: -x[1])
    return _answer(vignette, said)


def answer_by_age_and_sex(vignette: Vignette) -> Answer:
    """What base rates alone would say, by age, sex and ancestry: the floor to beat."""
    knowledge = load_knowledge()
    every = hypotheses(knowledge, shares(knowledge, vignette.record))
    marginal = every.prior @ every.contains
    order = np.argsort(-marginal, kind="stable")[:12]
    return _answer(vignette, ((knowledge.causes[i].id, float(marginal[i])) for i in order))


def _answer(vignette: Vignette, said: Iterable[tuple[str, float]]) -> Answer:
    return Answer(vignette.id, vignette.truth, vignette.needs_all, vignette.basis, tuple(said))


def score(answers: Sequence[Answer]) -> Score:
    """Accuracy and calibration of some answers; at least one is needed."""
    firsts = [(a.said[0][1] if a.said else 0.0, a.first_right) for a in answers]
    said = [(p, cause in a.truth) for a in answers for cause, p in a.said]
    return Score(
        people=len(answers),
        first=sum(a.first_right for a in answers),
        two=sum(a.two_right for a in answers),
        mean_said=float(np.mean([p for p, _ in firsts])),
        brier=float(np.mean([(p - right) ** 2 for p, right in firsts])),
        log_score=float(
            np.mean([-math.log(max(_LEAST, min(1.0, a.truth_probability))) for a in answers])
        ),
        bins=tuple(_bins(said)),
    )


def _bins(said: Sequence[tuple[float, bool]]) -> Iterable[Bin]:
    """Every probability that was said of a listed cause, against whether that cause was true."""
    for low, high in pairwise(EDGES):
        held = [(p, right) for p, right in said if low <= p < high or p == high == EDGES[-1]]
        if held:
            right = sum(right for _, right in held)
            share_low, share_high = wilson(right, len(held))
            mean = float(np.mean([p for p, _ in held]))
            yield Bin(low, high, len(held), right, mean, share_low, share_high)


def wilson(right: int, count: int) -> tuple[float, float]:
    """Wilson's central 90 % interval of a share."""
    share, z = right / count, _NINETY
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    half /= 1 + z * z / count
    return max(0.0, middle - half), min(1.0, middle + half)
