"""What is given, how much, how often, from when to when; and the plain words for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from anagen.catalog.treatments import Treatment, UsualRegimen, load_treatments
from anagen.errors import InputProblems, Problem, nearest_name
from anagen.simulate.regimen_words import BELOW_ZERO, NO_ORDINARY_NUMBER, plain_words

DAYS_PER_WEEK = 7.0
# "Monthly" in clinics is every four weeks; years and calendar months are only lengths of time.
DAYS = {"day": 1.0, "week": 7.0, "month": 28.0}
WEEKS = {"day": 1.0 / 7.0, "week": 1.0, "month": 365.25 / 12.0 / 7.0, "year": 365.25 / 7.0}
MASS_IN_UG = {"ug": 1.0, "mg": 1e3, "g": 1e6}
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
        (r"(?:once (?:a|per) |once |every )week|once weekly|weekly", 7.0),
        (r"(?:three|3) times (?:a |per )?(?:day|daily)|tid|tds", 1.0 / 3.0),
        (r"(?:twice|2 times) (?:a |per )?(?:day|daily)|bid|bd", 0.5),
        (r"(?:once (?:a |per )|once |every )?(?:day|daily)|nightly|qd|od", 1.0),
        (r"(?:once (?:a |per )|once |every )?(?:month|monthly)", 28.0),
    )
)
TIMES = re.compile(r"\b(\d+) times (?:a |per )?(?:(day|week|month)|(dai|week|month)ly)\b")
EVERY = re.compile(rf"\bevery {NUMBER} (day|week|month)s?\b")
LENGTH = re.compile(rf"(?:\bfor |(?<!\w)[x×] ?)?\b{NUMBER} (day|week|month|year)s?\b")
START = re.compile(rf"\b(?:from|starting at|starting in) week {NUMBER}\b")
STOP = re.compile(rf"\b(?:until|to|stop at|stopping at) week {NUMBER}\b")
SESSIONS = r"(?:times|sessions|doses)\b"
COUNT = re.compile(rf"(?<!\w)(?:x|×) ?{NUMBER}\b(?: {SESSIONS})?|\b{NUMBER} {SESSIONS}")
# Words that help a person and say nothing about which treatment is meant.
FILLER = frozenset(("of", "at", "a", "the", "and", "take", "taken", "apply", "applied", "dose"))
ROUTE_WORDS = {
    "by mouth": "oral",
    "tablets": "oral",
    "tablet": "oral",
    "capsules": "oral",
    "capsule": "oral",
    "injected": "intralesional",
    "injection": "intralesional",
    "injections": "intralesional",
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


def parse_plan(text: str, treatments: Mapping[str, Treatment] | None = None) -> tuple[Regimen, ...]:
    """Regimens of a plan such as "finasteride 1 mg daily + minoxidil 5% topical twice daily".

    A part may change its dose: "baricitinib 4 mg daily for 52 weeks then 2 mg". Raises
    InputProblems with everything wrong in any part at once, a treatment given twice in the same
    weeks included: two allowed doses together would pass the largest one.
    """
    regimens, problems = [], []
    for part in re.split(r"\s*\+\s*", text.strip()):
        before: Regimen | None = None
        for phrase in re.split(r"\s*,?\s+then\s+", part, flags=re.IGNORECASE):
            try:
                before = _next_step(phrase, before, treatments)
            except InputProblems as error:
                problems.extend(error.problems)
                break
            regimens.append(before)
    problems.extend(_given_twice(regimens))
    if problems:
        raise InputProblems(problems)
    return tuple(regimens)


def parse_regimen(text: str, treatments: Mapping[str, Treatment] | None = None) -> Regimen:
    """One regimen from words such as "triamcinolone 5 mg/ml intralesional every 4 weeks x 4".

    What the words leave out (dose, unit, how often) is as usual for the treatment. Raises
    InputProblems for an unknown treatment, a unit it does not come in, a dose above its largest, or
    words that mean nothing.
    """
    known = load_treatments() if treatments is None else treatments
    words = plain_words(text)
    problems = _impossible(text, words)
    if problems:
        raise InputProblems(problems)
    amount, words = _take(DOSE, words)
    every, words = _take(EVERY, words)
    length, words = _take(LENGTH, words)
    start, words = _take(START, words)
    stop, words = _take(STOP, words)
    interval = None if every is None else float(every[1]) * DAYS[every[2]]
    if interval == 0.0:
        problems.append(_problem(text, "0", "is no time between doses", fix="leave it out"))
        interval = None
    often, words = _take(TIMES, words)
    if often is not None and interval is None and int(often[1]):
        interval = DAYS[{"dai": "day"}.get(often[3], often[2] or often[3])] / int(often[1])
    # Counted after the frequencies, or "3 times a day" would be three sessions.
    for pattern, days in FREQUENCIES if interval is None else ():
        found, words = _take(pattern, words)
        if found is not None:
            interval = days
            break
    count, words = _take(COUNT, words)
    unit = None if amount is None else UNIT_WORDS.get(amount[2], amount[2])
    treatment = _treatment(text, words, unit, known, problems)
    if treatment is None:
        raise InputProblems(problems)
    usual = treatment.regimen
    if usual is None and amount is not None:
        problems.append(
            _problem(text, amount[0], f"{treatment.name} is not taken in doses", fix="leave it")
        )
        raise InputProblems(problems)
    dose = 0.0 if usual is None else usual.dose
    if usual is not None and amount is not None and unit is not None:
        dose = _converted(text, float(amount[1]), unit, usual, treatment, problems)
    if interval is None:
        interval = 1.0 if usual is None else usual.interval_days
    lasting = None
    if length is not None:
        lasting = float(length[1]) * WEEKS[length[2]]
        if length[2] in ("month", "year"):
            lasting = float(max(round(lasting), 1))
    elif count is not None:
        lasting = float(count[1] or count[2]) * interval / DAYS_PER_WEEK
    start_week, stop_week = _weeks(start, lasting, stop)
    if usual is not None and not _loading(dose, interval, start_week, stop_week, usual):
        _check_dose(text, dose, interval, usual, treatment, problems)
    if stop_week is not None and stop_week <= start_week:
        problems.append(
            _problem(text, f"week {stop_week:g}", "stops before it starts", fix="stop later")
        )
    if problems:
        raise InputProblems(problems)
    in_unit = "" if usual is None else usual.unit
    return Regimen(treatment.id, dose, in_unit, interval, start_week, stop_week, text.strip())


def _impossible(text: str, words: str) -> list[Problem]:
    """Numbers that no dose, time or count can have."""
    found = [(match, "is below zero") for match in BELOW_ZERO.finditer(words)]
    found += [(match, "is no ordinary number") for match in NO_ORDINARY_NUMBER.finditer(words)]
    return [
        _problem(text, match[0].strip(), wrong, fix="give a number above zero, written out")
        for match, wrong in found
    ]


def _loading(
    dose: float, interval: float, start: float, stop: float | None, usual: UsualRegimen
) -> bool:
    """Whether this is the treatment's loading dose: at the start, no longer than a row allows."""
    return (
        usual.loading_dose is not None
        and usual.loading_weeks is not None
        and stop is not None
        and start == 0.0
        and stop <= usual.loading_weeks
        and interval >= usual.interval_days
        and dose <= usual.loading_dose * (1.0 + 1e-9)
    )


def loading_notes(regimens: Iterable[Regimen]) -> tuple[str, ...]:
    """One sentence for every regimen above the labelled maximum because a trial loaded with it."""
    notes = []
    for regimen in regimens:
        treatment = load_treatments()[regimen.treatment]
        usual = treatment.regimen
        if usual and usual.max_dose is not None and regimen.dose > usual.max_dose * (1.0 + 1e-9):
            notes.append(
                f"{treatment.name}: {regimen.dose:g} {regimen.unit} for the first weeks was the "
                f"loading dose of a trial ({usual.loading_source.replace('_', ' ')}); the largest "
                f"labelled dose is {usual.max_dose:g} {usual.unit}."
            )
    return tuple(notes)


def _next_step(
    phrase: str, before: Regimen | None, treatments: Mapping[str, Treatment] | None
) -> Regimen:
    """The regimen of a phrase; after "then", of the same treatment from where it stopped."""
    if before is None:
        return parse_regimen(phrase, treatments)
    if before.stop_week is None:
        raise InputProblems(
            [_problem(before.text, phrase, "follows a step without an end", fix="say for how long")]
        )
    step = parse_regimen(f"{before.treatment.replace('_', ' ')} {phrase}", treatments)
    lasting = None if step.stop_week is None else step.stop_week - step.start_week
    if not any(found.search(phrase.lower()) for found in (EVERY, *(p for p, _ in FREQUENCIES))):
        step = replace(step, interval_days=before.interval_days)
    start = before.stop_week
    step = replace(step, start_week=start, stop_week=None if lasting is None else start + lasting)
    return replace(step, text=regimen_text(step))


def _given_twice(regimens: list[Regimen]) -> list[Problem]:
    """One problem for every later regimen of a treatment still running."""
    problems = []
    for index, later in enumerate(regimens):
        for earlier in regimens[:index]:
            if earlier.treatment != later.treatment:
                continue
            ends = [float("inf") if r.stop_week is None else r.stop_week for r in (earlier, later)]
            if later.start_week < ends[0] and earlier.start_week < ends[1]:
                problems.append(
                    _problem(
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
        parts += [f"{_number(regimen.dose)}{space}{regimen.unit}", _frequency_text(regimen)]
    elif regimen.interval_days != 1.0:
        parts.append(_frequency_text(regimen))
    if regimen.start_week:
        parts.append(f"from week {_number(regimen.start_week)}")
    if regimen.stop_week is not None:
        parts.append(f"until week {_number(regimen.stop_week)}")
    return " ".join(parts)


def stopped_at(regimen: Regimen, week: float) -> Regimen:
    """The same regimen stopped at `week`, or earlier where it ends earlier anyway."""
    stop = week if regimen.stop_week is None else min(week, regimen.stop_week)
    stopped = replace(regimen, stop_week=stop)
    return replace(stopped, text=regimen_text(stopped))


def _number(value: float) -> str:
    """Short where that is exact, else every digit, so that words parse back to the same number."""
    short = f"{value:g}"
    if float(short) == value and "e" not in short:
        return short
    return f"{Decimal(repr(value)):f}"


def _frequency_text(regimen: Regimen) -> str:
    named = {1.0: "daily", 0.5: "twice daily", 1 / 3: "three times daily", 7.0: "weekly"}
    named |= {3.5: "twice weekly", 7 / 3: "three times weekly"}
    for days, words in named.items():
        if abs(regimen.interval_days - days) < 1e-9:
            return words
    if regimen.interval_days % DAYS_PER_WEEK == 0.0:
        return f"every {_number(regimen.interval_days / DAYS_PER_WEEK)} weeks"
    return f"every {_number(regimen.interval_days)} days"


def _take(pattern: re.Pattern[str], words: str) -> tuple[re.Match[str] | None, str]:
    """The first match and the words without it."""
    found = pattern.search(words)
    if found is None:
        return None, words
    return found, f"{words[: found.start()]} {words[found.end() :]}".strip()


def _weeks(
    start: re.Match[str] | None, lasting: float | None, stop: re.Match[str] | None
) -> tuple[float, float | None]:
    first = float(start[1]) if start else 0.0
    if stop is not None:
        return first, float(stop[1])
    return first, None if lasting is None else first + lasting


def _tokens(words: str) -> frozenset[str]:
    for phrase, route in ROUTE_WORDS.items():
        words = re.sub(rf"\b{phrase}\b", route, words)
    return frozenset(re.findall(r"[a-z0-9][a-z0-9/-]*", words)) - FILLER


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
        problems.append(_problem(text, text, "names no treatment", fix="start with its name"))
        return None
    ranked: list[tuple[int, Treatment]] = []
    for treatment in known.values():
        best = 0
        for name in _names(treatment):
            meant = _tokens(name.lower())
            routed = meant | {treatment.route.lower(), "solution", "shampoo"}
            if said == meant:
                best = max(best, 4)
            elif meant <= said <= routed:
                best = max(best, 3)
            elif said < meant:
                best = max(best, 2 if said & _tokens(treatment.id.replace("_", " ")) else 1)
        if best:
            ranked.append((best, treatment))
    if not ranked:
        problems.append(_unknown(text, words, said, known))
        return None
    if unit is not None:
        # 5 % of a drug that comes as tablets and as a solution means the solution.
        fitting = [
            (score, item)
            for score, item in ranked
            if score > 1 and item.regimen and _convertible(unit, item.regimen.unit)
        ]
        ranked = fitting or ranked
    top = max(score for score, _ in ranked)
    best_ones = [item for score, item in ranked if score == top]
    if len(best_ones) > 1:
        options = ", ".join(_names(item)[0] for item in best_ones)
        problems.append(
            _problem(text, words, "may mean several treatments", allowed=options, fix="say which")
        )
        return None
    return best_ones[0]


def _unknown(
    text: str, words: str, said: frozenset[str], known: Mapping[str, Treatment]
) -> Problem:
    """Why the words mean no treatment: a word too many, or a name nobody knows."""
    named = {_tokens(name.lower()): name for item in known.values() for name in _names(item)}
    inside = [tokens for tokens in named if tokens <= said]
    if inside:
        most = max(inside, key=len)
        rest = " ".join(word for word in words.split() if word in said - most)
        routes = sorted({item.route for item in known.values()} & (said - most))
        if routes:
            ways = sorted(
                {
                    item.route
                    for item in known.values()
                    if any(most <= _tokens(name.lower()) for name in _names(item))
                }
            )
            return _problem(
                text, ", ".join(routes), f"is no way Anagen knows to take {named[most]}",
                allowed=", ".join(ways), fix="name another way, or leave it out",
            )  # fmt: skip
        return _problem(
            text, rest, f"not understood beside {named[most]}",
            fix="say dose, unit, how often, from and until which week",
        )  # fmt: skip
    near = nearest_name(words, named.values()) or nearest_name(words.split()[0], named.values())
    fix = f"did you mean {near}?" if near else "name it as `anagen evidence` does"
    return _problem(text, words, "is no known treatment", nearest=near, fix=fix)


def _convertible(unit: str, wanted: str) -> bool:
    return unit == wanted or (unit in MASS_IN_UG and wanted in MASS_IN_UG)


def _converted(
    text: str,
    amount: float,
    unit: str,
    usual: UsualRegimen,
    treatment: Treatment,
    problems: list[Problem],
) -> float:
    if unit == usual.unit:
        return amount
    if not _convertible(unit, usual.unit):
        masses = [u for u in MASS_IN_UG if usual.unit in MASS_IN_UG]
        problems.append(
            _problem(
                text, unit, f"is not the unit of {treatment.name}",
                allowed=", ".join(dict.fromkeys([usual.unit, *masses])),
                fix=f"for example: {usual.text}",
            )
        )  # fmt: skip
        return usual.dose
    return amount * MASS_IN_UG[unit] / MASS_IN_UG[usual.unit]


def _check_dose(
    text: str,
    dose: float,
    interval_days: float,
    usual: UsualRegimen,
    treatment: Treatment,
    problems: list[Problem],
) -> None:
    largest = usual.max_dose
    if largest is None:
        return
    allowed = f"at most {largest:g} {usual.unit} ({usual.source.replace('_', ' ')})"
    if usual.loading_dose is not None:
        allowed += f", or {usual.loading_dose:g} {usual.unit} for the first "
        allowed += f"{usual.loading_weeks:g} weeks"
    if dose > largest * (1.0 + 1e-9):
        problems.append(
            _problem(
                text, f"{dose:g} {usual.unit}",
                f"is above the largest dose of {treatment.name} that Anagen will simulate",
                allowed=allowed, fix=f"for example: {usual.text}",
            )
        )  # fmt: skip
    elif usual.unit in (*MASS_IN_UG, "IU"):
        per_day, most = dose / interval_days, largest / usual.interval_days
        if per_day > most * (1.0 + 1e-9):
            problems.append(
                _problem(
                    text, f"{per_day:g} {usual.unit} a day",
                    f"is above the largest daily amount of {treatment.name}",
                    allowed=f"at most {most:g} {usual.unit} a day "
                    f"({usual.source.replace('_', ' ')})",
                    fix=f"for example: {usual.text}",
                )
            )  # fmt: skip


def _problem(
    text: str, value: str, message: str, *, allowed: str = "", nearest: str = "", fix: str = ""
) -> Problem:
    return Problem(
        file="plan",
        field=text.strip() or "(empty)",
        value=value,
        message=message,
        allowed=allowed,
        nearest=nearest,
        fix=fix,
    )
