"""Parts of tensors, learned tensors and constants: what a network takes from, or adds to, its
values.
"""

from __future__ import annotations

from typing import Any

from archspec.layers.axes import axis_index
from archspec.layers.base import Layer, layer
from archspec.layers.constants import CONSTANT, tensor_of
from archspec.layers.fields import attr
from archspec.layers.kernels import new_weight
from archspec.layers.mismatch import Mismatch
from archspec.layers.objects import INITIALIZER
from archspec.layers.titles import Say, Title, plainly, sizes
from archspec.layers.types import INTEGER, POSITIVE, choice, optional, sequence
from archspec.tensor import BYTES, Size, Tensor, Weight, show_shape


@layer
class Slice(Layer):
    """Takes the part of a tensor from `start` up to, but not, `stop` along one axis: some channels,
    a class token.

    Shape: the size of `axis` becomes stop − start; the axis stays, also with size 1. A kind of
    archspec's own. Negative numbers count from the end, as in Python; unlike there, what reaches
    beyond the end is an error.
    """

    composed = True
    takes_stated_dtype = True

    axis: int = attr(INTEGER, doc="the axis, counted as in Keras; -1 is the last")
    start: int = attr(INTEGER, 0, "the first index")
    stop: int | None = attr(optional(INTEGER, "the end"), None, "the index after the last")

    def title(self, say: Say = plainly) -> Title:
        stop = "" if self.stop is None else say("stop", self.stop)
        which = "" if self.axis == -1 else f", axis {say('axis', self.axis)}"
        return Title("slice", f" {say('start', self.start)}:{stop}{which}")

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

    takes_batch_alone = True

    shape: tuple[int, ...] = attr(
        sequence("a list of positive integers", POSITIVE), doc="the shape, without the batch"
    )
    # Zeros, as for ViT's class token (Dosovitskiy et al. 2021): the network starts as it would be
    # without the tensor.
    initializer: Any = attr(INITIALIZER, "zeros", "the first values")

    def title(self, say: Say = plainly) -> Title:
        return Title("parameter", f", {'×'.join(sizes('shape', self.shape, say))}")

    def output(self, x: Tensor) -> Tensor:
        return Tensor(self.shape, self.compute_dtype)

    def weights(self, x: Tensor) -> tuple[Weight, ...]:
        return (new_weight(self, "value", self.shape, "initializer"),)


@layer
class Constant(Layer):
    """A fixed tensor, the same for every example; its input says only how many examples there are.

    Shape: → the shape of `value`, whose lists have no batch. A kind of archspec's own, like
    `Parameter`, but not learned: with `from` and an operation it is a mean to subtract, a table to
    look up, a mask.
    """

    takes_batch_alone = True

    value: Any = attr(CONSTANT, doc="a number, a truth value, or lists of them")
    dtype: str | None = attr(
        optional(choice(*BYTES), "float32, int32 or bool, as the numbers are"),
        None,
        "the dtype of the tensor",
    )

    def title(self, say: Say = plainly) -> Title:
        if not isinstance(self.value, tuple):
            return Title("constant", f", {say('value', self.value)}")
        return Title("constant", f", {show_shape(tensor_of(self.value).shape)}")

    def output(self, x: Tensor) -> Tensor:
        constant = tensor_of(self.value)
        return Tensor(constant.shape, self.dtype or constant.dtype)
