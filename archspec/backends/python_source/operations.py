"""Operations → Python: a call of a function of `keras.ops`, named like the item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from archspec.backends.flat_spec import arguments
from archspec.backends.python_source.layer_calls import tupled
from archspec.backends.python_source.layout import Brackets, Piece, around, flat
from archspec.backends.python_source.words import literal
from archspec.backends.python_source.writer import FunctionWriter
from archspec.graph import Node
from archspec.layers import Layer
from archspec.layers.operations.base import Array, Operation, Truths


class TensorName(str):
    """The name of a variable that holds a tensor."""

    __slots__ = ()


def operation(
    writer: FunctionWriter,
    node: Node,
    feeds: Sequence[str],
    written: Mapping[str, Piece],
    path: str,
) -> Piece:
    """The operation of a node, on the variables ``feeds``; ``written`` are its arguments and
    ``path`` its name.
    """
    layer = node.layer
    assert isinstance(layer, Operation)
    positional, keywords = layer.keras_call([TensorName(feed) for feed in feeds], node.roles)
    call = _Call(layer, written)
    names = call.names(positional)
    pieces = [call.piece(name, value) for name, value in zip(names, positional, strict=True)]
    for name, value in keywords.items():
        required = name in layer.attributes and layer.attributes[name].required
        pieces.append(around("" if required else f"{name}=", call.piece(name, value)))
    function = layer.keras_function or layer.function
    made = _called(function, pieces, keywords)
    writer.module.uses_operations |= function != "get_item"
    return Brackets(f"{writer.module.helper('named')}(", (path, made), ")")


def form(layer: Layer) -> str:
    """What is the same in all steps that one call is written for, whatever its arguments depend
    on.
    """
    assert isinstance(layer, Operation)
    if layer.rewrites:
        return repr(layer)
    constants = [layer.constant_of(name) for name in layer.tensors]
    return repr(
        [
            constant.dtype if isinstance(constant, Array) else constant is None
            for constant in constants
        ]
    )


def _called(function: str, pieces: Sequence[Piece], keywords: Mapping[str, Any]) -> Piece:
    if function == "get_item":
        return f"{flat(pieces[0])}[{', '.join(map(_index, keywords['key']))}]"
    return Brackets(f"ops.{function}(", tuple(pieces), ")")


def _index(index: Any) -> str:
    """An index as it stands in brackets."""
    if index is Ellipsis:
        return "..."
    if not isinstance(index, slice):
        return repr(index)
    start, stop, step = (
        "" if bound is None else str(bound) for bound in (index.start, index.stop, index.step)
    )
    return f"{start}:{stop}" + (f":{step}" if step else "")


def plain_arguments(layer: Layer) -> dict[str, Piece]:
    """The arguments that are given, all written out."""
    return {name: literal(tupled(value)) for name, value in arguments(layer).items()}


class _Call:
    """The arguments of one operation, as Keras takes them → Python."""

    def __init__(self, layer: Operation, written: Mapping[str, Piece]) -> None:
        self.layer = layer
        self.written = written

    def names(self, positional: Sequence[Any]) -> Sequence[str]:
        """The names of the positional arguments."""
        names = self.layer.tensors
        return names if len(names) == len(positional) else [""] * len(positional)

    def piece(self, name: str, value: Any) -> Piece:
        """An argument: a tensor, or a value as the text has it where Keras takes it so."""
        if isinstance(value, TensorName):
            return str(value)
        if isinstance(value, list):
            return Brackets("[", tuple(self.piece("", element) for element in value), "]")
        if isinstance(value, Truths):
            return f'ops.ones({flat(literal(value.shape))}, dtype="bool")'
        if isinstance(value, Array):
            dtype = f'dtype="{value.dtype}"'
            return Brackets("ops.convert_to_tensor(", (self.written[name], dtype), ")")
        if name in self.written and name in self.layer.batch:
            return _with_batch(literal(self.layer.batch[name]), self.written[name])
        if name in self.written and value == self.layer.arguments.get(name):
            return self.written[name]
        return literal(value)


def _with_batch(batch: Piece, rest: Piece) -> Piece:
    """A tuple with what stands for the batch before the rest."""
    if isinstance(rest, Brackets) and rest.open == "(" and not rest.after:
        return rest._replace(items=(batch, *rest.items))
    return f"({flat(batch)}, *{flat(rest)})"
