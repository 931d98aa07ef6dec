"""What layers with a kernel and a bias share: their arguments, and the weights that
initializers fill.
"""

from __future__ import annotations

from typing import Any

from archspec.layers.axes import need_softmax
from archspec.layers.base import Layer
from archspec.layers.fields import attr
from archspec.layers.mismatch import Mismatch
from archspec.layers.objects import CONSTRAINT, OPTIONAL_INITIALIZER, REGULARIZER
from archspec.layers.types import FLAG, Configured
from archspec.spelling import counted
from archspec.tensor import Tensor, Weight


class Biased(Layer):
    """Arguments of a bias, around which kinds list those of their kernels."""

    use_bias: bool = attr(FLAG, True, "whether a bias is added")
    bias_initializer: Any = attr(OPTIONAL_INITIALIZER, "zeros", "how the bias starts")
    bias_regularizer: Any = attr(REGULARIZER, None, "a penalty on the bias")
    activity_regularizer: Any = attr(REGULARIZER, None, "a penalty on the output")
    bias_constraint: Any = attr(CONSTRAINT, None, "what the bias is held to in training")

    def check_output(self, y: Tensor) -> None:
        check_activation(self, y)

    def bias(self, size: int) -> tuple[Weight, ...]:
        """The bias of that size, or no weight."""
        return (new_weight(self, "bias", (size,), "bias_initializer"),) if self.use_bias else ()


class WithKernel(Biased):
    """Arguments of one kernel and a bias."""

    kernel_initializer: Any = attr(
        OPTIONAL_INITIALIZER, "glorot_uniform", "how the kernel starts", before="bias_initializer"
    )
    kernel_regularizer: Any = attr(
        REGULARIZER, None, "a penalty on the kernel", before="bias_regularizer"
    )
    kernel_constraint: Any = attr(
        CONSTRAINT, None, "what the kernel is held to in training", before="bias_constraint"
    )


_AXES = {"identity": (2, 2, "exactly two axes"), "orthogonal": (2, None, "two axes or more")}


def new_weight(
    layer: Layer, name: str, shape: tuple[int, ...], initializer: str, *, trainable: bool = True
) -> Weight:
    """A weight filled by the argument named ``initializer``, and held by the regularizer and the
    constraint that are named alike. Raises `Mismatch` where one does not fit a weight of so many
    axes: the model would be built, and fail at the first step of training.
    """
    purpose = initializer.removesuffix("initializer")
    for at in (initializer, f"{purpose}regularizer", f"{purpose}constraint"):
        value = layer.arguments.get(at)
        if value is not None:
            _check_axes(value, name, shape, at)
            _check_regularizer(value, f"`{name}`", len(shape), at)
            _check_constraint(value, name, shape, at)
    return Weight(name, shape, trainable)


def _called(value: Any) -> str:
    return str(value.name if isinstance(value, Configured) else value)


def _check_axes(value: Any, name: str, shape: tuple[int, ...], at: str) -> None:
    least, most, words = _AXES.get(_called(value).lower(), (0, None, ""))
    if len(shape) < least or (most is not None and len(shape) > most):
        size = "×".join(map(str, shape))
        raise Mismatch(
            f"`{_called(value)}` fills a weight of {words}, and `{name}` is {size}",
            at=at,
            help="choose another initializer",
        )


def _check_regularizer(value: Any, subject: str, axes: int, at: str) -> None:
    if _called(value) in ("orthogonal_regularizer", "OrthogonalRegularizer") and axes != 2:
        there = f"{subject} has {counted(axes, 'axis')}"
        raise Mismatch(
            f"`{_called(value)}` is a penalty on a matrix, and {there}",
            at=at,
            help="choose another regularizer",
        )


def _check_constraint(value: Any, name: str, shape: tuple[int, ...], at: str) -> None:
    if not isinstance(value, Configured) or "axis" not in value.arguments:
        return
    axis = value.arguments["axis"]
    axes = axis if isinstance(axis, tuple) else (axis,)
    outside = next((axis for axis in axes if not -len(shape) <= axis < len(shape)), None)
    if outside is not None:
        raise Mismatch(
            f"`axis` of `{value.name}` is {outside}, and `{name}` has"
            f" {counted(len(shape), 'axis')}",
            at=at,
            help="count the weight's axes from 0, or from the end, -1",
        )
    if len({axis % len(shape) for axis in axes}) < len(axes):
        raise Mismatch(
            f"`axis` of `{value.name}` names an axis twice", at=at, help="name every axis once"
        )


def check_activation(layer: Layer, y: Tensor) -> None:
    """Raise `Mismatch` where a layer's activation or the penalty on its output cannot be computed
    for that output.
    """
    if getattr(layer, "activation", None) == "softmax":
        need_softmax(len(y.shape), 1, at="activation")
    penalty = layer.arguments.get("activity_regularizer")
    _check_regularizer(
        penalty, "the output, with the batch,", len(y.shape) + 1, "activity_regularizer"
    )
