"""`Graph` → the same network, each layer written in the one way that a reader expects.

Keras's files state every setting, and some in several ways: the last axis is 3 or -1,
`glorot_uniform` a name or an object with arguments. Here defaults are left out, axes count from the
end, and what says the same is the same. Graphs that build equal layers so become equal, whoever
wrote them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from struct import pack, unpack
from typing import Any

from archspec.graph import Graph, Node
from archspec.layers import KINDS, Layer
from archspec.layers.constants import tensor_of
from archspec.layers.declared import Declared
from archspec.layers.fields import REQUIRED
from archspec.layers.operations.base import Operation
from archspec.layers.recurrent import OverSteps
from archspec.layers.types import Configured
from archspec.reading.rewrites import rewritten
from archspec.spelling import snake_case
from archspec.tensor import Tensor

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "Constant": {"value": 0.0},
    "Identity": {"gain": 1.0},
    "Orthogonal": {"gain": 1.0},
    "RandomNormal": {"mean": 0.0, "stddev": 0.05},
    "RandomUniform": {"minval": -0.05, "maxval": 0.05},
    "TruncatedNormal": {"mean": 0.0, "stddev": 0.05},
    "VarianceScaling": {"scale": 1.0, "mode": "fan_in", "distribution": "truncated_normal"},
    "L1": {"l1": 0.01},
    "L2": {"l2": 0.01},
    "L1L2": {"l1": 0.0, "l2": 0.0},
    "OrthogonalRegularizer": {"factor": 0.01, "mode": "rows"},
    "MaxNorm": {"max_value": 2, "axis": 0},
    "MinMaxNorm": {"min_value": 0.0, "max_value": 1.0, "rate": 1.0, "axis": 0},
    "UnitNorm": {"axis": 0},
}
"""The defaults of Keras's small objects, by their classes."""

SAME_DISTRIBUTIONS = {"normal": "truncated_normal"}
"""Distributions of `VarianceScaling` that are the same."""

SAME_ACTIVATIONS = {"swish": "silu", "hard_swish": "hard_silu"}
"""Activations that Keras writes under another name."""

SAME_NAMES = {
    "zero": "zeros",
    "one": "ones",
    "normal": "random_normal",
    "uniform": "random_uniform",
}
"""Names of Keras that stand for the same object as another."""

NOT_SNAKE_CASE = {"L1L2": "l1l2", "L1": "l1", "L2": "l2"}

AXES = ("axis", "axes")
"""The arguments that count axes of the input, with the batch where they do not count from the
end."""

NOT_FROM_THE_END = ("Dot", "ops.transpose", "ops.tensordot")
"""Kinds whose `axes` are of two tensors, or are an order."""

ADDED_AXES = ("ops.expand_dims", "ops.stack")
"""Kinds whose axes count in the output."""


def normal(graph: Graph) -> Graph:
    """The graph with every layer in normal form, and in the words of an author; the names of what
    stays, and all shapes, are as they were.
    """
    tensors = graph.tensors
    nodes = []
    owners: dict[str, Layer] = {}
    for node in graph.nodes:
        layer = owners.get(node.weights_of or "")
        if layer is None or layer.call != node.layer.call:
            layer = normal_layer(node.layer, [tensors[name] for name in node.inputs], node)
        owners[node.name] = layer
        inputs, roles = _in_order(node)
        nodes.append(node._replace(layer=layer, inputs=inputs, roles=roles))
    return rewritten(replace(graph, nodes=tuple(nodes)))


def normal_layer(layer: Layer, inputs: Sequence[Tensor], node: Node | None = None) -> Layer:
    """A layer in normal form, for tensors of these shapes. ``node`` is its use, where it has
    one.
    """
    if isinstance(layer, Declared):
        return layer
    layer = _of_one_kind(layer)
    values = {name: _value(value, name, layer) for name, value in layer.arguments.items()}
    weightless = node is not None and not node.weights
    stated = {
        name: value
        for name, value in _from_the_end(layer, values, inputs).items()
        if not _is_default(layer, name, value, inputs) and not (name == "trainable" and weightless)
    }
    made = type(layer).of({name: stated[name] for name in layer.attributes if name in stated})
    call = {name: value for name, value in layer.call.items() if not _is_usual(layer, name, value)}
    return made.called_with(**call) if call else made


def _of_one_kind(layer: Layer) -> Layer:
    """The kind that Keras has, for one that it writes as another."""
    if layer.kind() != "ops.slice":
        return layer
    pairs = zip(layer.start_indices, layer.shape, strict=True)  # type: ignore[attr-defined]
    return KINDS["ops.get_item"](key=[f"{start}:{start + size}" for start, size in pairs])


def _is_usual(layer: Layer, name: str, value: Any) -> bool:
    """Whether a constant of a call is what Keras passes without it."""
    return value == getattr(type(layer), name) or (name, value) == ("training", usual_mode(layer))


def usual_mode(layer: Layer) -> bool | None:
    """The ``training`` that Keras writes into files for calls of a kind that state none."""
    if layer.family() in ("augmentation", "preprocessing"):
        return True
    acts = layer.family() == "regularization" or layer.kind() == "SpectralNormalization"
    return False if acts or isinstance(layer, OverSteps) else None


def _in_order(node: Node) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The inputs of a node and their roles, in the order of the kind's; no roles where the order
    says as much.
    """
    if by_position(node.layer, node.roles):
        return node.inputs, ()
    number = {name: index for index, name in enumerate(node.layer.roles)}
    pairs = sorted(
        zip(node.inputs, node.roles, strict=True), key=lambda pair: number.get(pair[1], 0)
    )
    return tuple(name for name, _ in pairs), tuple(role for _, role in pairs)


def by_position(layer: Layer, roles: Sequence[str]) -> bool:
    """Whether inputs of these roles are those that the layer takes by position, in order."""
    positional = [name for name, role in layer.open_roles.items() if not role.by_name]
    if len(positional) == 1 and layer.arity[1] != 1:
        return all(role == positional[0] for role in roles)
    return list(roles) == positional[: len(roles)]


def _is_default(layer: Layer, name: str, value: Any, inputs: Sequence[Tensor]) -> bool:
    """Whether a setting says no more than its absence."""
    default = getattr(type(layer), name)
    if default is not REQUIRED:
        default = _value(default, name, layer)
        default = _from_the_end(layer, {name: default}, inputs)[name]
    if isinstance(value, bool) or isinstance(default, bool):
        return value is default
    return bool(value == default) or _follows(layer, name, value, inputs)


def _follows(layer: Layer, name: str, value: Any, inputs: Sequence[Tensor]) -> bool:
    """Whether Keras fills in a setting of this value from others, or from the input."""
    match name:
        case "strides":
            windows = (getattr(layer, "pool_size", None), getattr(layer, "size", None))
            return value is not None and value in windows
        case "value_dim":
            return bool(value == getattr(layer, "key_dim", None))
        case "attention_axes" if inputs:
            rank = len(inputs[0].shape)
            axes = sorted(axis % (rank + 1) for axis in several(value))
            return axes == list(range(1, rank))
        case "activation":
            return value == "linear" and getattr(type(layer), name) is None
        case "dtype":
            return bool(value == "float32")
        case "backward_layer":
            forward = _inner(layer.layer, layer)  # type: ignore[attr-defined]
            return value is not None and _reversed(forward).built_like(value)
        case "sequence_length":
            return bool(value == getattr(layer, "fft_length", None))
        case "max_freq":
            return bool(2 * value == getattr(layer, "sampling_rate", None))
    return False


def _reversed(layer: Layer) -> Layer:
    """A recurrent layer that reads the other way."""
    backwards = not layer.arguments.get("go_backwards", False)
    others = {name: value for name, value in layer.arguments.items() if name != "go_backwards"}
    return type(layer).of({**others, "go_backwards": True} if backwards else others)


def several(value: Any) -> tuple[Any, ...]:
    """A value as a tuple, of one where it is none."""
    return value if isinstance(value, tuple) else (value,)


# --- values


def _value(value: Any, name: str, owner: Layer) -> Any:
    """The value of a setting in its one form."""
    kind = owner.kind()
    if (kind, name) in SPECIAL and (value is not None or kind == "Activation"):
        value = SPECIAL[kind, name](value)
    if owner.family() == "augmentation" and isinstance(value, tuple):
        value = _one_factor(owner, name, value)
    if owner.attributes[name].type.expects.what == "object":
        return _object(value)
    if isinstance(value, Layer):
        return _inner(value, owner)
    if isinstance(value, tuple) and value and isinstance(value[0], Layer):
        return tuple(_inner(layer, owner) for layer in value)
    if isinstance(owner, Operation) or owner.kind() == "Constant":
        return _of_single_precision(value)  # a whole number has another dtype: it stays
    if name.endswith("activation") and isinstance(value, str):
        return SAME_ACTIVATIONS.get(value, value)
    return _number(value)


def _one_factor(owner: Layer, name: str, value: tuple[Any, ...]) -> Any:
    """The one number that Keras makes the ends of a range of: of -0.1 to 0.1 or, where a factor is
    positive, of 0 to 0.1.
    """
    bounds = owner.attributes[name].type.schema.get("anyOf", [{}])[0]
    if len(value) != 2 or "minimum" not in bounds:
        return value
    least = -1 if owner.kind() in FROM_MINUS_ONE else bounds["minimum"]
    return value[1] if value[0] == max(-value[1], least) else value


def _of_single_precision(value: Any) -> Any:
    """The numbers of a list that becomes a tensor, each as short as float32 tells it apart: Keras
    keeps them so. A single number stays as it is.
    """
    if not isinstance(value, tuple):
        return value
    return tuple(
        _nearest(one) if isinstance(one, float) else _of_single_precision(one) for one in value
    )


def _nearest(value: float) -> float:
    """The shortest number that float32 does not tell from a number."""
    try:
        single = pack("f", value)
    except OverflowError:
        return value
    (exact,) = unpack("f", single)
    shorter = (float(f"{exact:.{digits}g}") for digits in range(1, 10))
    return next((one for one in shorter if pack("f", one) == single), exact)


def _slice(part: Any) -> Any:
    """A part of a key of brackets: ``0:3`` for the pair of its bounds."""
    if isinstance(part, tuple):
        return ":".join("" if bound is None else str(bound) for bound in part)
    return part.replace(" ", "") if isinstance(part, str) else part


def _alone(value: Any) -> Any:
    return value[0] if isinstance(value, tuple) and len(value) == 1 else value


def _of_one_dtype(value: Any) -> Any:
    """Constants of one dtype: floating numbers all, where one is."""
    return _floats(value) if tensor_of(value).dtype == "float32" else value


def _floats(value: Any) -> Any:
    return tuple(map(_floats, value)) if isinstance(value, tuple) else float(value)


SPECIAL: Mapping[tuple[str, str], Callable[[Any], Any]] = {
    ("Activation", "activation"): lambda value: "linear" if value is None else value,
    ("Constant", "value"): _of_one_dtype,
    ("EinsumDense", "output_shape"): _alone,
    ("Hashing", "salt"): lambda value: (
        value[0] if isinstance(value, tuple) and value[0] == value[-1] else value
    ),
    ("Normalization", "axis"): lambda value: None if value == () else value,
    ("PReLU", "shared_axes"): _alone,
    ("ops.get_item", "key"): lambda value: tuple(map(_slice, value)),
    ("ops.transpose", "axes"): lambda value: tuple(
        axis + len(value) + 1 if axis < 0 else axis for axis in value
    ),
}
"""Settings of a kind that can be written in several ways."""

FROM_MINUS_ONE = ("RandomSaturation", "RandomColorDegeneration")
"""Kinds of which Keras takes a factor for a range of both signs, though it must be positive."""


def _number(value: Any) -> Any:
    """Whole numbers without a fraction, in lists too."""
    if isinstance(value, tuple):
        return tuple(_number(element) for element in value)
    whole = isinstance(value, float) and value.is_integer() and abs(value) < LARGE
    return int(value) if whole else value


LARGE = 1e6
"""From here on a number stays as it is written, as in 1e9."""


def _object(value: Any) -> Any:
    """One of Keras's small objects: a name where it has no arguments but defaults."""
    if isinstance(value, str):
        name = _snake(value)
        return SAME_NAMES.get(name, name)
    if not isinstance(value, Configured):
        return value
    defaults = DEFAULTS.get(value.name, {})
    plain = {name: _plain(value.module, argument) for name, argument in value.arguments.items()}
    arguments = {
        name: argument
        for name, argument in plain.items()
        if argument is not None and argument != defaults.get(name, REQUIRED)
    }
    if value.name == "Constant":
        constants = {0: "zeros", 1: "ones"}
        return constants.get(value.arguments.get("value", 0)) or replace(value, arguments=arguments)
    return replace(value, arguments=arguments) if arguments else _snake(value.name)


def _plain(module: str, argument: Any) -> Any:
    if isinstance(argument, str):
        return SAME_DISTRIBUTIONS.get(argument, argument)
    return _number(_rounded(argument) if module == "regularizers" else argument)


def _rounded(value: Any) -> Any:
    """The number that a person wrote, of which Keras keeps the nearest that float32 has."""
    if not isinstance(value, float):
        return value
    short = float(f"{value:.6g}")
    return short if unpack("f", pack("f", short))[0] == value else value


def _snake(name: str) -> str:
    return NOT_SNAKE_CASE.get(name) or snake_case(name)


def _inner(layer: Layer, owner: Layer) -> Layer:
    """A layer within another, whose dtype is its owner's."""
    made = normal_layer(layer, ())
    shared = {
        name
        for name in ("dtype", "trainable")
        if made.arguments.get(name) == owner.arguments.get(name)
    }
    return type(made).of({k: v for k, v in made.arguments.items() if k not in shared})


# --- axes


def _from_the_end(
    layer: Layer, values: Mapping[str, Any], inputs: Sequence[Tensor]
) -> dict[str, Any]:
    """The settings of a layer, axes counted from the end."""
    result = dict(values)
    if not inputs or layer.kind() in NOT_FROM_THE_END:
        return result
    rank = len(inputs[0].shape) + 1
    for name in AXES:
        if name not in result or result[name] is None:
            continue
        axes = several(result[name])
        if not all(type(axis) is int for axis in axes):
            continue
        wider = len(axes) if layer.kind() in ADDED_AXES else 0
        counted = tuple(axis - rank - wider if axis > 0 else axis for axis in axes)
        result[name] = counted[0] if len(counted) == 1 else counted
    if layer.kind() == "GroupNormalization" and result.get("groups") == inputs[0].shape[-1]:
        result["groups"] = -1
    return result
