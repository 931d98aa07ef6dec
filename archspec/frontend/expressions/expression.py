"""`4 * $filters` -> an `Expression`, whose `evaluate(scope)` gives its value; `conv$i` -> a
`Template`, whose `fill(scope)` gives text.

    >>> expression = parse("4 * $filters if $i == 0 else 1")
    >>> [name.text for name in expression.names]
    ['filters', 'i']

A text is cut into tokens (`lexer`), parsed into a tree (`parser`) and turned into closures
(`evaluator`) once, and evaluated as often as a repeat asks for; what operators and functions do
stands in `operators` and `builtins`. Whatever is wrong is an `ExpressionError` with offsets into
the text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from archspec import limits
from archspec.frontend.expressions import values
from archspec.frontend.expressions.builtins import BUILTINS
from archspec.frontend.expressions.causes import Cause
from archspec.frontend.expressions.evaluator import Closures, Code, Frame
from archspec.frontend.expressions.lexer import RESERVED, ExpressionError, Token, tokens
from archspec.frontend.expressions.parser import syntax_tree
from archspec.frontend.expressions.parser_complaints import check_length
from archspec.frontend.expressions.places import located
from archspec.frontend.expressions.tree import Name, Node
from archspec.frontend.expressions.values import UNKNOWN, Fault, Lookup, TensorValue, Value

__all__ = [
    "BUILTINS",
    "RESERVED",
    "UNKNOWN",
    "Expression",
    "ExpressionError",
    "Lookup",
    "Name",
    "Template",
    "TensorValue",
    "Value",
    "is_expression",
    "parse",
    "parse_template",
    "template_tree",
    "tree",
]


@dataclass(frozen=True)
class Expression:
    """A parsed expression, and the variables that it mentions, in the order of the text."""

    text: str
    names: tuple[Name, ...]
    _code: Code = field(repr=False, compare=False)
    _slots: int = field(repr=False, compare=False)

    def evaluate(self, scope: Lookup) -> Value:
        """Return the value, or raise an `ExpressionError`."""
        return self._code([scope] + [None] * self._slots)


@dataclass(frozen=True)
class Template:
    """A parsed name in which variables and `$(…)` are replaced."""

    text: str
    names: tuple[Name, ...]
    _parts: tuple[str | Code, ...] = field(repr=False, compare=False)
    _slots: int = field(repr=False, compare=False)

    def fill(self, scope: Lookup) -> str:
        """Return the text with the values put in, or raise an `ExpressionError`."""
        frame: Frame = [scope] + [None] * self._slots
        pieces = [part if isinstance(part, str) else part(frame) for part in self._parts]
        if sum(map(len, pieces)) > limits.EXPRESSION_LENGTH:
            message = (
                f"with its values put in, this text has more than {limits.EXPRESSION_LENGTH:,}"
                " characters"
            )
            raise ExpressionError(
                message, 0, len(self.text), code="bound-expression", cause=Cause.TEXT_TOO_LONG
            )
        return "".join(pieces)


def is_expression(text: str) -> bool:
    """Tell whether a text is an expression, where a value stands, or a template, where a name
    stands.
    """
    return "$" in text


@lru_cache(maxsize=1024)
def parse(text: str) -> Expression:
    """Parse a text that stands for a value."""
    check_length(text)
    closures = Closures()
    code = closures.code(syntax_tree(list(tokens(text))))
    return Expression(text, closures.free_names(), code, closures.slots)


@lru_cache(maxsize=1024)
def tree(text: str) -> Node:
    """The syntax tree of a text that stands for a value."""
    return syntax_tree(list(tokens(text)))


def template_tree(text: str) -> list[str | Node]:
    """The parts of a text in which `$name` and `$(expression)` are replaced: texts as they
    stand, and trees.
    """
    parts: list[str | Node] = []
    position = 0
    while (dollar := text.find("$", position)) >= 0:
        taken = _replaced(text, dollar)
        parts += [text[position:dollar], syntax_tree(taken)]
        position = taken[-1].end
    return [part for part in [*parts, text[position:]] if part != ""]


@lru_cache(maxsize=1024)
def parse_template(text: str) -> Template:
    """Parse a text in which `$name` and `$(expression)` are replaced; all else stands for
    itself.
    """
    check_length(text)
    closures = Closures(in_template=True)
    parts: list[str | Code] = []
    position = 0
    while (dollar := text.find("$", position)) >= 0:
        parts.append(text[position:dollar])
        taken = _replaced(text, dollar)
        parts.append(_put_in(closures, syntax_tree(taken)))
        position = taken[-1].end
    parts.append(text[position:])
    return Template(text, closures.free_names(), tuple(parts), closures.slots)


def _replaced(text: str, dollar: int) -> list[Token]:
    """Take the tokens from a `$` to the end of its name or bracket."""
    taken: list[Token] = []
    depth = 0
    for token in tokens(text, dollar):
        taken.append(token)
        depth += (token.text in ("(", "$(", "[")) - (token.text in (")", "]"))
        if depth <= 0:
            break
    end = taken[-1].end
    return [*taken, Token("end", "", end, end)]


def _put_in(closures: Closures, node: Node) -> Code:
    code = closures.code(node)

    def run(frame: Frame) -> str:
        value = code(frame)
        if type(value) is str:
            return value
        if type(value) is int or (type(value) is float and value.is_integer()):
            return str(int(value))
        if value is UNKNOWN:
            raise located(Fault("", code="unknown-size"), node)
        raise located(
            values.wrong(
                "only an integer or a text can be put into a name",
                value,
                None,
                Cause.NO_PART_OF_A_NAME,
            ),
            node,
        )

    return run
