"""What complaints call a value, and what they say of an expression besides its own sentence."""

from __future__ import annotations

import re
from typing import Any

from archspec.frontend.expressions.values import UNKNOWN, TensorValue
from archspec.spelling import cut

EXPRESSION_WORDS = (
    (
        r"division by zero",
        "this is 0",
        "divide by something that is never 0, or choose: `a if $x != 0 else b`",
    ),
    (r"0 has no negative power", "", "raise a positive number"),
    (
        r"the list has (\d+) elements?, index (-?\d+) is outside",
        "",
        "indices count from 0; -1 is the last element",
    ),
    (r"this `(\$?\(|\[)` is never closed", "", "close it, or remove it"),
    (r"this `[])]` closes nothing", "", "remove it, or open it before"),
    (r"`[])]` belongs here: .*", "", "close the brackets in the order in which they were opened"),
    (r"this quote is never closed", "", "close it: a text is written `'text'`"),
    (
        r"the expression ends where a value belongs",
        "",
        "add the value, or remove the operator before it",
    ),
    (
        r"`.*` stands where a value belongs",
        "",
        "a value is a number, a `$variable`, a `'text'` or a call",
    ),
    (r"`\$` stands at the end, without a name", "", "write the variable's name behind it: `$name`"),
    (r"`.` means nothing in an expression", "", "remove it"),
    (r"`:` stands outside a slice", "", "a slice is written `$list[1:]`"),
    (r"`\w+` takes .*", "", "arguments are separated by commas"),
    (r"a list comprehension has one `for` .*", "", "write `[... for $x in $list]`"),
    (r"the expression is empty", "", "write a value between the brackets"),
    (r"there is no variable .*", "", "add it to `vars`"),
    (
        r"only an integer or a text can be put into a name",
        "",
        "name it by `$i`, or by a variable that is a whole number or a text",
    ),
    (r".* is beyond .*", "", "look for a `**` or `*` too many"),
    (r"a list has at most .*", "", "make the list shorter"),
    (r"with its values put in, .*", "", "choose shorter values"),
    (r"lists nest .*", "", "flatten the list"),
    (r"a condition is true or false", "", "compare: `$x > 0`, `$x == 'text'`"),
    (r".* a size that is unknown .*", "", "give the input fixed sizes instead of `null`"),
    (r"the result is no real number", "", "a fractional power needs a positive number"),
    (r"the step of .* is not 0", "this is 0", "give another step"),
    (r"`\.(height|width)` needs .*", "", "`.shape[0]` is the first size, `.channels` the last"),
)
"""What an expression's complaints say further, by the sentence: the words under the caret, and
what to do.
"""


def expression_words(message: str) -> tuple[str, str, str | None]:
    """The sentence, what stands under the caret, and the help, of a complaint about an
    expression.
    """
    sentence, both, found = message.partition(", and these are ")
    if not both:
        sentence, what, found = message.partition(", and this is ")
        both = what and "is"
    label = f"this is {found}" if both == "is" else f"these are {found}" if both else ""
    if sentence.startswith("`+` needs") and found.startswith("the text"):
        return (
            sentence,
            label,
            (
                "a text can only be compared and chosen: write it whole, or put variables into a"
                " `name`"
            ),
        )
    for pattern, words, help in EXPRESSION_WORDS:
        if re.fullmatch(pattern, sentence):
            return sentence, label or words, help
    return sentence, label, None


def show(value: Any) -> str:
    """A value as people write it in YAML, cut where it is long."""
    text = _shown(value)
    return cut(text)


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is UNKNOWN:
        return "an unknown size"
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, list | tuple):
        return (
            f"[{', '.join(_shown(one) for one in value[:20])}{', ...' if len(value) > 20 else ''}]"
        )
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{key}: {_shown(one)}" for key, one in list(value.items())[:20]) + "}"
        )
    return "a tensor" if isinstance(value, TensorValue) else str(value)
