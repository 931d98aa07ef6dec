"""An expression and what it sees → whether Python, given the same words, makes the same of it.

Nearly always. But to Python `true` is 1, and a whole float neither an index nor a count.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from archspec.frontend.expressions import expression, tree
from archspec.frontend.expressions.builtins import BUILTINS
from archspec.frontend.expressions.evaluator import Closures
from archspec.frontend.expressions.expression import ExpressionError, Lookup
from archspec.frontend.yaml.document import Value


class _Inside:
    """What the element of a comprehension sees: one variable more."""

    def __init__(self, outer: Lookup, name: str, value: Any) -> None:
        self.outer = outer
        self.name = name
        self.value = value

    def lookup(self, name: str) -> Any:
        return self.value if name == self.name else self.outer.lookup(name)

    def spend(self, steps: int) -> None:
        pass


def agrees(value: Value, scope: Lookup) -> bool:
    """Whether Python gives the value of every expression in a value of the text."""
    if isinstance(value.data, str):
        return not expression.is_expression(value.data) or same(expression.tree(value.data), scope)
    inner = (
        value.data.values()
        if isinstance(value.data, dict)
        else value.data
        if isinstance(value.data, list)
        else ()
    )
    return all(agrees(each, scope) for each in inner)


def same(node: tree.Node, scope: Lookup) -> bool:
    """Whether Python gives the value of a node. What cannot be worked out, such as a choice
    that is not made, is left aside.
    """
    if isinstance(node, tree.Comprehension):
        over = value_of(node.source, scope)
        inside = [_Inside(scope, node.variable, each) for each in over or ()]
        if node.condition is not None:
            condition = node.condition
            if not all(same(condition, inner) for inner in inside):
                return False
            inside = [inner for inner in inside if value_of(condition, inner)]
        return same(node.source, scope) and all(same(node.element, inner) for inner in inside)
    return all(same(child, scope) for child in _children(node)) and not any(_differs(node, scope))


def _children(node: tree.Node) -> Iterator[tree.Node]:
    for part in node:
        if isinstance(part, tree.Name) or not isinstance(part, tuple):
            continue
        if hasattr(part, "_fields"):
            yield part  # type: ignore[misc]  # named tuples in a tree are its nodes
        else:
            yield from (
                inner
                for each in part
                for inner in (each if type(each) is tuple else (each,))
                if hasattr(inner, "_fields")
            )


def names_in(node: tree.Node) -> Iterator[str]:
    """The variables that a node mentions and does not bind itself."""
    if isinstance(node, tree.Variable):
        yield node.name.text
    for child in _children(node):
        bound = (
            node.variable
            if isinstance(node, tree.Comprehension) and child is not node.source
            else None
        )
        yield from (name for name in names_in(child) if name != bound)


def value_of(node: tree.Node, scope: Lookup) -> Any:
    """The value of a node; ``None`` where it cannot be worked out."""
    closures = Closures()
    try:
        return closures.code(node)([scope] + [None] * closures.slots)
    except (ExpressionError, KeyError):
        return None


def _differs(node: tree.Node, scope: Lookup) -> Iterator[bool]:
    if isinstance(node, tree.Compare):
        operands = [(node.first, ""), *((right, symbol) for symbol, right in node.rest)]
        for (left, _), (right, symbol) in pairwise(operands):
            if (
                symbol in ("==", "!=", "in", "not in")
                and not _is_word(left)
                and not _is_word(right)
            ):
                yield _confused(value_of(left, scope), value_of(right, scope), symbol)
    elif isinstance(node, tree.Chain) and any(symbol == "*" for symbol, _ in node.rest):
        values = [
            value_of(each, scope) for each in (node.first, *(operand for _, operand in node.rest))
        ]
        yield any(isinstance(each, list) for each in values) and any(
            isinstance(each, float) for each in values
        )
    elif isinstance(node, tree.Index | tree.SliceOf):
        parts = (
            [node.index]
            if isinstance(node, tree.Index)
            else [part for part in node.parts if part is not None]
        )
        yield any(isinstance(value_of(part, scope), float) for part in parts)
    elif isinstance(node, tree.Call):
        # Where a whole number is needed, 2.0 is one in an expression and none in Python.
        accepted = BUILTINS[node.function].arguments
        yield any(
            operand.whole and isinstance(value_of(argument, scope), float)
            for argument, operand in zip(node.arguments, accepted, strict=False)
        )


def _is_word(node: tree.Node) -> bool:
    """Whether a node is a word that Python compares by identity."""
    return isinstance(node, tree.Literal) and (node.value is None or isinstance(node.value, bool))


def _confused(left: Any, right: Any, symbol: str) -> bool:
    """Whether Python may hold a truth value for a number, or the other way round."""
    several = right if symbol in ("in", "not in") and isinstance(right, list) else [right]
    collections = isinstance(left, list | dict)
    return any(
        left == each
        and repr(left) != repr(each)
        and (collections or bool in (type(left), type(each)))
        for each in several
    )
