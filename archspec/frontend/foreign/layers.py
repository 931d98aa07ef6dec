"""What a layer is called elsewhere → the kind that it is here, and what to write. The words stand
in the tables of `layer_names`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from archspec.frontend.foreign.layer_names import (
    ACTIVATIONS,
    BLOCKS,
    FUNCTION,
    FUNCTIONS,
    LACKING,
    LAYERS,
    PREFIX,
    STRUCTURE,
)
from archspec.layers import CELLS, KINDS
from archspec.layers.operations import OPS
from archspec.layers.plugins import failure

SIZED = re.compile(r"(conv|maxpool|avgpool)(\d+)x\2")
"""A layer that is called by its window."""

TYPICAL: Mapping[str, Any] = {
    "cell": {"LSTMCell": {"units": 64}},
    "filters": 32,
    "input_dim": 1000,
    "kernel_size": 3,
    "key_dim": 64,
    "layer": {"LSTM": {"units": 64}},
    "num_heads": 8,
    "output_dim": 64,
    "rate": 0.5,
    "size": 2,
    "units": 64,
}
"""Values for arguments that a layer needs, in examples."""


def plain_name(word: str) -> str:
    """The name of a layer without what Python puts before it, in lower case without ``_``."""
    return re.sub(r"[_\s-]", "", PREFIX.sub("", word)).lower()


def kind_of(word: str) -> str | None:
    """The layer kind that a word of another tool means: ``nn.Conv2d`` → ``Conv2D``."""
    plain = plain_name(word)
    own = next((kind for kind in KINDS if kind.lower() == plain), None)
    return own or (LAYERS[plain].partition(":")[0] if plain in LAYERS else None)


def layer_help(word: str) -> str | None:
    """What to write for the name of a layer of another tool, where it calls a layer."""
    plain = plain_name(word)
    if structure := structure_help(word):
        return structure
    if plain in LAYERS:
        written = LAYERS[plain]
        return f"write `{written}`" if ":" in written else f"did you mean `{written}`?"
    if plain in ACTIVATIONS and not any(kind.lower() == plain for kind in KINDS):
        name = ACTIVATIONS[plain]
        return f"write `Activation: {{activation: {name}}}`" if name else None
    if sized := SIZED.fullmatch(plain):
        layer = LAYERS[sized[1]]
        return f"write `{layer}: {{{next(windows(layer))}: {sized[2]}}}`"
    kind = kind_of(word) if PREFIX.match(word) else operation_of(word)
    return f"did you mean `{kind}`?" if kind else None


def structure_help(word: str) -> str | None:
    """What to write for what is a layer elsewhere and structure here."""
    plain = plain_name(word)
    return STRUCTURE.get(plain) or (BLOCKS.get(plain) if word != word.lower() else None)


def operation_of(word: str) -> str | None:
    """The operation that a function of another tool is: ``torch.cat`` → ``ops.concatenate``."""
    match = FUNCTION.match(word)
    if match is None:
        return None
    name = re.sub(r"^reduce_", "", match[1])
    kind = OPS + FUNCTIONS.get(name, name)
    return kind if kind in KINDS else None


def windows(kind: str) -> Iterator[str]:
    """The argument of a layer kind that is its window."""
    return (name for name in ("kernel_size", "pool_size") if name in KINDS[kind].attributes)


def takes_layer(kind: str) -> str | None:
    """The argument of a layer kind that is a layer, as those of wrappers are."""
    attributes = KINDS[kind].attributes.items()
    return next((name for name, field in attributes if field.type.expects.what == "layer"), None)


def takes_several(kind: str) -> bool:
    """Whether a layer kind merges tensors."""
    return KINDS[kind].arity[0] > 1


def typical(kind: str) -> dict[str, Any]:
    """Arguments that a layer kind needs, with values for an example."""
    return {
        name: TYPICAL.get(name, 1)
        for name, attribute in KINDS[kind].attributes.items()
        if attribute.required
    }


def lacking(word: str) -> tuple[str, str] | None:
    """What to say of a layer of Keras that archspec does not have, and the help."""
    if reason := failure(word):
        return f"a library ships a kind `{word}`, and it cannot be used", reason
    name = PREFIX.sub("", word)
    if name in CELLS:
        cell = f"`RNN: {{cell: {{{name}: {{...}}}}}}`"
        return f"`{name}` is the cell of an `RNN`, and no layer by itself", f"write {cell}"
    if name not in LACKING:
        return None
    return f"Keras has a layer `{name}`, and archspec does not", LACKING[name]
