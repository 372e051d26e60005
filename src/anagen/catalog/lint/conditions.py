"""The lint rule for the conditions written in data rows."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from anagen.catalog.expressions import ExpressionError, words
from anagen.catalog.lint.issue import Issue
from anagen.catalog.lint.snapshot import Snapshot
from anagen.catalog.questions import PERSON, SIGNS, Questions
from anagen.catalog.words import cells
from anagen.errors import nearest_name

# Table, column, and what its conditions may ask.
CELLS: tuple[tuple[str, str, Questions], ...] = (
    ("red_flags.csv", "condition", SIGNS),
    ("tests.csv", "when", SIGNS),
    ("tests.csv", "against", SIGNS),
    ("safety/rules.csv", "when", PERSON),
    ("safety/definitions.csv", "when", PERSON),
    ("safety/doses.csv", "when", PERSON),
)


class UnknownQuestion:
    """A condition that is not written in the language, or asks what no one can answer."""

    id = "unknown_question"

    def issues(self, data: Snapshot) -> Iterator[Issue]:
        """One issue a name."""
        for table, column, questions in CELLS:
            for line in data.rows(table):
                for value, wrong, fix in _faults(line.get(column), questions, data):
                    yield Issue(self.id, line.file, line.number, column, value, wrong, fix)
        for name, document in data.papers("treatments/*.toml"):
            for index, part in enumerate(document.get("indication", ())):
                field = f"indication[{index}].when"
                for value, wrong, fix in _faults(str(part.get("when", "")), PERSON, data):
                    yield Issue(self.id, name, 0, field, value, wrong, fix)


def _faults(text: str, questions: Questions, data: Snapshot) -> Iterator[tuple[str, str, str]]:
    try:
        asked = sorted(words(text))
    except ExpressionError as error:
        yield text, str(error), "see the language at the top of catalog/expressions.py"
        return
    names = set(questions.names) | data.ids(questions.rows)
    for word, arguments in asked:
        known = set(questions.functions) if arguments else names
        if word not in known:
            yield word, "is nothing a condition may ask here", _near(word, known)
        elif arguments:
            answers = _answers(questions.functions[word], data)
            if answers and not any(fnmatchcase(answer, arguments[0]) for answer in answers):
                yield arguments[0], f"is nothing that {word}() knows", _near(arguments[0], answers)


def _answers(pattern: str, data: Snapshot) -> set[str]:
    """Every word the first argument of a function may be; empty when data rows do not say."""
    known = data.ids(pattern) if pattern else set()
    if pattern == "causes/*.toml":
        known |= {str(paper.get("parent", "")) for _, paper in data.papers(pattern)} - {""}
    elif pattern == "medicines.csv":
        known |= {word for line in data.rows(pattern) for word in cells(line.get("classes"))}
    elif pattern == "treatments/*.toml":
        known |= {tag for _, paper in data.papers(pattern) for tag in paper.get("tags", ())}
    return known


def _near(word: str, known: set[str]) -> str:
    near = nearest_name(word, known)
    return f"did you mean {near}?" if near else "ask one of the names in catalog/questions.py"
