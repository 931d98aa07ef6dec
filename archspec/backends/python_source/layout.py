"""Pieces of Python → lines of at most 120 columns, broken where ``ruff format`` would break
them.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

WIDTH = 120
INDENT = "    "


class Brackets(NamedTuple):
    """A call, list or the like. ``collection`` breaks to one item a line at once; a call first
    tries all on a line of their own.

    ``open`` and ``close`` hold what stands around it, as in ``x = layers.Dense(`` and ``)``;
    ``then`` are the arguments that the result is called with. A ``table`` has a line for each item.
    """

    open: str
    items: tuple["Piece", ...]
    close: str
    collection: bool = False
    table: bool = False
    then: tuple["Piece", ...] = ()
    after: str = ""


Piece = str | Brackets


def flat(piece: Piece) -> str:
    """A piece on one line."""
    if isinstance(piece, str):
        return piece
    lone = "," if piece.close.startswith(")") and piece.collection and len(piece.items) == 1 else ""
    return (
        piece.open
        + ", ".join(map(flat, piece.items))
        + lone
        + piece.close
        + _then(piece)
        + piece.after
    )


def _then(piece: Brackets) -> str:
    """What the result is called with, on one line."""
    return f"({', '.join(map(flat, piece.then))})" if piece.then else ""


def around(before: str, piece: Piece, after: str = "") -> Piece:
    """A piece with text before and after it."""
    if isinstance(piece, str):
        return before + piece + after
    return piece._replace(open=before + piece.open, after=piece.after + after)


def broken(piece: Piece, indent: str) -> Iterator[str]:
    """The lines of a piece, the first one and those within indented."""
    line = indent + flat(piece)
    if isinstance(piece, str) or not piece.items or (len(line) <= WIDTH and not has_table(piece)):
        yield line
        return
    inner = indent + INDENT
    if piece.then and len(head := indent + flat(piece._replace(then=(), after="("))) <= WIDTH:
        yield head
        yield from _inside(Brackets("(", piece.then, ")"), inner)
        yield f"{indent}){piece.after}"
        return
    yield indent + piece.open
    yield from _inside(piece, inner)
    yield indent + piece.close + _then(piece) + piece.after


def _inside(piece: Brackets, indent: str) -> Iterator[str]:
    """The lines between the brackets of a piece that has lines of its own for them."""
    together = indent + ", ".join(map(flat, piece.items))
    if not piece.collection and len(together) <= WIDTH and not has_table(piece):
        yield together
        return
    lone = len(piece.items) == 1 and isinstance(piece.items[0], Brackets) and not piece.collection
    for item in piece.items:
        comma = "" if lone or flat(item).startswith("*, ") else ","
        yield from broken(around("", item, comma), indent)


def has_table(piece: Piece) -> bool:
    """Whether a piece is, or holds, a table, which has a line for each row."""
    return not isinstance(piece, str) and (
        (piece.table and len(piece.items) > 1) or any(map(has_table, piece.items))
    )


@dataclass
class Line:
    """A statement: ``target = value``, ``return value`` or a value alone."""

    value: Piece
    target: str = ""

    def lines(self, indent: str) -> Iterator[str]:
        """Its text."""
        before = {"": "", "return": "return "}.get(self.target, f"{self.target} = ")
        for line in broken(around(before, self.value), indent):
            yield line if len(line) <= WIDTH else f"{line}  # noqa: E501"


@dataclass
class Compound:
    """An ``if`` or a ``for``, with what stands in it."""

    head: Piece
    body: list["Line | Compound | Definition"] = field(default_factory=list)

    def lines(self, indent: str) -> Iterator[str]:
        """Its text."""
        for line in broken(around("", self.head, ":"), indent):
            yield line if len(line) <= WIDTH else f"{line}  # noqa: E501"
        for statement in self.body:
            yield from statement.lines(indent + INDENT)


@dataclass
class Definition:
    """A function within a function."""

    name: str
    parameters: Sequence[Piece]
    body: list["Line | Compound | Definition"]

    def lines(self, indent: str) -> Iterator[str]:
        """Its text, between empty lines."""
        yield ""
        yield from function(self.name, self.parameters, self.body, indent)
        yield ""


Statement = Line | Compound | Definition


def function(
    name: str, parameters: Sequence[Piece], body: Sequence[Statement], indent: str = ""
) -> list[str]:
    """The lines of a function."""
    head = broken(Brackets(f"def {name}(", tuple(parameters), "):"), indent)
    inside = [line for statement in body for line in statement.lines(indent + INDENT)]
    return [
        *head,
        *(line for place, line in enumerate(inside) if line or (place and inside[place - 1])),
    ]


def without_texts(code: str) -> str:
    """Code without the literals of texts; f-strings stay."""
    return re.sub(r'(f?)"[^"\n]*"', lambda match: match[0] if match[1] else "", code)


def ended(body: list[Statement], result: str) -> list[Statement]:
    """The statements of a function with its result returned."""
    last = body[-1] if body else None
    if isinstance(last, Line) and last.target == result:
        return without_unused([*body[:-1], Line(last.value, "return")])
    return without_unused([*body, Line(result, "return")])


def with_needed(first: list[Statement], body: list[Statement]) -> list[Statement]:
    """The statements of a function after those of its local values that it uses."""
    words = _words(body)
    needed: list[Statement] = []
    for statement in reversed(first):
        if isinstance(statement, Line) and statement.target in words:
            needed.append(statement)
            words |= _words([statement])
    return [*reversed(needed), *body]


def without_unused(body: list[Statement]) -> list[Statement]:
    """The statements without other names for a variable that nothing reads."""
    words = _words(body)

    def used(statements: list[Statement]) -> list[Statement]:
        needed: list[Statement] = []
        for statement in statements:
            if isinstance(statement, Compound):
                needed.append(Compound(statement.head, used(statement.body)))
            elif isinstance(statement, Definition) or not (
                isinstance(statement.value, str)
                and statement.value.isidentifier()
                and words[statement.target] == 1
                and statement.target != "return"
            ):
                needed.append(statement)
        return needed

    return used(body)


def _words(statements: Sequence[Statement]) -> Counter[str]:
    """The words of some statements, and how often each stands there."""
    text = "\n".join(line for statement in statements for line in statement.lines(""))
    return Counter(re.findall(r"\w+", without_texts(text)))
