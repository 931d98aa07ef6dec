"""Layers of classes that are neither Keras's nor ours, as they were built → kinds that the spec
declares: their arguments, and expressions for their shapes and weights that hold of every use.

The class is named, and never imported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from archspec.backends.keras.nested_models import setting_of
from archspec.frontend.foreign.layer_names import LACKING
from archspec.layers import KINDS
from archspec.layers.declared import KIND_NAME, Declaration, Declared
from archspec.layers.registry import CELLS
from archspec.reading.keras_config.libraries import OF_EVERY_LAYER
from archspec.tensor import Shape, Size, Tensor, Weight

UNSAID = {"activity_regularizer": None, "autocast": True}
"""Further settings of every layer, at the values that they have where nobody sets them."""

OUTPUTS = ("first", "second", "third", "fourth")
"""What the outputs of a layer of several are called."""

INPUTS = ("x", "y", "z", "u", "v", "w")


class CustomUse(NamedTuple):
    """One use of such a layer: its class and, where it is known, the module; its arguments, the
    tensors that it takes and gives, and its weights. ``node`` is its name in the graph.
    """

    node: str
    kind: str
    module: str | None
    arguments: Mapping[str, Any]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    weights: tuple[Weight, ...]


def arguments_of_custom(config: Mapping[str, Any], *, trainable: bool) -> dict[str, Any]:
    """The arguments that the class takes, from the settings in a file."""
    arguments = {
        name: value
        for name, value in config.items()
        if name not in OF_EVERY_LAYER and not (name in UNSAID and value == UNSAID[name])
    }
    dtype = config.get("dtype")
    policy = setting_of(dtype, "name") if isinstance(dtype, Mapping) else dtype
    if policy not in (None, "float32"):
        arguments["dtype"] = policy
    return arguments if trainable else {**arguments, "trainable": False}


def is_plain(value: Any) -> bool:
    """Whether a spec can hold a value as an argument of a declared kind."""
    if isinstance(value, list):
        return all(map(is_plain, value))
    if isinstance(value, str):
        return "$" not in value
    return value is None or isinstance(value, bool | int | float)


def output_names(count: int) -> tuple[str, ...]:
    """The names of the outputs of a layer that gives so many, the first of one being empty."""
    if count == 1:
        return ("",)
    further = tuple(f"output{number}" for number in range(len(OUTPUTS) + 1, count + 1))
    return (*OUTPUTS[:count], *further)


def declared_layers(uses: Iterable[CustomUse]) -> dict[str, Declared]:
    """The layer of each use, by its node. Uses that no expressions fit together are of kinds of
    their own, with a number behind the name.
    """
    layers: dict[str, Declared] = {}
    for kind, together in _by_kind(uses).items():
        name = _kind_name(kind)
        groups = [together] if _rules(together) is not None else _alike(together)
        for number, group in enumerate(groups, 1):
            declaration = _declaration(name if number == 1 else f"{name}{number}", group)
            for use in group:
                values = {one: use.arguments.get(one) for one in declaration.arguments}
                layers[use.node] = Declared(declaration, values)
    return layers


def _by_kind(uses: Iterable[CustomUse]) -> dict[tuple[str, str | None], list[CustomUse]]:
    kinds: dict[tuple[str, str | None], list[CustomUse]] = {}
    for use in uses:
        kinds.setdefault((use.kind, use.module), []).append(use)
    return kinds


def _kind_name(kind: tuple[str, str | None]) -> str:
    """A name that a kind may have: the class's own unless it means something else in a spec."""
    words = [word for word in re.split(r"[^A-Za-z0-9]+", kind[0]) if word]
    name = "".join(f"{word[0].upper()}{word[1:]}" for word in words) or "Layer"
    name = name if re.fullmatch(KIND_NAME, name) else f"Layer{name}"
    return f"Own{name}" if name in KINDS or name in CELLS or name in LACKING else name


def _alike(uses: Sequence[CustomUse]) -> list[list[CustomUse]]:
    groups: dict[Any, list[CustomUse]] = {}
    for use in uses:
        shapes = tuple(tensor.shape for tensor in (*use.inputs, *use.outputs))
        groups.setdefault((shapes, use.weights), []).append(use)
    return list(groups.values())


def _declaration(name: str, uses: Sequence[CustomUse]) -> Declaration:
    rules = _rules(uses)
    assert rules is not None, "uses of the same shapes follow one rule"
    arguments = list(dict.fromkeys(key for use in uses for key in use.arguments))
    count = len(uses[0].inputs)
    inputs = tuple(f"input{number}" for number in range(1, count + 1))
    inputs = INPUTS[:count] if count <= len(INPUTS) else inputs
    inputs = inputs if count > 1 else ()
    first = uses[0]
    reference = f"{first.module}:{first.kind}" if first.module else None
    written = {
        **({"args": [_argument(key, uses) for key in arguments]} if arguments else {}),
        **({"inputs": list(inputs)} if inputs else {}),
        **rules,
        **({"keras": reference} if reference else {}),
    }
    return Declaration(name, tuple(arguments), inputs, reference, written)


def _argument(key: str, uses: Sequence[CustomUse]) -> Any:
    """An argument, with the value that all uses have as its default."""
    values = [use.arguments.get(key) for use in uses]
    same = all(value == values[0] and type(value) is type(values[0]) for value in values)
    return {key: values[0]} if same else key


# --- shapes


def _rules(uses: Sequence[CustomUse]) -> dict[str, Any] | None:
    """What a declaration says of shapes and weights; ``None`` where nothing fits all uses."""
    first = uses[0]
    if any(_counts(use) != _counts(first) for use in uses):
        return None
    shapes = [
        _expressions(uses, [use.outputs[number].shape for use in uses], whole=True)
        for number in range(len(first.outputs))
    ]
    weights = [
        _expressions(uses, [use.weights[number].shape for use in uses], whole=False)
        for number in range(len(first.weights))
    ]
    if None in shapes or None in weights:
        return None
    rules: dict[str, Any] = {}
    if weights:
        rules["weights"] = {
            weight.name: shape if weight.trainable else {"shape": shape, "trainable": False}
            for weight, shape in zip(first.weights, weights, strict=True)
        }
    if len(shapes) > 1:
        rules["shape"] = dict(zip(output_names(len(shapes)), shapes, strict=True))
    elif any(use.outputs[0].shape != use.inputs[0].shape for use in uses):
        rules["shape"] = shapes[0]
    return rules


def _counts(use: CustomUse) -> Any:
    weights = tuple((weight.name, weight.trainable, len(weight.shape)) for weight in use.weights)
    ranks = tuple(len(tensor.shape) for tensor in use.outputs)
    return len(use.inputs), len(use.inputs[0].shape), ranks, weights


def _expressions(
    uses: Sequence[CustomUse], shapes: Sequence[Shape], *, whole: bool
) -> list[Any] | None:
    """A shape, size by size; ``whole``: it is of a tensor, whose axes may be those of the input."""
    written = []
    for axis, sizes in enumerate(zip(*shapes, strict=True)):
        expression = _expression(uses, sizes, axis if whole else None)
        if expression is FAILED:
            return None
        written.append(expression)
    return written


FAILED = object()


def _expression(uses: Sequence[CustomUse], sizes: Sequence[Size], axis: int | None) -> Any:
    """What a size is in all uses: one of the input's, an argument, or always the same."""
    taken = [use.inputs[0].shape for use in uses]
    rank = len(taken[0])
    for index in [axis, -1] if axis is not None and axis < rank else [-1] * bool(rank):
        if _agree([shape[index] for shape in taken], sizes):
            return "$in.channels" if index in (-1, rank - 1) else f"$in.shape[{index}]"
    for key in uses[0].arguments:
        if _agree([use.arguments.get(key) for use in uses], sizes):
            return f"${key}"
    return sizes[0] if len(set(sizes)) == 1 else FAILED


def _agree(values: Sequence[Any], sizes: Sequence[Size]) -> bool:
    pairs = zip(values, sizes, strict=True)
    return all(type(value) is int and value == size for value, size in pairs)
