"""Operations along one axis, which keep it: functions of `keras.ops`."""

from __future__ import annotations

from typing import Any

from archspec.layers.axes import axis_index, need_softmax
from archspec.layers.fields import attr
from archspec.layers.operations.base import ALL_AXES, Operation, need_axis, row
from archspec.layers.operations.dtypes import any_dtype, floats, indices, not_truth
from archspec.layers.titles import Say, Title, plainly
from archspec.layers.types import EPSILON, INTEGER, POSITIVE, optional
from archspec.tensor import Shape, Tensor


class AlongAxis(Operation):
    """Every element becomes what it and those beside it on an axis make."""

    axis: Any = attr(INTEGER, -1, "the axis; -1 is the last")

    def shape_of(self, x: Tensor) -> Shape:
        axis_index(self.axis, x)
        return x.shape

    def title(self, say: Say = plainly) -> Title:
        axis = "" if self.axis == -1 else f", axis {say('axis', self.axis)}"
        return Title(self.words(), axis)


class _Cumulative(AlongAxis):
    axis: Any = attr(optional(INTEGER, ALL_AXES), None, "the axis; -1 is the last")

    def check(self) -> None:
        need_axis(self)


class _Softmax(AlongAxis):
    axis: Any = attr(INTEGER, -1, "the axis of the scores")

    def shape_of(self, x: Tensor) -> Shape:
        axis_index(self.axis, x)
        need_softmax(len(x.shape), 1, at="axis")
        return x.shape


row(_Cumulative, "cumsum", "The sum of the elements so far.", gives=not_truth)
row(_Cumulative, "cumprod", "The product of the elements so far.", gives=not_truth)
row(_Softmax, "softmax", "Probabilities from scores, whose sum along the axis is 1.", gives=floats)
row(_Softmax, "log_softmax", "The logarithms of the softmax.", gives=floats)
row(AlongAxis, "sort", "The elements along an axis in order, the least first.", gives=any_dtype)
row(AlongAxis, "argsort", "The positions of the elements in order.", gives=indices)
row(
    AlongAxis,
    "normalize",
    "The vectors along an axis, each divided by its length.",
    epsilon=attr(optional(EPSILON, "1e-7"), None, "the least length to divide by"),
    gives=floats,
    order=attr(POSITIVE, 2, "the order of the norm"),
)
