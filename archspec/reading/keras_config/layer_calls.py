"""A call of a layer in Keras's file → the layer with the constants of the call, and the tensors
that it takes, each with its role.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from archspec.layers import Layer
from archspec.layers.mismatch import Mismatch
from archspec.reading.keras_config.operations import CannotCall
from archspec.reading.keras_config.serialized import KerasCall, TensorReference, references
from archspec.reading.normal_form import by_position, usual_mode

Taken = tuple[str, TensorReference]
"""The role of a tensor, and the tensor."""


IGNORED = ("training",)
"""Constants of a call that say nothing to a kind that has no word for them."""


class CalledLayer(NamedTuple):
    """A layer as it is called; ``roles`` are empty where the order of the tensors says as much."""

    layer: Layer
    tensors: tuple[TensorReference, ...]
    roles: tuple[str, ...] = ()


def called_layer(layer: Layer, call: KerasCall, training: bool | None) -> CalledLayer:
    """What a call means; ``training`` is that of the model around it, where its call says one.
    Raises `CannotCall` for what a spec has no word for.
    """
    taken = [*_positional(layer, call)]
    constants = {}
    for name, value in call.keywords.items():
        if any(True for _ in references(value)):
            taken += _named(layer, name, value)
        elif name in layer.call_attributes:
            constants[name] = value
        elif name not in IGNORED and not _says_nothing(value):
            raise CannotCall(f"with `{name}: {_word(value)}`")
    if constants.get("training") is None and training is not None:
        constants["training"] = training
    taken = _without_repetition(layer, taken)
    roles = tuple(role for role, _ in taken)
    tensors = tuple(tensor for _, tensor in taken)
    first = next((name for name, role in layer.open_roles.items() if not role.by_name), None)
    if roles and first and first not in roles:
        raise CannotCall(f"without `{first}`")
    made = _with_constants(layer, constants)
    return CalledLayer(made, tensors, () if by_position(layer, roles) else roles)


def _word(value: Any) -> str:
    return (
        {True: "true", False: "false", None: "null"}.get(value, "...") if _is_flag(value) else "..."
    )


def _is_flag(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _says_nothing(value: Any) -> bool:
    return (
        value is None
        or value == 0
        or (isinstance(value, list) and not any(one is not None for one in value))
    )


def _positional(layer: Layer, call: KerasCall) -> Iterator[Taken]:
    """The tensors of the positional arguments. The first may be a list, of several tensors that the
    layer takes alike or one by one.
    """
    names = [name for name, role in layer.open_roles.items() if not role.by_name]
    for position, value in enumerate(call.positional):
        tensors = list(references(value))
        if not tensors:
            if position and not _says_nothing(value):
                raise CannotCall("with constants by position")
            continue
        if position == 0:
            yield from _first(layer, names, value, tensors)
        elif position < len(names):
            yield from ((names[position], tensor) for tensor in tensors)
        elif position == 1 and "initial_state" in layer.roles:
            yield from (("initial_state", tensor) for tensor in tensors)
        else:
            raise CannotCall("with more tensors than the kind takes")


def _first(
    layer: Layer, names: list[str], value: Any, tensors: list[TensorReference]
) -> Iterator[Taken]:
    if isinstance(value, TensorReference):
        yield names[0], value
    elif isinstance(value, Mapping):
        raise CannotCall("with a dict of tensors")
    elif len(names) == 1 and layer.arity[1] != 1:
        yield from ((names[0], tensor) for tensor in tensors)
    elif "initial_state" in layer.roles:  # Keras 2 lists the states behind the sequence
        yield names[0], tensors[0]
        yield from (("initial_state", tensor) for tensor in tensors[1:])
    elif len(tensors) <= len(names):
        yield from zip(names, tensors, strict=False)
    else:
        raise CannotCall(f"with {len(tensors)} tensors")


def _named(layer: Layer, name: str, value: Any) -> Iterator[Taken]:
    """The tensors of a keyword."""
    keywords: Mapping[str, str] = getattr(layer, "keras_keywords", {})
    role = {keyword: its for its, keyword in keywords.items()}.get(name, name)
    if role == "mask" and role not in layer.roles and "query_mask" in layer.roles:
        if not isinstance(value, list):
            raise CannotCall("with one `mask`")
        masks = zip(("query_mask", "value_mask"), value, strict=False)
        yield from ((its, mask) for its, mask in masks if isinstance(mask, TensorReference))
        return
    if role not in layer.roles:
        raise CannotCall(f"with a tensor as `{name}`")
    yield from ((role, tensor) for tensor in references(value))


def _without_repetition(layer: Layer, taken: list[Taken]) -> list[Taken]:
    """Attention of a tensor to itself takes it once; a key that is the value is left out."""
    names = [role for role, _ in taken]
    tensors = [tensor for _, tensor in taken]
    if names[:3] == ["query", "value", "key"] and tensors[1][:3] == tensors[2][:3]:
        taken = [*taken[:2], *taken[3:]]
        names, tensors = [role for role, _ in taken], [tensor for _, tensor in taken]
    alone = layer.arity[0] == 1 and names[:2] == ["query", "value"] and "key" not in names
    return [taken[0], *taken[2:]] if alone and tensors[0][:3] == tensors[1][:3] else taken


def _with_constants(layer: Layer, constants: dict[str, Any]) -> Layer:
    known = {
        name: value
        for name, value in constants.items()
        if name in layer.call_attributes and value != getattr(type(layer), name)
    }
    if known.get("training") == usual_mode(layer):
        known.pop("training", None)
    if not known:
        return layer
    try:
        return layer.called_with(**known)
    except Mismatch as mismatch:
        raise CannotCall(f"so that {mismatch.message}") from None
