"""The syntax tree of an expression: what the parser gives and the compiler takes. Every node
knows its offsets in the text.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from typing import NamedTuple, TypeAlias


class Name(NamedTuple):
    """A mention of a variable that the expression does not bind itself; the offsets include the
    `$`.
    """

    text: str
    start: int
    end: int


class Literal(NamedTuple):
    """A number, a text, `true`, `false` or `null`."""

    start: int
    end: int
    value: int | float | str | bool | None


class Variable(NamedTuple):
    """A variable, bound within the expression or not."""

    start: int
    end: int
    name: Name


class ListOf(NamedTuple):
    """`[a, b]`."""

    start: int
    end: int
    items: tuple["Node", ...]


class Comprehension(NamedTuple):
    """`[element for $variable in source if condition]`; the condition may be left out."""

    start: int
    end: int
    element: "Node"
    variable: str
    source: "Node"
    condition: "Node | None" = None


class Sign(NamedTuple):
    """`-a` or `+a`."""

    start: int
    end: int
    symbol: str
    operand: "Node"


class Not(NamedTuple):
    """`not a`."""

    start: int
    end: int
    operand: "Node"


class Chain(NamedTuple):
    """`a + b - c`: operators of one level, from the left. Flat, so that a long sum is no deep
    tree.
    """

    start: int
    end: int
    first: "Node"
    rest: tuple[tuple[str, "Node"], ...]


class Compare(NamedTuple):
    """`a < b <= c`, which means `a < b and b <= c`."""

    start: int
    end: int
    first: "Node"
    rest: tuple[tuple[str, "Node"], ...]


class Logic(NamedTuple):
    """`a and b and c`, or the same with `or`."""

    start: int
    end: int
    symbol: str
    operands: tuple["Node", ...]


class Conditional(NamedTuple):
    """`then if condition else otherwise`."""

    start: int
    end: int
    condition: "Node"
    then: "Node"
    otherwise: "Node"


class Attribute(NamedTuple):
    """`$in.channels`."""

    start: int
    end: int
    target: "Node"
    name: str


class Index(NamedTuple):
    """`target[index]`, of a list or a row."""

    start: int
    end: int
    target: "Node"
    index: "Node"  # type: ignore[assignment]  # hides a method of tuples that is not called


class SliceOf(NamedTuple):
    """`target[start:stop:step]`, None for a part left out."""

    start: int
    end: int
    target: "Node"
    parts: tuple["Node | None", ...]


class Call(NamedTuple):
    """`function(arguments)`."""

    start: int
    end: int
    function: str
    arguments: tuple["Node", ...]


class Stretch(NamedTuple):
    """A stretch of the text that is no node of its own: the left part of a chain."""

    start: int
    end: int


Node: TypeAlias = (
    "Literal | Variable | ListOf | Comprehension | Sign | Not | Chain | Compare | Logic |"
    " Conditional | Attribute | Index | SliceOf | Call | Stretch"
)
"""A part of an expression, `text[start:end]`, with the brackets around it."""
