"""The layers of archspec that Keras lacks, as Keras layers, for every backend of Keras;
importing this module registers them for loading.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

_register = keras.saving.register_keras_serializable(package="archspec")


@_register
class LocalResponseNormalization(keras.layers.Layer):
    """AlexNet's normalization over channels, ``tf.nn.local_response_normalization`` at any rank."""

    def __init__(
        self,
        depth_radius: int = 2,
        bias: float = 2.0,
        alpha: float = 1e-4,
        beta: float = 0.75,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.depth_radius = depth_radius
        self.bias = bias
        self.alpha = alpha
        self.beta = beta
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        # Half precision is left for the sum, as in Keras's own layers: squares of 256 overflow it.
        x = ops.cast(inputs, keras.backend.result_type(inputs.dtype, "float32"))
        margins = [(0, 0)] * (len(x.shape) - 1) + [(self.depth_radius, self.depth_radius)]
        squares = ops.pad(ops.square(x), margins)
        size = ops.shape(x)[-1]
        shifts = range(2 * self.depth_radius + 1)
        around = sum(squares[..., shift : shift + size] for shift in shifts)
        scale = ops.power(self.bias + self.alpha * around, -self.beta)
        return ops.cast(x * scale, self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        if len(input_shape) < 2:
            raise ValueError(f"{type(self).__name__} needs channels and its input is {input_shape}")
        return input_shape

    def get_config(self) -> dict[str, Any]:
        own = {
            "depth_radius": self.depth_radius,
            "bias": self.bias,
            "alpha": self.alpha,
            "beta": self.beta,
        }
        return {**super().get_config(), **own}


@_register
class StochasticDepth(keras.layers.Layer):
    """In training, drops examples with probability ``rate``, scales the others by 1 / (1 - rate)."""

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not 0 <= rate < 1:
            raise ValueError(f"`rate` must be a number from 0 up to, but not, 1, and is {rate}")
        self.rate = rate
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        x = ops.cast(inputs, self.compute_dtype)
        if not training or self.rate == 0:
            return x
        one_for_each = (ops.shape(x)[0], *(1,) * (len(x.shape) - 1))
        seed = self.seed_generator
        return keras.random.dropout(x, self.rate, noise_shape=one_for_each, seed=seed)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}


@_register
class Slice(keras.layers.Layer):
    """The part of a tensor from ``start`` up to, not including, ``stop`` along ``axis``."""

    def __init__(self, axis: int, start: int = 0, stop: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis
        self.start = start
        self.stop = stop

    def call(self, inputs: Any) -> Any:
        expected = self.compute_output_shape(tuple(inputs.shape))
        *lead, extent = expected[: self._index(len(inputs.shape)) + 1]
        part = inputs[(slice(None),) * len(lead) + (slice(self.start, self.stop),)]
        if part.shape[len(lead)] == extent:
            return part
        # TensorFlow does not infer this size of an unknown axis; a reshape states and checks it.
        shape = list(ops.shape(part))
        shape[len(lead)] = extent
        return ops.reshape(part, shape)

    def compute_output_spec(self, inputs: Any) -> keras.KerasTensor:
        return keras.KerasTensor(self.compute_output_shape(tuple(inputs.shape)), dtype=inputs.dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        index = self._index(len(input_shape))
        return (*input_shape[:index], self._extent(input_shape[index]), *input_shape[index + 1 :])

    def _index(self, rank: int) -> int:
        index = self.axis + rank * (self.axis < 0)
        if not 0 < index < rank:
            raise ValueError(f"`axis` {self.axis} is the batch or outside a tensor of {rank} axes")
        return index

    def _extent(self, size: int | None) -> int | None:
        start, stop = self.start, self.stop
        if size is None:  # known all the same where both are counted from the same end
            if stop is None:
                return -start if start < 0 else None
            if (start < 0) != (stop < 0):
                return None
        else:
            start += size * (start < 0)
            stop = size if stop is None else stop + size * (stop < 0)
        if start >= stop or (size is not None and not 0 <= start < stop <= size):
            part = f"part from {self.start} up to {self.stop}"
            raise ValueError(f"an axis of size {size} has no {part}")
        return stop - start

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis, "start": self.start, "stop": self.stop}


@_register
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
