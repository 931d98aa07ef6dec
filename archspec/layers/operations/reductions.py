"""Operations along axes, which reduce them or work through them: functions of `keras.ops`."""

from __future__ import annotations

from typing import Any

from archspec.layers.axes import axis_indices
from archspec.layers.fields import attr
from archspec.layers.operations.base import ALL_AXES, Operation, need_axis, row
from archspec.layers.operations.dtypes import (
    any_dtype,
    counted,
    floating,
    floats,
    indices,
    truth,
)
from archspec.layers.types import AXES, FLAG, INTEGER, POSITIVE, optional
from archspec.tensor import Shape, Tensor

_KEEPDIMS = "whether the axes stay, with size 1"


class Reduction(Operation):
    """The elements along some axes become one."""

    rule = "without the axes, or with size 1 there if `keepdims`."

    axis: Any = attr(optional(AXES, ALL_AXES), None, "the axis, or the axes; -1 is the last")
    keepdims: bool = attr(FLAG, False, _KEEPDIMS)

    def check(self) -> None:
        need_axis(self)

    def shape_of(self, x: Tensor) -> Shape:
        return without_axes(x, self.axis, keepdims=self.keepdims)


class _OfOneAxis(Reduction):
    """The same along one axis."""

    axis: Any = attr(optional(INTEGER, ALL_AXES), None, "the axis; -1 is the last")


def without_axes(x: Tensor, axes: Any, *, keepdims: bool, at: str = "axis") -> Shape:
    """A shape without some axes, or with size 1 there."""
    gone = axis_indices(axes, x, at=at)
    sizes = ((1 if index in gone else size, index in gone) for index, size in enumerate(x.shape))
    return tuple(size for size, is_gone in sizes if keepdims or not is_gone)


class _Moments(Operation):
    rule = "`mean` and `variance`, without the axes, or with size 1 there if `keepdims`."

    axes: Any = attr(AXES, doc="the axis, or the axes; -1 is the last")
    keepdims: bool = attr(FLAG, False, _KEEPDIMS)

    def results(self, x: Tensor) -> dict[str, Tensor]:
        axes = self.axes if isinstance(self.axes, tuple) else (self.axes,)
        y = Tensor(without_axes(x, axes, keepdims=self.keepdims, at="axes"), floats(x))
        return {"mean": y, "variance": y}


row(Reduction, "sum", "The sum along axes.", gives=counted)
row(Reduction, "mean", "The mean along axes.", gives=floating)
row(Reduction, "max", "The greatest along axes.", gives=any_dtype)
row(Reduction, "min", "The least along axes.", gives=any_dtype)
row(Reduction, "prod", "The product along axes.", gives=counted)
row(Reduction, "var", "The variance along axes.", gives=floating)
row(Reduction, "std", "The standard deviation along axes.", gives=floating)
row(Reduction, "all", "Whether all along axes are true, or not 0.", gives=truth)
row(Reduction, "any", "Whether one along axes is true, or not 0.", gives=truth)
row(Reduction, "logsumexp", "The logarithm of the sum of exponentials along axes.", gives=floats)
row(_OfOneAxis, "argmax", "The position of the greatest along an axis.", gives=indices)
row(_OfOneAxis, "argmin", "The position of the least along an axis.", gives=indices)
row(
    Reduction,
    "norm",
    "The length of the vectors along axes.",
    ord=attr(optional(POSITIVE, "2"), None, "the order of the norm"),
    gives=floating,
)
row(_Moments, "moments", "The mean and the variance along axes.")
