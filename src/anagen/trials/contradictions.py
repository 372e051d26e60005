"""What a description of people says that cannot hold together."""

from __future__ import annotations

from collections.abc import Iterator

from anagen.errors import Problem
from anagen.trials.design import Population

# As the name of `share_salt_95_percent` says.
NEAR_TOTAL = 95.0
# Mean and share are printed rounded, and of some trials a few people lay beyond the limits.
ROUNDED = 1.0
# The scales of stages, and who is staged by another.
SCALES_OF = {
    "male_pattern_hair_loss": ("norwood",),
    "female_pattern_hair_loss": ("sinclair", "ludwig"),
}


def contradictions(people: Population, condition: str, file: str, place: str) -> Iterator[Problem]:
    """Every contradiction within one population; limits out of order are told elsewhere."""
    yield from _share(people, file, place)
    yield from _ages(people, file, place)
    yield from _stages(people, condition, file, place)
    sex = "male" if condition == "male_pattern_hair_loss" else people.sex
    if people.postmenopausal and sex in ("male", "both"):
        yield Problem(
            file, f"{place}.postmenopausal", "true", "men have no menopause",
            fix="leave it out; women after menopause can be a trial or an arm of their own",
        )  # fmt: skip


def _share(people: Population, file: str, place: str) -> Iterator[Problem]:
    """A share near total loss that the limits or the mean rule out."""
    share, mean = people.share_salt_95_percent, people.salt_mean
    low = 0.0 if people.salt_min is None else people.salt_min
    high = 100.0 if people.salt_max is None else people.salt_max
    if share is None or low > high:
        return
    field = f"{place}.share_salt_95_percent"
    if high < NEAR_TOTAL and share > 0.0:
        yield Problem(
            file, field, f"{share:g}",
            f"nobody of a SALT of 95 or more is let in (salt_max {high:g})", allowed="0",
        )  # fmt: skip
        return
    if low >= NEAR_TOTAL and share < 100.0:
        yield Problem(
            file, field, f"{share:g}",
            f"all who are let in have a SALT of 95 or more (salt_min {low:g})", allowed="100",
        )  # fmt: skip
        return
    if mean is None or not low <= mean <= high:
        return
    part = share / 100.0
    least = part * max(NEAR_TOTAL, low) + (1.0 - part) * low
    most = part * high + (1.0 - part) * min(NEAR_TOTAL, high)
    if not least - ROUNDED <= mean <= most + ROUNDED:
        yield Problem(
            file, f"{place}.salt_mean", f"{mean:g}",
            f"cannot be the mean where {share:g} % have a SALT of 95 or more",
            allowed=f"{least:.3g} to {most:.3g}",
            fix="salt_mean, salt_min, salt_max and share_salt_95_percent are of the same people; "
            "what an arm does not say is as in the trial",
        )  # fmt: skip


def _ages(people: Population, file: str, place: str) -> Iterator[Problem]:
    age = people.age_mean_years
    for name in ("episode_years", "episode_years_min"):
        years = getattr(people, name)
        if age is not None and years is not None and years > age:
            yield Problem(
                file, f"{place}.{name}", f"{years:g}",
                f"is longer than people are old (age_mean_years {age:g})",
            )  # fmt: skip


def _stages(people: Population, condition: str, file: str, place: str) -> Iterator[Problem]:
    own = SCALES_OF.get(condition)
    if own is None:
        return
    for name in ("norwood", "sinclair", "ludwig"):
        stages = getattr(people, name)
        if stages and name not in own:
            yield Problem(
                file, f"{place}.{name}", ", ".join(map(str, stages)),
                f"says nothing about {condition.replace('_', ' ')}", allowed=" or ".join(own),
                fix="name stages of the scale of this sex, or leave it out",
            )  # fmt: skip
    if own != ("norwood",) and people.sinclair and people.ludwig:
        yield Problem(
            file, f"{place}.ludwig", ", ".join(people.ludwig),
            "is a second scale beside sinclair", fix="name the stages of one scale",
        )  # fmt: skip
