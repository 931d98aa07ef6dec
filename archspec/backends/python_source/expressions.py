"""The syntax tree of an expression, and what its names stand for → the same expression in
Python.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from archspec.backends.python_source.agreement import names_in, value_of
from archspec.backends.python_source.words import ATOM, OURS, RESERVED, Code, constant
from archspec.frontend.expressions import tree
from archspec.frontend.expressions.builtins import BUILTINS

CONDITIONAL, OR, AND, NOT, COMPARISON, SUM, PRODUCT, SIGN, POWER, POSTFIX = range(10)
LEVELS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "//": PRODUCT, "%": PRODUCT, "**": POWER}
NEGATED = {
    "==": "!=",
    "!=": "==",
    "in": "not in",
    "not in": "in",
    "<": ">=",
    "<=": ">",
    ">": "<=",
    ">=": "<",
}
MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


class TensorVariable(NamedTuple):
    """A name that stands for a tensor: the variable that holds it."""

    variable: str


class Known(NamedTuple):
    """A name that stands for the same value wherever it is mentioned."""

    value: Any


UNDECIDED = object()
"""What a node gives whose value depends on what happens when the code runs."""


class _Values:
    """Variables and their values, as expressions see them."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def lookup(self, name: str) -> Any:
        return self.values[name]

    def spend(self, steps: int) -> None:
        pass


Meaning = Code | TensorVariable | Known
Names = Callable[[str], Meaning]


def _text(meaning: Meaning) -> str:
    """The code that a name stands for; nothing for a value."""
    if isinstance(meaning, Known):
        return ""
    return meaning.text if isinstance(meaning, Code) else meaning.variable


class Translator:
    """Translates the expressions of one place.

    ``names`` gives what a name stands for, and so does ``peek``, by which it is not used yet.
    ``helper`` gives the name of a function in the file, ``known`` what to write for a value that a
    name always stands for.
    """

    def __init__(
        self,
        names: Names,
        peek: Names,
        helper: Callable[[str], str],
        known: Callable[[str, Any], Code],
    ) -> None:
        self.names = names
        self.peek = peek
        self.helper = helper
        self.known = known
        self.bound: dict[str, str] = {}

    def code(self, node: tree.Node) -> Code:
        """One node; its value where that is the same always."""
        decided = self.decided(node)
        if decided is not UNDECIDED and not isinstance(decided, list | dict):
            return constant(decided)
        return RULES[type(node)](self, node)

    def decided(self, node: tree.Node) -> Any:
        """The value of a node that mentions only names which stand for values; `UNDECIDED` for
        others.
        """
        names = set(names_in(node))
        if (
            not names
            or names & set(self.bound)
            or isinstance(node, tree.Variable | tree.Comprehension)
        ):
            return UNDECIDED
        meanings = {name: self.peek(name) for name in names}
        if not all(isinstance(each, Known) for each in meanings.values()):
            return UNDECIDED
        return value_of(
            node,
            _Values(
                {name: each.value for name, each in meanings.items() if isinstance(each, Known)}
            ),
        )

    def text(self, node: tree.Node, level: int) -> str:
        """The text of a node, in brackets where it binds less tightly than its place asks for."""
        piece = self.code(node)
        return piece.text if piece.level >= level else f"({piece.text})"

    def variable(self, node: tree.Variable) -> Code:
        """A variable, bound within the expression or not."""
        name = node.name.text
        if name in self.bound:
            return Code(self.bound[name])
        found = self.names(name)
        if isinstance(found, Known):
            return self.known(name, found.value)
        assert isinstance(found, Code), name
        return found

    def literal(self, node: tree.Literal) -> Code:
        """A number, a text or a word."""
        return constant(node.value)

    def list(self, node: tree.ListOf) -> Code:
        """`[a, b]`."""
        return Code("[" + ", ".join(self.text(item, CONDITIONAL) for item in node.items) + "]")

    def comprehension(self, node: tree.Comprehension) -> Code:
        """`[element for variable in source if condition]`."""
        source = self.sequence(node.source, OR)
        outer, name = self.bound, self._free(node)
        self.bound = {**outer, node.variable: name}
        element = self.text(node.element, CONDITIONAL)
        condition = f" if {self.text(node.condition, OR)}" if node.condition is not None else ""
        self.bound = outer
        if element == name and not condition:
            return Code(f"list({source})")
        return Code(f"[{element} for {name} in {source}{condition}]")

    def _free(self, node: tree.Comprehension) -> str:
        """A name for the variable of a comprehension, which hides nothing that its element or its
        condition mentions.
        """
        inside = [node.element, *([] if node.condition is None else [node.condition])]
        mentioned = {name for part in inside for name in names_in(part)} - {node.variable}
        texts = [self.bound.get(name) or _text(self.peek(name)) for name in mentioned]
        taken = {*RESERVED, *OURS, "o", *re.findall(r"\w+", " ".join(texts))}
        name = node.variable.lower()
        while name in taken:
            name += "_"
        return name

    def sequence(self, node: tree.Node, level: int) -> str:
        """What is only gone through: a `range` stays one."""
        if isinstance(node, tree.Call) and BUILTINS[node.function].gives_iterable:
            return self._plain_call(node)
        return self.text(node, level)

    def sign(self, node: tree.Sign) -> Code:
        """`-a`."""
        operand = self.code(node.operand)
        return Code(
            node.symbol
            + (operand.text if operand.level in (SIGN, POSTFIX, ATOM) else f"({operand.text})"),
            SIGN,
        )

    def negation(self, node: tree.Not) -> Code:
        """`not a`, without a double negation."""
        operand = node.operand
        if isinstance(operand, tree.Not):
            return self.code(operand.operand)
        if isinstance(operand, tree.Compare) and len(operand.rest) == 1:
            symbol, right = operand.rest[0]
            return self.comparison(operand._replace(rest=((NEGATED[symbol], right),)))
        return Code(f"not {self.text(operand, NOT)}", NOT)

    def logic(self, node: tree.Logic) -> Code:
        """`a and b`."""
        level = AND if node.symbol == "and" else OR
        neutral = node.symbol == "and"
        values = [self.decided(operand) for operand in node.operands]
        if (not neutral) in values:
            return constant(not neutral)
        operands = tuple(
            operand
            for operand, value in zip(node.operands, values, strict=True)
            if value is not neutral
        )
        if len(operands) < 2:
            return self.code(operands[0]) if operands else constant(neutral)
        node = node._replace(operands=operands)
        return Code(
            f" {node.symbol} ".join(self.text(operand, level + 1) for operand in node.operands),
            level,
        )

    def conditional(self, node: tree.Conditional) -> Code:
        """`a if c else b`."""
        decided = self.decided(node.condition)
        if isinstance(decided, bool):
            return self.code(node.then if decided else node.otherwise)
        then, condition = self.text(node.then, OR), self.text(node.condition, OR)
        return Code(
            f"{then} if {condition} else {self.text(node.otherwise, CONDITIONAL)}", CONDITIONAL
        )

    def chain(self, node: tree.Chain) -> Code:
        """`a + b - c`, or a power."""
        level = LEVELS[node.rest[0][0]]
        if level == POWER:
            base, exponent = self.text(node.first, POSTFIX), self.text(node.rest[0][1], SIGN)
            simple = all(
                re.sub(r"\*\*|[._]", "", part).lstrip("-").isalnum() for part in (base, exponent)
            )
            return Code(f"{base}**{exponent}" if simple else f"{base} ** {exponent}", POWER)
        text = self.text(node.first, level)
        for symbol, operand in node.rest:
            text += f" {symbol} {self.text(operand, level + 1)}"
        return Code(text, level)

    def comparison(self, node: tree.Compare) -> Code:
        """`a < b <= c`; what is compared with `null`, `true` or `false` is compared by identity."""
        if (
            len(node.rest) == 1
            and isinstance(node.first, tree.Literal)
            and node.rest[0][0] in MIRRORED
        ):
            symbol, right = node.rest[0]
            if not isinstance(right, tree.Literal):
                node = node._replace(first=right, rest=((MIRRORED[symbol], node.first),))
        text = self.text(node.first, SUM)
        left = node.first
        for symbol, right in node.rest:
            words = any(
                isinstance(each, tree.Literal) and (each.value is None or type(each.value) is bool)
                for each in (left, right)
            )
            same = {"==": "is", "!=": "is not"}.get(symbol, symbol) if words else symbol
            text += f" {same} {self.text(right, SUM)}"
            left = right
        return Code(text, COMPARISON)

    def attribute(self, node: tree.Attribute) -> Code:
        """`in.channels` → `x.shape[-1]`."""
        assert isinstance(node.target, tree.Variable)
        found = self.names(node.target.name.text)
        assert isinstance(found, TensorVariable)
        index = {"channels": -1, "height": 1, "width": 2}.get(node.name)
        return Code(
            f"list({found.variable}.shape[1:])"
            if index is None
            else f"{found.variable}.shape[{index}]"
        )

    def index(self, node: tree.Index) -> Code:
        """`a[b]`; an axis of a shape is counted with the batch."""
        target, place = node.target, node.index
        if isinstance(target, tree.Attribute) and target.name == "shape":
            known = place.value if isinstance(place, tree.Literal) else None
            shape = self.code(target).text.removeprefix("list(").removesuffix("[1:])")
            if type(known) is int:
                return Code(f"{shape}[{known + 1}]", ATOM)
            if isinstance(place, tree.Sign) and isinstance(place.operand, tree.Literal):
                return Code(f"{shape}[{self.text(place, CONDITIONAL)}]", ATOM)
        return Code(f"{self.text(target, POSTFIX)}[{self.text(place, CONDITIONAL)}]", ATOM)

    def slice(self, node: tree.SliceOf) -> Code:
        """`a[b:c]`, with spaces around the colon where a part is more than a word."""
        parts = ["" if part is None else self.text(part, CONDITIONAL) for part in node.parts]
        parts = parts if parts[2] else parts[:2]
        simple = all(part.replace("_", "").lstrip("-").isalnum() for part in parts if part)
        text = ":".join(parts) if simple else " : ".join(parts).strip()
        return Code(f"{self.text(node.target, POSTFIX)}[{text}]", ATOM)

    def call(self, node: tree.Call) -> Code:
        """`function(arguments)`."""
        text = self._plain_call(node)
        return Code(f"list({text})" if BUILTINS[node.function].gives_iterable else text)

    def _plain_call(self, node: tree.Call) -> str:
        reads = BUILTINS[node.function].goes_through and len(node.arguments) == 1
        arguments = [
            self.sequence(each, CONDITIONAL) if reads else self.text(each, CONDITIONAL)
            for each in node.arguments
        ]
        if (
            reads
            and arguments[0].startswith("[")
            and isinstance(node.arguments[0], tree.Comprehension)
        ):
            arguments = [arguments[0][1:-1]]
        return f"{self.helper(node.function)}({', '.join(arguments)})"


RULES: Mapping[type, Callable[[Translator, Any], Code]] = {
    tree.Literal: Translator.literal,
    tree.Variable: Translator.variable,
    tree.ListOf: Translator.list,
    tree.Comprehension: Translator.comprehension,
    tree.Sign: Translator.sign,
    tree.Not: Translator.negation,
    tree.Logic: Translator.logic,
    tree.Conditional: Translator.conditional,
    tree.Chain: Translator.chain,
    tree.Compare: Translator.comparison,
    tree.Attribute: Translator.attribute,
    tree.Index: Translator.index,
    tree.SliceOf: Translator.slice,
    tree.Call: Translator.call,
}
