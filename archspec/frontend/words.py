"""The words of diagnostics that more than one complaint uses: values, call sites, and the projection that would fit a residual."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archspec.frontend.expressions import UNKNOWN, TensorValue
from archspec.graph import Tensor

if TYPE_CHECKING:
    from archspec.frontend.elaborate import Frame

MOST_CALLS = 4
"""Call sites that one diagnostic names."""


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
        return f"[{', '.join(_shown(one) for one in value[:20])}{', ...' if len(value) > 20 else ''}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(one)}" for key, one in list(value.items())[:20]) + "}"
    return "a tensor" if isinstance(value, TensorValue) else str(value)


def where_called(frame: Frame | None) -> tuple[str, ...]:
    """How something came to be carried out: "in block `b`, called at line 52, repetition 1 of 4 of `conv3_x`", the nearest call first."""
    notes: list[str] = []
    words: list[str] = []
    while frame is not None:
        if frame.kind == "repetition":
            words.append(f"repetition {frame.index} of {frame.count}" + (f" of `{frame.label}`" if frame.label else ""))
        else:
            notes += [", ".join(words)] if words else []
            verb = "called" if frame.kind == "block" else "used again"
            words = [f"in {'block' if frame.kind == 'block' else 'item'} `{frame.label}`, {verb} at line {frame.place.line}"]
        frame = frame.above
    notes += [", ".join(words)] if words else []
    notes = [note if note.startswith("in ") else f"in {note}" for note in notes]
    return (*notes[:MOST_CALLS], f"... and {len(notes) - MOST_CALLS} calls around it") if len(notes) > MOST_CALLS else tuple(notes)


def projection(main: Tensor, around: Tensor, *, own: bool) -> str | None:
    """The shortcut that would bring what goes around a residual to the shape of its main path, if one layer can."""
    if own:
        return f"let the shortcut end in {main}"
    if len(main.shape) != len(around.shape) or not main.shape or main.shape[-1] is None:
        return f"add a `shortcut` that ends in {main}"
    if len(main.shape) == 1:
        return f"add `shortcut: [Dense: {{units: {main.shape[-1]}}}]`"
    strides = _strides(main, around)
    if strides is None or len(main.shape) > 4:
        return f"let the items keep the size, {around}, or add a `shortcut` that ends in {main}"
    step = "" if strides == 1 else f", strides: {strides}"
    return f"add `shortcut: [Conv{len(main.shape) - 1}D: {{filters: {main.shape[-1]}, kernel_size: 1{step}}}]`"


def _strides(main: Tensor, around: Tensor) -> int | str | None:
    """The strides of a 1×1 convolution from one size to the other: ⌈size / strides⌉ on every axis."""
    steps = []
    for small, large in zip(main.shape[:-1], around.shape[:-1], strict=True):
        if small is None or large is None:
            step = 1 if small is large else None
        else:
            step = next((one for one in (large // small, -(-large // small)) if one and -(-large // one) == small), None) if small else None
        if step is None:
            return None
        steps.append(step)
    return steps[0] if len(set(steps)) == 1 else str(steps)
