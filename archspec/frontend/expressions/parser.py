"""The tokens of an expression -> its syntax tree, or one `ExpressionError`.

Hand-written, not Python's `ast`: the language is smaller than Python's, its names carry a `$`, and
an author gets the same message on every version of Python. A Pratt parser: `_LEVELS` says how
tightly each operator binds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from archspec import limits
from archspec.frontend.expressions.builtins import BUILTINS
from archspec.frontend.expressions.causes import Cause
from archspec.frontend.expressions.lexer import RESERVED, ExpressionError, Token
from archspec.frontend.expressions.parser_complaints import (
    CHOICE,
    check_count,
    foreign_word,
    no_operator,
    no_value,
    stray_sign,
    too_deep,
)
from archspec.frontend.expressions.tree import (
    Attribute,
    Call,
    Chain,
    Compare,
    Comprehension,
    Conditional,
    Index,
    ListOf,
    Literal,
    Logic,
    Name,
    Node,
    Not,
    Sign,
    SliceOf,
    Variable,
)
from archspec.spelling import did_you_mean

ATTRIBUTES = ("channels", "height", "width", "shape")
_ATTRIBUTES_LISTED = ", ".join(f"`.{name}`" for name in ATTRIBUTES)

_CONDITIONAL, _OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN, _POWER, _POSTFIX = range(10)
_LEVELS = {
    "if": _CONDITIONAL, "or": _OR, "and": _AND,
    "==": _COMPARISON, "!=": _COMPARISON, "<": _COMPARISON, "<=": _COMPARISON,
    ">": _COMPARISON, ">=": _COMPARISON, "in": _COMPARISON, "not": _COMPARISON,
    "+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "//": _PRODUCT, "%": _PRODUCT,
    "**": _POWER, ".": _POSTFIX, "[": _POSTFIX,
}  # fmt: skip
_CONSTANTS = {"true": True, "false": False, "null": None}
_CLOSING = {"(": ")", "$(": ")", "[": "]"}
_STRAY_NOT = "`not` stands where an operator belongs"

_Infix: TypeAlias = "Callable[[Parser, Node], Node]"


def syntax_tree(found: list[Token]) -> Node:
    """Parse the tokens of one expression, the `end` token included."""
    parser = Parser(found)
    if parser.token.kind == "end":
        raise ExpressionError("the expression is empty", 0, parser.token.end, cause=Cause.EMPTY)
    node = parser.expression()
    if parser.token.kind != "end":
        raise no_operator(parser.token)
    return node


class Parser:
    """Walks once over the tokens of an expression; every method begins at `token` and stops
    behind what it took.
    """

    def __init__(self, found: list[Token]):
        self.tokens, self.position = found, 0
        self.depth = 0
        self.free = 0  # how many `$(` are open: within them a name needs no `$`

    @property
    def token(self) -> Token:
        """The token that is next."""
        return self.tokens[self.position]

    @property
    def following(self) -> str:
        """The text of the token after the next."""
        return self.tokens[min(self.position + 1, len(self.tokens) - 1)].text

    def take(self) -> Token:
        """Step over the next token."""
        token = self.token
        self.position += 1
        return token

    def expression(self, level: int = _CONDITIONAL) -> Node:
        """Parse as far as the operators bind at least as tightly as `level`."""
        self.depth += 1
        if self.depth > limits.EXPRESSION_DEPTH:
            raise too_deep(self.token.start, self.token.end)
        node = self._operand(level)
        while (found := _LEVELS.get(self.token.text, -1)) >= level:
            node = _INFIX[found](self, node)
        self.depth -= 1
        return node

    # Operands

    def _operand(self, level: int) -> Node:
        token = self.token
        if token.kind == "number":
            return self._number()
        if token.kind == "text":
            self.take()
            return Literal(token.start, token.end, token.text[1:-1])
        if token.kind == "variable":
            return self._variable()
        if token.kind == "name":
            return self._word()
        return self._marked_operand(token, level)

    def _marked_operand(self, token: Token, level: int) -> Node:
        if token.text in ("(", "$("):
            return self._brackets()
        if token.text == "[":
            return self._list()
        if token.text in ("-", "+"):
            self.take()
            operand = self.expression(_SIGN)
            return Sign(token.start, operand.end, token.text, operand)
        if token.text == "not" and level <= _NOT:
            self.take()
            operand = self.expression(_NOT)
            return Not(token.start, operand.end, operand)
        if token.text in _CONSTANTS:
            self.take()
            return Literal(token.start, token.end, _CONSTANTS[token.text])
        if token.text == "in" and self.free and self.following == ".":
            return self._variable()
        raise no_value(token)

    def _number(self) -> Node:
        token = self.take()
        whole = token.text.replace("_", "").isdigit()
        value = int(token.text) if whole else float(token.text)
        if value > limits.INTEGER and (whole or value == float("inf")):
            largest = (
                f"{limits.INTEGER}, the largest integer"
                if whole
                else "the largest number, about 1.8e308"
            )
            raise ExpressionError(
                f"the number is beyond {largest}",
                token.start,
                token.end,
                code="bound-expression",
                cause=Cause.BEYOND_BOUNDS,
            )
        return Literal(token.start, token.end, value)

    def _variable(self) -> Node:
        token = self.take()
        if self.token.text == "(" and self.token.start == token.end:
            raise ExpressionError(
                f"`{token.text}` is a variable and cannot be called",
                token.start,
                token.end,
                help="to multiply, write `*`",
            )
        return Variable(
            token.start, token.end, Name(token.text.lstrip("$"), token.start, token.end)
        )

    def _word(self) -> Node:
        token, text = self.token, self.token.text
        if self.following == "(":
            return self._call()
        if text in BUILTINS:
            raise ExpressionError(
                f"`{text}` is a function", token.start, token.end, help=f"write `{text}(…)`"
            )
        if self.free and text.islower():
            return self._variable()
        if error := foreign_word(token):
            raise error
        if self.free:
            return self._variable()
        help = f"write `${text}`, or `'{text}'` if it is text"
        raise ExpressionError(
            f"`{text}` is no word of expressions", token.start, token.end, help=help
        )

    def _call(self) -> Node:
        name, opening = self.take(), self.take()
        if name.text not in BUILTINS:
            help = (
                did_you_mean(name.text, BUILTINS)
                or f"the functions are {', '.join(sorted(BUILTINS))}"
            )
            raise ExpressionError(
                f"there is no function `{name.text}`",
                name.start,
                name.end,
                code="unknown-name",
                help=help,
            )
        arguments = self._items(opening)
        node = Call(name.start, self._close(opening), name.text, arguments)
        check_count(node)
        return node

    def _brackets(self) -> Node:
        opening = self.take()
        self.free += opening.text == "$("
        node = self.expression()
        end = self._close(opening)
        self.free -= opening.text == "$("
        return node._replace(start=opening.start, end=end)

    def _list(self) -> Node:
        opening = self.take()
        items = self._items(opening)
        if self.token.text == "for" and len(items) == 1:
            return self._comprehension(opening, items[0])
        return ListOf(opening.start, self._close(opening), items)

    def _items(self, opening: Token) -> tuple[Node, ...]:
        items: list[Node] = []
        while self.token.text != _CLOSING[opening.text] and self.token.kind != "end":
            items.append(self.expression())
            if self.token.text != ",":
                break
            self.take()
        return tuple(items)

    def _comprehension(self, opening: Token, element: Node) -> Node:
        self.take()
        variable = self._bound_variable()
        self._expect("in", "this `for` has no `in`", "write `for $x in $list`")
        source, condition = self.expression(_OR), None
        if self.token.text == "if":
            self.take()
            condition = self.expression(_OR)
        if self.token.text in ("if", "for"):
            message = (
                "a list comprehension has one `for` and at most one `if`, and here is another"
                f" `{self.token.text}`"
            )
            raise ExpressionError(message, self.token.start, self.token.end, cause=Cause.TWO_LOOPS)
        end = self._close(opening)
        return Comprehension(opening.start, end, element, variable, source, condition)

    def _bound_variable(self) -> str:
        token = self.take() if self.token.kind != "end" else self.token
        name = token.text.removeprefix("$")
        if token.kind == "name" and not self.free:
            raise ExpressionError(
                "`for` needs a variable after it",
                token.start,
                token.end,
                help=f"write `for ${name} in`",
            )
        if name in RESERVED:
            raise ExpressionError(
                f"`{name}` cannot be the variable of a comprehension",
                token.start,
                token.end,
                help="choose another name",
            )
        if token.kind not in ("variable", "name"):
            raise ExpressionError(
                "`for` needs a variable after it",
                token.start,
                token.end,
                help="write `for $x in $list`",
            )
        return name

    # What follows an operand

    def conditional(self, then: Node) -> Node:
        """Parse `… if c else b`."""
        word = self.take()
        condition = self.expression(_OR)
        if self.token.text != "else":
            if error := stray_sign(self.token):
                raise error
            raise ExpressionError("this `if` has no `else`", word.start, word.end, help=CHOICE)
        self.take()
        otherwise = self.expression(_CONDITIONAL)
        return Conditional(then.start, otherwise.end, condition, then, otherwise)

    def logic(self, first: Node) -> Node:
        """Parse `… and b and c`, or the same with `or`."""
        symbol, operands = self.token.text, [first]
        while self.token.text == symbol:
            self.take()
            operands.append(self.expression(_LEVELS[symbol] + 1))
        return Logic(first.start, operands[-1].end, symbol, tuple(operands))

    def comparison(self, first: Node) -> Node:
        """Parse `… < b <= c`."""
        rest = []
        while _LEVELS.get(self.token.text) == _COMPARISON:
            symbol = "not in" if self.token.text == "not" else self.token.text
            if symbol == "not in" and self.following != "in":
                raise ExpressionError(
                    _STRAY_NOT,
                    self.token.start,
                    self.token.end,
                    help="write `not in`, or `and not`",
                )
            self.position += len(symbol.split())
            rest.append((symbol, self.expression(_COMPARISON + 1)))
        return Compare(first.start, rest[-1][1].end, first, tuple(rest))

    def chain(self, first: Node) -> Node:
        """Parse `… + b - c`, or a chain of `* / // %`."""
        level, rest = _LEVELS[self.token.text], []
        while _LEVELS.get(self.token.text) == level:
            symbol = self.take().text
            rest.append((symbol, self.expression(level + 1)))
        return Chain(first.start, rest[-1][1].end, first, tuple(rest))

    def power(self, base: Node) -> Node:
        """Parse `… ** b`, from the right; a sign before the exponent belongs to it, one before
        the base does not.
        """
        symbol = self.take().text
        exponent = self.expression(_SIGN)
        return Chain(base.start, exponent.end, base, ((symbol, exponent),))

    def postfix(self, target: Node) -> Node:
        """Parse `….channels`, `…[0]` or `…[1:]`."""
        mark = self.take()
        return self._attribute(target, mark) if mark.text == "." else self._index(target, mark)

    def _attribute(self, target: Node, dot: Token) -> Node:
        name = self.token
        if name.kind not in ("name", "keyword"):
            raise ExpressionError(
                "`.` needs an attribute after it",
                dot.start,
                dot.end,
                help=f"a tensor has {_ATTRIBUTES_LISTED}",
            )
        if name.text not in ATTRIBUTES:
            by_key = (
                f"a row is read by its key, `['{name.text}']`; a tensor has {_ATTRIBUTES_LISTED}"
            )
            help = did_you_mean(name.text, ATTRIBUTES, "`.{}`", 0.7) or by_key
            raise ExpressionError(
                f"there is no attribute `.{name.text}`", dot.start, name.end, help=help
            )
        self.take()
        return Attribute(target.start, name.end, target, name.text)

    def _index(self, target: Node, opening: Token) -> Node:
        parts = [self._slice_part()]
        while self.token.text == ":" and len(parts) < 3:
            self.take()
            parts.append(self._slice_part())
        if len(parts) == 1:
            index = parts[0] or self.expression()
            return Index(target.start, self._close(opening), target, index)
        return SliceOf(target.start, self._close(opening), target, (*parts, None)[:3])

    def _slice_part(self) -> Node | None:
        return None if self.token.text in (":", "]") else self.expression()

    # What is wrong

    def _expect(self, text: str, message: str, help: str) -> None:
        if self.token.text != text:
            raise ExpressionError(message, self.token.start, self.token.end, help=help)
        self.take()

    def _close(self, opening: Token) -> int:
        token = self.token
        if token.text == _CLOSING[opening.text]:
            return self.take().end
        if token.kind == "end":
            raise ExpressionError(
                f"this `{opening.text}` is never closed",
                opening.start,
                opening.end,
                cause=Cause.BRACKET_NOT_CLOSED,
            )
        if token.text in _CLOSING.values():
            message = (
                f"`{_CLOSING[opening.text]}` belongs here: the `{opening.text}` at character"
                f" {opening.start + 1} is still open"
            )
            raise ExpressionError(message, token.start, token.end, cause=Cause.BRACKETS_CROSSED)
        raise no_operator(self.token)


_INFIX: dict[int, _Infix] = {
    _CONDITIONAL: Parser.conditional,
    _OR: Parser.logic,
    _AND: Parser.logic,
    _COMPARISON: Parser.comparison,
    _SUM: Parser.chain,
    _PRODUCT: Parser.chain,
    _POWER: Parser.power,
    _POSTFIX: Parser.postfix,
}
