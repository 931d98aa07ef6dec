"""Values as Keras serializes them → plain values, and references to tensors: without Keras, and
without making or running anything that they name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple


class TensorReference(NamedTuple):
    """A tensor of a model: the output number ``output`` of call number ``call`` of a layer.

    ``shape`` (without the batch) and ``dtype`` are those that the file states, where it does.
    """

    layer: str
    call: int
    output: int
    shape: tuple[int | None, ...] | None = None
    dtype: str | None = None


class ConstantTensor(NamedTuple):
    """A constant tensor, as nested lists, and its dtype."""

    value: Any
    dtype: str


class NotData(NamedTuple):
    """A value that stands for code or for an object that is not data; ``words`` say what it is."""

    words: str


class KerasCall(NamedTuple):
    """One call of a layer: its arguments as they are passed, with references for tensors."""

    positional: tuple[Any, ...]
    keywords: Mapping[str, Any]

    @property
    def references(self) -> Iterator[TensorReference]:
        """The tensors that it takes, in order."""
        return references((self.positional, tuple(self.keywords.values())))


def references(value: Any) -> Iterator[TensorReference]:
    """The tensors in a structure of lists, tuples and mappings."""
    if isinstance(value, TensorReference):
        yield value
    elif type(value) in (list, tuple):
        for element in value:
            yield from references(element)
    elif isinstance(value, Mapping):
        for element in value.values():
            yield from references(element)


def decoded(value: Any) -> Any:
    """A value of a call or a setting. Objects with arguments of their own stay mappings, and those
    that are no data become `NotData`.
    """
    if isinstance(value, list):
        return [decoded(element) for element in value]
    if not isinstance(value, Mapping):
        return value
    kind, settings = value.get("class_name"), value.get("config")
    if isinstance(kind, str) and kind in _DECODERS and isinstance(settings, Mapping):
        return _DECODERS[kind](settings)
    if isinstance(kind, str) and kind in _CODE:
        named = kind == "function" and isinstance(settings, str)
        return NotData(f"the function `{settings}`" if named else _CODE[kind])
    if "class_name" in value:
        return dict(value)
    return {name: decoded(element) for name, element in value.items()}


def _tensor(settings: Any) -> Any:
    history, shape = settings.get("keras_history"), settings.get("shape")
    if not _is_history(history):
        return NotData("a tensor that no layer gives")
    known = tuple(shape[1:]) if isinstance(shape, list) and all(map(_is_size, shape)) else None
    layer, call, output = history[:3]
    return TensorReference(layer, call, output, known, str(settings.get("dtype")))


def _is_size(value: Any) -> bool:
    return value is None or type(value) is int


def _is_history(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) >= 3
        and isinstance(value[0], str)
        and all(type(number) is int and number >= 0 for number in value[1:3])
    )


def _constant(settings: Mapping[str, Any]) -> Any:
    return ConstantTensor(settings.get("value"), str(settings.get("dtype")))


def _slice(settings: Mapping[str, Any]) -> slice:
    return slice(*(decoded(settings.get(name)) for name in ("start", "stop", "step")))


_DECODERS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "__keras_tensor__": _tensor,
    "__tensor__": _constant,
    "__numpy__": _constant,
    "__slice__": _slice,
    "__ellipsis__": lambda settings: Ellipsis,
    "__tuple__": lambda settings: decoded(settings.get("value", [])),
}

_CODE = {
    "__bytes__": "bytes",
    "__lambda__": "a lambda",
    "__typespec__": "a type of TensorFlow",
    "function": "a function",
}
"""What is no data, in words."""


def calls_of(entry: Mapping[str, Any], names: Mapping[str, Any]) -> list[KerasCall]:
    """The calls of a layer, from ``inbound_nodes`` as Keras 3 or Keras 2 writes it; ``names`` are
    those of the layers of its model. Raises `ValueError` where it is neither.
    """
    nodes = entry.get("inbound_nodes", [])
    if not isinstance(nodes, list):
        raise ValueError(f"`inbound_nodes` of `{entry.get('name')}` is no list")
    if is_old(entry):
        return [_old_call(node, names) for node in nodes]
    calls = []
    for node in nodes:
        if not isinstance(node, Mapping):
            raise ValueError(f"a call of `{entry.get('name')}` is no mapping")
        positional, keywords = decoded(node.get("args", [])), decoded(node.get("kwargs", {}))
        if not isinstance(positional, list) or not isinstance(keywords, dict):
            raise ValueError(f"a call of `{entry.get('name')}` has no list of arguments")
        calls.append(KerasCall(tuple(positional), keywords))
    return calls


def is_old(entry: Mapping[str, Any]) -> bool:
    """Whether the calls of a layer are written as by Keras 2: ``[[["conv1", 0, 0, {}], ...]]``."""
    nodes = entry.get("inbound_nodes") or []
    return bool(nodes) and all(
        isinstance(node, list) and bool(node) and all(map(_is_old_tensor, node)) for node in nodes
    )


def _is_old_tensor(value: Any) -> bool:
    return _is_history(value) and (len(value) == 3 or isinstance(value[3], Mapping))


def _old_call(node: list[Any], names: Mapping[str, Any]) -> KerasCall:
    tensors = [TensorReference(*tensor[:3]) for tensor in node]
    keywords = node[0][3] if len(node[0]) > 3 else {}
    taken: Any = tensors[0] if len(tensors) == 1 else tensors
    return KerasCall((taken,), {name: _old_value(one, names) for name, one in keywords.items()})


def _old_value(value: Any, names: Mapping[str, Any]) -> Any:
    if _is_history(value) and len(value) == 3 and value[0] in names:
        return TensorReference(*value)
    if isinstance(value, list):
        return [_old_value(element, names) for element in value]
    return decoded(value)


def structure_of(value: Any) -> Any:
    """``input_layers`` or ``output_layers`` of a model: a reference, or a list or mapping of
    them. Raises `ValueError` where it is none.
    """
    if _is_history(value) and len(value) == 3:
        return TensorReference(*value)
    if isinstance(value, list):
        return [structure_of(element) for element in value]
    if isinstance(value, Mapping):
        return {str(name): structure_of(element) for name, element in value.items()}
    raise ValueError("its inputs or outputs name no layers")
