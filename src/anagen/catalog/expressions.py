"""A tiny expression language with three values: true, false and unknown.

Red flags, tests, safety rules and indications are data; their conditions are written in it. It is
the boolean part of Python and no more: `and`, `or`, `not`, comparisons, `in`, names, calls with
quoted words, and sums of calls. `known(x)` is true when x is surely true, `unknown(x)` when x
cannot be told; both are never unknown themselves.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from functools import cache
from typing import Protocol

from anagen.errors import AnagenError

Value = bool | float | int | str | None

COMPARISONS: Mapping[type[ast.cmpop], Callable[[object, object], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,  # type: ignore[dict-item]
    ast.LtE: operator.le,  # type: ignore[dict-item]
    ast.Gt: operator.gt,  # type: ignore[dict-item]
    ast.GtE: operator.ge,  # type: ignore[dict-item]
}


class ExpressionError(AnagenError):
    """A condition that is not written in the language, or names what does not exist."""


class Facts(Protocol):
    """What an expression may ask. None is unknown."""

    def name(self, word: str) -> Value:
        """Value of a bare name. Raises KeyError when there is no such name."""
        ...

    def call(self, function: str, arguments: tuple[str, ...]) -> Value:
        """Value of a call with literal arguments. Raises KeyError for an unknown function."""
        ...


@cache
def parse(text: str) -> ast.expr:
    """The checked syntax tree of one expression. Raises ExpressionError saying what is wrong."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as problem:
        raise ExpressionError(f"not an expression: {text!r}: {problem.msg}") from problem
    for node in ast.walk(tree):
        if not isinstance(node, ALLOWED):
            raise ExpressionError(f"{type(node).__name__} is not allowed in {text!r}")
        if isinstance(node, ast.Compare):
            _check_comparison(node, text)
        if isinstance(node, ast.BinOp) and not all(
            isinstance(side, ast.Call | ast.BinOp) for side in (node.left, node.right)
        ):
            raise ExpressionError(f"only calls are added up, which is not so in {text!r}")
    return tree


def _check_comparison(node: ast.Compare, text: str) -> None:
    if len(node.ops) != 1:
        raise ExpressionError(f"compare two things at a time in {text!r}")
    asks_membership = isinstance(node.ops[0], ast.In | ast.NotIn)
    if asks_membership != isinstance(node.comparators[0], ast.Tuple):
        raise ExpressionError(f"`in` goes with a list of words in {text!r}")


ALLOWED = (
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.UnaryOp,
    ast.Not,
    ast.BinOp,
    ast.Add,
    ast.Compare,
    *COMPARISONS,
    ast.In,
    ast.NotIn,
    ast.Call,
    ast.Name,
    ast.Load,
    ast.Constant,
    ast.Tuple,
)


def evaluate(text: str, facts: Facts) -> Value:
    """Value of an expression; an empty one is true. None is unknown."""
    if not text.strip():
        return True
    return _value(parse(text), facts, text)


def truth(text: str, facts: Facts) -> bool | None:
    """True, False or None (unknown) of an expression."""
    value = evaluate(text, facts)
    return None if value is None else bool(value)


def words(text: str) -> frozenset[tuple[str, tuple[str, ...]]]:
    """Names `(name, ())` and calls `(function, arguments)` an expression uses; for lint.

    Raises ExpressionError when the text is not written in the language.
    """
    if not text.strip():
        return frozenset()
    found: set[tuple[str, tuple[str, ...]]] = set()
    tree = parse(text)
    functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = _function(node, text)
            if function not in ("known", "unknown"):
                found.add((function, _arguments(node, text)))
        elif isinstance(node, ast.Name) and id(node) not in functions:
            found.add((node.id, ()))
    return frozenset(found)


def _function(node: ast.Call, text: str) -> str:
    if not isinstance(node.func, ast.Name) or node.keywords:
        raise ExpressionError(f"only plain calls are allowed in {text!r}")
    return node.func.id


def _arguments(node: ast.Call, text: str) -> tuple[str, ...]:
    found: list[str] = []
    for argument in node.args:
        if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
            raise ExpressionError(f"arguments must be quoted words in {text!r}")
        found.append(argument.value)
    return tuple(found)


def _value(node: ast.expr, facts: Facts, text: str) -> Value:
    match node:
        case ast.Constant(value=bool() | int() | float() | str() as constant):
            return constant
        case ast.Name(id=word):
            try:
                return facts.name(word)
            except KeyError as missing:
                raise ExpressionError(f"unknown name {word!r} in {text!r}") from missing
        case ast.BoolOp(op=ast.And(), values=parts):
            return _all([_truth(part, facts, text) for part in parts])
        case ast.BoolOp(op=ast.Or(), values=parts):
            return _any([_truth(part, facts, text) for part in parts])
        case ast.UnaryOp(op=ast.Not(), operand=part):
            value = _truth(part, facts, text)
            return None if value is None else not value
        case ast.BinOp(left=left, right=right):
            return _sum(_value(left, facts, text), _value(right, facts, text), text)
        case ast.Compare():
            return _compare(node, facts, text)
        case ast.Call():
            return _call(node, facts, text)
    raise ExpressionError(f"{type(node).__name__} is not allowed in {text!r}")


def _truth(node: ast.expr, facts: Facts, text: str) -> bool | None:
    value = _value(node, facts, text)
    return None if value is None else bool(value)


def _all(values: list[bool | None]) -> bool | None:
    if False in values:
        return False
    return None if None in values else True


def _any(values: list[bool | None]) -> bool | None:
    if True in values:
        return True
    return None if None in values else False


def _sum(left: Value, right: Value, text: str) -> Value:
    if left is None or right is None:
        return None
    if isinstance(left, str) or isinstance(right, str):
        raise ExpressionError(f"only numbers are added up, which is not so in {text!r}")
    return left + right


def _compare(node: ast.Compare, facts: Facts, text: str) -> bool | None:
    left, test, right_node = _value(node.left, facts, text), node.ops[0], node.comparators[0]
    if isinstance(right_node, ast.Tuple):
        if left is None:
            return None
        inside = left in [_value(part, facts, text) for part in right_node.elts]
        return inside if isinstance(test, ast.In) else not inside
    right = _value(right_node, facts, text)
    if left is None or right is None:
        return None
    return COMPARISONS[type(test)](left, right)


def _call(node: ast.Call, facts: Facts, text: str) -> Value:
    function = _function(node, text)
    if function in ("known", "unknown"):
        if len(node.args) != 1:
            raise ExpressionError(f"{function} takes one expression in {text!r}")
        value = _value(node.args[0], facts, text)
        return bool(value) if function == "known" else value is None
    try:
        return facts.call(function, _arguments(node, text))
    except KeyError as missing:
        raise ExpressionError(f"unknown function {function!r} in {text!r}") from missing
