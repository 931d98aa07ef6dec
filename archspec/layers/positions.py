"""Positions: what tells a network without recurrence where in a sequence something stands."""

from __future__ import annotations

from typing import Any

from archspec.layers.axes import axis_index, known, need_floats, need_rank
from archspec.layers.base import Layer, layer
from archspec.layers.fields import attr
from archspec.layers.kernels import new_weight
from archspec.layers.mismatch import LAYER, Mismatch
from archspec.layers.objects import INITIALIZER
from archspec.layers.titles import Say, Title, plainly
from archspec.layers.types import INTEGER, POSITIVE, number
from archspec.tensor import Tensor, Weight

_POSITIVE_NUMBER = number("a positive number", above=0)


@layer
class PositionEmbedding(Layer):
    """A learned vector for each position of a sequence, the same for every example; to add it,
    write `residual: [PositionEmbedding: {length: 512}]`.

    Shape: unchanged, (T, C), where T is at most `length`. One weight, `embeddings`, length × C. A
    kind of archspec's own.
    """

    hands_on_mask = True

    length: int = attr(POSITIVE, doc="the number of positions: the longest sequence")
    initializer: Any = attr(INITIALIZER, "glorot_uniform", "the first values")

    def title(self, say: Say = plainly) -> Title:
        return Title("positions", f", {say('length', self.length)}")

    def output(self, x: Tensor) -> Tensor:
        need_rank(x, 2, "positions, channels")
        known(x.shape[-1], "the number of channels")
        if (x.shape[0] or 0) > self.length:
            raise Mismatch(
                f"a sequence of {x.shape[0]} has more positions than `length`, {self.length}",
                at="length",
                help=f"make it {x.shape[0]} or more",
            )
        return Tensor(x.shape, self.compute_dtype)

    def weights(self, x: Tensor) -> tuple[Weight, ...]:
        shape = (self.length, known(x.shape[-1], "the number of channels"))
        return (new_weight(self, "embeddings", shape, "initializer"),)


@layer
class RotaryEmbedding(Layer):
    """Rotates the channels of queries or keys by angles that grow with the position (Su et al.
    2021), the first half of them paired with the second.

    Shape: unchanged. `axis` is that of the positions, as in (T, heads, C); the channels are the
    last axis, an even number. No weights. A kind of archspec's own.
    """

    hands_on_mask = True

    max_wavelength: float = attr(
        _POSITIVE_NUMBER, 10000, "the wavelength of the slowest rotation, over 2π"
    )
    scaling_factor: float = attr(_POSITIVE_NUMBER, 1.0, "what positions are divided by")
    axis: int = attr(INTEGER, 1, "the axis of the positions; the batch is 0")

    def output(self, x: Tensor) -> Tensor:
        need_floats(x)
        axis = axis_index(self.axis, x)
        if axis == len(x.shape) - 1:
            raise Mismatch(
                "the last axis holds the channels that are rotated",
                at="axis",
                help="name the axis of the positions: -3 in (positions, heads, channels)",
            )
        channels = known(x.shape[-1], "the number of channels")
        if channels % 2:
            raise Mismatch(
                f"{LAYER} rotates pairs of channels, and there are {channels}",
                help="give it an even number of channels",
            )
        return Tensor(x.shape, self.compute_dtype)
