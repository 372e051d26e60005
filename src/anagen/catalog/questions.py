"""What the conditions of data rows may ask: bare names, functions, and what these are about.

Red flags and tests ask about signs and causes; safety rules, doses and indications ask about a
person who would take a treatment. The names of a side are these and the rows named with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions of one side.

    `names` are bare names; ids of the rows of `rows` are bare names as well. `functions` maps each
    function to the table or the TOML documents (a pattern) whose words its first argument is.
    """

    names: tuple[str, ...]
    rows: str
    functions: Mapping[str, str]


SIGNS = Questions(
    names=(
        "age",
        "sex",
        "salt",
        "salt_of_episode",
        "pregnancy_planned",
        "breastfeeding",
        "abnormal_result",
    ),
    rows="findings.csv",
    functions={
        "probability": "causes/*.toml",
        "ever": "conditions.csv",
        "medicine": "medicines.csv",
        "lab": "labs.csv",
    },
)

PERSON = Questions(
    names=(
        "sex",
        "age",
        "salt",
        "salt_of_episode",
        "onset",
        "reproductive_status",
        "pregnancy_planned",
        "breastfeeding",
        "contraception",
        "blood_donor",
        "smoker",
        "suicidal_thoughts",
        "systolic",
        "tight_hairstyle",
        "weeks_since_delivery",
        "allergic_to_it",
    ),
    rows="safety/definitions.csv",
    functions={
        "condition": "conditions.csv",
        "ever": "conditions.csv",
        "medicine": "medicines.csv",
        "other_medicine": "medicines.csv",
        "also": "treatments/*.toml",
        "lab": "labs.csv",
        "positive": "labs.csv",
        "recent": "labs.csv",
        "result": "labs.csv",
        "cause": "causes/*.toml",
        "finding": "findings.csv",
        "pattern": "",
        "already_over_limit": "supplements.csv",
        "would_pass_limit": "supplements.csv",
    },
)
