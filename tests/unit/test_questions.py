"""Everything the data may ask has somebody who answers it, and nothing else has."""

from __future__ import annotations

import pytest

from anagen.assess.red_flags import Signs
from anagen.catalog.expressions import Facts
from anagen.catalog.questions import PERSON, SIGNS, Questions
from anagen.catalog.tables import read_table
from anagen.plan.facts import PersonFacts
from plan_cases import assessment, person

SIDES: list[tuple[Facts, Questions]] = [
    (Signs(person(), {}, lambda cause: 0.0), SIGNS),
    (PersonFacts(person(), assessment({})), PERSON),
]


@pytest.mark.parametrize(("facts", "questions"), SIDES)
def test_every_question_is_answered(facts: Facts, questions: Questions) -> None:
    for name in (*questions.names, *(row["id"] for row in read_table(questions.rows))):
        facts.name(name)
    for function in questions.functions:
        arguments = ("nothing", "of the kind") if function == "result" else ("nothing",)
        facts.call(function, arguments)


@pytest.mark.parametrize(("facts", "questions"), SIDES)
def test_no_other_question_is(facts: Facts, questions: Questions) -> None:
    with pytest.raises(KeyError):
        facts.name("weather")
    with pytest.raises(KeyError):
        facts.call("weather", ("today",))
