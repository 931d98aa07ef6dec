"""What an edge of a network carries and what a layer stores: tensors, weights, and the arithmetic
of their sizes, in which an unknown size stays unknown.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from collections.abc import Iterable
from math import prod
from typing import NamedTuple

Size = int | None
"""The length of one axis; ``None`` where it is unknown until the model is called."""

Shape = tuple[Size, ...]
"""A shape without the batch axis, channels last."""

BYTES = {
    "bool": 1, "int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "int32": 4, "uint32": 4,
    "int64": 8, "uint64": 8,
    "float16": 2, "bfloat16": 2, "float32": 4, "float64": 8,
}  # fmt: skip
"""Bytes of one element of each Keras dtype but ``string``, whose elements have any length."""

DTYPES = (*BYTES, "string")
"""The dtypes of Keras."""


class Tensor(NamedTuple):
    """What an edge carries for one example: a shape without the batch axis, and a Keras dtype."""

    shape: Shape
    dtype: str = "float32"

    @property
    def size(self) -> Size:
        """The number of elements for one example, ``None`` where an axis is unknown."""
        return product(self.shape)

    def __str__(self) -> str:
        return show_shape(self.shape)


class Weight(NamedTuple):
    """One variable of a layer, named as in Keras: ``kernel``, ``moving_mean``. ``trainable`` is
    False for statistics.
    """

    name: str
    shape: tuple[int, ...]
    trainable: bool = True

    @property
    def size(self) -> int:
        """The number of elements."""
        return prod(self.shape)


def total(values: Iterable[int | None]) -> int | None:
    """The sum, or ``None`` if any value is ``None``: what is unknown stays unknown."""
    result = 0
    for value in values:
        if value is None:
            return None
        result += value
    return result


def product(sizes: Iterable[int | None]) -> int | None:
    """The product, or ``None`` if any factor is ``None``."""
    result = 1
    for size in sizes:
        if size is None:
            return None
        result *= size
    return result


def tensor_bytes(tensor: Tensor) -> int | None:
    """Bytes of one example's tensor, ``None`` where an axis, or the length of texts, is unknown."""
    size = tensor.size
    return None if size is None or tensor.dtype == "string" else size * BYTES[tensor.dtype]


def show_shape(shape: Shape) -> str:
    """A shape as people say it: ``56×56×256``; ``?`` for an unknown size, ``scalar`` for no
    axis.
    """
    sizes = ["?" if size is None else str(size) for size in shape]
    return "×".join(sizes if len(sizes) <= 12 else [*sizes[:6], "…", *sizes[-3:]]) or "scalar"
