"""Networks whose layers give several tensors, take them by role and have arguments of their call, as
specs, and written by hand in Keras: the same parameters and, with the same weights, the same
outputs; also from emitted source, from the flat spec and after saving.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

import archspec
from archspec.backends.flat_spec import flat
from tests.backends.python_source.emitted import run as run_source
from tests.backends.python_source.emitted import written
from tests.paths import DATA

EXAMPLES = 3
draw = np.random.default_rng(0)


def seq2seq() -> keras.Model:
    words, said = keras.Input((None,), dtype="int32"), keras.Input((None,), dtype="int32")
    padding = keras.Input((None,), dtype="bool")
    encoder = layers.LSTM(16, return_sequences=True, return_state=True)
    steps, state_h, state_c = encoder(layers.Embedding(90, 12)(words), mask=padding)
    decoder = layers.LSTM(16, return_sequences=True)
    heard = decoder(layers.Embedding(80, 12)(said), initial_state=[state_h, state_c])
    look, scores = layers.Attention()(
        [heard, steps], mask=[None, padding], return_attention_scores=True
    )
    both = layers.Dense(16, activation="tanh", use_bias=False)(layers.Concatenate()([look, heard]))
    return keras.Model(
        [words, said, padding], [layers.Dense(80, activation="softmax")(both), scores]
    )


class Positions(layers.Layer):
    """A learned vector for each position."""

    def build(self, shape: Any) -> None:
        self.vectors = self.add_weight(shape=(9, 16))

    def call(self, x: Any) -> Any:
        return x + self.vectors


def decoder() -> keras.Model:
    tokens, memory = keras.Input((9,), dtype="int32"), keras.Input((11, 16))
    padding = keras.Input((11,), dtype="bool")
    embedding = layers.ReversibleEmbedding(70, 16)
    x = Positions()(embedding(tokens))
    for _ in range(2):
        attention = layers.MultiHeadAttention(4, 4)
        x = x + attention(x, x, use_causal_mask=True)
        x = layers.LayerNormalization(epsilon=1e-5)(x)
        x = x + layers.MultiHeadAttention(4, 4)(x, memory, value_mask=padding)
        x = layers.LayerNormalization(epsilon=1e-5)(x)
        x = x + layers.Dense(16)(layers.Dense(64, activation="relu")(x))
        x = layers.LayerNormalization(epsilon=1e-5)(x)
    return keras.Model([tokens, memory, padding], embedding(x, reverse=True))


def tokens(words: int, length: int) -> Any:
    return draw.integers(0, words, (EXAMPLES, length)).astype("int32")


def mask(length: int) -> Any:
    """The first steps of each example, another number each."""
    return np.arange(length) < np.array([[length], [length - 2], [length - 3]])


NETWORKS: dict[str, tuple[Callable[[], keras.Model], list[Any]]] = {
    "seq2seq": (seq2seq, [tokens(90, 7), tokens(80, 6), mask(7)]),
    "decoder": (
        decoder,
        [tokens(70, 9), draw.normal(size=(EXAMPLES, 11, 16)).astype("float32"), mask(11)],
    ),
}


def file(name: str) -> Path:
    return DATA / "calls" / f"{name}.yaml"


def run(model: keras.Model, inputs: list[Any]) -> list[Any]:
    return [ops.convert_to_numpy(one) for one in keras.tree.flatten(model(inputs))]


def same(here: list[Any], there: list[Any]) -> bool:
    return len(here) == len(there) and all(
        np.allclose(a, b, atol=1e-5) for a, b in zip(here, there, strict=True)
    )


def moved(model: keras.Model, by_hand: keras.Model) -> keras.Model:
    """A model with the weights of the one written by hand, by their order."""
    weights = [ops.convert_to_numpy(one) for one in by_hand.weights]
    assert [one.shape for one in model.weights] == [one.shape for one in weights]
    model.set_weights(weights)
    return model


def emitted(name: str) -> keras.Model:
    return run_source(written(str(file(name)))).build_model()


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_the_one_written_by_hand(name: str, tmp_path: Path) -> None:
    write, inputs = NETWORKS[name]
    by_hand, graph = write(), archspec.compile(file(name))
    assert graph.parameters == by_hand.count_params()
    expected = run(by_hand, inputs)
    model = moved(archspec.build(file(name)), by_hand)
    assert same(run(model, inputs), expected)
    assert same(run(moved(emitted(name), by_hand), inputs), expected)
    assert same(run(moved(archspec.build(flat(graph)), by_hand), inputs), expected)
    model.save(tmp_path / "model.keras")
    assert same(run(keras.saving.load_model(tmp_path / "model.keras"), inputs), expected)


def test_a_causal_decoder_does_not_look_ahead() -> None:
    """A later token changes no earlier output; without the mask it would."""
    model = archspec.build(file("decoder"))
    words, memory, padding = NETWORKS["decoder"][1]
    other = words.copy()
    other[:, 5] = (other[:, 5] + 1) % 70
    (here,), (there,) = run(model, [words, memory, padding]), run(model, [other, memory, padding])
    assert np.allclose(here[:, :5], there[:, :5], atol=1e-5)
    assert not np.allclose(here[:, 5:], there[:, 5:], atol=1e-3)


def test_multiply_adds_of_the_decoder_are_those_of_its_products() -> None:
    width, length, memory, words = 16, 9, 11, 70
    itself = 4 * length * width * width + 2 * length * length * width
    cross = 2 * length * width**2 + 2 * memory * width**2 + 2 * length * memory * width
    block = itself + cross + 8 * length * width * width
    assert archspec.compile(file("decoder")).macs == 2 * block + length * width * words
