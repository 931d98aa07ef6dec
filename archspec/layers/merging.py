"""Merging layers: several tensors become one, element by element or side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from archspec.layers.axes import axis_index, need_floats, need_numbers
from archspec.layers.base import FLOATS, Layer, layer
from archspec.layers.broadcasting import clash, joined
from archspec.layers.fields import attr
from archspec.layers.mismatch import LAYER, Mismatch
from archspec.layers.types import FLAG, INTEGER, either, sequence
from archspec.tensor import Shape, Size, Tensor, product, show_shape


class _Elementwise(Layer):
    """Broadcasting as in Keras: axes are matched from the last; what is 1, or missing in front,
    stretches.
    """

    states_floats = True

    arity: ClassVar[tuple[int, int | None]] = (2, None)
    done: ClassVar[str]
    """The participle that completes "cannot be ..."."""

    def mask_axes(self, inputs: Sequence[Tensor], masks: Sequence[int | None]) -> int | None:
        """One of all the masks that come with the inputs."""
        return _joint_mask(masks)

    def output(self, *xs: Tensor) -> Tensor:
        """The shape that all inputs broadcast to."""
        for x in xs:
            need_numbers(x)
        rank = max(len(x.shape) for x in xs)
        shape = tuple(self._size(xs, axis) for axis in range(-rank, 0))
        return Tensor(shape, _joint_dtype(xs, self.compute_dtype))

    def _size(self, xs: tuple[Tensor, ...], axis: int) -> Size:
        """The size on an axis, counted from the end. Raises `Mismatch` where two known ones differ,
        though Keras looks no further than an unknown one.
        """
        sizes = {x.shape[axis] for x in xs if len(x.shape) >= -axis} - {1}
        if len(sizes - {None}) > 1:
            help = "side by side they may differ: `Concatenate`"
            raise clash(xs, axis, (None, 1), self.done, help)
        if None in sizes:
            return None
        return next(iter(sizes), 1)


@layer
class Add(_Elementwise):
    """The sum of its inputs.

    Shape: the inputs', which must agree; a size of 1, or an axis missing in front, is stretched to
    the others'.
    """

    done = "added"
    symbol = "+"


@layer
class Subtract(_Elementwise):
    """The first input minus the second.

    Shape: the inputs', which must agree; a size of 1, or an axis missing in front, is stretched to
    the other's.
    """

    arity = (2, 2)
    done = "subtracted"
    symbol = "−"

    def output(self, *xs: Tensor) -> Tensor:
        if len(xs) != 2:
            raise Mismatch(
                f"`Subtract` takes 2 inputs, and has {len(xs)}", help="name two in `from`"
            )
        return super().output(*xs)


@layer
class Multiply(_Elementwise):
    """The product of its inputs, element by element.

    Shape: the inputs', which must agree; a size of 1, or an axis missing in front, is stretched to
    the others'. So a gate of 1×1×64 scales the channels of 56×56×64.
    """

    done = "multiplied"
    symbol = "×"


@layer
class Average(_Elementwise):
    """The mean of its inputs, element by element.

    Shape: the inputs', which must agree; a size of 1, or an axis missing in front, is stretched to
    the others'.
    """

    done = "averaged"
    symbol = "avg"

    def output(self, *xs: Tensor) -> Tensor:
        y = super().output(*xs)
        need_floats(y)
        return y


@layer
class Maximum(_Elementwise):
    """The greatest of its inputs, element by element.

    Shape: the inputs', which must agree; a size of 1, or an axis missing in front, is stretched to
    the others'.
    """

    done = "compared"
    symbol = "max"


@layer
class Minimum(_Elementwise):
    """The least of its inputs, element by element.

    Shape: the inputs', which must agree; a size of 1, or an axis missing in front, is stretched to
    the others'.
    """

    done = "compared"
    symbol = "min"


@layer
class Concatenate(Layer):
    """Its inputs side by side, along `axis`.

    Shape: the size of `axis` is the sum of the inputs'; all other sizes must agree, without
    broadcasting, and are the first input's.
    """

    states_floats = True

    arity = (2, None)
    axis: int = attr(INTEGER, -1, "the axis to join along")

    def mask_axes(self, inputs: Sequence[Tensor], masks: Sequence[int | None]) -> int | None:
        return _joint_mask(masks)

    def output(self, *xs: Tensor) -> Tensor:
        return Tensor(joined(xs, self.axis), _joint_dtype(xs, self.compute_dtype))


def _joint_mask(masks: Sequence[int | None]) -> int | None:
    return next((axes for axes in masks if axes is not None), None)


def _joint_dtype(xs: tuple[Tensor, ...], floating: str) -> str:
    """The dtype of tensors that are merged: ``floating`` where one of them is of floating numbers.
    Integers stay integers, though Keras states floating numbers, and must be of one type.
    """
    dtypes = list(dict.fromkeys(x.dtype for x in xs))
    if any(dtype in FLOATS for dtype in dtypes):
        return floating
    if len(dtypes) > 1:
        raise Mismatch(
            f"{LAYER} joins integers of one type, and its inputs are {' and '.join(dtypes)}",
            help="put a `Rescaling` before one of them",
        )
    return dtypes[0]


_DOT_AXES = either(
    "an integer or a list of two", INTEGER, sequence("a list of two integers", INTEGER, 2, 2)
)


@layer
class Dot(Layer):
    """The products of two inputs, summed over one axis of each: of two sequences, every position
    with every other.

    Shape: the first input without its axis, then the second without its own; of two vectors (1).
    """

    arity = (2, 2)
    symbol = "·"

    axes: Any = attr(_DOT_AXES, doc="the axis of both, or one of each, counted with the batch")
    normalize: bool = attr(FLAG, False, "whether to divide by the lengths, for a cosine")

    def output(self, *xs: Tensor) -> Tensor:
        shapes = [x.shape for x in xs]
        for x in xs:
            need_floats(x)
        first, second = self._axes(xs)
        if shapes[0][first] != shapes[1][second]:
            sizes = f"{show_shape((shapes[0][first],))} and {show_shape((shapes[1][second],))}"
            raise Mismatch(
                f"`axes` names sizes {sizes}, and they must be equal",
                at="axes",
                help="name axes of one size",
            )
        rest = (*_without(shapes[0], first), *_without(shapes[1], second))
        return Tensor(rest or (1,), self.compute_dtype)

    def _axes(self, xs: tuple[Tensor, ...]) -> tuple[int, int]:
        axes = self.axes if isinstance(self.axes, tuple) else (self.axes,) * 2
        if isinstance(self.axes, tuple) and min(axes) < 0:
            raise Mismatch(
                "in a list, `axes` counts from the batch, which is 0",
                at="axes",
                help="write -1 for the last axis of both, or two positive numbers",
            )
        first, second = (axis_index(axis, x, at="axes") for axis, x in zip(axes, xs, strict=True))
        return first, second

    def macs(self, y: Tensor, *xs: Tensor) -> int | None:
        first, _ = self._axes(xs)
        return product((*y.shape, xs[0].shape[first]))


def _without(shape: Shape, axis: int) -> Shape:
    return shape[:axis] + shape[axis + 1 :]
