"""Rearrangements: the same elements in another shape or order."""

from __future__ import annotations

from archspec.layers.axes import need_rank
from archspec.layers.base import Layer, layer
from archspec.layers.fields import attr
from archspec.layers.mismatch import Mismatch
from archspec.layers.titles import Say, Title, plainly, sizes
from archspec.layers.types import POSITIVE, either, integer, sequence
from archspec.tensor import Tensor, product, show_shape

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

    def title(self, say: Say = plainly) -> Title:
        shape = tuple("?" if size == -1 else size for size in self.target_shape)
        return Title(f"reshape {'×'.join(sizes('target_shape', shape, say))}")

    def check(self) -> None:
        if self.target_shape.count(-1) > 1:
            raise Mismatch(
                "`target_shape` has more than one -1",
                at="target_shape",
                help="give all sizes but one",
            )

    def output(self, x: Tensor) -> Tensor:
        target, size = self.target_shape, x.size
        if size is None:  # as in Keras, the sizes of `target_shape` are believed
            self._check_divides(x)
            return Tensor(tuple(None if length == -1 else length for length in target), x.dtype)
        fixed = product(length for length in target if length != -1) or 1
        if size % fixed or (size != fixed and -1 not in target):
            raise self._misfit(x, size, fixed)
        return Tensor(
            tuple(size // fixed if length == -1 else length for length in target), x.dtype
        )

    def _check_divides(self, x: Tensor) -> None:
        """Raise `Mismatch` where no size in the place of the unknown ones can fit."""
        rest = product(length for length in x.shape if length is not None)
        size = product(self.target_shape)
        if rest and size and -1 not in self.target_shape and size % rest:
            raise Mismatch(
                f"`target_shape` holds {size} elements, and the input {x} a multiple of {rest}",
                at="target_shape",
                help="write -1 for one of the sizes",
            )

    def _misfit(self, x: Tensor, size: int, fixed: int) -> Mismatch:
        help = f"give sizes whose product is {size}, such as `{_fitting(size, self.target_shape)}`"
        if -1 in self.target_shape:
            return Mismatch(
                f"the input has {size} elements, which do not divide by {fixed}",
                at="target_shape",
                help=help,
                shows_input=len(x.shape) == 1,
            )
        open_ = next(
            (
                at
                for at, length in reversed(list(enumerate(self.target_shape)))
                if size % (fixed // length) == 0
            ),
            None,
        )
        if open_ is not None:
            help += f", or `{[*self.target_shape[:open_], -1, *self.target_shape[open_ + 1 :]]}`"
        return Mismatch(
            f"the input has {size} elements, and {show_shape(self.target_shape)} holds {fixed}",
            at="target_shape",
            help=help,
            shows_input=len(x.shape) == 1,
        )


def _fitting(size: int, wanted: tuple[int, ...]) -> list[int]:
    """Sizes near the wanted ones whose product is ``size``; what is left is the last, or the
    one that is -1.
    """
    if not wanted:
        return [size]
    open_ = wanted.index(-1) if -1 in wanted else len(wanted) - 1
    found = [1] * len(wanted)
    for at, length in enumerate(wanted):
        if at != open_:
            found[at] = _divisor(size, length)
            size //= found[at]
    found[open_] = size
    return found


def _divisor(number: int, near: int) -> int:
    """The divisor of a number that is nearest to another; 1 where there is none within a few
    thousand.
    """
    for step in range(4096):
        for candidate in (near - step, near + step):
            if 1 <= candidate <= number and number % candidate == 0:
                return candidate
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
            raise Mismatch(
                f"`dims` orders {len(self.dims)} axes, and the input {x} has {len(x.shape)}",
                at="dims",
                help="name every axis of the input, counted from 1 without the batch",
                shows_input=True,
            )
        return Tensor(tuple(x.shape[axis - 1] for axis in self.dims), x.dtype)


@layer
class RepeatVector(Layer):
    """Repeats a vector, as in giving a code to every step of a decoder.

    Shape: (C) → (n, C).
    """

    states_floats = True

    called = "repeat"

    n: int = attr(POSITIVE, doc="how often")

    def output(self, x: Tensor) -> Tensor:
        need_rank(x, 1, "channels")
        return Tensor((self.n, *x.shape), x.dtype)
