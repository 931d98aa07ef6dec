"""The text of an expression -> tokens, or an `ExpressionError` that says what the author
probably meant.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

import re
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from typing import NamedTuple

from archspec.frontend.expressions.builtins import BUILTINS
from archspec.frontend.expressions.causes import Cause, with_found

KEYWORDS = frozenset(["and", "or", "not", "if", "else", "for", "in", "true", "false", "null"])
RESERVED = frozenset([*KEYWORDS, *BUILTINS, "i", "prev"])


@dataclass(eq=False)
class ExpressionError(Exception):
    """What is wrong with an expression, and where: `text[start:end]` is the part at fault.

    `found` are the values at fault in words, `about` is the variable whose value is to blame.
    `help` says what to do where that is more than the `cause` knows.
    """

    sentence: str
    start: int
    end: int
    _: KW_ONLY
    code: str = "expression-syntax"
    help: str | None = None
    about: str | None = None
    cause: Cause | None = None
    found: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The sentence, with what stands in the text."""
        return with_found(self.sentence, self.found)


class Token(NamedTuple):
    """A word or sign. A quoted text keeps its quotes and a variable its `$`, so `text` alone
    tells operators apart.
    """

    kind: str
    text: str
    start: int
    end: int


_DIGITS = r"[0-9](?:_?[0-9])*"
_TOKEN = re.compile(
    rf"""(?P<space>[ \t\r\n]+)
    |(?P<slip>===|!==|<>|=>|=<|:=|&&|\|\||<<|>>)
    |(?P<number>(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<variable>\$[A-Za-z_][A-Za-z0-9_]*)
    |(?P<text>'[^']*'|"[^"]*")
    |(?P<symbol>\$\(|\*\*|//|==|!=|<=|>=|[-+*/%<>()\[\],.:])""",
    re.VERBOSE,
)
_NUMBER_LIKE = re.compile(r"[A-Za-z0-9_.]*")
_BITS = "there are no operations on bits"
_QUOTES = "write straight quotes, `'`"
_SLIPS = {
    "===": "write `==`", "!==": "write `!=`", "<>": "write `!=`",
    "=>": "write `>=`", "=<": "write `<=`",
    "=": "write `==` to compare; a function takes its arguments by position",
    ":=": "name the value in `let` or `vars`",
    "&&": "write `and`", "||": "write `or`", "!": "write `not`", "^": "write `**` for a power",
    "?": "write `a if condition else b`",
    "<<": _BITS, ">>": _BITS, "&": "write `and`", "|": "write `or`", "~": "write `not`",
    "×": "write `*`", "·": "write `*`", "÷": "write `/`", "−": "write `-`",
    "≤": "write `<=`", "≥": "write `>=`", "≠": "write `!=`",
    "‘": _QUOTES, "’": _QUOTES, "“": _QUOTES, "”": _QUOTES,
}  # fmt: skip


def tokens(text: str, start: int = 0) -> Iterator[Token]:
    """Cut the text into tokens, from `start` on; the last is of kind `end`. Lazy, so that a
    template can stop early.
    """
    while start < len(text):
        match = _TOKEN.match(text, start)
        if match is None:
            raise _unreadable(text, start)
        token = Token(match.lastgroup or "", match.group(), start, match.end())
        if token.kind != "space":
            yield _checked(text, token)
        start = token.end
    yield Token("end", "", len(text), len(text))


def _checked(text: str, token: Token) -> Token:
    if token.kind == "slip":
        raise ExpressionError(_no_sign(token.text), token.start, token.end, help=_SLIPS[token.text])
    if token.kind == "number":
        _check_number(text, token)
    elif token.kind == "variable" and token.text[1:] in RESERVED - {"i", "in", "prev"}:
        word = token.text[1:]
        help = f"write `{word}(…)`" if word in BUILTINS else f"write `{word}`"
        raise ExpressionError(
            f"`{word}` is a word of the language and names no variable",
            token.start,
            token.end,
            help=help,
        )
    elif token.kind == "name" and token.text in KEYWORDS:
        return token._replace(kind="keyword")
    return token


def _check_number(text: str, token: Token) -> None:
    tail = _NUMBER_LIKE.match(text, token.end)
    if tail and tail.group():
        whole = text[token.start : tail.end()]
        raise ExpressionError(
            f"`{whole}` is no number",
            token.start,
            tail.end(),
            help=f"if it is text, write `'{whole}'`",
        )


def _unreadable(text: str, start: int) -> ExpressionError:
    if text[start] in "'\"":
        return ExpressionError(
            "this quote is never closed", start, start + 1, cause=Cause.QUOTE_NOT_CLOSED
        )
    if text[start] == "$":
        return _lone_dollar(text, start)
    sign = text[start]
    help = _SLIPS.get(sign)
    return ExpressionError(_no_sign(sign), start, start + 1, help=help, cause=Cause.NO_SIGN)


def _no_sign(sign: str) -> str:
    return f"`{sign}` means nothing in an expression"


def _lone_dollar(text: str, start: int) -> ExpressionError:
    after = text[start + 1 :]
    if not after.strip():
        return ExpressionError(
            "`$` stands at the end, without a name", start, start + 1, cause=Cause.LONE_DOLLAR
        )
    if braced := re.match(r"\{\s*([A-Za-z_]\w*)\s*\}", after, re.ASCII):
        name = braced[1]
        return ExpressionError(
            "a variable has no braces",
            start,
            start + 1 + braced.end(),
            help=f"write `${name}` or `$({name})`",
        )
    if spaced := re.match(r"\s+([A-Za-z_]\w*)", after, re.ASCII):
        return ExpressionError(
            "a space separates `$` from its name",
            start,
            start + 1 + spaced.end(),
            help=f"write `${spaced[1]}`",
        )
    return ExpressionError(
        "`$` needs the name of a variable or a `(` after it",
        start,
        start + 2,
        help="write one `$`" if after[:1] == "$" else "a name begins with a letter or `_`",
    )
