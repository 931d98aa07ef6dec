"""Matrix products and look-ups: Dense and Embedding."""

from __future__ import annotations

from typing import Any

from archspec.layers.axes import known
from archspec.layers.base import LAYER, Layer, Mismatch, attr, layer
from archspec.layers.kernels import WithKernel, new_weight
from archspec.layers.objects import (
    CONSTRAINT,
    OPTIONAL_ACTIVATION,
    OPTIONAL_INITIALIZER,
    REGULARIZER,
)
from archspec.layers.titles import Say, Title, plainly
from archspec.layers.types import FLAG, POSITIVE
from archspec.tensor import Tensor, Weight, product


@layer
class Dense(WithKernel):
    """A matrix product over the last axis.

    Shape: (…, features) → (…, units); the axes before the last one stay as they are.
    """

    units: int = attr(POSITIVE, doc="the number of outputs", before="use_bias")
    activation: str | None = attr(
        OPTIONAL_ACTIVATION, None, "the function applied to the output", before="use_bias"
    )

    def title(self, say: Say = plainly) -> Title:
        return Title(f"dense, {say('units', self.units)}")

    def output(self, x: Tensor) -> Tensor:
        if not x.shape:
            raise Mismatch(
                f"{LAYER} takes one axis or more, and its input is a scalar",
                help="give it a vector: `Reshape: {target_shape: [1]}`",
            )
        if x.shape == (None,):
            help = (
                "give the model's `input` fixed sizes instead of `null`, or pool over them"
                " (`GlobalAveragePooling2D`) instead of `Flatten`"
            )
            raise Mismatch(
                f"the size of the input is unknown, and {LAYER} needs it for its weights",
                help=help,
                unknown=True,
            )
        known(x.shape[-1], "the size of the last axis")
        return Tensor((*x.shape[:-1], self.units), self.compute_dtype)

    def weights(self, x: Tensor) -> tuple[Weight, ...]:
        features = known(x.shape[-1], "the last axis")
        return (
            new_weight(self, "kernel", (features, self.units), "kernel_initializer"),
            *self.bias(self.units),
        )

    def macs(self, y: Tensor, x: Tensor) -> int | None:
        return product((*x.shape, self.units))


@layer
class Embedding(Layer):
    """A table of learned vectors, looked up by whole numbers.

    Shape: (…) → (…, output_dim): each number becomes a vector.
    """

    input_dim: int = attr(POSITIVE, doc="how many different numbers there are, from 0")
    output_dim: int = attr(POSITIVE, doc="the length of a vector")
    embeddings_initializer: Any = attr(OPTIONAL_INITIALIZER, "uniform", "how the vectors start")
    embeddings_regularizer: Any = attr(REGULARIZER, None, "a penalty on the vectors")
    embeddings_constraint: Any = attr(CONSTRAINT, None, "what the vectors are held to in training")
    mask_zero: bool = attr(FLAG, False, "whether the number 0 is padding, to be masked")

    def output(self, x: Tensor) -> Tensor:
        return Tensor((*x.shape, self.output_dim), self.compute_dtype)

    def weights(self, x: Tensor) -> tuple[Weight, ...]:
        return (
            new_weight(
                self, "embeddings", (self.input_dim, self.output_dim), "embeddings_initializer"
            ),
        )
