"""Operations that join tensors, repeat one or pad it: functions of `keras.ops`."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, ClassVar

from archspec.layers.axes import axis_index
from archspec.layers.base import FLOATS
from archspec.layers.broadcasting import joined
from archspec.layers.fields import attr
from archspec.layers.mismatch import LAYER, Mismatch
from archspec.layers.operations.base import NO_FLAT_AXIS, Operation, need_axis, row
from archspec.layers.operations.dtypes import promoted
from archspec.layers.titles import Say, Title, plainly
from archspec.layers.types import (
    COUNT,
    INTEGER,
    NUMBER,
    POSITIVE,
    choice,
    either,
    optional,
    sequence,
)
from archspec.tensor import BYTES, Shape, Tensor

_BATCH = "the axis; its default, 0, is the batch, and refused"


class Join(Operation):
    """Any number of tensors become one."""

    arity: ClassVar[tuple[int, int | None]] = (1, None)
    tensors = ("xs",)
    many = True

    axis: Any = attr(INTEGER, 0, _BATCH)

    def check(self) -> None:
        need_axis(self)

    def result(self, *xs: Tensor) -> Tensor:
        return Tensor(self.shape_of(*xs), promoted(*(x.dtype for x in xs)))


class _Concatenate(Join):
    rule = "the size of `axis` is the sum of the inputs'; the others must agree."

    def shape_of(self, *xs: Tensor) -> Shape:
        return joined(xs, self.axis)


class _Stack(Join):
    rule = "with a new axis, as long as there are inputs, which must be of one shape."

    def shape_of(self, *xs: Tensor) -> Shape:
        first = xs[0]
        axis = axis_index(self.axis, Tensor((*first.shape, 1)))
        for index, x in enumerate(xs):
            if len(x.shape) != len(first.shape) or any(
                None not in pair and pair[0] != pair[1]
                for pair in zip(x.shape, first.shape, strict=True)
            ):
                raise Mismatch(
                    f"{first} and {x} cannot be stacked: they are of different shapes",
                    help="make them equal, or join them along an axis with `ops.concatenate`",
                    inputs=(0, index),
                )
        return (*first.shape[:axis], len(xs), *first.shape[axis:])


class _Repeat(Operation):
    rule = "the size of `axis` times `repeats`."

    repeats: Any = attr(
        either(
            "a positive integer, or a list with a count for each position",
            POSITIVE,
            sequence("a list of counts", COUNT, 1),
        ),
        doc="how often each element is repeated",
    )
    axis: Any = attr(
        NO_FLAT_AXIS,
        None,
        "the axis; -1 is the last",
    )

    def check(self) -> None:
        need_axis(self)

    def shape_of(self, x: Tensor) -> Shape:
        axis = axis_index(self.axis, x)
        size = x.shape[axis]
        if isinstance(self.repeats, tuple) and len(self.repeats) not in (1, size):
            raise Mismatch(
                f"`repeats` has {len(self.repeats)} counts, and the axis has size"
                f" {'unknown' if size is None else size}",
                at="repeats",
                help="give a count for each position, or one for all",
            )
        if isinstance(self.repeats, tuple) and len(self.repeats) > 1:
            new: int | None = sum(self.repeats)
        else:
            times = self.repeats[0] if isinstance(self.repeats, tuple) else self.repeats
            new = None if size is None else size * times
        if new == 0:
            raise Mismatch("nothing is repeated", at="repeats", help="write a count above 0")
        return (*x.shape[:axis], new, *x.shape[axis + 1 :])


class _Tile(Operation):
    rule = "each size times its number in `repeats`, the last for the last."
    batch = MappingProxyType({"repeats": 1})

    repeats: Any = attr(
        sequence("a list of positive integers", POSITIVE, 1),
        doc="how often, for each axis after the batch",
    )

    def shape_of(self, x: Tensor) -> Shape:
        if len(self.repeats) > len(x.shape):
            raise Mismatch(
                f"`repeats` has {len(self.repeats)} numbers, and the input {x} has {len(x.shape)}"
                " axes: another axis would stand before the batch",
                at="repeats",
                help="leave the batch out, or add axes before it with `ops.expand_dims`",
            )
        counts = (*(1,) * (len(x.shape) - len(self.repeats)), *self.repeats)
        return tuple(
            None if size is None else size * count
            for size, count in zip(x.shape, counts, strict=True)
        )


_PAIR = sequence("a list of two integers of at least 0", COUNT, 2, 2)


class _Pad(Operation):
    rule = "each size plus what is put before and after it."
    batch = MappingProxyType({"pad_width": (0, 0)})

    pad_width: Any = attr(
        sequence("a list with a pair, before and after, for each axis after the batch", _PAIR, 1),
        doc="how much before and after each axis, the batch left out",
    )
    mode: Any = attr(choice("constant", "reflect", "symmetric"), "constant", "what is put there")
    constant_values: Any = attr(optional(NUMBER, "0"), None, "the number that is put there")

    def check(self) -> None:
        if self.constant_values is not None and self.mode != "constant":
            raise Mismatch(
                f"`constant_values` does not go with `mode: {self.mode}`",
                at="constant_values",
                help="remove one of them",
            )

    def title(self, say: Say = plainly) -> Title:
        widths = ", ".join(
            "+".join(say("pad_width", margin) for margin in pair) for pair in self.pad_width
        )
        return Title(
            f"pad {widths}", "" if self.mode == "constant" else f", {say('mode', self.mode)}"
        )

    def shape_of(self, x: Tensor) -> Shape:
        if len(self.pad_width) != len(x.shape):
            raise Mismatch(
                f"`pad_width` has {len(self.pad_width)} pairs, and the input {x} has {len(x.shape)}"
                " axes",
                at="pad_width",
                help="give a pair for each axis but the batch",
            )
        self._check_number(x)
        most = {"reflect": -1, "symmetric": 0}.get(self.mode)
        for size, pair in zip(x.shape, self.pad_width, strict=True):
            if most is not None and size is not None and max(pair) > size + most:
                raise Mismatch(
                    f"an axis of size {size} takes a `{self.mode}` padding of {size + most} at"
                    f" most, and here it is {max(pair)}",
                    at="pad_width",
                    help="pad by less",
                )
        return tuple(
            None if size is None else size + before + after
            for size, (before, after) in zip(x.shape, self.pad_width, strict=True)
        )

    def _check_number(self, x: Tensor) -> None:
        """Raise `Mismatch` unless the tensor's dtype has the number that is put there: TensorFlow
        does not convert it.
        """
        number = self.constant_values
        integral = isinstance(number, int) and x.dtype != "bool"
        if number and x.dtype not in FLOATS and not integral:
            raise Mismatch(
                f"{number} cannot be put around the input, which is {x.dtype}",
                at="constant_values",
                help="give a number of the input's dtype, or put `ops.cast` before it",
            )


class _OneHot(Operation):
    rule = "with a new axis of size `num_classes`."

    num_classes: Any = attr(POSITIVE, doc="how many different numbers there are, from 0")
    axis: Any = attr(INTEGER, -1, "where the new axis stands; -1 is behind the last")
    dtype: Any = attr(optional(choice(*BYTES), "float32"), None, "the dtype of the result")

    def title(self, say: Say = plainly) -> Title:
        return Title("one hot", f", {say('num_classes', self.num_classes)}")

    def result(self, x: Tensor) -> Tensor:
        if "int" not in x.dtype:
            raise Mismatch(
                f"{LAYER} takes integers, and its input is {x.dtype}",
                help="put `ops.cast: {dtype: int32}` before it",
            )
        if self.axis < -1:
            raise Mismatch(
                "`axis` is -1 or counted from the batch, which is 0",
                at="axis",
                help="write -1, or a positive number",
            )
        axis = axis_index(self.axis, Tensor((*x.shape, 1)))
        shape = (*x.shape[:axis], self.num_classes, *x.shape[axis:])
        return Tensor(shape, self.dtype or "float32")


row(_Concatenate, "concatenate", "Tensors side by side, along an axis.")
row(_Stack, "stack", "Tensors of one shape, along a new axis.")
row(_Repeat, "repeat", "Every element along an axis several times in a row.")
row(_Tile, "tile", "The whole tensor several times along its axes.")
row(_Pad, "pad", "Elements put before and after those of each axis.")
row(_OneHot, "one_hot", "Every number as a vector that has 1 in its place, and 0 elsewhere.")
