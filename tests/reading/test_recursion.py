"""Networks that hold themselves, as an hourglass holds a smaller one, are read as a block that
calls itself: specs that were written by hand, in about as many lines, and functions of Python that
call themselves.
"""

from __future__ import annotations

from typing import Any

import keras
import pytest
import yaml
from keras import layers

import archspec
from archspec.frontend.yaml.writer import write
from archspec.graph import Graph
from archspec.reading.agreement import disagreement
from archspec.reading.author import Wishes, written
from archspec.reading.fold import folded
from archspec.reading.recursion import recursive_blocks
from archspec.reading.regions import structured
from tests.marks import LONG
from tests.paths import ROOT, SPECS
from tests.reading.folded import network
from tests.reading.nested_networks import document
from tests.reading.oracle import check_same_model
from tests.reading.soundness import unsound

BY_HAND = {
    "fractalnet": SPECS / "fractalnet.yaml",
    **{path.stem: path for path in sorted((ROOT / "tests/data/nested").glob("*.yaml"))},
}


def text_of(graph: Graph) -> str:
    """What is read of a graph, of which all is folded."""
    spec = written(graph)
    assert spec.left_out == ()
    return spec.text


def lines(text: str) -> int:
    """The lines that say what the layers are."""
    about = ("description:", "source:", "expect:")
    return sum(bool(line.strip()) and not line.startswith(about) for line in text.splitlines())


@pytest.mark.parametrize("name", BY_HAND)
def test_what_holds_itself_is_a_block_that_calls_itself(name: str) -> None:
    path = BY_HAND[name]
    text = text_of(network(str(path)))
    assert "depth: $depth - 1" in text
    assert lines(text) <= 1.3 * lines(write(yaml.safe_load(path.read_text(encoding="utf-8"))))


def test_an_hourglass_is_written_as_an_author_would() -> None:
    text = text_of(network(str(BY_HAND["hourglass"])))
    expected = """
  hourglass:
    args: [depth: 5]
    layers:
      - branches:
          hourglass:
            when: $depth > 1
            layers:
              - MaxPooling2D
              - bottleneck_a
              - hourglass: {depth: $depth - 1}
              - UpSampling2D
          3x3: [bottleneck_a]
        merge: Add
      - bottleneck_a
"""
    assert expected in text


def test_settings_without_a_rule_are_listed_by_level() -> None:
    text = text_of(network(str(BY_HAND["corner_hourglass"])))
    assert "[512, 384, 384, 384][depth - 3]" in text


def convolutions(x: Any, filters: int) -> Any:
    for _ in range(2):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    return x


def unet(x: Any, depth: int, filters: int) -> Any:
    """A U-Net with a convolution on each skip."""
    x = convolutions(x, filters)
    if depth == 1:
        return x
    skip = layers.Conv2D(filters, 1)(x)
    x = unet(layers.MaxPooling2D()(x), depth - 1, 2 * filters)
    x = layers.Conv2DTranspose(filters, 2, strides=2)(x)
    return convolutions(layers.Concatenate()([skip, x]), filters)


def fractal(x: Any, columns: int, filters: int) -> Any:
    """As in the paper, with `Average` for the join."""
    conv = layers.Conv2D(filters, 3, padding="same")(x)
    conv = layers.ReLU()(layers.BatchNormalization()(conv))
    if columns == 1:
        return conv
    for _ in range(2):
        x = fractal(x, columns - 1, filters)
    return layers.Average()([conv, x])


def aggregated(x: Any, depth: int, filters: int) -> Any:
    """A level of half the size, in which there are two."""
    if depth == 0:
        return x
    around = layers.Conv2D(filters, 1, activation="relu")(x)
    x = layers.Conv2D(filters, 3, padding="same", strides=2)(x)
    x = aggregated(aggregated(x, depth - 1, filters + 8), depth - 1, filters + 8)
    x = layers.UpSampling2D()(layers.Conv2D(filters, 1)(x))
    return layers.Multiply()([around, x])


FUNCTIONS = {
    "unet": (lambda x: unet(x, 4, 4), "unet: {depth: $depth - 1, filters: 2 * $filters}"),
    "fractal": (lambda x: fractal(x, 4, 4), "repeat: 2"),
    "aggregated": (lambda x: aggregated(x, 3, 8), "filters: $filters + 8}"),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_that_calls_itself_is_read_as_it_is(name: str) -> None:
    build, call = FUNCTIONS[name]
    inputs = keras.Input((16, 16, 3))
    spec = check_same_model(keras.Model(inputs, layers.Flatten()(build(inputs))))
    assert "depth: $depth - 1" in spec.text
    assert call in spec.text
    assert len(spec.text.splitlines()) <= 30


def test_more_levels_are_no_more_lines() -> None:
    texts = []
    for depth in (4, 5):
        inputs = keras.Input((16, 16, 3))
        model = keras.Model(inputs, unet(inputs, depth, 4), name="unet")
        texts.append(archspec.read(model).text)
    assert texts[1] == texts[0].replace("depth: 4", "depth: 5")


def test_names_are_kept_in_a_block_that_calls_itself() -> None:
    graph = network("fractalnet")
    spec = written(graph, Wishes(names=True))
    assert disagreement(graph, spec.graph, names=True) is None


def test_without_blocks_nothing_calls_itself() -> None:
    assert "blocks:" not in written(network("fractalnet"), Wishes(blocks=False)).text


# --- what is no recursion


def test_two_levels_are_written_out() -> None:
    conv = {"Conv2D": {"filters": 4, "kernel_size": 3, "padding": "same"}}
    inner = {"residual": [conv, "ReLU", conv], "shortcut": [conv]}
    outer = {"residual": [conv, inner, "ReLU", conv], "shortcut": [conv]}
    spec = {"archspec": 1, "name": "net", "input": [8, 8, 4], "layers": [outer, outer]}
    assert "$depth" not in text_of(archspec.compile(spec))


def test_a_unet_that_is_shorter_as_two_loops_is_two() -> None:
    conv = {"Conv2D": {"filters": "$filters", "kernel_size": 3, "padding": "same"}}
    down = {
        "name": "down",
        "repeat": {"filters": [8, 16, 32]},
        "layers": [{"name": "conv", **conv}, {"MaxPooling2D": {}}],
    }
    up = {
        "repeat": {"filters": [32, 16, 8]},
        "layers": [
            {"Conv2DTranspose": {"filters": "$filters", "kernel_size": 2, "strides": 2}},
            {"from": ["down$(3 - i).conv", "prev"], "Concatenate": {}},
            conv,
        ],
    }
    spec = {"archspec": 1, "name": "net", "input": [16, 16, 3], "layers": [down, up]}
    text = text_of(archspec.compile(spec))
    assert "$depth" not in text
    assert len(text.splitlines()) <= len(write(spec).splitlines())


# --- laws


def check(seed: int) -> bool:
    """Read the network of a seed; whether a block of it calls itself."""
    by_hand = document(seed)
    graph = archspec.compile(by_hand)
    tree = folded(structured(graph, nested=True), recursion=True)
    assert unsound(tree) == []
    text = text_of(graph)
    assert len(text.splitlines()) <= 1.3 * len(write(by_hand).splitlines())
    return "$depth - 1" in text and bool(recursive_blocks(tree))


@pytest.mark.parametrize("seeds", [range(8), pytest.param(range(8, 300), marks=LONG)])
def test_any_network_that_holds_itself_is_read(seeds: range) -> None:
    assert sum(map(check, seeds)) >= 0.75 * len(seeds)
