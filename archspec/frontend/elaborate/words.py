"""What the complaints of an elaboration explain: how something came to be carried out, why a tensor
is what it is, and which layers would mend it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isqrt

from archspec.diagnostics import Span, at_line
from archspec.frontend.elaborate.budget import Exceeded
from archspec.frontend.elaborate.scope import Feed, Frame
from archspec.frontend.program.formulas import Located, Silenced
from archspec.frontend.program.program import Arguments, Input, Residual
from archspec.graph import Node
from archspec.tensor import Tensor

MOST_CALLS = 3
"""Call sites that one diagnostic names."""

MOST_INPUTS = 5
"""Inputs of a layer that one diagnostic names."""


def where_called(frame: Frame | None) -> tuple[str, ...]:
    """How something came to be carried out: "in block `b`, called at line 52, repetition 1 of 4
    of `conv3_x`", the nearest call first.
    """
    notes: list[str] = []
    words: list[str] = []
    repetitions = True
    while frame is not None:
        if frame.kind == "repetition":
            words.append(_repetition(frame))
        else:
            notes += [_note(words, repetitions)] if words else []
            words, repetitions = [_call(frame)], False
        frame = frame.above
    notes += [_note(words, repetitions)] if words else []
    more = len(notes) - MOST_CALLS
    return (*notes[:MOST_CALLS], *([f"... and {more} calls around it"] if more > 0 else []))


def _note(words: list[str], repetitions: bool) -> str:
    return ("in " if repetitions else "") + ", ".join(words)


def _repetition(frame: Frame) -> str:
    label = f" of `{_label(frame)}`" if frame.label else ""
    return f"repetition {frame.index} of {frame.count}{label}"


def _call(frame: Frame) -> str:
    what, verb = ("block", "called") if frame.kind == "block" else ("item", "used again")
    return f"in {what} `{frame.label}`, {verb} at line {frame.place.line}"


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
    except (Located, Silenced, Exceeded):
        return frame.label.text


Words = tuple[str | None, str | None]
"""A note that says why, and the help; ``None`` where there is nothing to say."""

Way = Iterator[tuple[Node, Tensor]]
"""The layers that a tensor has come through, the nearest first, each with its first input."""


def lost_axes(way: Way, x: Tensor, rank: int, place: Span, help: str | None) -> Words:
    """Why a tensor has fewer axes than the ``rank`` that a layer at a place needs. ``help`` is
    what can be said without the way here.
    """
    losing = (one for one in way if len(one[0].output.shape) < rank <= len(one[1].shape))
    node, before = next(losing, (None, None))
    if node is None or before is None:
        image = _image(x) if rank == 3 else None
        reshape = (
            f"put `- Reshape: {{target_shape: {image}}}` before it, which makes an image of it"
        )
        return None, reshape if image else help
    kind = node.layer.kind()
    made = (
        f"`{kind}` {at_line(node.span, place)} made"
        f" {'a vector of ' * (len(node.output.shape) == 1)}{node.output} from {before}"
    )
    if "return_sequences" in node.layer.attributes:
        return made, f"write `return_sequences: true` at that `{kind}`: it then gives every step"
    ways = [f"put it before that `{kind}`"]
    if before.size is not None and before.size == x.size and len(before.shape) == rank:
        ways.append(
            f"put `- Reshape: {{target_shape: {list(before.shape)}}}` before it, which brings the"
            " axes back"
        )
    elif help and len(x.shape) == rank - 1:
        ways.append(help)
    return made, ", or ".join(ways)


def unknown_size(way: Way, name: str, inputs: Iterable[Input], place: Span) -> Words:
    """Why the last size of the tensor of that name is unknown to a layer at a place."""
    maker = None
    for node, before in way:
        name = node.inputs[0]
        if maker is None and before.shape[-1:] != (None,):
            maker = node, before
    source = next((one for one in inputs if one.name == name), None)
    if source is None:
        return None, None
    where = f"`{source.name}` {at_line(source.place, place)}"
    help = f"write {'a size' if maker is None else 'sizes'} in place of `null` in {where}"
    if maker is None:
        return f"{where} has `null` there", help
    node, before = maker
    note = (
        f"`{node.layer.kind()}` {at_line(node.span, place)} makes one unknown size of {before}, as"
        f" {where} holds `null`"
    )
    pooling = node.layer.kind() == "Flatten" and 2 <= len(before.shape) <= 4
    return note, help + (
        f", or `GlobalAveragePooling{len(before.shape) - 1}D` in place of `Flatten`"
        if pooling
        else ""
    )


def way_up(nodes: Sequence[Node], inputs: Mapping[str, Feed], name: str) -> Way:
    """The layers that a tensor has come through, the nearest first, each with its first input."""
    passed: Node | None = None
    for node in reversed(nodes):
        if node.name == name:
            if passed is not None:
                yield passed, node.output
            passed, name = node, node.inputs[0]
    first = inputs[name].tensor if name in inputs else None
    if passed is not None and first is not None:
        yield passed, first


def _image(x: Tensor) -> list[int] | None:
    """The square image of one channel or three that has as many elements as a vector."""
    for channels in (1, 3):
        side = isqrt((x.size or 0) // channels)
        if side > 1 and len(x.shape) == 1 and side * side * channels == x.size:
            return [side, side, channels]
    return None


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
        str(argument.value.text)
        for call in calls
        for name, argument in call.items()
        if name in ("filters", "units") and argument.value.text
    ]
    strides = [
        str(argument.value.text)
        for call in calls
        for name, argument in call.items()
        if name == "strides" and argument.value.text not in (None, "1")
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
                        stride
                        for stride in (large // small, -(-large // small))
                        if stride and -(-large // stride) == small
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
