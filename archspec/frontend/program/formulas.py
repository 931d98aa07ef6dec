"""A `Value` whose texts with ``$`` are expressions → a `Formula`, evaluated in a scope; a name with
``$`` → a `NameFormula`.

Here the offsets of an `ExpressionError` become a place in the file.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from archspec import limits
from archspec.diagnostics import Diagnostic, Span
from archspec.frontend.expressions import expression
from archspec.frontend.expressions.causes import Cause, found_words
from archspec.frontend.expressions.expression import ExpressionError, Lookup
from archspec.frontend.yaml.document import Broken, Value


class Located(Exception):
    """An expression cannot be read or evaluated; ``diagnostic`` says where in the file,
    ``about`` the variable whose value is to blame. ``of_null`` says that ``null`` stands where it
    computes: no mistake, unless something uses the value.
    """

    def __init__(
        self, diagnostic: Diagnostic, about: str | None = None, *, of_null: bool = False
    ) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic
        self.about = about
        self.of_null = of_null


class Silenced(Exception):
    """A value depends on a mistake that has a complaint already."""


class Mention(NamedTuple):
    """A variable that a formula mentions, and where."""

    name: str
    span: Span


class Formula(NamedTuple):
    """A value of the text. ``constant`` ones are ``data``; the others are evaluated.
    ``mentions`` are their variables.
    """

    value: Value
    mentions: tuple[Mention, ...]
    data: Any = None
    compute: Callable[[Lookup], Any] | None = None

    @property
    def constant(self) -> bool:
        """Whether the value is the same in every scope."""
        return self.compute is None

    def evaluate(self, scope: Lookup) -> Any:
        """The plain value in a scope. Raises `Located`."""
        return self.data if self.compute is None else self.compute(scope)


class NameFormula(NamedTuple):
    """A name as written, in which variables may stand."""

    value: Value
    mentions: tuple[Mention, ...]
    template: expression.Template | None

    broken: bool = False

    @property
    def text(self) -> str:
        """The name as written."""
        return str(self.value.text)

    def fill(self, scope: Lookup) -> str:
        """The name in a scope. Raises `Located`, and `Silenced` for a broken one."""
        if self.template is None:
            if self.broken:
                raise Silenced(self.text)
            return self.text
        try:
            return self.template.fill(scope)
        except ExpressionError as error:
            raise Located(_diagnostic(self.value, error)) from None


def _silenced(scope: Lookup) -> Any:
    raise Silenced


def broken(value: Value) -> Formula:
    """The formula of a value whose mistake has a complaint: to evaluate it raises `Silenced`."""
    return Formula(value, (), None, _silenced)


def formula(value: Value) -> Formula:
    """The formula of a value. Raises `Located` where an expression cannot be read."""
    if isinstance(value.data, Broken):
        return broken(value)
    if isinstance(value.data, dict):
        return _mapping(value, {key: formula(part) for key, part in value.items()})
    if isinstance(value.data, list):
        return _list(value, [formula(element) for element in value.data])
    if isinstance(value.data, str) and expression.is_expression(value.data):
        return _expression(value)
    return Formula(value, (), value.data)


def name_formula(value: Value) -> NameFormula:
    """The formula of a name. Raises `Located` where an expression in it cannot be read."""
    text = str(value.text)
    if not expression.is_expression(text):
        return NameFormula(value, (), None)
    try:
        template = expression.parse_template(text)
    except ExpressionError as error:
        raise Located(_diagnostic(value, error)) from None
    return NameFormula(value, _mentions(value, template.names), template)


def plain(value: Value) -> Any:
    """A value as it is written, in plain data, its expressions as texts."""
    if isinstance(value.data, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value.data, list):
        return [plain(element) for element in value.data]
    return None if isinstance(value.data, Broken) else value.data


def mentioned(value: Value) -> tuple[Mention, ...]:
    """The variables that stand in a text that is no expression, so that a misspelt one is told
    too; none where the text may bind its own.
    """
    text = value.data
    if (
        not isinstance(text, str)
        or "for" in text
        or "'" in text
        or len(text) > limits.EXPRESSION_LENGTH
    ):
        return ()
    return tuple(
        Mention(match[1], part(value, *match.span()))
        for match in re.finditer(r"\$([A-Za-z_]\w*)", text)
    )


def _expression(value: Value) -> Formula:
    try:
        parsed = expression.parse(value.data)
    except ExpressionError as error:
        raise Located(_diagnostic(value, error)) from None

    def compute(scope: Lookup) -> Any:
        try:
            return parsed.evaluate(scope)
        except ExpressionError as error:
            of_null = error.cause is Cause.NULL
            raise Located(_diagnostic(value, error), error.about, of_null=of_null) from None

    return Formula(value, _mentions(value, parsed.names), None, compute)


def _mapping(value: Value, entries: dict[str, Formula]) -> Formula:
    mentions = tuple(mention for part in entries.values() for mention in part.mentions)
    if all(part.constant for part in entries.values()):
        return Formula(value, mentions, {key: part.data for key, part in entries.items()})
    return Formula(
        value,
        mentions,
        None,
        lambda scope: {key: part.evaluate(scope) for key, part in entries.items()},
    )


def _list(value: Value, elements: list[Formula]) -> Formula:
    mentions = tuple(mention for element in elements for mention in element.mentions)
    if all(element.constant for element in elements):
        return Formula(value, mentions, [element.data for element in elements])
    return Formula(
        value, mentions, None, lambda scope: [element.evaluate(scope) for element in elements]
    )


def _mentions(value: Value, names: tuple[expression.Name, ...]) -> tuple[Mention, ...]:
    return tuple(Mention(name.text, part(value, name.start, name.end)) for name in names)


def _diagnostic(value: Value, error: ExpressionError) -> Diagnostic:
    label = found_words(error.found) if error.found else error.cause.label if error.cause else ""
    return Diagnostic(
        error.code,
        error.sentence,
        part(value, error.start, error.end),
        label,
        help=error.help or (error.cause.help if error.cause else "") or None,
    )


def part(value: Value, start: int, end: int) -> Span:
    """The span of ``text[start:end]`` of a scalar; the whole scalar's where it runs over lines
    or holds escapes.
    """
    span, length = value.span, len(value.text or "")
    quotes = 0 if value.plain else 1
    if span.line != span.end_line or span.end_column - span.column != length + 2 * quotes:
        return span
    column = span.column + quotes
    return Span(
        span.file,
        span.line,
        column + min(start, length),
        span.line,
        column + max(min(end, length), min(start + 1, length)),
    )
