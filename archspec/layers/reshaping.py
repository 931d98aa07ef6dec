"""Rearrangements of elements: another shape, a part of a tensor, or a learned one in its place."""

from __future__ import annotations

from typing import Any

from archspec.layers.base import Layer, Mismatch, attr, axis_index, layer, need_rank
from archspec.layers.kernels import new_weight
from archspec.layers.objects import INITIALIZER
from archspec.layers.types import INTEGER, POSITIVE, either, integer, optional, sequence
from archspec.tensor import Size, Tensor, Weight, product, show_shape

_SIZES = sequence(
    "a list of positive integers, of which one may be -1",
    either("a positive integer or -1", POSITIVE, integer("-1", -1, -1)),
)


@layer
class Flatten(Layer):
    """Puts all elements of an example in one row.

    Shape: (a, b, …) → (a * b * …).
    """

    def output(self, x: Tensor) -> Tensor:
        return Tensor((x.size,), x.dtype)


@layer
class Reshape(Layer):
    """Puts the same elements, in the same order, in another shape.

    Shape: → `target_shape`, in which one size may be -1, for what is left. It must hold as many
    elements as the input.
    """

    target_shape: tuple[int, ...] = attr(_SIZES, doc="the new shape, without the batch")

    def check(self) -> None:
        if self.target_shape.count(-1) > 1:
            raise Mismatch(
                "`target_shape` has more than one -1",
                at="target_shape",
                help="give all sizes but one",
            )

    def output(self, x: Tensor) -> Tensor:
        target, size = self.target_shape, x.size
        if size is None:  # as in Keras, sizes that are given are believed
            return Tensor(tuple(None if one == -1 else one for one in target), x.dtype)
        given = product(one for one in target if one != -1) or 1
        if size % given or (size != given and -1 not in target):
            raise self._misfit(x, size, given)
        return Tensor(tuple(size // given if one == -1 else one for one in target), x.dtype)

    def _misfit(self, x: Tensor, size: int, given: int) -> Mismatch:
        help = f"give sizes whose product is {size}, such as `{_fitting(size, self.target_shape)}`"
        if -1 in self.target_shape:
            return Mismatch(
                f"the input has {size} elements, which do not divide by {given}",
                at="target_shape",
                help=help,
            )
        open_ = next(
            (
                at
                for at, one in reversed(list(enumerate(self.target_shape)))
                if size % (given // one) == 0
            ),
            None,
        )
        if open_ is not None:
            help += f", or `{[*self.target_shape[:open_], -1, *self.target_shape[open_ + 1 :]]}`"
        return Mismatch(
            f"the input has {size} elements, and {show_shape(self.target_shape)} holds {given}",
            at="target_shape",
            help=help,
        )


def _fitting(size: int, wanted: tuple[int, ...]) -> list[int]:
    """Sizes near the wanted ones whose product is ``size``; what is left is the last, or the
    one that is -1.
    """
    if not wanted:
        return [size]
    open_ = wanted.index(-1) if -1 in wanted else len(wanted) - 1
    found = [1] * len(wanted)
    for at, one in enumerate(wanted):
        if at != open_:
            found[at] = _divisor(size, one)
            size //= found[at]
    found[open_] = size
    return found


def _divisor(number: int, near: int) -> int:
    """The divisor of a number that is nearest to another; 1 where there is none within a few
    thousand.
    """
    for step in range(4096):
        for one in (near - step, near + step):
            if 1 <= one <= number and number % one == 0:
                return one
    return 1


@layer
class Permute(Layer):
    """Swaps axes.

    Shape: axis i of the output is axis `dims[i]` of the input, counted from 1: `dims: [2, 1]`
    transposes.
    """

    dims: tuple[int, ...] = attr(
        sequence("a list of positive integers", POSITIVE, 1),
        doc="the input's axes, from 1, in their new order",
    )

    def check(self) -> None:
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise Mismatch(
                "`dims` must name each axis once, counted from 1",
                at="dims",
                help="`[2, 1]` swaps two axes",
            )

    def output(self, x: Tensor) -> Tensor:
        if len(self.dims) != len(x.shape):
            message = f"`dims` orders {len(self.dims)} axes, and the input {x} has {len(x.shape)}"
            raise Mismatch(
                message,
                at="dims",
                help="name every axis of the input, counted from 1 without the batch",
            )
        return Tensor(tuple(x.shape[axis - 1] for axis in self.dims), x.dtype)


@layer
class RepeatVector(Layer):
    """Repeats a vector, as in giving a code to every step of a decoder.

    Shape: (C) → (n, C).
    """

    n: int = attr(POSITIVE, doc="how often")

    def output(self, x: Tensor) -> Tensor:
        need_rank(x, 1, "channels")
        return Tensor((self.n, *x.shape), self.compute_dtype)


@layer
class Slice(Layer):
    """Takes the part of a tensor from `start` up to, but not, `stop` along one axis: some channels,
    a class token.

    Shape: the size of `axis` becomes stop − start; the axis stays, also with size 1. A kind of
    archspec's own. Negative numbers count from the end, as in Python; unlike there, what reaches
    beyond the end is an error.
    """

    axis: int = attr(INTEGER, doc="the axis, counted as in Keras; -1 is the last")
    start: int = attr(INTEGER, 0, "the first index")
    stop: int | None = attr(optional(INTEGER, "the end"), None, "the index after the last")

    def output(self, x: Tensor) -> Tensor:
        axis = axis_index(self.axis, x)
        return Tensor((*x.shape[:axis], self._extent(x.shape[axis]), *x.shape[axis + 1 :]), x.dtype)

    def check(self) -> None:
        if (
            self.stop is not None
            and (self.start < 0) == (self.stop < 0)
            and self.stop <= self.start
        ):
            raise Mismatch(
                f"nothing lies from {self.start} up to {self.stop}",
                at="stop",
                help="`stop` is the index after the last",
            )

    def _extent(self, size: Size) -> Size:
        if size is None:
            return self._extent_of_unknown()
        first = self.start + size * (self.start < 0)
        end = size if self.stop is None else self.stop + size * (self.stop < 0)
        if not 0 <= first < end <= size:
            at = "stop" if 0 <= first < size else "start"
            stop = "the end" if self.stop is None else self.stop
            help = f"its first index is 0 or -{size}, and its end is {size}"
            raise Mismatch(
                f"an axis of size {size} has no part from {self.start} up to {stop}",
                at=at,
                help=help,
            )
        return end - first

    def _extent_of_unknown(self) -> Size:
        """Known where both ends are counted from the same end, for what reaches beyond is an
        error.
        """
        if self.stop is None:
            return -self.start if self.start < 0 else None
        return self.stop - self.start if (self.start < 0) == (self.stop < 0) else None


@layer
class Parameter(Layer):
    """A learned tensor, the same for every example; its input says only how many examples there
    are.

    Shape: → `shape`. One weight, `value`, of that shape. A kind of archspec's own: with `branches`
    and a merge it is a layer scale, a class token or a position embedding.
    """

    shape: tuple[int, ...] = attr(
        sequence("a list of positive integers", POSITIVE), doc="the shape, without the batch"
    )
    # Zeros, as for ViT's class token (Dosovitskiy et al. 2021): the network starts as it would be
    # without the tensor.
    initializer: Any = attr(INITIALIZER, "zeros", "the first values")

    def output(self, x: Tensor) -> Tensor:
        return Tensor(self.shape, self.compute_dtype)

    def weights(self, x: Tensor) -> tuple[Weight, ...]:
        return (new_weight(self, "value", self.shape, "initializer"),)
