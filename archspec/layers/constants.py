"""Constant tensors as they are written: a number, a truth value, or lists in one another."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Any

from archspec import limits
from archspec.layers.types import Expects, Refused, Type
from archspec.tensor import Shape, Tensor

_WORDS = "a number, a truth value, or a list of them, all of whose rows are of one length"
_EXPECTS = Expects("number", or_list=True)


def _accept(value: Any) -> Any:
    constant = _as_tuples(value)
    elements = list(_elements(constant))
    if len(elements) > limits.LIST_LENGTH:
        help = f"a constant has {limits.LIST_LENGTH:,} elements at most; use a `Parameter`"
        raise Refused(_WORDS, _EXPECTS, help=help)
    truths = [isinstance(element, bool) for element in elements]
    if not elements or not all(map(_is_scalar, elements)) or any(truths) != all(truths):
        raise Refused(_WORDS, _EXPECTS)
    if _shape(constant) is None:
        raise Refused(_WORDS, _EXPECTS, help="make the lists within it equally long")
    return constant


def _as_tuples(value: Any) -> Any:
    return tuple(map(_as_tuples, value)) if isinstance(value, list | tuple) else value


def _elements(constant: Any) -> Iterator[Any]:
    if isinstance(constant, tuple):
        for inner in constant:
            yield from _elements(inner)
    else:
        yield constant


def _is_scalar(value: Any) -> bool:
    return isinstance(value, int | float) and isfinite(value)


def _shape(constant: Any) -> Shape | None:
    """The shape of lists in one another, ``None`` where their lengths differ."""
    if not isinstance(constant, tuple):
        return ()
    inner = {_shape(element) for element in constant}
    if len(inner) != 1:
        return None
    (rows,) = inner
    return None if rows is None else (len(constant), *rows)


CONSTANT = Type(
    _WORDS,
    _EXPECTS,
    {"type": ["number", "boolean", "array"], "items": {"errorMessage": _WORDS}},
    _accept,
)


def tensor_of(constant: Any) -> Tensor:
    """A constant's shape and dtype: int32, float32 where a number is floating, or bool."""
    kinds = {type(element) for element in _elements(constant)}
    dtype = "bool" if bool in kinds else "float32" if float in kinds else "int32"
    return Tensor(_shape(constant) or (), dtype)
