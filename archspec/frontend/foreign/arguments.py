"""What an argument of a layer, or its value, is called elsewhere → a help that says what it is
here. The words stand in the tables of `argument_names`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from archspec.frontend.foreign.argument_names import (
    ARGUMENTS,
    CHOICES,
    HEADS_TOGETHER,
    INFERRED,
    LAYERS_APART,
    OTHER_KINDS,
    REMOVED,
)
from archspec.frontend.foreign.layers import kind_of, takes_layer, typical
from archspec.layers import KINDS
from archspec.spelling import cut, in_words


def keras_name(kind: str, name: str) -> str | None:
    """The argument of a layer kind that another tool calls ``name``."""
    own = KINDS[kind].attributes
    return next((one for one in (name, *ARGUMENTS.get(name, ())) if one in own), None)


def argument_help(
    kind: str, name: str, written: str | None, beside: Mapping[str, Any] | None = None
) -> str | None:
    """What to do about an argument that another tool has, as ``written`` in the spec; or that is
    one of the layer's call. ``beside`` holds the arguments of the layer with their values.
    """
    beside = beside or {}
    value = beside.get(name)
    if call := _of_the_call(kind, name, written):
        return call
    if name in KINDS[kind].roles:
        return f"it is a tensor: name it in `from: {{{name}: ...}}`"
    key, equals, text = name.partition("=")
    if equals and text and written is None:
        return f"write `{key.strip()}: {text.strip()}`"
    inner = takes_layer(kind)
    if inner is not None and inner not in beside and kind_of(name) in KINDS:
        return f"write `{_wrapper(kind, inner, str(kind_of(name)), name, beside)}`"
    if inner := _another_layer(kind, name, value, written, beside):
        return inner
    has = keras_name(kind, name)
    if name == "weight_decay" and has:
        return f"write `{has}: {{L2: {{l2: {written or '...'}}}}}`"
    if name == "keep_prob" and has:
        if isinstance(value, float) and 0 < value < 1:
            return f"write `rate: {round(1 - value, 9)}`, the share that is dropped"
        return "write `rate`, the share that is dropped: 1 less what is kept"
    return f"did you mean `{has}`?" if has else None


def _of_the_call(kind: str, name: str, written: str | None) -> str | None:
    """What to do about what is an argument of the layer's call."""
    theirs = {"causal": ("use_causal_mask",), "is_causal": ("use_causal_mask",)}
    own = KINDS[kind].call_attributes
    has = next((one for one in (name, *theirs.get(name, ())) if one in own), None)
    if has is None:
        return None
    return f"it is an argument of the call: `call: {{{has}: {written or '...'}}}` beside `{kind}`"


def _wrapper(kind: str, inner: str, layer: str, name: str, beside: Mapping[str, Any]) -> str:
    """A wrapper whose layer, under its own name, was written in place of the argument for it."""
    arguments = beside[name] if isinstance(beside.get(name), dict) else typical(layer)
    others = {key: value for key, value in beside.items() if key in KINDS[kind].attributes}
    return written_item(kind, {inner: {layer: arguments}, **others})


def _another_layer(
    kind: str, name: str, value: Any, written: str | None, beside: Mapping[str, Any]
) -> str | None:
    """What to do about an argument that is no setting of this layer but another layer, or
    nothing that a layer says here.
    """
    if name in INFERRED:
        return "remove it: shapes are inferred, from `input` on"
    if name in REMOVED:
        return REMOVED[name]
    others = {key: argument for key, argument in beside.items() if key in KINDS[kind].attributes}
    if name == "units" and KINDS[kind].family() == "activation":
        return f"put `- Dense: {{units: {written or '...'}}}` before it, and remove this"
    if name in HEADS_TOGETHER and "key_dim" in KINDS[kind].attributes:
        return _one_head(value, beside)
    if name == "bidirectional" and "return_sequences" in KINDS[kind].attributes:
        return f"write `{written_item('Bidirectional', {'layer': {kind: others}})}`"
    if name == "num_layers" and "return_sequences" in KINDS[kind].attributes:
        count = value if isinstance(value, int) and not isinstance(value, bool) else 2
        renamed = {keras_name(kind, key): argument for key, argument in beside.items()}
        known = {str(key): argument for key, argument in renamed.items() if key is not None}
        item = written_item(kind, {**known, "return_sequences": True})
        return f"write `{item}`, and beside it `repeat: {count}`"
    if name == "causal" and "padding" in KINDS[kind].attributes and kind.endswith("1D"):
        return "write `padding: causal`"
    for prefix, other in OTHER_KINDS.get(name, ()):
        if kind.startswith(prefix) and kind.replace(prefix, other, 1) in KINDS:
            return f"use `{kind.replace(prefix, other, 1)}`, and remove this"
    return apart_help(kind, name, value)


def _one_head(value: Any, beside: Mapping[str, Any]) -> str:
    """What to write for the size of all heads together."""
    heads = next((beside[key] for key in ("num_heads", "nhead", "heads") if key in beside), None)
    if isinstance(value, int) and isinstance(heads, int) and heads > 0 and not value % heads:
        return f"write `key_dim: {value // heads}`, the size of one head: {value} / {heads}"
    return "write `key_dim`, the size of one head: this size divided by `num_heads`"


def apart_help(kind: str, name: str, value: Any) -> str | None:
    """What to do about an argument that is a layer of its own, ``bn: true``."""
    layer = LAYERS_APART.get(name)
    if layer is None or keras_name(kind, name) is not None:
        return None
    meant = (kind_of(value) if isinstance(value, str) else None) or layer
    argument = next(
        (
            argument_name
            for argument_name in ("rate", "pool_size", "size")
            if argument_name in KINDS[meant].attributes
        ),
        "",
    )
    if argument and isinstance(value, int | float) and not isinstance(value, bool):
        return f"put `- {meant}: {{{argument}: {in_words(value)}}}` below it, and remove this"
    needs = typical(meant)
    item = written_item(meant, needs) if needs else meant
    return f"put `- {item}` below it, and remove this"


def beside_help(kind: str, name: str, value: Any, arguments: Mapping[str, Any]) -> str | None:
    """What to do about a key beside a layer that is, elsewhere, one of its arguments or a layer
    of its own: ``act: relu``.
    """
    has = keras_name(kind, name)
    if has is not None and name in ARGUMENTS:
        return f"it is an argument: write `{written_item(kind, {**arguments, has: value})}`"
    return apart_help(kind, name, value)


def choice_of(text: str, choices: Collection[str]) -> str | None:
    """The help for a word of another tool where one of some words belongs."""
    plain = re.sub(r"^(?:torch|tf|np|jnp|keras)\.", "", text).lower()
    has = next((one for one in (plain, *CHOICES.get(plain, ())) if one in choices), None)
    return f"write `{has}`" if has else None


def written_item(kind: str, arguments: Mapping[str, Any]) -> str:
    """A layer with its arguments as a spec has them: ``Conv2D: {filters: 8, kernel_size: 3}``."""
    return f"{kind}: {{{cut(pairs(arguments.items()), 200)}}}"


def merging(kind: str, inputs: Sequence[Any]) -> str:
    """An item that merges tensors: ``{from: [a, b], Add: {}}``."""
    return f"{{from: {in_words(inputs)}, {kind}: {{}}}}"


def pairs(items: Iterable[tuple[str, Any]]) -> str:
    """``filters: 8, kernel_size: 3``."""
    return ", ".join(f"{name}: {in_words(value)}" for name, value in items)
