"""A call of a function of `keras.ops` in Keras's file → the kind `ops.NAME` with its arguments.

Keras keeps some arguments of a function in the settings of the operation, and others in its call;
axes and shapes count the batch, which a spec leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from archspec.layers.operations import OPS
from archspec.layers.operations.base import Operation
from archspec.layers.registry import KINDS
from archspec.reading.keras_config.serialized import (
    ConstantTensor,
    KerasCall,
    NotData,
    TensorReference,
)
from archspec.reading.keras_config.settings import is_neutral

SAME = {"absolute": "abs", "amax": "max", "amin": "min", "conjugate": "", "swish": "silu"}
"""Classes of Keras that are another function under a second name."""

COLON = ":"


class OperationCall(NamedTuple):
    """One call: the arguments of the kind as a spec writes them, and the tensors by their names
    among the arguments of the function, in order.
    """

    arguments: Mapping[str, Any]
    tensors: tuple[tuple[str, TensorReference], ...]


class CannotCall(Exception):
    """A spec has no word for such a call; the message says what it passes."""


@cache
def _kinds() -> Mapping[str, str]:
    """The kinds by the names of Keras's classes, in lower case."""
    names = [kind for kind in KINDS if kind.startswith(OPS)]
    return {name.rpartition(".")[2].replace("_", ""): name for name in names}


def operation_of(class_name: str, module: str) -> type[Operation] | None:
    """The kind of a class of `keras.src.ops`, ``None`` where archspec does not have it; ``module``
    may be empty.
    """
    word = class_name.lower()
    kind = _kinds().get(SAME.get(word, word))
    if kind is None or (module and ("image" in kind) != module.endswith(".image")):
        return None
    return KINDS[kind]  # type: ignore[return-value]


def operation_call(
    kind: type[Operation], config: Mapping[str, Any], call: KerasCall
) -> OperationCall:
    """What a call passes. Raises `CannotCall`."""
    values = {name: value for name, value in config.items() if name not in ("name", "trainable")}
    if "dtype" not in kind.attributes:
        values.pop("dtype", None)
    values |= _passed(kind, call)
    tensors, arguments = [], {}
    for name, value in values.items():
        if name in (*kind.tensors, *kind.further_tensors):
            for element in value if isinstance(value, list) and kind.many else [value]:
                if isinstance(element, TensorReference):
                    tensors.append((name, element))
                elif element is not None:
                    arguments[name] = _constant(kind, name, element)
        elif name in kind.attributes:
            arguments[name] = value
        elif not is_neutral(name, value):
            raise CannotCall(f"with `{name}`")
    return OperationCall(_without_batch(kind, arguments), tuple(tensors))


def _passed(kind: type[Operation], call: KerasCall) -> dict[str, Any]:
    """The arguments of a call by their names."""
    names = [*kind.tensors, *kind.further_tensors]
    names += [name for name in kind.attributes if name not in names]
    if kind.many and not (len(call.positional) == 1 and isinstance(call.positional[0], list)):
        return {kind.tensors[0]: list(call.positional), **call.keywords}
    several = call.positional[0] if call.positional else None
    if isinstance(several, list) and len(kind.tensors) == len(several) > 1:
        return {**dict(zip(kind.tensors, several, strict=True)), **call.keywords}
    if len(call.positional) > len(names):
        raise CannotCall(f"with {len(call.positional)} arguments")
    return {**dict(zip(names, call.positional, strict=False)), **call.keywords}


def _constant(kind: type[Operation], name: str, value: Any) -> Any:
    if isinstance(value, ConstantTensor):
        value = value.value
    if isinstance(value, NotData):
        raise CannotCall(f"with {value.words} as `{name}`")
    if name not in kind.attributes:
        raise CannotCall(f"with a constant as `{name}`")
    return value


def _without_batch(kind: type[Operation], arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments as they are where the batch does not count."""
    name = kind.kind()
    if name == f"{OPS}transpose":
        arguments["axes"] = _transposed(arguments.get("axes"))
    if name == f"{OPS}get_item":
        arguments["key"] = _key(arguments.get("key"))
    for argument in kind.batch:
        if argument in arguments:
            arguments[argument] = _behind_batch(argument, arguments[argument], kind)
    return arguments


def _transposed(axes: Any) -> Any:
    if not isinstance(axes, list) or not axes or axes[0] != 0:
        raise CannotCall("so that the batch moves")
    return axes[1:]


def _behind_batch(name: str, value: Any, kind: type[Operation]) -> Any:
    if not isinstance(value, Sequence) or not value or isinstance(value, str):
        return value
    first = tuple(value[0]) if isinstance(value[0], list) else value[0]
    if first not in (None, kind.batch[name]):
        raise CannotCall(f"with a fixed size of the batch in `{name}`")
    return [-1 if size is None else size for size in value[1:]]


def _key(key: Any) -> list[Any]:
    """A key of brackets, without the batch's."""
    parts = key if isinstance(key, list) else [key]
    first, rest = (parts[0], parts[1:]) if parts else (None, [])
    if first is Ellipsis:
        rest = ["...", *rest]
    elif first != slice(None):
        raise CannotCall("so that examples are chosen from the batch")
    return [_part(part) for part in rest] or [COLON]


def _part(part: Any) -> Any:
    if part is Ellipsis:
        return "..."
    if not isinstance(part, slice):
        if part is not None and type(part) is not int and part != "...":
            raise CannotCall("with a tensor as an index")
        return part
    bounds = (part.start, part.stop)
    if any(isinstance(bound, TensorReference | ConstantTensor) for bound in (*bounds, part.step)):
        raise CannotCall("with a tensor as a bound")
    text = COLON.join("" if bound is None else str(bound) for bound in bounds)
    return text if part.step is None else f"{text}:{part.step}"
