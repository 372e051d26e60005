"""What is given, how much, how often, from when to when; and the plain words for it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from anagen.catalog.salts import Salt, salts_of
from anagen.catalog.treatments import Treatment, load_treatments
from anagen.errors import InputProblems, Problem, nearest_name
from anagen.simulate.regimen_doses import (
    convertible,
    dose_in_usual_unit,
    impossible,
    is_loading,
    too_much,
)
from anagen.simulate.regimen_words import (
    DAYS_PER_WEEK,
    frequency_text,
    number_text,
    plain_words,
    plan_problem,
    source_text,
)

# "Monthly" in clinics is every four weeks; years and calendar months are only lengths of time.
DAYS = {"day": 1.0, "week": 7.0, "month": 28.0}
WEEKS = {"day": 1.0 / 7.0, "week": 1.0, "month": 365.25 / 12.0 / 7.0, "year": 365.25 / 7.0}
# Once an hour; each administration is simulated.
SHORTEST_DAYS = 1.0 / 24.0
UNIT_WORDS = {
    "mcg": "ug",
    "µg": "ug",
    "μg": "ug",
    "percent": "%",
    "iu": "IU",
    "units": "IU",
    "applications": "application",
}
NUMBER = r"(\d+(?:\.\d+)?)"
DOSE = re.compile(
    rf"(?<![\w.-]){NUMBER}\s*(mg/ml|mcg|ug|µg|μg|mg|g|iu|units|percent|applications?|%)(?!\w)"
)
FREQUENCIES: tuple[tuple[re.Pattern[str], float], ...] = tuple(
    (re.compile(rf"\b(?:{words})\b"), days)
    for words, days in (
        (r"every other day|on alternate days", 2.0),
        (r"(?:three|3) times (?:a|per) week|(?:three|3) times weekly", 7.0 / 3.0),
        (r"(?:twice|2 times) (?:a|per) week|twice weekly", 3.5),
        (r"(?:once (?:a|per) |once |every |a )week|once weekly|weekly", 7.0),
        (r"(?:three|3) times (?:a |per )?(?:day|daily)|tid|tds", 1.0 / 3.0),
        (r"(?:twice|2 times) (?:a |per )?(?:day|daily)|bid|bd", 0.5),
        (r"(?:once (?:a |per )|once |every )?(?:day|daily)|nightly|qd|od", 1.0),
        (r"(?:once (?:a |per )|once |every )?(?:month|monthly)", 28.0),
    )
)
OFTEN = tuple(pattern for pattern, _ in FREQUENCIES)
TIMES = re.compile(r"\b(\d+) times (?:a |per )?(?:(day|week|month)|(dai|week|month)ly)\b")
EVERY = re.compile(rf"\bevery {NUMBER} (day|week|month)s?\b")
LENGTH = re.compile(rf"(?:\bfor |(?<!\w)[x×] ?)?\b{NUMBER} (day|week|month|year)s?\b")
START = re.compile(rf"\b(?:from|starting at|starting in) week {NUMBER}\b")
STOP = re.compile(rf"\b(?:until|to|stop at|stopping at) week {NUMBER}\b")
SESSIONS = r"(?:times|sessions|doses)\b"
COUNT = re.compile(rf"(?<!\w)(?:x|×) ?{NUMBER}\b(?: {SESSIONS})?|\b{NUMBER} {SESSIONS}")
# Words that help a person and say nothing about which treatment is meant.
FILLER = frozenset(("of", "at", "a", "the", "and", "take", "taken", "apply", "applied", "dose"))
WHAT_IS_READ = 'say dose, unit, how often, from and until which week; join treatments with "+"'
EVERY_STEP = 'write every step: "4 mg daily for 12 weeks then 2 mg for 4 weeks then stop"'
# How well words name a treatment that they name by a part of a longer name only.
PART = 1
ROUTE_WORDS = {
    "by mouth": "oral",
    "tablets": "oral",
    "tablet": "oral",
    "capsules": "oral",
    "capsule": "oral",
    "injected": "intralesional",
    "injection": "intralesional",
    "injections": "intralesional",
    "shots": "intralesional",
    "shot": "intralesional",
    "on the scalp": "topical",
    "lotion": "topical",
}


@dataclass(frozen=True, slots=True)
class Regimen:
    """One treatment as taken.

    `treatment` is an id of the treatment catalogue. `dose` is the amount of one administration in
    `unit`; `interval_days` the time between administrations (0.5 is twice daily, 28 every four
    weeks). Weeks count from the start of the forecast; `stop_week` None means never stopped.
    `credence` is the probability that the treatment does anything at all for this cause.
    """

    treatment: str
    dose: float
    unit: str
    interval_days: float
    start_week: float = 0.0
    stop_week: float | None = None
    text: str = ""
    credence: float = 1.0


@dataclass(frozen=True, slots=True)
class Arm:
    """One future to simulate: regimens together. No regimens is the untreated arm.

    `as_in_trial` adds to hair counts what vehicle, placebo and sham arms gain, as the arm of a
    trial shows it. Without it nothing but the treatment itself is credited to the treatment, which
    is the fair comparison of one person's plan with doing nothing.
    """

    id: str
    label: str
    regimens: tuple[Regimen, ...] = ()
    as_in_trial: bool = True


def parse_regimen(text: str, treatments: Mapping[str, Treatment] | None = None) -> Regimen:
    """One regimen from words such as "triamcinolone 5 mg/ml intralesional every 4 weeks x 4".

    What the words leave out (dose, unit, how often) is as usual for the treatment. Raises
    InputProblems for an unknown treatment, a unit it does not come in, a dose above its largest, or
    words that mean nothing.
    """
    known = load_treatments() if treatments is None else treatments
    words = plain_words(text)
    problems = impossible(text, words)
    if problems:
        raise InputProblems(problems)
    amount, words = _take(DOSE, words)
    every, words = _take(EVERY, words)
    length, words = _take(LENGTH, words)
    start, words = _take(START, words)
    stop, words = _take(STOP, words)
    interval, often = None, None
    if every is not None:
        interval = float(every[1]) * DAYS[every[2]]
    else:
        often, words = _take(TIMES, words)
    if often is not None and int(often[1]):
        interval = DAYS[{"dai": "day"}.get(often[3], often[2] or often[3])] / int(often[1])
    for never in (every if interval == 0.0 else None, often if interval is None else None):
        if never is not None:
            problems.append(
                plan_problem(text, never[0], "is never", fix="say how often, or leave it out")
            )
            interval = None
    # Counted after the frequencies, or "3 times a day" would be three sessions.
    for pattern, days in FREQUENCIES if interval is None else ():
        found, words = _take(pattern, words)
        if found is not None:
            interval = days
            break
    count, words = _take(COUNT, words)
    if count is not None and not (count[1] or count[2]).strip("0").isdigit():
        problems.append(
            plan_problem(text, count[0], "is no number of sessions", fix="give a whole number")
        )
        count = None
    unit = None if amount is None else UNIT_WORDS.get(amount[2], amount[2])
    treatment = _treatment(text, words, unit, known, problems)
    if treatment is None:
        raise InputProblems(problems)
    usual = treatment.regimen
    if usual is None and amount is not None:
        problems.append(
            plan_problem(
                text, amount[0], f"Anagen has no doses of {treatment.name}", fix="leave it out"
            )
        )
        raise InputProblems(problems)
    dose = 0.0 if usual is None else usual.dose
    if usual is not None and amount is not None and unit is not None:
        dose = dose_in_usual_unit(text, amount, unit, usual, treatment, problems)
        dose = next((salt.holds for salt in _salts(treatment, words) if salt.amount == dose), dose)
    if interval is None:
        interval = 1.0 if usual is None else usual.interval_days
    lasting = None
    if length is not None:
        lasting = lasting_weeks(length)
    if count is not None:
        counted = float(count[1] or count[2]) * interval / DAYS_PER_WEEK
        # "Monthly x 3 for 3 months" says one thing twice.
        if lasting is not None and abs(lasting - counted) > max(interval / DAYS_PER_WEEK, 1.0):
            problems.append(_two_ends(text, f"{counted:.1f} weeks by sessions", lasting))
        lasting = counted if lasting is None else lasting
    start_week, stop_week = _weeks(start, lasting, stop)
    if lasting is not None and stop_week is not None and stop_week != start_week + lasting:
        problems.append(_two_ends(text, f"week {number_text(stop_week)}", start_week + lasting))
    if usual is not None and not is_loading(dose, interval, start_week, stop_week, usual):
        example = next(_salts(treatment, words), None)
        problems += too_much(text, dose, interval, usual, treatment, example)
    if stop_week is not None and stop_week <= start_week:
        problems.append(
            plan_problem(
                text, f"from week {number_text(start_week)} until week {number_text(stop_week)}",
                "stops before it starts", fix="stop later",
            )
        )  # fmt: skip
    if not problems and interval < SHORTEST_DAYS * (1.0 - 1e-9):
        problems.append(
            plan_problem(
                text, frequency_text(interval), "is more often than anyone is given a treatment",
                allowed="at most 24 times a day",
            )
        )  # fmt: skip
    if problems:
        raise InputProblems(problems)
    in_unit = "" if usual is None else usual.unit
    return Regimen(treatment.id, dose, in_unit, interval, start_week, stop_week, text.strip())


def loading_notes(regimens: Iterable[Regimen]) -> tuple[str, ...]:
    """One sentence for every regimen above the labelled maximum because a trial loaded with it."""
    notes = []
    for regimen in regimens:
        treatment = load_treatments()[regimen.treatment]
        usual = treatment.regimen
        if usual and usual.max_dose is not None and regimen.dose > usual.max_dose * (1.0 + 1e-9):
            notes.append(
                f"{treatment.name}: {regimen.dose:g} {regimen.unit} for the first weeks was the "
                f"loading dose of a trial ({source_text(usual.loading_source)}); the largest "
                f"labelled dose is {usual.max_dose:g} {usual.unit}."
            )
    return tuple(notes)


def check_within(regimens: Iterable[Regimen], weeks: float) -> None:
    """Raises InputProblems naming every regimen that never runs within the weeks forecast."""
    problems = []
    for regimen in regimens:
        late = regimen.start_week >= weeks
        if late or regimen.interval_days > weeks * DAYS_PER_WEEK:
            value = f"week {number_text(regimen.start_week)}"
            problems.append(
                plan_problem(
                    regimen.text, value if late else frequency_text(regimen.interval_days),
                    "starts after the end of the forecast" if late else
                    "is so seldom that only the first dose falls into the forecast",
                    allowed=f"before week {weeks:g}" if late else f"within {weeks:g} weeks",
                    fix="start earlier, or forecast more weeks" if late else "",
                )
            )  # fmt: skip
    if problems:
        raise InputProblems(problems)


def any_name(known: Mapping[str, Treatment]) -> re.Pattern[str]:
    """Finds the name of any treatment, of a drug with several routes also without its route."""
    found = {name for treatment in known.values() for name in _names(treatment)}
    found |= {_bare(treatment) for treatment in known.values()}
    longest_first = sorted((name.lower() for name in found if name), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)


def lasting_weeks(length: re.Match[str]) -> float:
    """The weeks of a match of `LENGTH`; months and years in whole ones."""
    weeks = float(length[1]) * WEEKS[length[2]]
    return float(max(round(weeks), 1)) if length[2] in ("month", "year") else weeks


def _two_ends(text: str, one: str, other: float) -> Problem:
    return plan_problem(
        text, f"{one} and {number_text(round(other, 1))} weeks", "says two different ends",
        fix="say once for how long, or until which week",
    )  # fmt: skip


def together(one: Regimen, other: Regimen) -> bool:
    """Whether two regimens run in the same weeks for any time."""
    ends = [math.inf if r.stop_week is None else r.stop_week for r in (one, other)]
    return one.start_week < ends[1] and other.start_week < ends[0]


def given_twice(regimens: Sequence[Regimen]) -> list[Problem]:
    """One problem for every later regimen of a treatment still running."""
    problems = []
    for index, later in enumerate(regimens):
        for earlier in regimens[:index]:
            if earlier.treatment == later.treatment and together(earlier, later):
                problems.append(
                    plan_problem(
                        later.text, later.treatment, "is in the plan twice for the same weeks",
                        fix="name it once, or stop the one before the other starts",
                    )
                )  # fmt: skip
                break
    return problems


def regimen_text(regimen: Regimen) -> str:
    """Words that parse back to the same regimen."""
    parts = [regimen.treatment.replace("_", " ")]
    if regimen.unit:
        space = "" if regimen.unit == "%" else " "
        parts += [
            f"{number_text(regimen.dose)}{space}{regimen.unit}",
            frequency_text(regimen.interval_days),
        ]
    elif regimen.interval_days != 1.0:
        parts.append(frequency_text(regimen.interval_days))
    if regimen.start_week:
        parts.append(f"from week {number_text(regimen.start_week)}")
    if regimen.stop_week is not None:
        parts.append(f"until week {number_text(regimen.stop_week)}")
    return " ".join(parts)


def says_dose(text: str) -> bool:
    """Whether the words of a plan name an amount, rather than leave it as usual."""
    return DOSE.search(plain_words(text)) is not None


def stopped_at(regimen: Regimen, week: float) -> Regimen:
    """The same regimen stopped at `week`, or earlier where it ends earlier anyway."""
    stop = week if regimen.stop_week is None else min(week, regimen.stop_week)
    stopped = replace(regimen, stop_week=stop)
    return replace(stopped, text=regimen_text(stopped))


def _take(pattern: re.Pattern[str], words: str) -> tuple[re.Match[str] | None, str]:
    """The first match and the words without it."""
    found = pattern.search(words)
    if found is None:
        return None, words
    return found, f"{words[: found.start()]} {words[found.end() :]}".strip()


def _salts(treatment: Treatment, words: str) -> Iterator[Salt]:
    """The tablets of the treatment that the words name by their salt."""
    said = _tokens(words)
    return (
        salt for salt in salts_of(treatment.id) if any(_tokens(name) <= said for name in salt.names)
    )


def _weeks(
    start: re.Match[str] | None, lasting: float | None, stop: re.Match[str] | None
) -> tuple[float, float | None]:
    first = float(start[1]) if start else 0.0
    if stop is not None:
        return first, float(stop[1])
    return first, None if lasting is None else first + lasting


@lru_cache(maxsize=4096)
def _tokens(words: str) -> frozenset[str]:
    for phrase, route in ROUTE_WORDS.items():
        words = re.sub(rf"\b{phrase}\b", route, words)
    return frozenset(re.findall(r"\d+\.\d+[a-z]*|[a-z0-9][a-z0-9/-]*", words)) - FILLER


def _bare(treatment: Treatment) -> str:
    """The name of a drug that comes in several ways, without the way: minoxidil."""
    return " ".join(word for word in treatment.id.split("_") if word != treatment.route)


def _names(treatment: Treatment) -> tuple[str, ...]:
    return (treatment.id.replace("_", " "), treatment.name.lower(), *treatment.synonyms)


def _treatment(
    text: str,
    words: str,
    unit: str | None,
    known: Mapping[str, Treatment],
    problems: list[Problem],
) -> Treatment | None:
    """The one treatment the remaining words mean; else a problem and None."""
    said = _tokens(words)
    if not said:
        problems.append(plan_problem(text, text, "names no treatment", fix="start with its name"))
        return None
    ranked = _ranked(said, known)
    if not ranked:
        problems.append(_unknown(text, words, said, known))
        return None
    if unit is not None:
        # 5 % of a drug that comes as tablets and as a solution means the solution.
        fitting = [
            (score, item)
            for score, item in ranked
            if score > PART and item.regimen and convertible(unit, item.regimen.unit)
        ]
        ranked = fitting or ranked
    top = max(score for score, _ in ranked)
    best_ones = [item for score, item in ranked if score == top]
    if len(best_ones) > 1:
        options = ", ".join(_names(item)[0] for item in best_ones)
        problems.append(
            plan_problem(
                text, words, "may mean several treatments", allowed=options, fix="say which"
            )
        )
        return None
    if top == PART:
        name = next(name for name in _names(best_ones[0]) if said < _tokens(name.lower()))
        problems.append(
            plan_problem(
                text, words, "is only part of the name of a treatment", nearest=name
            )
        )  # fmt: skip
        return None
    return best_ones[0]


def treatments_meant(
    text: str, treatments: Mapping[str, Treatment] | None = None
) -> frozenset[str]:
    """Ids of what words such as "oral minoxidil" mean; of a name with several forms, all of them.

    Where the words as a whole are no name, of the names that stand in them.
    """
    known = load_treatments() if treatments is None else treatments
    words = plain_words(text)
    for pattern in (DOSE, EVERY, TIMES, *OFTEN):
        _, words = _take(pattern, words)
    return _meant(words, known) or frozenset[str]().union(
        *(_meant(found[0], known) for found in any_name(known).finditer(words))
    )


def _meant(words: str, known: Mapping[str, Treatment]) -> frozenset[str]:
    """Ids of the treatments that the words name best, more than by a part of a name."""
    said = _tokens(words)
    # "Tablets" alone means none of all that comes as tablets.
    bare = not said - {item.route for item in known.values()}
    ranked = [(score, item.id) for score, item in _ranked(said, known) if score > PART and not bare]
    top = max((score for score, _ in ranked), default=0)
    return frozenset(ident for score, ident in ranked if score == top)


def _ranked(said: frozenset[str], known: Mapping[str, Treatment]) -> list[tuple[int, Treatment]]:
    """Every treatment the words may mean with how well they name it: 4 by its name, 3 with its
    way beside the name, 2 by its name without the way, `PART` by a part of a name."""
    ranked: list[tuple[int, Treatment]] = []
    if not said:
        return ranked
    for treatment in known.values():
        best = 0
        also = () if treatment.regimen is None else treatment.regimen.also_said
        names = _names(treatment)
        for name in (*names, *(f"{_bare(treatment)} {words}" for words in also)):
            meant = _tokens(name.lower())
            routed = meant | {
                treatment.route.lower(),
                "solution",
                "shampoo",
                *_tokens(" ".join(also)),
            }
            if said == meant:
                best = max(best, 4)
            elif meant <= said <= routed:
                best = max(best, 3)
            elif said < meant and name in names:
                best = max(best, 2 if said & _tokens(treatment.id.replace("_", " ")) else PART)
        if best:
            ranked.append((best, treatment))
    return ranked


def _unknown(
    text: str, words: str, said: frozenset[str], known: Mapping[str, Treatment]
) -> Problem:
    """Why the words mean no treatment: a word too many, or a name nobody knows."""
    named = {_tokens(_bare(item)): _bare(item) for item in known.values()}
    named |= {_tokens(name.lower()): name for item in known.values() for name in _names(item)}
    inside = [tokens for tokens in named if tokens <= said]
    if inside:
        most = max(inside, key=len)
        rest = " ".join(word for word in words.split() if not _tokens(word) <= most)
        routes = sorted({item.route for item in known.values()} & (said - most))
        if routes:
            ways = sorted(
                {
                    item.route
                    for item in known.values()
                    if any(most <= _tokens(name.lower()) for name in _names(item))
                }
            )
            return plan_problem(
                text, ", ".join(routes), f"is no way Anagen knows to take {named[most]}",
                allowed=", ".join(ways), fix="name another way, or leave it out",
            )  # fmt: skip
        return plan_problem(
            text, rest, f"not understood beside {named[most]}",
            fix=EVERY_STEP if "taper" in rest else WHAT_IS_READ,
        )  # fmt: skip
    near = nearest_name(words, named.values()) or nearest_name(words.split()[0], named.values())
    fix = "" if near else "name it as `anagen interventions` does"
    return plan_problem(text, words, "is no known treatment", nearest=near, fix=fix)
