"""Layers of one's own and subclassed models, called on symbolic tensors: what is within becomes
layers of the spec, and computes the same.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy
import pytest
from keras import layers, ops

import archspec
from archspec.backends.keras.model import build_model, without_values
from archspec.layers.declared import Declared
from tests.reading.examples import EXAMPLES


def declared(spec: Any) -> list[str]:
    return [node.layer.kind() for node in spec.graph.nodes if isinstance(node.layer, Declared)]


@pytest.mark.parametrize(
    ("name", "closed"),
    [
        ("transformer_classifier", []),
        ("cyclegan_generator", []),
        ("vision_transformer", ["PatchEncoder"]),  # its positions depend on no input
    ],
)
def test_layers_of_an_example_are_opened(name: str, closed: list[str]) -> None:
    with without_values():
        model = EXAMPLES[name]()
        assert declared(archspec.read(model))
        opened = archspec.read(model, open=True)
    assert declared(opened) == closed
    assert opened.graph.parameters == model.count_params()


class Scale(layers.Layer):
    """A learned factor for each channel, and a shift for all."""

    def build(self, shape: Any) -> None:
        self.gain = self.add_weight(name="gain", shape=(shape[-1],), initializer="ones")
        self.shift = self.add_weight(name="shift", shape=(), initializer="zeros")

    def call(self, x: Any) -> Any:
        return x * self.gain + self.shift


def test_weights_of_a_layer_become_parameters() -> None:
    inputs = keras.Input((4, 5, 3))
    layer = Scale()
    model = keras.Model(inputs, layer(inputs), name="scaled")
    spec = archspec.read(model, open=True)
    kinds = [node.layer.kind() for node in spec.graph.nodes]
    assert sorted(kinds) == [
        *("Add", "Multiply", "Parameter", "Parameter", "ops.expand_dims", "ops.expand_dims"),
    ]
    built = build_model(spec.graph)
    gain, shift = numpy.array([1.0, 2.0, 3.0], "float32"), numpy.float32(0.5)
    for weight in built.weights:
        weight.assign(gain if len(weight.shape) else shift)
    x = numpy.arange(60, dtype="float32").reshape((1, 4, 5, 3))
    assert numpy.allclose(numpy.asarray(built(x)), x * gain + shift)


class Small(keras.Model):
    """A subclassed model."""

    def __init__(self) -> None:
        super().__init__(name="small")
        self.hidden = layers.Dense(4)
        self.head = layers.Dense(2)

    def call(self, x: Any) -> Any:
        return self.head(ops.relu(self.hidden(x)))


def test_a_subclassed_model_that_was_called_is_opened() -> None:
    model = Small()
    with pytest.raises(archspec.SpecError, match="open=True"):
        archspec.read(model)
    with pytest.raises(archspec.SpecError, match="never called"):
        archspec.read(model, open=True)
    x = numpy.ones((2, 3), "float32")
    expected = numpy.asarray(model(x))
    spec = archspec.read(model, open=True)
    assert [node.layer.kind() for node in spec.graph.nodes] == ["Dense", "ops.relu", "Dense"]
    built = build_model(spec.graph)
    built.set_weights(model.get_weights())
    assert numpy.allclose(numpy.asarray(built(x)), expected, atol=1e-6)


def own_activation(x: Any) -> Any:
    return ops.gelu(x, approximate=True) * 2


def test_an_activation_of_ones_own_is_opened() -> None:
    inputs = keras.Input((3,))
    model = keras.Model(inputs, layers.Dense(4, activation=own_activation)(inputs))
    with pytest.raises(archspec.SpecError, match="`activation"):
        archspec.read(model)
    spec = archspec.read(model, open=True)
    kinds = [node.layer.kind() for node in spec.graph.nodes]
    assert kinds == ["Dense", "ops.gelu", "ops.multiply"]


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(archspec.SpecError, match="is no model of Keras"):
        archspec.read(layers.Dense(3))
