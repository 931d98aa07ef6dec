"""Activations as layers of their own: each value becomes a function of itself (for Softmax, of
its row).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archspec.layers.axes import (
    axis_indices,
    known,
    need_floats,
    need_mask,
    need_numbers,
    need_softmax,
)
from archspec.layers.base import SameShape, layer
from archspec.layers.fields import attr, named_role
from archspec.layers.kernels import new_weight
from archspec.layers.mismatch import LAYER, Mismatch
from archspec.layers.objects import (
    CONSTRAINT,
    OPTIONAL_ACTIVATION,
    OPTIONAL_INITIALIZER,
    REGULARIZER,
)
from archspec.layers.titles import Say, Title, activation_words, plainly
from archspec.layers.types import AXES, NUMBER, POSITIVE, either, number, optional, sequence
from archspec.tensor import Tensor, Weight

_AT_LEAST_0 = number("a number of at least 0", 0)
_SHARED_AXES = either(
    "a positive integer or a list of them",
    POSITIVE,
    sequence("a list of positive integers", POSITIVE),
)


ROW_WISE = ("softmax", "log_softmax", "sparsemax")
"""The activations that see more than one value."""


@layer
class Activation(SameShape):
    """Applies an activation function, by its name.

    Shape: unchanged.
    """

    hands_on_mask = True

    activation: str | None = attr(OPTIONAL_ACTIVATION, doc="the name of the function")

    def output(self, x: Tensor) -> Tensor:
        need_floats(x)
        if self.activation == "softmax" or (self.activation in ROW_WISE and not x.shape):
            need_softmax(len(x.shape), 1, at="activation")
        return super().output(x)

    def title(self, say: Say = plainly) -> Title:
        return Title(activation_words(self.activation, say) or "linear")


@layer
class ReLU(SameShape):
    """Cuts off what is negative: max(x, 0), by default.

    Shape: unchanged.
    """

    hands_on_mask = True

    max_value: float | None = attr(
        optional(_AT_LEAST_0, "no limit"), None, "the greatest output; 6 for MobileNet's ReLU6"
    )
    negative_slope: float = attr(_AT_LEAST_0, 0.0, "the slope below the threshold")
    threshold: float = attr(_AT_LEAST_0, 0.0, "below it, an input counts as negative")

    def output(self, x: Tensor) -> Tensor:
        need_floats(x)
        return super().output(x)

    def title(self, say: Say = plainly) -> Title:
        return Title("ReLU6" if self.max_value == 6 else "ReLU")


@layer
class LeakyReLU(SameShape):
    """Lets a fixed fraction of what is negative through.

    Shape: unchanged.
    """

    hands_on_mask = True

    called = "LeakyReLU"

    negative_slope: float = attr(_AT_LEAST_0, 0.3, "the slope of the negative half")

    def output(self, x: Tensor) -> Tensor:
        need_numbers(x)
        return super().output(x)


@layer
class PReLU(SameShape):
    """Lets a learned fraction `alpha` of what is negative through (He et al. 2015).

    Shape: unchanged. `alpha` has the input's shape, with size 1 on the `shared_axes`: `shared_axes:
    [1, 2]` for one value a channel.
    """

    hands_on_mask = True

    called = "PReLU"

    alpha_initializer: Any = attr(OPTIONAL_INITIALIZER, "Zeros", "the first values of `alpha`")
    alpha_regularizer: Any = attr(REGULARIZER, None, "the penalty on `alpha`")
    alpha_constraint: Any = attr(CONSTRAINT, None, "the constraint on `alpha`")
    shared_axes: Any = attr(
        optional(_SHARED_AXES, "none"),
        None,
        "axes along which `alpha` is one value, counted from 1",
    )

    def weights(self, x: Tensor) -> tuple[Weight, ...]:
        shared = self._shared()
        shape = (
            1 if axis in shared else known(size, f"the size of axis {axis}", at="shared_axes")
            for axis, size in enumerate(x.shape, 1)
        )
        return (new_weight(self, "alpha", tuple(shape), "alpha_initializer"),)

    def output(self, x: Tensor) -> Tensor:
        need_floats(x)
        if max(self._shared(), default=0) > len(x.shape):
            raise Mismatch(
                f"`shared_axes` names axis {max(self._shared())} of {len(x.shape)}",
                at="shared_axes",
                help="the first axis is 1",
            )
        return super().output(x)

    def _shared(self) -> tuple[int, ...]:
        return (self.shared_axes,) if isinstance(self.shared_axes, int) else self.shared_axes or ()


@layer
class ELU(SameShape):
    """Bends what is negative: alpha * (exp(x) - 1).

    Shape: unchanged.
    """

    hands_on_mask = True

    called = "ELU"

    alpha: float = attr(NUMBER, 1.0, "the limit of the negative half, with its sign turned")

    def output(self, x: Tensor) -> Tensor:
        need_floats(x)
        return super().output(x)


@layer
class Softmax(SameShape):
    """Turns scores into probabilities that sum to 1 over `axis`.

    Shape: unchanged.
    """

    axis: Any = attr(AXES, -1, "the axis, or the axes, of the scores")

    mask = named_role("which scores count; a size of 1 stands for any")

    def mask_axes(self, inputs: Sequence[Tensor], masks: Sequence[int | None]) -> int | None:
        if masks[0] is None:
            return None
        raise Mismatch(
            f"{LAYER} takes the mask that comes with its input, one of positions, for one of"
            " scores",
            help="write `Activation: {activation: softmax}`, which hands it on",
        )

    def output(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        if mask is not None:
            need_mask(mask, "mask", x.shape, last=len(x.shape))
        need_floats(x)
        need_softmax(len(x.shape), len(axis_indices(self.axis, x)), at="axis")
        return super().output(x)
