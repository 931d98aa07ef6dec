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


@keras.saving.register_keras_serializable(package="archspec")
class Parameter(keras.layers.Layer):
    """A learned tensor of ``shape``, repeated for each example of the input."""

    def __init__(self, shape: tuple[int, ...], initializer: Any = "zeros", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shape = tuple(shape)
        self.initializer = keras.initializers.get(initializer)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.value = self.add_weight(name="value", shape=self.shape, initializer=self.initializer)

    def call(self, inputs: Any) -> Any:
        return ops.broadcast_to(self.value, (ops.shape(inputs)[0], *self.shape))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (input_shape[0], *self.shape)

    def get_config(self) -> dict[str, Any]:
        own = {"shape": self.shape, "initializer": keras.initializers.serialize(self.initializer)}
        return {**super().get_config(), **own}
