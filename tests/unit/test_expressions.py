"""The three-valued expression language of rules."""

from __future__ import annotations

import pytest

from anagen.catalog.expressions import ExpressionError, Value, truth, words


class Facts:
    """Names and one function with fixed answers."""

    def name(self, word: str) -> Value:
        return {"yes": True, "no": False, "maybe": None, "age": 40.0, "sex": "female"}[word]

    def call(self, function: str, arguments: tuple[str, ...]) -> Value:
        return {"lab": {"potassium": 5.2}}[function].get(arguments[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("yes and maybe", None),
        ("no and maybe", False),
        ("yes or maybe", True),
        ("no or maybe", None),
        ("not maybe", None),
        ("age >= 40", True),
        ("maybe >= 40", None),
        ('sex in ("male", "other")', False),
        ('maybe in ("male",)', None),
        ('sex not in ("male",)', True),
        ('lab("potassium") > 5.0', True),
        ('lab("sodium") > 5.0', None),
        ('known(lab("sodium") > 5.0)', False),
        ('unknown(lab("sodium") > 5.0)', True),
        ("not known(maybe)", True),
        ('lab("potassium") + lab("potassium") > 10', True),
        ('lab("potassium") + lab("sodium") > 10', None),
    ],
)
def test_truth(text: str, expected: bool | None) -> None:
    assert truth(text, Facts()) is expected


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "age.real",
        "lab(age)",
        "[age]",
        "age + 1 > 2",
        "lambda: 1",
        "nobody",
        "f('x')",
        "1 < age < 3",
        "age >",
        "lab(x='potassium')",
        "(lambda: 1)('x')",
        "age in sex",
        "sex == ('male',)",
        "age + lab('potassium') > 2",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        truth(text, Facts())


def test_words_are_listed_for_lint() -> None:
    assert words('known(lab("tsh") > 4) and not yes') == {("lab", ("tsh",)), ("yes", ())}
