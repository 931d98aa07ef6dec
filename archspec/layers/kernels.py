"""What layers with a kernel and a bias share: their arguments, and the weights that
initializers fill.
"""

from __future__ import annotations

from typing import Any

from archspec.layers.base import Layer, Mismatch, attr
from archspec.layers.objects import CONSTRAINT, OPTIONAL_INITIALIZER, REGULARIZER
from archspec.layers.types import FLAG, Configured
from archspec.tensor import Weight


class Biased(Layer):
    """Arguments of a bias, around which kinds list those of their kernels."""

    use_bias: bool = attr(FLAG, True, "whether a bias is added")
    bias_initializer: Any = attr(OPTIONAL_INITIALIZER, "zeros", "how the bias starts")
    bias_regularizer: Any = attr(REGULARIZER, None, "a penalty on the bias")
    activity_regularizer: Any = attr(REGULARIZER, None, "a penalty on the output")
    bias_constraint: Any = attr(CONSTRAINT, None, "what the bias is held to in training")

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
    """A weight filled by the argument named ``initializer``. Raises `Mismatch` where that
    cannot fill a weight of so many axes.
    """
    if initializer in layer.arguments:
        _check_axes(layer.arguments[initializer], name, shape, initializer)
    return Weight(name, shape, trainable)


def _check_axes(value: Any, name: str, shape: tuple[int, ...], at: str) -> None:
    called = value.name if isinstance(value, Configured) else value
    least, most, words = _AXES.get(str(called).lower(), (0, None, ""))
    if len(shape) < least or (most is not None and len(shape) > most):
        size = "×".join(map(str, shape))
        raise Mismatch(
            f"`{called}` fills a weight of {words}, and `{name}` is {size}",
            at=at,
            help="choose another initializer",
        )
