"""Operations that arrange the elements of a tensor anew: functions of `keras.ops`."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from archspec.layers.axes import axis_index, axis_indices
from archspec.layers.fields import attr
from archspec.layers.mismatch import LAYER, Mismatch
from archspec.layers.operations.base import ALL_AXES, Operation, Truths, need_axis, row, written
from archspec.layers.titles import Say, Title, plainly
from archspec.layers.types import AXES, INTEGER, POSITIVE, either, integer, optional, sequence
from archspec.tensor import Shape, Tensor, product, show_shape

_AXIS_LIST = sequence("a list of integers", INTEGER)
_SIZE = either("a positive integer", POSITIVE, integer("-1", -1, -1))
_SHAPE = sequence("a list of positive integers", _SIZE)


class _Reshape(Operation):
    rule = "→ `newshape`, which holds as many elements as the input."
    batch = MappingProxyType({"newshape": -1})

    newshape: Any = attr(_SHAPE, doc="the new shape, without the batch")

    def title(self, say: Say = plainly) -> Title:
        sizes = "×".join(say("newshape", size) for size in self.newshape)
        return Title(f"reshape {sizes or 'scalar'}")

    def check(self) -> None:
        if -1 in self.newshape:
            raise Mismatch(
                f"{LAYER} takes no -1, by which Keras finds the size of the batch",
                at="newshape",
                help="write the size, or use the layer `Reshape`",
            )

    def shape_of(self, x: Tensor) -> Shape:
        size = product(self.newshape)
        if x.size is None:
            raise Mismatch(
                f"the size of the input, {x}, is unknown here, and elements of one example could"
                " come into another",
                help="use the layer `Reshape`, which keeps examples apart",
            )
        if x.size != size:
            raise Mismatch(
                f"the input {x} has {x.size:,} elements, and {show_shape(self.newshape)} holds"
                f" {size:,}",
                at="newshape",
                help=f"give sizes whose product is {x.size}",
            )
        return self.newshape  # type: ignore[no-any-return]


class _Transpose(Operation):
    rewrites = True
    rule = "the axes in the order of `axes`."

    axes: Any = attr(
        optional(_AXIS_LIST, "the reverse, which is refused: the batch stays first"),
        None,
        "the axes in their new order, the batch, 0, left out: `[2, 1]` exchanges two",
    )

    def check(self) -> None:
        need_axis(self, "axes", "the axes in their new order, such as `axes: [2, 1]`")

    def keywords(self) -> dict[str, Any]:
        rank = len(self.axes) + 1
        return {"axes": (0, *(axis + rank if axis < 0 else axis for axis in self.axes))}

    def shape_of(self, x: Tensor) -> Shape:
        if len(self.axes) == len(x.shape) + 1 and self.axes[0] == 0:
            rest = ", ".join(map(str, self.axes[1:]))
            raise Mismatch(
                "`axes` names the batch, which always stays first",
                at="axes",
                help=f"write `axes: [{rest}]`",
            )
        order = axis_indices(self.axes, x, at="axes")
        if len(order) != len(x.shape):
            raise Mismatch(
                f"`axes` names {len(order)} of the input's {len(x.shape)} axes",
                at="axes",
                help="name every axis but the batch once",
            )
        return tuple(x.shape[axis] for axis in order)


class _MoveAxis(Operation):
    rule = "the axes in another order."

    source: Any = attr(AXES, doc="the axis, or the axes, to move")
    destination: Any = attr(AXES, doc="where to")

    def title(self, say: Say = plainly) -> Title:
        return Title(
            "move axis", f" {say('source', self.source)} to {say('destination', self.destination)}"
        )

    def shape_of(self, x: Tensor) -> Shape:
        source = axis_indices(self.source, x, at="source")
        destination = axis_indices(self.destination, x, at="destination")
        if len(source) != len(destination):
            raise Mismatch(
                f"`source` names {len(source)} axes, and `destination` {len(destination)}",
                at="destination",
                help="say for each axis where it goes",
            )
        left = iter(index for index in range(len(x.shape)) if index not in source)
        moved = dict(zip(destination, source, strict=True))
        return tuple(
            x.shape[moved[index] if index in moved else next(left)] for index in range(len(x.shape))
        )


class _SwapAxes(Operation):
    rule = "two axes exchanged."

    axis1: Any = attr(INTEGER, doc="the one axis")
    axis2: Any = attr(INTEGER, doc="the other axis")

    def title(self, say: Say = plainly) -> Title:
        return Title("swap axes", f" {say('axis1', self.axis1)}, {say('axis2', self.axis2)}")

    def shape_of(self, x: Tensor) -> Shape:
        one, other = axis_index(self.axis1, x, at="axis1"), axis_index(self.axis2, x, at="axis2")
        sizes = list(x.shape)
        sizes[one], sizes[other] = sizes[other], sizes[one]
        return tuple(sizes)


class _ExpandDims(Operation):
    rule = "with a further axis of size 1 for each in `axis`."

    axis: Any = attr(AXES, doc="where the new axis stands; -1 is behind the last")

    def shape_of(self, x: Tensor) -> Shape:
        axes = self.axis if isinstance(self.axis, tuple) else (self.axis,)
        wider = Tensor((*x.shape, *[1] * len(axes)))
        new = axis_indices(axes, wider)
        left = iter(x.shape)
        return tuple(1 if index in new else next(left) for index in range(len(wider.shape)))


class _Squeeze(Operation):
    rule = "without the axes in `axis`, whose size is 1."

    axis: Any = attr(optional(AXES, ALL_AXES), None, "the axis, or the axes, to take away")

    def check(self) -> None:
        need_axis(self)

    def shape_of(self, x: Tensor) -> Shape:
        gone = axis_indices(self.axis, x)
        for index in gone:
            if x.shape[index] != 1:
                size = "unknown" if x.shape[index] is None else x.shape[index]
                raise Mismatch(
                    f"the size of axis {index - len(x.shape)} is {size}, and {LAYER} takes away"
                    " axes of size 1",
                    at="axis",
                    help="name an axis of size 1",
                )
        return tuple(size for index, size in enumerate(x.shape) if index not in gone)


class _Flip(Operation):
    axis: Any = attr(optional(AXES, ALL_AXES), None, "the axis, or the axes, to turn")

    def check(self) -> None:
        need_axis(self)

    def shape_of(self, x: Tensor) -> Shape:
        axis_indices(self.axis, x)
        return x.shape


class _Roll(_Flip):
    shift: Any = attr(AXES, doc="by how many positions, or one for each axis", before="axis")

    def check(self) -> None:
        super().check()
        if isinstance(self.shift, tuple) != isinstance(self.axis, tuple) or (
            isinstance(self.shift, tuple) and len(self.shift) != len(self.axis)
        ):
            raise Mismatch(
                "`shift` and `axis` are not of one length",
                at="shift",
                help="write a number for both, or two lists of one length",
            )


class _BroadcastTo(Operation):
    """Keras counts the batch in a shape, and knows its size only when the model runs: so the result
    is the input where a tensor of that shape is true, and elsewhere too.
    """

    rewrites = True
    rule = "→ `shape`: axes of size 1 are stretched."
    keras_function = "where"

    shape: Any = attr(_SHAPE, doc="the new shape, without the batch")

    def keras_call(
        self, inputs: Sequence[Any], roles: Sequence[str] = ()
    ) -> tuple[list[Any], dict[str, Any]]:
        (x,) = self.placed(inputs, roles).values()
        return [Truths(self.shape), x, x], {}

    def title(self, say: Say = plainly) -> Title:
        return Title(f"broadcast to {written('shape', self.shape, say)}")

    def shape_of(self, x: Tensor) -> Shape:
        if len(self.shape) != len(x.shape):
            raise Mismatch(
                f"`shape` has {len(self.shape)} sizes, and the input {x} has"
                f" {len(x.shape)}: another axis would stand before the batch",
                at="shape",
                help="add axes before it with `ops.expand_dims`",
            )
        sizes = zip(x.shape, self.shape, strict=True)
        if any(size not in (1, new) for size, new in sizes):
            raise Mismatch(
                f"{x} does not stretch to {show_shape(self.shape)}",
                at="shape",
                help="only an axis of size 1 stretches",
            )
        return self.shape  # type: ignore[no-any-return]


row(_Reshape, "reshape", "The same elements, in the same order, in another shape.")
row(_Transpose, "transpose", "The axes in another order.")
row(_MoveAxis, "moveaxis", "Some axes moved, the others in their order.")
row(_SwapAxes, "swapaxes", "Two axes exchanged.")
row(_ExpandDims, "expand_dims", "Further axes of size 1.")
row(_Squeeze, "squeeze", "Axes of size 1 taken away.")
row(_Flip, "flip", "The elements along axes in reverse order.")
row(_Roll, "roll", "The elements along axes moved on, the last ones to the front.")
row(_BroadcastTo, "broadcast_to", "Axes of size 1 stretched to other sizes.")
