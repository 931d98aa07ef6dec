"""Keras models as people write them → the layers that an author would write for them, by hand here;
the model of the spec has the same weights and computes the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy
import pytest
from keras import layers

import archspec
from tests.reading.oracle import check_same_model, read_back, same_graph

RANDOM = numpy.random.default_rng(0)


def layers_in(text: str) -> str:
    """The text of a spec from its layers on."""
    return text[text.index("layers:\n") :]


def images(*shape: int) -> Any:
    return RANDOM.normal(size=(3, *shape)).astype("float32")


def tokens(length: int) -> Any:
    return RANDOM.integers(0, 3, size=(3, length)).astype("int32")


def test_a_tower_on_two_inputs_is_used_again_as_a_whole() -> None:
    tower = keras.Sequential(
        [
            layers.Input((8, 8, 1)),
            layers.Conv2D(4, 3),
            layers.MaxPooling2D(),
            layers.Conv2D(6, 3),
            layers.GlobalAveragePooling2D(),
        ],
        name="encoder",
    )
    left, right = layers.Input((8, 8, 1), name="left"), layers.Input((8, 8, 1), name="right")
    distance = layers.Subtract()([tower(left), tower(right)])
    model = keras.Model([left, right], layers.Dense(1)(distance), name="net")
    spec = check_same_model(model, images(8, 8, 1), images(8, 8, 1))
    assert (
        layers_in(spec.text)
        == """\
layers:
  - name: encoder
    layers:
      - Conv2D: {filters: 4}
      - MaxPooling2D
      - Conv2D: {filters: 6}
      - GlobalAveragePooling2D
  - {from: right, reuse: encoder}
  - {from: [encoder, prev], Subtract: {}}
  - Dense: {units: 1}
"""
    )


def test_short_towers_of_inputs_are_branches_with_their_names() -> None:
    numbers = layers.Input((3,), name="numbers")
    columns = [layers.Input((1,), name=name, dtype="int32") for name in ("store", "day")]
    vectors = [layers.Flatten()(layers.Embedding(5, 2)(column)) for column in columns]
    x = layers.Concatenate()([*vectors, numbers])
    model = keras.Model([numbers, *columns], layers.Dense(1)(x), name="net")
    spec = check_same_model(model, images(3), tokens(1), tokens(1))
    assert (
        layers_in(spec.text)
        == """\
layers:
  - branches: {store: [{from: store, Embedding: {}}, Flatten], day: [{from: day, Embedding: {}}, Flatten], numbers: []}
    merge: Concatenate
  - Dense: {units: 1}
"""
    )


@pytest.mark.parametrize(
    ("kernels", "name"), [((3, 3), "residual_block"), ((1, 3, 1), "bottleneck")]
)
def test_a_block_of_resnet_has_its_name_by_the_way_without_shortcut(
    kernels: tuple[int, ...], name: str
) -> None:
    x = inputs = layers.Input((8, 8, 4))
    for stage in range(3):
        for number in range(2):
            strides = 2 if stage and not number else 1
            y = x
            for at, size in enumerate(kernels):
                y = layers.Conv2D(4, size, 1 if at else strides, padding="same")(y)
                y = layers.BatchNormalization()(y)
            if strides > 1:
                x = layers.Conv2D(4, 1, 2)(x)
            x = layers.ReLU()(layers.Add()([y, x]))
    text = check_same_model(keras.Model(inputs, x, name="net"), images(8, 8, 4)).text
    assert f"\n  {name}:\n" in text


def heads(*names: str) -> keras.Model:
    x = layers.Input((6,))
    outputs = []
    for name in names:
        hidden = layers.Dropout(0.5)(layers.Dense(5)(x))
        hidden = layers.Dense(4, activation="relu")(hidden)
        outputs.append(layers.Dense(1, name=name)(hidden))
    return keras.Model(x, outputs, name="net")


def test_outputs_have_the_names_of_their_layers() -> None:
    spec = check_same_model(heads("click", "like", "share"), images(6))
    assert list(spec.graph.outputs) == ["click", "like", "share"]
    assert "{name: like, output: [head]}" in spec.text


def test_outputs_of_which_the_names_would_change_the_order_have_others() -> None:
    spec = check_same_model(heads("cvr", "ctr"), images(6))
    assert list(spec.graph.outputs) == ["main", "output_2"]


def test_skips_are_named_by_counting_down() -> None:
    x = inputs = layers.Input((16, 16, 3))
    skips = []
    for filters in (4, 8, 16):
        x = layers.Conv2D(filters, 3, padding="same")(x)
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    for filters, skip in zip((16, 8, 4), reversed(skips), strict=True):
        x = layers.Conv2DTranspose(filters, 2, strides=2)(x)
        x = layers.Concatenate()([x, skip])
        x = layers.Conv2D(filters, 3, padding="same")(x)
    model = keras.Model(inputs, x, name="net")
    text = check_same_model(model, images(16, 16, 3)).text
    assert "$(3 - i)" in text


@keras.saving.register_keras_serializable("tests")
class FeedForward(layers.Layer):
    def __init__(self, units: int, **options: Any) -> None:
        super().__init__(**options)
        self.units = units
        self.steps = [layers.Dense(units, activation="relu"), layers.Dense(units)]

    def call(self, x: Any) -> Any:
        return x + self.steps[1](self.steps[0](x))

    def get_config(self) -> Any:
        return {**super().get_config(), "units": self.units}


def test_layers_of_one_class_are_of_one_kind_that_says_its_arguments_once() -> None:
    x = inputs = layers.Input((6,))
    for _ in range(5):
        x = layers.LayerNormalization()(FeedForward(6)(x))
    text = archspec.read(keras.Model(inputs, x, name="net")).text
    assert (
        text[text.index("kinds:") :]
        == f"""\
kinds:
  FeedForward:
    args: [units: 6]
    weights:
      dense/kernel: [$in.channels, $in.channels]
      dense/bias: [$in.channels]
      dense_1/kernel: [$in.channels, $in.channels]
      dense_1/bias: [$in.channels]
    keras: {__name__}:FeedForward
layers:
  - {{repeat: 5, layers: [FeedForward, LayerNormalization]}}
"""
    )


# --- masks


def classifier(x: Any) -> Any:
    x = layers.Dropout(0.1)(layers.Embedding(9, 4, mask_zero=True)(x))
    x = layers.Add()([x, layers.MultiHeadAttention(2, 4)(x, x)])
    x = layers.TimeDistributed(layers.Dense(4))(layers.LayerNormalization()(x))
    x = layers.LSTM(3, return_sequences=True)(x)
    return layers.Dense(2)(layers.GlobalAveragePooling1D()(x))


def masked(x: Any) -> Any:
    x = layers.Masking(-1.0)(x)
    x = layers.Bidirectional(layers.GRU(4, return_sequences=True))(x)
    return layers.GRU(3)(layers.BatchNormalization()(x))


def padded() -> Any:
    values = images(6, 2)
    values[:, 4:] = -1
    return values


@pytest.mark.parametrize(
    ("build", "taken", "values"),
    [
        (classifier, layers.Input((6,), dtype="int32"), tokens(6)),
        (masked, layers.Input((6, 2)), padded()),
    ],
)
def test_masks_that_keras_hands_on_are_not_written(
    build: Callable[[Any], Any], taken: Any, values: Any
) -> None:
    text = check_same_model(keras.Model(taken, build(taken), name="net"), values).text
    assert "mask:" not in text
    assert "ops." not in text


def test_another_mask_than_that_of_the_input_stays_written() -> None:
    words, others = (layers.Input((6,), dtype="int32", name=name) for name in ("words", "others"))
    x = layers.Embedding(9, 4, mask_zero=True)(words)
    x = layers.LSTM(3)(x, mask=keras.ops.not_equal(others, 0))
    model = keras.Model([words, others], x, name="net")
    text = check_same_model(model, tokens(6), tokens(6)).text
    assert "from: others, ops.not_equal" in text
    assert "mask:" in text


def test_a_spec_with_masks_is_read_back_as_it_is() -> None:
    net = {
        "archspec": 1,
        "name": "net",
        "inputs": {"words": {"shape": [6], "dtype": "int32"}},
        "layers": [
            {"Embedding": {"input_dim": 9, "output_dim": 4, "mask_zero": True}},
            {"residual": [{"Dense": {"units": 4}}]},
            {"LSTM": {"units": 3}},
        ],
    }
    graph = archspec.compile(net)
    assert same_graph(read_back(graph), graph) is None
