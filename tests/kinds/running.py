"""A layer of a table's row, called on numbers and trained for a step, as a user of the model does."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from archspec.tensor import Tensor
from tests.kinds.oracle import Row, call, keras_layer


def numbers(tensor: Tensor, seed: int, unknown: int) -> np.ndarray[Any, Any]:
    """A batch of two examples."""
    shape = (2, *(unknown if size is None else size for size in tensor.shape))
    draw = np.random.default_rng(seed)
    if "float" in tensor.dtype:
        return (
            draw.normal(size=shape)
            .astype("float32")
            .astype("float32" if tensor.dtype == "bfloat16" else tensor.dtype)
        )
    return draw.integers(0, 2, shape).astype(tensor.dtype)


def run(row: Row, unknown: int = 6) -> tuple[tuple[int, ...], str]:
    """Call the layer, train it for a step, and call it again, ``unknown`` in the place of unknown
    sizes; the shape without batch and the dtype of what it gives.
    """
    layer = keras_layer(row)
    inputs = [keras.Input(x.shape, dtype=x.dtype) for x in row.tensors]
    model = keras.Model(inputs, call(layer, inputs))
    values = [tf.cast(numbers(x, seed, unknown), x.dtype) for seed, x in enumerate(row.tensors)]
    y = model(values, training=False)
    optimizer = keras.optimizers.SGD(1e-3)
    with tf.GradientTape() as tape:
        out = model(values, training=True)
        loss = tf.reduce_sum(tf.cast(out, "float32")) + sum(
            tf.cast(one, "float32") for one in model.losses
        )
    if model.trainable_variables:
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(
            [
                g if g is not None else tf.zeros_like(v)
                for g, v in zip(gradients, model.trainable_variables, strict=True)
            ],
            model.trainable_variables,
        )
    again = model(values, training=False)
    assert again.shape == y.shape
    assert out.shape == y.shape
    return tuple(y.shape[1:]), keras.backend.standardize_dtype(y.dtype)
