"""One layer kind with arguments and inputs, in archspec and in Keras: what each says of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any

import keras

from archspec.backends.keras.model import make_layer
from archspec.layers import KINDS, Layer, Mismatch
from archspec.tensor import Tensor

Shape = tuple[int | None, ...]
UNASKED = -1
RUNS_NOT = "TensorFlow refuses to run it, though Keras builds it"
"""A reason to be stricter than Keras; `test_stricter` runs the rows that give it."""


@dataclass(frozen=True)
class Row:
    """A line of a family's table: a kind, its arguments as written in YAML, the shapes (without
    batch) or `Tensor`s of its inputs.

    ``fails`` says that neither archspec nor Keras may accept it. ``stricter`` gives the reason
    where only archspec refuses. ``states`` is the dtype that Keras states where it gives another, as
    archspec infers. The expected shapes, dtypes and weights are Keras's own. ``macs``
    is a number worked out by hand from the definition. ``call`` are constants of the layer's call,
    and ``roles`` those of the inputs where not all are given by position.
    """

    kind: str
    arguments: dict[str, Any]
    inputs: tuple[Shape | Tensor, ...]
    fails: bool = False
    stricter: str = ""
    states: str = ""
    macs: int | None = UNASKED
    call: dict[str, Any] = field(default_factory=dict)
    roles: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = ", ".join(f"{key}={value}" for key, value in self.arguments.items())
        call = "".join(f", {key}={value}" for key, value in self.call.items())
        roles = f" as {' and '.join(self.roles)}" if self.roles else ""
        tensors = " and ".join(str(tensor) for tensor in self.tensors)
        return f"{self.kind}({shown}) on {tensors}{roles}{call}"

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        return tuple(one if isinstance(one, Tensor) else Tensor(one) for one in self.inputs)


@dataclass(frozen=True)
class Outcome:
    """The first output's shape without batch, its dtype, the weights as (name, shape, trainable)
    in order, and the shapes of all further outputs.
    """

    shape: Shape
    dtype: str
    weights: tuple[tuple[str, Shape, bool], ...]
    further: tuple[Shape, ...] = ()


def row(kind: str, arguments: dict[str, Any] | None, *inputs: Shape | Tensor, **about: Any) -> Row:
    return Row(kind, arguments or {}, inputs, **about)


def ours(row: Row) -> Outcome | Mismatch:
    """What archspec infers, or its `Mismatch`."""
    try:
        y, weights, _, outputs = our_layer(row).infer(*row.tensors, roles=row.roles)
    except Mismatch as mismatch:
        return mismatch
    return Outcome(
        y.shape,
        y.dtype,
        tuple((weight.name, weight.shape, weight.trainable) for weight in weights),
        tuple(tensor.shape for _, tensor in outputs[1:]),
    )


def our_layer(row: Row) -> Layer:
    """The layer of a row, with the constants of its call. Raises `Mismatch`."""
    return KINDS[row.kind](**row.arguments).called_with(**row.call)


def theirs(row: Row) -> Outcome | Exception:
    """What Keras makes of it, or its exception. Bare lists and mappings of the row go to Keras
    as archspec normalises them.
    """
    inputs = [keras.Input(one.shape, dtype=one.dtype) for one in row.tensors]
    try:
        layer = keras_layer(row)
        y, *further = call(layer, row, inputs)
    except Exception as failure:
        return failure
    weights = tuple(
        (_weight_name(layer, weight), tuple(weight.shape), weight.trainable)
        for weight in layer.weights
    )
    shapes = tuple(tuple(one.shape[1:]) for one in further)
    return Outcome(tuple(y.shape[1:]), keras.backend.standardize_dtype(y.dtype), weights, shapes)


def keras_layer(row: Row) -> keras.layers.Layer:
    """The layer of a row in Keras."""
    try:
        return make_layer(KINDS[row.kind](**row.arguments))
    except Mismatch:  # archspec refuses the arguments: Keras gets them raw
        if row.kind.startswith("ops."):
            return Raw(row)
        from archspec.backends.keras import layers as keras_layers

        constructor = getattr(keras_layers, row.kind, None) or getattr(keras.layers, row.kind)
        return constructor(**row.arguments)


class Raw:
    """A function of `keras.ops`, with arguments just as they are."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.weights: list[keras.Variable] = []

    def __call__(self, inputs: list[keras.KerasTensor]) -> keras.KerasTensor:
        function = attrgetter(self.row.kind.removeprefix("ops."))(keras.ops)
        if self.row.kind == "ops.einsum":
            return function(*self.row.arguments.values(), *inputs)
        taken = [inputs] if KINDS[self.row.kind].arity[1] is None else inputs
        return function(*taken, **self.row.arguments)


def call(
    layer: keras.layers.Layer, row: Row, inputs: list[keras.KerasTensor]
) -> list[keras.KerasTensor]:
    """Call the Keras layer of a row as the backend does: all that it gives."""
    from archspec.backends.keras.model import apply

    try:
        ours = our_layer(row)
    except Mismatch:  # archspec refuses the arguments
        if isinstance(layer, Raw):
            return list(keras.tree.flatten(layer(inputs)))
        if KINDS[row.kind].builds_in_call:
            return [layer(*(inputs if len(inputs) > 1 else inputs * 2), **row.call)]
        return [layer(inputs if len(inputs) > 1 else inputs[0], **row.call)]
    return apply(layer, ours, inputs, row.roles)


def _weight_name(layer: keras.layers.Layer, weight: keras.Variable) -> str:
    return weight.path.removeprefix(layer.name + "/")


def check_row(row: Row) -> None:
    """Assert that archspec and Keras say the same of a row, or fail together, or that only
    archspec refuses, for a stated reason.
    """
    mine, keras_says = ours(row), theirs(row)
    if row.fails:
        assert isinstance(mine, Mismatch), f"archspec accepts {row}: {mine}"
        assert isinstance(keras_says, Exception), f"Keras accepts {row}: {keras_says}"
    elif row.stricter:
        assert isinstance(mine, Mismatch), f"archspec accepts {row}: {mine}"
        assert isinstance(keras_says, Outcome), f"Keras refuses {row} too: {keras_says}"
    else:
        if isinstance(mine, Outcome) and any("float" not in x.dtype for x in row.tensors):
            # What comes of integers, Keras states wrongly; `test_running` asks a running model.
            assert isinstance(keras_says, Outcome), row
            mine = replace(mine, dtype=keras_says.dtype)
        elif isinstance(mine, Outcome) and row.states:
            mine = replace(mine, dtype=row.states)
        assert _stated(row, mine) == keras_says, (
            f"{row}\n  archspec: {mine!r}\n  Keras:    {keras_says!r}"
        )
    if row.macs != UNASKED:
        assert _macs(row) == row.macs, f"{row} takes {_macs(row)} multiply-adds, not {row.macs}"


def _stated(row: Row, mine: Outcome | Mismatch) -> Outcome | Mismatch:
    """What archspec infers, with the scores of attention as Keras states them: of a query that
    attends to itself over one axis. `test_running` asks a running model.
    """
    if row.kind != "MultiHeadAttention" or not isinstance(mine, Outcome) or not mine.further:
        return mine
    length = row.tensors[0].shape[0]
    return replace(mine, further=((row.arguments["num_heads"], length, length),))


def _macs(row: Row) -> int | None:
    return our_layer(row).infer(*row.tensors, roles=row.roles).macs
