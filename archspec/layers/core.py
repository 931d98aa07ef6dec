"""Matrix products and look-ups: Dense and Embedding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archspec.layers.axes import known, need_numbers
from archspec.layers.base import FLOATS, Layer, layer
from archspec.layers.einsum import EQUATION, Equation, Sizes
from archspec.layers.fields import attr, call_attr
from archspec.layers.kernels import WithKernel, check_activation, new_weight
from archspec.layers.mismatch import LAYER, Mismatch
from archspec.layers.objects import (
    CONSTRAINT,
    OPTIONAL_ACTIVATION,
    OPTIONAL_INITIALIZER,
    REGULARIZER,
)
from archspec.layers.titles import Say, Title, plainly
from archspec.layers.types import (
    FLAG,
    NUMBER,
    POSITIVE,
    choice,
    either,
    optional,
    sequence,
    text,
)
from archspec.tensor import Tensor, Weight, product


@layer
class Dense(WithKernel):
    """A matrix product over the last axis.

    Shape: (…, features) → (…, units); the axes before the last one stay as they are.
    """

    hands_on_mask = True

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


_OUTPUT_SHAPE = either(
    "a positive integer, or a list of positive integers and `null`",
    POSITIVE,
    sequence("a list of positive integers and `null`", optional(POSITIVE, "the input's size")),
)
_BIAS_AXES = text("letters of the output, such as `d`", "[a-zA-Z]+")


@layer
class EinsumDense(Layer):
    """A product of the input and a kernel, summed as an einsum equation says: `abc,cd->abd` is a
    `Dense` over three axes, the first of which is the batch.

    Shape: `output_shape`, and before or after it the axes that `...` stands for. A `null` in it is
    an unknown size, also where the input's is known, as in Keras.
    """

    equation: str = attr(
        EQUATION, doc="the letters of the input's axes, the kernel's, the output's"
    )
    output_shape: Any = attr(_OUTPUT_SHAPE, doc="the output's sizes, without the batch and `...`")
    activation: str | None = attr(OPTIONAL_ACTIVATION, None, "the function applied to the output")
    bias_axes: str | None = attr(
        optional(_BIAS_AXES, "no bias"), None, "the axes along which a bias is added"
    )
    kernel_initializer: Any = attr(OPTIONAL_INITIALIZER, "glorot_uniform", "how the kernel starts")
    bias_initializer: Any = attr(OPTIONAL_INITIALIZER, "zeros", "how the bias starts")
    kernel_regularizer: Any = attr(REGULARIZER, None, "a penalty on the kernel")
    bias_regularizer: Any = attr(REGULARIZER, None, "a penalty on the bias")
    kernel_constraint: Any = attr(CONSTRAINT, None, "what the kernel is held to in training")
    bias_constraint: Any = attr(CONSTRAINT, None, "what the bias is held to in training")

    def title(self, say: Say = plainly) -> Title:
        return Title("einsum dense", f", {say('equation', self.equation)}")

    def check(self) -> None:
        Equation(self.equation).check()

    def check_output(self, y: Tensor) -> None:
        check_activation(self, y)

    def output(self, x: Tensor) -> Tensor:
        return Tensor(self._sizes(x).output, self.compute_dtype)

    def weights(self, x: Tensor) -> tuple[Weight, ...]:
        sizes = self._sizes(x)
        kernel = tuple(known(size, "an axis of the kernel", at="equation") for size in sizes.kernel)
        weights = [new_weight(self, "kernel", kernel, "kernel_initializer")]
        if self.bias_axes is not None:
            axes = Equation(self.equation).bias(self.bias_axes, sizes)
            bias = tuple(known(size, "an axis of the bias", at="bias_axes") for size in axes)
            weights.append(new_weight(self, "bias", bias, "bias_initializer"))
        return tuple(weights)

    def macs(self, y: Tensor, x: Tensor) -> int | None:
        sizes = self._sizes(x)
        return product((*sizes.letters.values(), *sizes.elided))

    def _sizes(self, x: Tensor) -> Sizes:
        shape = self.output_shape
        return Equation(self.equation).sizes(x.shape, (shape,) if isinstance(shape, int) else shape)


@layer
class Embedding(Layer):
    """A table of learned vectors, looked up by whole numbers.

    Shape: (…) → (…, output_dim): each number becomes a vector.
    """

    truncates = True

    input_dim: int = attr(POSITIVE, doc="how many different numbers there are, from 0")
    output_dim: int = attr(POSITIVE, doc="the length of a vector")
    embeddings_initializer: Any = attr(OPTIONAL_INITIALIZER, "uniform", "how the vectors start")
    embeddings_regularizer: Any = attr(REGULARIZER, None, "a penalty on the vectors")
    embeddings_constraint: Any = attr(CONSTRAINT, None, "what the vectors are held to in training")
    mask_zero: bool = attr(FLAG, False, "whether the number 0 is padding, to be masked")

    @property
    def makes_mask(self) -> bool:
        return self.mask_zero

    def mask_axes(self, inputs: Sequence[Tensor], masks: Sequence[int | None]) -> int | None:
        return len(inputs[0].shape) if self.mask_zero else None

    def output(self, x: Tensor) -> Tensor:
        return Tensor((*x.shape, self.output_dim), self.compute_dtype)

    def weights(self, x: Tensor) -> tuple[Weight, ...]:
        return (
            new_weight(
                self, "embeddings", (self.input_dim, self.output_dim), "embeddings_initializer"
            ),
        )


@layer
class ReversibleEmbedding(Embedding):
    """A table of learned vectors, looked up by whole numbers; with `call: {reverse: true}`, the
    products of vectors with those of the table, as at the end of a language model. Both uses share
    the table: `reuse` makes the second.

    Shape: (…) → (…, output_dim); reversed (…, output_dim) → (…, input_dim).
    """

    tie_weights: bool = attr(
        FLAG, True, "whether both directions share one table", before="embeddings_initializer"
    )
    reverse_dtype: str | None = attr(
        optional(choice(*FLOATS), "that of input and table"), None, "the dtype of the products"
    )
    logit_soft_cap: float | None = attr(
        optional(NUMBER, "none"), None, "the bound that the products approach, by a tanh"
    )

    reverse: bool = call_attr(FLAG, False, "whether to compute products instead of looking up")

    def mask_axes(self, inputs: Sequence[Tensor], masks: Sequence[int | None]) -> int | None:
        return None if self.reverse else super().mask_axes(inputs, masks)

    def title(self, say: Say = plainly) -> Title:
        return Title("embedding", ", reversed" if self.reverse else "")

    def output(self, x: Tensor) -> Tensor:
        if not self.reverse:
            return super().output(x)
        if x.shape[-1:] not in ((self.output_dim,), (None,)):
            raise Mismatch(
                f"reversed, {LAYER} takes vectors of `output_dim`, {self.output_dim}, and its"
                f" input is {x}",
                shows_input=True,
                help=f"bring the vectors to this length, `Dense: {{units: {self.output_dim}}}`",
            )
        return Tensor((*x.shape[:-1], self.input_dim), self.reverse_dtype or self.compute_dtype)

    def weights(self, x: Tensor) -> tuple[Weight, ...]:
        shape = (self.output_dim, self.input_dim)
        own = new_weight(self, "reverse_embeddings", shape, "embeddings_initializer")
        return (*super().weights(x), *(() if self.tie_weights else (own,)))

    def macs(self, y: Tensor, x: Tensor) -> int | None:
        return product((*x.shape, self.input_dim)) if self.reverse else 0


@layer
class Identity(Layer):
    """Passes its input on as it is: a name for it, or a layer that does nothing.

    Shape: unchanged.
    """

    hands_on_mask = True

    def output(self, x: Tensor) -> Tensor:
        return x


@layer
class Masking(Layer):
    """Sets positions whose channels are all `mask_value` to 0, and masks them for layers that heed
    masks.

    Shape: unchanged, of 2 axes or more.
    """

    states_floats = True

    mask_value: float = attr(NUMBER, 0.0, "the value of padding")

    @property
    def makes_mask(self) -> bool:
        return True

    def mask_axes(self, inputs: Sequence[Tensor], masks: Sequence[int | None]) -> int | None:
        return len(inputs[0].shape) - 1

    def output(self, x: Tensor) -> Tensor:
        if not x.shape:
            raise Mismatch("there is no axis of channels to compare", help="give it a vector")
        need_numbers(x)
        return x
