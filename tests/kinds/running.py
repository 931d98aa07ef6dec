"""A layer of a table's row, called on numbers and trained for a step, as a user of the model does."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from archspec.tensor import Tensor
from tests.kinds.oracle import Row, call, keras_layer

DIVIDE = {"ops.floor_divide", "ops.mod"}
"""Kinds that TensorFlow stops where an integer is divided by 0, which no dtype and shape tells."""


def numbers(tensor: Tensor, seed: int, unknown: int, smallest: int = 0) -> np.ndarray[Any, Any]:
    """A batch of two examples; integers are ``smallest`` or the next."""
    shape = (2, *(unknown if size is None else size for size in tensor.shape))
    draw = np.random.default_rng(seed)
    if tensor.dtype == "string":
        return draw.choice(["a", "b c", "other"], shape)
    if "float" in tensor.dtype:
        return (
            draw.normal(size=shape)
            .astype("float32")
            .astype("float32" if tensor.dtype == "bfloat16" else tensor.dtype)
        )
    return draw.integers(smallest, smallest + 2, shape).astype(tensor.dtype)


def run(row: Row, unknown: int = 6) -> tuple[list[tuple[int, ...]], str]:
    """Call the layer and train it for a step, ``unknown`` in the place of unknown sizes; the shapes
    without batch of all that it gives, and the dtype of the first.
    """
    layer = keras_layer(row)
    inputs = [keras.Input(x.shape, dtype=x.dtype) for x in row.tensors]
    model = keras.Model(inputs, call(layer, row, inputs))
    smallest = int(row.kind in DIVIDE)
    values = [
        tf.convert_to_tensor(numbers(x, seed, unknown, smallest), x.dtype)
        for seed, x in enumerate(row.tensors)
    ]
    outputs = keras.tree.flatten(model(values, training=False))
    shapes = [tuple(y.shape[1:]) for y in outputs]
    assert [tuple(y.shape[1:]) for y in train(model, values)] == shapes
    return shapes, keras.backend.standardize_dtype(outputs[0].dtype)


def train(model: keras.Model, values: list[tf.Tensor]) -> list[tf.Tensor]:
    """What the model gives in training; its weights take a step along the gradient of the sum, as
    Keras's optimizers do.
    """
    with tf.GradientTape() as tape:
        out = keras.tree.flatten(model(values, training=True))
        losses = (tf.cast(one, "float32") for one in model.losses)
        numeric = [tf.cast(one, "float32") for one in out if one.dtype != tf.string]
        loss = sum(map(tf.reduce_sum, numeric)) + sum(losses)
    weights = model.trainable_variables
    steps = tape.gradient(loss, weights) if weights else []
    for weight, step in zip(weights, steps, strict=True):
        if step is not None:
            weight.assign(weight - 1e-3 * tf.convert_to_tensor(step))
        if weight.constraint is not None:
            weight.assign(weight.constraint(weight))
    return out
