"""Arrays of examples and labels → `Contents` and `Examples`, or what is wrong with them: as many
labels as examples, labels that are numbers of classes, values that are numbers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy

from archspec.tensor import show_shape
from archspec.training.data.source import Contents, Examples, Unusable

NUMBERS = "biuf"
"""Kinds of dtypes that hold numbers: truth values, integers, floats."""


class Arrays(NamedTuple):
    """Examples ``x`` and their labels ``y``, numpy arrays with one example for each row."""

    x: Any
    y: Any


class InMemory(ABC):
    """A source whose examples are arrays in memory, called ``name`` in messages."""

    name: str

    @cached_property
    @abstractmethod
    def parts(self) -> dict[str, Arrays]:
        """The checked arrays of each part. Raises `Unusable`."""

    def contents(self) -> Contents:
        """What the arrays hold."""
        return contents(self.name, self.parts)

    def examples(self, part: str) -> Examples:
        """The arrays of a part."""
        return Examples(*self.parts[part])


def checked(source: str, part: str, pair: Arrays) -> Arrays:
    """The arrays of a part, with labels in one axis where there is one for each example.

    Raises `Unusable` where examples and labels differ in number, and for labels below 0 or that
    are not numbers.
    """
    x, y = numpy.asarray(pair.x), numpy.asarray(pair.y)
    for array, called in ((x, "examples"), (y, "labels")):
        if array.dtype.kind not in NUMBERS or array.ndim == 0:
            what = f"the {called} of `{part}` of `{source}` are no rows of numbers"
            raise Unusable(what, "store an array of numbers, with a row for each example")
    if len(x) != len(y):
        what = f"`{part}` of `{source}` has {len(x):,} examples and {len(y):,} labels"
        raise Unusable(what, "give one label for each example")
    return Arrays(x, _labels(source, part, y))


def _labels(source: str, part: str, y: Any) -> Any:
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.dtype.kind == "f" and not numpy.isfinite(y).all():
        row = int(numpy.argwhere(~numpy.isfinite(y))[0][0])
        what = f"the label of row {row} of `{part}` of `{source}` is not a number"
        raise Unusable(what, "remove the row, or give it a label")
    if y.dtype.kind == "f" or y.ndim > 1:
        return y
    if y.dtype.kind == "i" and (y < 0).any():
        row = int(numpy.argmax(y < 0))
        what = f"the label of row {row} of `{part}` of `{source}` is {int(y[row])}"
        raise Unusable(what, "number the classes from 0")
    return y.astype(numpy.int64)


def contents(source: str, parts: Mapping[str, Arrays]) -> Contents:
    """What checked arrays hold. Raises `Unusable` where parts differ in the shape of an example."""
    shapes = {part: pair.x.shape[1:] for part, pair in parts.items()}
    first, shape = next(iter(shapes.items()))
    for part, other in shapes.items():
        if other != shape:
            what = (
                f"an example of `{part}` of `{source}` is {show_shape(other)}, and one of"
                f" `{first}` {show_shape(shape)}"
            )
            raise Unusable(what, "bring all parts to one shape")
    numbers = {part: len(pair.y) for part, pair in parts.items()}
    dtype = str(next(iter(parts.values())).x.dtype)
    return Contents(numbers, shape, dtype, classes_of([pair.y for pair in parts.values()]))


def classes_of(labels: list[Any]) -> int | None:
    """The number of classes of checked labels; ``None`` where they are no numbers of classes."""
    if any(y.dtype.kind == "f" or y.ndim > 1 for y in labels):
        return None
    return 1 + max((int(y.max()) for y in labels if len(y)), default=-1)
