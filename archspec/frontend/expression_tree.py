"""The syntax tree of an expression: what the parser gives and the compiler takes. Every node knows its offsets in the text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Name:
    """A mention of a variable that the expression does not bind itself; the offsets include the `$`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Node:
    """A part of an expression, `text[start:end]`, with the brackets around it."""

    start: int
    end: int


@dataclass(frozen=True)
class Literal(Node):
    """A number, a text, `true`, `false` or `null`."""

    value: int | float | str | bool | None


@dataclass(frozen=True)
class Variable(Node):
    """A variable, bound within the expression or not."""

    name: Name


@dataclass(frozen=True)
class ListOf(Node):
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Comprehension(Node):
    """`[element for $variable in source]`."""

    element: Node
    variable: str
    source: Node


@dataclass(frozen=True)
class Sign(Node):
    """`-a` or `+a`."""

    symbol: str
    operand: Node


@dataclass(frozen=True)
class Not(Node):
    """`not a`."""

    operand: Node


@dataclass(frozen=True)
class Chain(Node):
    """`a + b - c`: operators of one level, from the left. Flat, so that a long sum is no deep tree."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Comparison(Node):
    """`a < b <= c`, which means `a < b and b <= c`."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Logic(Node):
    """`a and b and c`, or the same with `or`."""

    symbol: str
    operands: tuple[Node, ...]


@dataclass(frozen=True)
class Conditional(Node):
    """`then if condition else otherwise`."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True)
class Attribute(Node):
    """`$in.channels`."""

    target: Node
    name: str


@dataclass(frozen=True)
class Index(Node):
    """`target[index]`, of a list or a row."""

    target: Node
    index: Node


@dataclass(frozen=True)
class Slice(Node):
    """`target[start:stop:step]`, None for a part left out."""

    target: Node
    parts: tuple[Node | None, ...]


@dataclass(frozen=True)
class Call(Node):
    """`function(arguments)`."""

    function: str
    arguments: tuple[Node, ...]
