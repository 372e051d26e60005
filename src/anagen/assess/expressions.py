"""Rule expressions of the red flags and tests, in three-valued logic: true, false, unknown.

An expression is a Python-like boolean expression over finding ids, `age`, `sex`, `salt` and the
functions `probability(cause)`, `status(word)`, `condition(id)`, `present(finding)` and
`absent(finding)`. Anything else is refused.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


@cache
def parse(text: str) -> ast.expr:
    """The syntax tree of one rule. Raises SyntaxError when the text is no expression."""
    return ast.parse(text, mode="eval").body


def names_in(text: str) -> frozenset[str]:
    """Every bare name a rule uses (findings and the few numbers)."""
    tree = parse(text)
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return frozenset(
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node not in called
    )


def evaluate(
    text: str,
    names: Mapping[str, Any],
    functions: Mapping[str, Callable[[str], Any]],
) -> bool | None:
    """True, False or None (cannot be told). A name that is missing is unknown."""
    value = _value(parse(text), names, functions)
    return None if value is None else bool(value)


def _value(
    node: ast.expr, names: Mapping[str, Any], functions: Mapping[str, Callable[[str], Any]]
) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.BoolOp):
        parts = [_value(part, names, functions) for part in node.values]
        return _any(parts) if isinstance(node.op, ast.Or) else _all(parts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = _value(node.operand, names, functions)
        return None if inner is None else not inner
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = (_value(side, names, functions) for side in (node.left, node.right))
        return None if left is None or right is None else left + right
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        left, right = (_value(side, names, functions) for side in (node.left, node.comparators[0]))
        if left is None or right is None:
            return None
        return _COMPARE[type(node.ops[0])](left, right)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1:
        argument = node.args[0]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            return functions[node.func.id](argument.value)
    raise ValueError(f"not allowed in a rule: {ast.unparse(node)}")


def _any(parts: list[Any]) -> bool | None:
    if any(part for part in parts if part is not None):
        return True
    return None if any(part is None for part in parts) else False


def _all(parts: list[Any]) -> bool | None:
    if any(not part for part in parts if part is not None):
        return False
    return None if any(part is None for part in parts) else True
