"""The layers of archspec that Keras has no class for, for every backend of Keras.

Three are made of Keras's own layers and operations, so that a model which is saved with them loads
in any Keras: `StochasticDepth` is a dropout, `Slice` and `LocalResponseNormalization` are models of
operations, which stand in the network as one layer. Keras has no word for a learned tensor:
`Parameter` is a layer of its own, and importing this module registers it for loading.

The text of these classes is also written into emitted Python, each by itself.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


class LocalResponseNormalization:
    """AlexNet's normalization over neighbouring channels, as
    ``tf.nn.local_response_normalization``, for any rank: a model of operations.
    """

    def __init__(
        self,
        depth_radius: int = 2,
        bias: float = 2.0,
        alpha: float = 1e-4,
        beta: float = 0.75,
        name: str | None = None,
        **options: Any,
    ) -> None:
        self.depth_radius = depth_radius
        self.bias = bias
        self.alpha = alpha
        self.beta = beta
        self.name = name
        self.policy = keras.dtype_policies.get(options.get("dtype") or keras.config.dtype_policy())
        self.weights: list[Any] = []
        self.models: dict[Any, keras.Model] = {}

    def __call__(self, inputs: Any) -> Any:
        rank, channels = len(inputs.shape), inputs.shape[-1]
        if rank < 2:
            raise ValueError(f"there is no axis of channels in a tensor of shape {inputs.shape}")
        dtype = keras.backend.standardize_dtype(inputs.dtype)
        if (rank, channels) not in self.models:
            x = keras.Input((*[None] * (rank - 2), channels), dtype=dtype)
            model = keras.Model(x, self.normalized(x, rank), name=self.name)
            for number, operation in enumerate(model.operations):
                operation.name = f"step_{number}"  # Keras counts them from model to model
            self.models[rank, channels] = model
        return self.models[rank, channels](inputs)

    def normalized(self, x: Any, rank: int) -> Any:
        """The tensor divided by the root of its neighbours' squares."""
        # As in Keras's own normalizations, half precision is left for the sum: squares of 256
        # overflow it.
        x = ops.cast(x, keras.backend.result_type(x.dtype, "float32"))
        width = 2 * self.depth_radius
        squares = ops.pad(ops.square(x), [(0, 0)] * (rank - 1) + [(self.depth_radius,) * 2])
        around = sum(squares[..., shift : shift - width or None] for shift in range(width + 1))
        scale = ops.power(self.bias + self.alpha * around, -self.beta)
        return ops.cast(x * scale, self.policy.compute_dtype)


class StochasticDepth:
    """In training, drops whole examples with probability ``rate`` and scales the others by 1 /
    (1 - rate): a dropout with one draw for each example.
    """

    def __init__(
        self,
        rate: float,
        seed: int | None = None,
        name: str | None = None,
        **options: Any,
    ) -> None:
        if not 0 <= rate < 1:
            raise ValueError(f"`rate` must be a number from 0 up to, but not, 1, and is {rate}")
        self.name = name
        self.options = {"rate": rate, "seed": seed, "name": name, **options}
        self.weights: list[Any] = []
        self.layers: dict[int, Any] = {}

    def __call__(self, inputs: Any, **call: Any) -> Any:
        rank = len(inputs.shape)
        if rank not in self.layers:
            shape = (None, *[1] * (rank - 1))
            self.layers[rank] = keras.layers.Dropout(noise_shape=shape, **self.options)
        return self.layers[rank](inputs, **call)


class Slice:
    """The part of a tensor from ``start`` up to, but not, ``stop`` along ``axis``, all of which
    must exist: a model of operations.
    """

    def __init__(
        self,
        axis: int,
        start: int = 0,
        stop: int | None = None,
        name: str | None = None,
        **options: Any,
    ) -> None:
        self.axis = axis
        self.start = start
        self.stop = stop
        self.name = name
        self.policy = keras.dtype_policies.get(options.get("dtype") or keras.config.dtype_policy())
        self.weights: list[Any] = []
        self.models: dict[Any, keras.Model] = {}
        if stop is not None and (start < 0) == (stop < 0) and stop <= start:
            raise ValueError(f"nothing lies from {start} up to {stop}")

    def __call__(self, inputs: Any) -> Any:
        rank = len(inputs.shape)
        axis = self.axis + rank * (self.axis < 0)
        if not 0 < axis < rank:
            raise ValueError(f"`axis` {self.axis} is the batch or outside a tensor of {rank} axes")
        size = inputs.shape[axis]
        dtype = keras.backend.standardize_dtype(inputs.dtype)
        if (rank, size, dtype) not in self.models:
            shape = [size if number == axis else None for number in range(1, rank)]
            x = keras.Input(shape, dtype=dtype)
            name = f"{self.name}.{len(self.models) + 1}" if self.models else self.name
            model = keras.Model(x, self.part(x, axis, size), name=name)
            for number, operation in enumerate(model.operations):
                operation.name = f"step_{number}"  # Keras counts them from model to model
            self.models[rank, size, dtype] = model
        return self.models[rank, size, dtype](inputs)

    def part(self, x: Any, axis: int, size: int | None) -> Any:
        """The part of an axis of this size, floating numbers in the layer's dtype."""
        if "float" in x.dtype and x.dtype != self.policy.compute_dtype:
            x = ops.cast(x, self.policy.compute_dtype)
        start, stop = self.start, self.stop
        if size is not None:
            first = start + size * (start < 0)
            end = size if stop is None else stop + size * (stop < 0)
            if not 0 <= first < end <= size:
                raise ValueError(f"an axis of size {size} has no part from {start} up to {stop}")
        # Of an axis of unknown size Keras does not know the size of a part, but that of indices.
        if size is None and start < 0 and (stop is None or stop < 0):
            return ops.take(ops.flip(x, axis), list(range(~start, -(stop or 0) - 1, -1)), axis)
        if size is None and stop is not None and 0 <= start < stop:
            return ops.take(x, list(range(start, stop)), axis)
        return x[(slice(None),) * axis + (slice(start, stop),)]


class Constant:
    """A fixed tensor, repeated for each example of the input: a model of operations."""

    def __init__(
        self, value: Any, dtype: str | None = None, name: str | None = None, **options: Any
    ) -> None:
        self.value = ops.convert_to_tensor(value, dtype=dtype)
        self.name = name
        self.weights: list[Any] = []
        self.models: dict[Any, keras.Model] = {}

    def __call__(self, inputs: Any) -> Any:
        rank = len(inputs.shape)
        dtype = keras.backend.standardize_dtype(inputs.dtype)
        if (rank, dtype) not in self.models:
            x = keras.Input([None] * (rank - 1), dtype=dtype)
            name = f"{self.name}.{len(self.models) + 1}" if self.models else self.name
            model = keras.Model(x, self.repeated(x, rank), name=name)
            for number, operation in enumerate(model.operations):
                operation.name = f"step_{number}"  # Keras counts them from model to model
            self.models[rank, dtype] = model
        return self.models[rank, dtype](inputs)

    def repeated(self, x: Any, rank: int) -> Any:
        """The tensor, once for each example: what is chosen by one of its elements, either way."""
        one_of_each = (slice(None), *[0] * (rank - 1))
        column = ops.reshape(x[one_of_each], (-1, *[1] * len(self.value.shape)))
        return ops.where(ops.zeros_like(column, dtype="bool"), self.value, self.value)


@keras.saving.register_keras_serializable(package="archspec")
class Parameter(keras.layers.Layer):
    """A learned tensor of ``shape``, repeated for each example of the input."""

    def __init__(self, shape: tuple[int, ...], initializer: Any = "zeros", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shape = tuple(shape)
        self.initializer = keras.initializers.get(initializer)
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.value = self.add_weight(name="value", shape=self.shape, initializer=self.initializer)

    def call(self, inputs: Any) -> Any:
        return ops.broadcast_to(self.value, (ops.shape(inputs)[0], *self.shape))

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> None:
        """A mask of the input says nothing of this tensor."""

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (input_shape[0], *self.shape)

    def get_config(self) -> dict[str, Any]:
        own = {"shape": self.shape, "initializer": keras.initializers.serialize(self.initializer)}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable(package="archspec")
class PositionEmbedding(keras.layers.Layer):
    """A learned vector for each position, repeated for each example of the input."""

    def __init__(self, length: int, initializer: Any = "glorot_uniform", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.length = length
        self.initializer = keras.initializers.get(initializer)
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        shape = (self.length, input_shape[-1])
        self.embeddings = self.add_weight(
            name="embeddings",
            shape=shape,
            initializer=self.initializer,
        )

    def call(self, inputs: Any) -> Any:
        shape = ops.shape(inputs)
        return ops.broadcast_to(self.embeddings[: shape[1]], shape)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        own = {"length": self.length, "initializer": keras.initializers.serialize(self.initializer)}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable(package="archspec")
class RotaryEmbedding(keras.layers.Layer):
    """Rotates pairs of channels, the first half with the second, by angles that grow with the
    position along ``axis``.
    """

    def __init__(
        self,
        max_wavelength: float = 10000,
        scaling_factor: float = 1.0,
        axis: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.max_wavelength = max_wavelength
        self.scaling_factor = scaling_factor
        self.axis = axis
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        rank, channels = len(inputs.shape), inputs.shape[-1]
        axis = self.axis % rank
        # As in KerasHub, angles are worked out in float32, whatever the dtype.
        pairs = ops.arange(0, channels, 2, dtype="float32") / channels
        positions = ops.arange(ops.shape(inputs)[axis], dtype="float32") / self.scaling_factor
        angles = ops.expand_dims(positions, -1) / ops.power(float(self.max_wavelength), pairs)
        angles = ops.concatenate([angles, angles], -1)
        for _ in range(rank - 2 - axis):
            angles = ops.expand_dims(angles, 1)
        cos, sin = (ops.cast(one, inputs.dtype) for one in (ops.cos(angles), ops.sin(angles)))
        first, second = ops.split(inputs, 2, -1)
        return inputs * cos + ops.concatenate([-second, first], -1) * sin

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        own = {
            "max_wavelength": self.max_wavelength,
            "scaling_factor": self.scaling_factor,
            "axis": self.axis,
        }
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable(package="archspec")
class DotProductAttention(keras.layers.Layer):
    """Attention without projections, of queries (batch, T, N, H) to values and keys (batch, S, K,
    H), each of whose heads serves N / K heads of the query.
    """

    def __init__(self, scale: float | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = scale
        self.supports_masking = True

    def build(self, *shapes: Any, **others: Any) -> None:
        self.built = True

    def call(  # noqa: PLR0913, PLR0917 - Keras finds out by their names what to pass
        self,
        query: Any,
        value: Any,
        key: Any = None,
        bias: Any = None,
        attention_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        use_causal_mask: bool = False,
    ) -> Any:
        key = value if key is None else key
        mask = None if attention_mask is None else self.for_heads(attention_mask)
        for padding in (value_mask, key_mask):  # those that Keras hands on with a tensor
            if padding is not None:
                there = ops.cast(padding, "bool")[:, None, None, :]
                mask = there if mask is None else ops.logical_and(ops.cast(mask, "bool"), there)
        groups = query.shape[2] // key.shape[2]
        if groups > 1:
            key, value = ops.repeat(key, groups, 2), ops.repeat(value, groups, 2)
        return ops.dot_product_attention(
            query,
            key,
            value,
            bias=None if bias is None else ops.cast(self.for_heads(bias), query.dtype),
            mask=None if mask is None else ops.cast(mask, "bool"),
            scale=self.scale,
            is_causal=use_causal_mask,
        )

    def for_heads(self, scores: Any) -> Any:
        """The same for all heads, where it has no axis of them."""
        return scores[:, None] if len(scores.shape) == 3 else scores

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return mask[0] if isinstance(mask, list) else mask

    def compute_output_shape(
        self, query_shape: tuple[int | None, ...], *others: Any, **more: Any
    ) -> tuple[int | None, ...]:
        return query_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "scale": self.scale}
