"""Every layer of a model that was read bears its old name: in the spec's paths, or in its ``names``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import archspec
from archspec.backends.keras.model import without_values
from archspec.compiler import Compiler
from archspec.frontend.library import Reference
from archspec.graph import Graph
from archspec.reading.author import Wishes, Written, compiled_text, written
from archspec.reading.kept_names import names_section
from archspec.reading.keras_config.reader import graph_of_config
from tests.marks import LONG
from tests.reading import test_specs
from tests.reading.random_networks import network

KEPT = Wishes(names=True)
CHEAP = (
    "keras/resnet",
    "keras/mobilenet_v2",
    "keras/densenet",
    "hub/vae",
    "deeplab",
    "hub/bert",
    "retinanet",
)


def names_of(graph: Graph) -> list[tuple[str, str]]:
    """What Keras calls the layers of a graph, each with its kind; one that is used several times
    is one layer.
    """
    own = [node for node in graph.nodes if node.weights_of is None]
    return sorted((graph.name_in_keras(node.name), node.layer.kind()) for node in own)


def check_kept(graph: Graph) -> Written:
    """A graph written with the names of its layers, which the text alone gives again."""
    spec = written(graph, KEPT)
    assert names_of(compiled_text(spec.text)) == names_of(graph)
    assert not spec.left_out
    return spec


def flat_names(graph: Graph) -> Graph:
    """A graph whose layers have names with underscores, as Keras's own networks do."""
    return replace(graph, names={node.name: node.name.replace(".", "_") for node in graph.nodes})


@pytest.mark.parametrize("name", CHEAP)
def test_a_network_keeps_the_names_of_its_layers(name: str) -> None:
    check_kept(flat_names(archspec.compile(name)))


def test_layers_without_weights_keep_their_names_beside_a_layer_that_is_shared() -> None:
    dense = keras.layers.Dense(4, name="shared")
    inputs = [keras.layers.Input((4,), name=name) for name in ("left", "right")]
    towers = [keras.layers.ReLU(name=f"{x.name}_relu")(dense(x)) for x in inputs]
    model = keras.Model(inputs, keras.layers.Add(name="both")(towers), name="net")
    graph = graph_of_config(json.loads(model.to_json()), "net")
    check_kept(graph)
    assert dict(names_of(graph)) == {
        "shared": "Dense",
        "left_relu": "ReLU",
        "right_relu": "ReLU",
        "both": "Add",
    }


@LONG
@pytest.mark.parametrize("name", test_specs.NAMES)
def test_every_network_keeps_the_names_of_its_layers(name: str) -> None:
    compiler = Compiler(expect=False)
    for reference in compiler.family(Reference.parse(name)):
        check_kept(flat_names(compiler.compile(reference)))


@pytest.mark.parametrize("seed", range(20))
def test_a_random_network_keeps_the_names_of_its_layers(seed: int) -> None:
    graph = network(seed)
    compiled = compiled_text(written(graph, KEPT).text)
    shared = [node.name for node in graph.nodes if node.weights_of is not None and not node.weights]
    assert Counter(names_of(graph)) <= Counter(names_of(compiled))
    assert len(names_of(compiled)) <= len(names_of(graph)) + len(shared)


def test_stages_are_called_as_the_names_of_their_layers_begin() -> None:
    graph = flat_names(archspec.compile("keras/resnet@ResNet50"))
    spec = check_kept(graph)
    folded = written(graph)
    head, _, names = spec.text.partition("\nnames:\n")
    assert "name: conv$(i + 2)" in head
    assert "name: block" in head
    assert len(head.splitlines()) <= len(folded.text.splitlines()) + 1
    assert len(names.splitlines()) < 20


def test_names_that_follow_numbers_are_one_entry() -> None:
    names = {
        f"stage{stage}.unit{unit}.{layer}": f"s{stage - 1}_{'ab'[unit - 1]}_{layer}_{3 * unit}"
        for stage in (1, 2, 3)
        for unit in (1, 2)
        for layer in ("conv2d", "add")
    }
    assert names_section(names) == {
        "stage$n.unit$o": {
            layer: f"s$(n - 1)_$(['a', 'b'][o - 1])_{layer}_$([3, 6][o - 1])"
            for layer in ("conv2d", "add")
        }
    }


def test_the_first_of_two_steps_that_say_the_same_is_in_the_entry() -> None:
    """Sets of Python have another order in each process."""
    names = {
        f"net{n}.part{n}.block{o}.conv2d": f"c{o + (5, 9, 7)[n - 1]}"
        for n in (1, 2, 3)
        for o in (1, 2)
    }
    key = "net$n.part$o.block$p.conv2d"
    assert names_section(names) == {key: "c$([5, 9, 7][n - 1] + p)"}


def test_paths_that_differ_in_more_numbers_than_there_are_variables_are_entries_each() -> None:
    paths = [".".join(f"a{first + step}" for step in range(14)) for first in (1, 2)]
    names = {f"{path}.x": f"c{number}" for number, path in enumerate(paths)}
    assert names_section(names) == names


def test_names_that_are_paths_but_for_their_dots_need_one_entry() -> None:
    names = {f"stage{n}.conv2d": f"stage{n}_conv2d" for n in range(1, 5)}
    assert names_section({**names, "dense": "dense"}) == {".": "_"}


# --- any names

YAML_VALUES = [
    "null",
    "true",
    "no",
    "5",
    "007",
    "1e3",
    "- a",
    "a: b",
    "#c",
    "$x",
    "$(1)",
    "[",
    "'",
    "a.b",
]
OTHERS = st.text(
    st.characters(exclude_characters="/", exclude_categories=("Cs",)), min_size=1, max_size=8
)
NUMBERED = st.builds(
    "{}_{}{}".format, st.sampled_from("ab"), st.integers(0, 12), st.sampled_from(["", "_bn"])
)
NAMES = st.sampled_from(YAML_VALUES) | NUMBERED | OTHERS


def repeated() -> dict[str, Any]:
    pair = {"layers": [{"Dense": {"units": 4}}, "ReLU"]}
    call = {"repeat": {"n": [1, 2]}, "layers": [{"pair": {}, "repeat": "$n"}, "Softmax"]}
    return {"archspec": 1, "name": "net", "input": [4], "blocks": {"pair": pair}, "layers": [call]}


GRAPH = archspec.compile(repeated())


@settings(max_examples=40)
@given(st.lists(NAMES, min_size=len(GRAPH.nodes), max_size=len(GRAPH.nodes), unique=True))
def test_any_names_are_kept(names: list[str]) -> None:
    if "input" in names:
        return
    paths = [node.name for node in GRAPH.nodes]
    check_kept(replace(GRAPH, names=dict(zip(paths, names, strict=True))))


def test_names_of_a_file_that_no_spec_can_have_are_kept() -> None:
    entries = list(_entries(["a b", "a_b", "é:0", "group/dense", "last"]))
    config = {
        "name": "net",
        "layers": entries,
        "input_layers": [["x", 0, 0]],
        "output_layers": [["last", 0, 0]],
    }
    graph = graph_of_config({"class_name": "Functional", "config": config}, "net.json")
    called = [name for name, _ in names_of(check_kept(graph).graph)]
    assert called == sorted(["a b", "a_b", "é:0", "group_dense", "last"])


def _entries(names: list[str]) -> Iterator[dict[str, Any]]:
    shape = {"batch_input_shape": [None, 4], "dtype": "float32", "name": "x"}
    yield {"class_name": "InputLayer", "config": shape, "name": "x", "inbound_nodes": []}
    before = "x"
    for name in names:
        config = {"name": name, "units": 4, "activation": "linear", "use_bias": True}
        inbound = [[[before, 0, 0, {}]]]
        yield {"class_name": "Dense", "config": config, "name": name, "inbound_nodes": inbound}
        before = name


# --- weights


def small() -> keras.Model:
    """A model whose layers have names of a scheme, and others."""
    inputs = x = keras.Input((8, 8, 3), name="image")
    x = keras.layers.Conv2D(4, 3, padding="same", name="stem-conv")(x)
    for stage in (2, 3):
        for unit in "abc":
            y = keras.layers.Conv2D(4, 3, padding="same", name=f"block{stage}{unit}_conv")(x)
            y = keras.layers.BatchNormalization(name=f"block{stage}{unit}_bn")(y)
            x = keras.layers.Add(name=f"block{stage}{unit}_add")([x, y])
    x = keras.layers.Flatten(name="flat me")(x)
    return keras.Model(inputs, keras.layers.Dense(2, name="logits")(x), name="small")


@pytest.mark.heavy
def test_keras_itself_loads_the_weights_by_name(tmp_path: Path) -> None:
    model = small()
    model.save(tmp_path / "old.h5")
    spec = archspec.read(tmp_path / "old.h5", names=True)
    built = archspec.build(yaml.safe_load(spec.text))
    built.load_weights(tmp_path / "old.h5", by_name=True)
    image = numpy.random.default_rng(0).normal(size=(1, 8, 8, 3)).astype("float32")
    assert numpy.array_equal(built(image), model(image))


@pytest.mark.heavy
def test_the_layers_of_a_model_keep_their_names_in_keras() -> None:
    with without_values():
        model = small()
        built = archspec.build(yaml.safe_load(archspec.read(model, names=True).text))
    assert {layer.name for layer in built.layers} == {layer.name for layer in model.layers}
