"""What the parser of expressions says of what it cannot read."""

from __future__ import annotations

from archspec import limits
from archspec.frontend.expressions.builtins import BUILTINS
from archspec.frontend.expressions.causes import Cause
from archspec.frontend.expressions.lexer import KEYWORDS, ExpressionError, Token
from archspec.frontend.expressions.tree import Call

_FOREIGN_WORDS = {"none": "null", "is": "=="}
CHOICE = "write `a if condition else b`"

_LOOP = "write `[… for $x in $list]`"
_INSTEAD_OF_A_VALUE = {
    "if": CHOICE,
    "not": "write `(not …)`",
    "in": "the input is written `$in`",
    "for": _LOOP,
}
"""What to write for a word that stands where a value belongs."""

_STRAY: dict[str, tuple[str, str | Cause]] = {
    ")": ("this `)` closes nothing", Cause.BRACKET_NOT_OPENED),
    "]": ("this `]` closes nothing", Cause.BRACKET_NOT_OPENED),
    ",": ("`,` stands outside a list or a call", "a list is written `[1, 2]`"),
    ":": ("`:` stands outside a slice", Cause.COLON_OUTSIDE_A_SLICE),
    "else": ("this `else` has no `if`", CHOICE),
    "for": ("`for` belongs in a list, behind its one element", _LOOP),
}


def check_length(text: str) -> None:
    """Refuse a text that is too long to be an expression."""
    if len(text) > limits.EXPRESSION_LENGTH:
        message = (
            f"an expression has at most {limits.EXPRESSION_LENGTH:,} characters, and this has"
            f" {len(text):,}"
        )
        raise ExpressionError(
            message,
            0,
            len(text),
            code="bound-expression",
            help="give its parts names in `let` or `vars`",
        )


def too_deep(start: int, end: int) -> ExpressionError:
    """Tell that brackets and operators nest too deep."""
    message = f"brackets and operators nest more than {limits.EXPRESSION_DEPTH} deep here"
    return ExpressionError(
        message,
        start,
        end,
        code="bound-expression",
        help="give the inner parts names in `let` or `vars`",
    )


def check_count(node: Call) -> None:
    """Refuse a call with too many or too few arguments."""
    function, count = BUILTINS[node.function], len(node.arguments)
    if count < function.least or (function.most is not None and count > function.most):
        message = (
            f"`{node.function}` takes {function.takes}, and here {'is' if count == 1 else 'are'}"
            f" {count or 'none'}"
        )
        raise ExpressionError(message, node.start, node.end, cause=Cause.COUNT_OF_ARGUMENTS)


def no_operator(token: Token) -> ExpressionError:
    """A token that does not go on with the operand before it."""
    text = token.text
    message = f"`{text}` stands where an operator belongs"
    help = "between two values an operator is missing, such as `*` or `+`"
    missing = ExpressionError(message, token.start, token.end, help=help)
    return stray_sign(token) or foreign_word(token) or missing


def stray_sign(token: Token) -> ExpressionError | None:
    """A sign or word that belongs to something which has not begun; ``None`` for others."""
    if token.text not in _STRAY:
        return None
    message, advice = _STRAY[token.text]
    help, cause = (None, advice) if isinstance(advice, Cause) else (advice, None)
    return ExpressionError(message, token.start, token.end, help=help, cause=cause)


def foreign_word(token: Token) -> ExpressionError | None:
    """A word of another language; ``None`` for others."""
    known = _FOREIGN_WORDS.get(token.text.lower(), token.text.lower())
    if token.kind != "name" or (known not in KEYWORDS and known != "=="):
        return None
    message = f"`{token.text}` is no word of expressions"
    return ExpressionError(message, token.start, token.end, help=f"write `{known}`")


def no_value(token: Token) -> ExpressionError:
    """A token that is no value, where one belongs."""
    if token.kind == "end":
        message, cause = "the expression ends where a value belongs", Cause.END
        return ExpressionError(message, token.start, token.end, cause=cause)
    return ExpressionError(
        f"`{token.text}` stands where a value belongs",
        token.start,
        token.end,
        help=_INSTEAD_OF_A_VALUE.get(token.text),
        cause=Cause.NO_VALUE,
    )
