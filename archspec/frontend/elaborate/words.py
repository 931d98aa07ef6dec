"""The words of diagnostics that more than one complaint uses: values, call sites, and the
projection that would fit a residual.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from archspec.frontend.expressions.expression import UNKNOWN, TensorValue
from archspec.tensor import Tensor

if TYPE_CHECKING:
    from archspec.diagnostics import Span
    from archspec.frontend.elaborate.contexts import Frame
    from archspec.frontend.program.program import Arguments, Residual

MOST_CALLS = 3
"""Call sites that one diagnostic names."""

MOST_COUNTED = 8
"""The largest number that looks like a count of repetitions where their values belong."""

MOST_INPUTS = 5
"""Inputs of a layer that one diagnostic names."""


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


def each_value(name: str, number: float) -> str:
    """What to write for one number where a ``repeat`` takes the values of a variable."""
    if isinstance(number, int) and 0 < number <= MOST_COUNTED:
        counted = ", ".join(map(str, range(number)))
        return (
            f"for {number} repetitions write `repeat: {number}`, or `{name}: [{counted}]` where the"
            f" item uses `${name}`"
        )
    return f"write the value of each repetition, as `{name}: [{number}, {number}]` for two"


def show(value: Any) -> str:
    """A value as people write it in YAML, cut where it is long."""
    text = _shown(value)
    return text if len(text) <= 60 else text[:57] + "..."


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


def at_line(place: Span, seen_from: Span) -> str:
    """Where something stands, seen from another place: "on line 4", "on line 4 of base.yaml"."""
    return f"on line {place.line}" + ("" if place.file == seen_from.file else f" of {place.file}")


def where_called(frame: Frame | None) -> tuple[str, ...]:
    """How something came to be carried out: "in block `b`, called at line 52, repetition 1 of 4
    of `conv3_x`", the nearest call first.
    """
    notes: list[str] = []
    words: list[str] = []
    while frame is not None:
        if frame.kind == "repetition":
            words.append(
                f"repetition {frame.index} of {frame.count}"
                + (f" of `{_label(frame)}`" if frame.label else "")
            )
        else:
            notes += [", ".join(words)] if words else []
            verb = "called" if frame.kind == "block" else "used again"
            words = [
                f"in {'block' if frame.kind == 'block' else 'item'} `{frame.label}`, {verb} at line"
                f" {frame.place.line}"
            ]
        frame = frame.above
    notes += [", ".join(words)] if words else []
    notes = [note if note.startswith("in ") else f"in {note}" for note in notes]
    return (
        (*notes[:MOST_CALLS], f"... and {len(notes) - MOST_CALLS} calls around it")
        if len(notes) > MOST_CALLS
        else tuple(notes)
    )


def _label(frame: Frame) -> str:
    """The name of what repeats, with its values put in where they are the same for all
    repetitions.
    """
    if frame.label is None or isinstance(frame.label, str):
        return frame.label or ""
    if frame.label.template is None or frame.environment is None:
        return frame.label.text
    try:
        return frame.label.fill(frame.environment)
    except Exception:
        return frame.label.text


BESIDE = "beside `residual`, indented as it is, add "


def projection(main: Tensor, around: Tensor, residual: Residual, *, own: bool) -> str:
    """The shortcut that would bring what goes around a residual to the shape of its main path,
    if one or two layers can.
    """
    channels = main.shape[-1] if main.shape else None
    if own:
        return f"let the shortcut end in {main}" + _instead(main, around)
    if channels is None or not around.shape:
        return f"beside `residual` add a `shortcut` that ends in {main}"
    filters, strides = _as_written(residual)
    if len(main.shape) == 1:
        pooled = (
            f"GlobalAveragePooling{len(around.shape) - 1}D"
            if 2 <= len(around.shape) <= 4
            else "Flatten"
            if len(around.shape) > 4
            else None
        )
        dense = f"Dense: {{units: {filters or channels}}}"
        layers = [
            *([pooled] if pooled else []),
            *([dense] if around.shape[-1] != channels or not pooled else []),
        ]
        return f"{BESIDE}`shortcut: [{', '.join(layers)}]`"
    steps = _strides(main, around) if len(main.shape) == len(around.shape) <= 4 else None
    if steps is None:
        keep = (
            f"let the items keep the size of {around}, with `padding: same` and no strides, or "
            if len(main.shape) == len(around.shape)
            else ""
        )
        return f"{keep}beside `residual` add a `shortcut` that ends in {main}"
    step = f", strides: {strides}" if strides else "" if steps == 1 else f", strides: {steps}"
    return (
        f"{BESIDE}`shortcut: [Conv{len(main.shape) - 1}D: {{filters: {filters or channels},"
        f" kernel_size: 1{step}}}]`"
    )


def _instead(main: Tensor, around: Tensor) -> str:
    """What differs between two shapes of equal rank, said shortly."""
    if len(main.shape) != len(around.shape):
        return ""
    channels = main.shape[-1] != around.shape[-1]
    if main.shape[:-1] == around.shape[:-1]:
        return f": {main.shape[-1]} channels instead of {around.shape[-1]}"
    steps = _strides(main, around)
    strided = f": strides of {steps} more" if steps not in (None, 1) else ""
    return strided + (
        f", and {main.shape[-1]} channels instead of {around.shape[-1]}"
        if strided and channels
        else ""
    )


def _as_written(residual: Residual) -> tuple[str, str]:
    """The last filters and the one stride of a residual's items, where they are expressions: a
    block is called with many values.
    """
    calls: list[Arguments] = [
        getattr(item.operation, "arguments", {})
        for item in residual.items.items
        if item.repeat is None
    ]
    filters = [
        str(one.value.text)
        for call in calls
        for name, one in call.items()
        if name in ("filters", "units") and one.value.text
    ]
    strides = [
        str(one.value.text)
        for call in calls
        for name, one in call.items()
        if name == "strides" and one.value.text not in (None, "1")
    ]
    quoted = [
        f'"{text}"' if any(char in text for char in ",[]{}") else text
        for text in (*filters[-1:], *strides)
    ]
    if not filters or "$" not in filters[-1]:
        return "", quoted[-1] if len(strides) == 1 and "$" in strides[0] else ""
    return quoted[0], quoted[1] if len(strides) == 1 else ""


def _strides(main: Tensor, around: Tensor) -> int | str | None:
    """The strides of a 1×1 convolution from one size to the other: ⌈size / strides⌉ on every
    axis.
    """
    steps = []
    for small, large in zip(main.shape[:-1], around.shape[:-1], strict=True):
        if small is None or large is None:
            step = 1 if small is large else None
        else:
            step = (
                next(
                    (
                        one
                        for one in (large // small, -(-large // small))
                        if one and -(-large // one) == small
                    ),
                    None,
                )
                if small
                else None
            )
        if step is None:
            return None
        steps.append(step)
    return steps[0] if len(set(steps)) == 1 else str(steps)
