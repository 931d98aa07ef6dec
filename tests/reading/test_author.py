"""What is read from a graph compiles to the same graph, whatever the graph: of every spec that
archspec ships, and of random networks. The graphs are compared by `agreement`, whose own tests say
that it sees differences.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

import archspec
from archspec.backends.flat_spec import flat
from archspec.compiler import Compiler
from archspec.frontend.library import Reference
from archspec.frontend.yaml.writer import write
from archspec.graph import Graph
from archspec.reading.agreement import disagreement
from archspec.reading.author import Wishes, compiled_text, written
from archspec.reading.item_names import ItemNames
from archspec.reading.regions import structured
from archspec.reading.tree import SharedBlock
from tests.marks import LONG
from tests.paths import DATA, SPECS
from tests.reading.folded import listed_otherwise
from tests.reading.random_networks import network
from tests.reading.soundness import unsound

SAMPLE = 60
"""Random networks in every run; with ``ARCHSPEC_LONG`` there are `MANY`."""

MANY = 10_000
FEW = 150
"""Layers of the shipped networks that are read in every run."""


def families() -> list[str]:
    files = [*SPECS.rglob("*.yaml"), *(DATA / "grown").glob("*.yaml")]
    return sorted(str(file) for file in files)


def graphs(path: str) -> Iterator[Graph]:
    compiler = Compiler(expect=False)
    for reference in compiler.family(Reference.parse(path)):
        yield compiler.compile(reference)


@pytest.mark.parametrize("path", families())
def test_a_shipped_network_is_read_as_it_is(path: str) -> None:
    graph = next(graphs(path))
    for branches in (True, False):
        assert unsound(structured(graph, branches=branches)) == []
    if len(graph.nodes) <= FEW:
        spec = written(graph)
        assert disagreement(graph, compiled_text(spec.text)) is None
        assert spec.left_out == ()


@LONG
def test_every_shipped_network_is_read_as_it_is() -> None:
    specs = [written(graph) for path in families() for graph in graphs(path)]
    assert sum(bool(spec.left_out) for spec in specs) <= len(specs) / 100


@pytest.mark.parametrize("seed", range(SAMPLE))
def test_a_random_network_is_read_as_it_is(seed: int) -> None:
    graph = network(seed)
    spec = written(graph)
    assert disagreement(graph, compiled_text(spec.text)) is None
    assert unsound(structured(graph)) == []


@pytest.mark.parametrize("seed", range(0, SAMPLE, 4))
def test_a_random_network_is_read_the_same_in_whatever_order_its_layers_are(seed: int) -> None:
    graph = network(seed)
    assert written(listed_otherwise(graph, Random(seed))).text == written(graph).text


@LONG
def test_many_random_networks_are_read_as_they_are() -> None:
    left_out = sum(bool(written(network(seed)).left_out) for seed in range(MANY))
    assert left_out <= MANY / 100


@pytest.mark.parametrize("name", ["resnet_cifar10", "googlenet", "lenet5", "keras/mobilenet"])
def test_every_layer_can_bear_its_old_name(name: str) -> None:
    graph = next(graphs(str(SPECS / f"{name}.yaml")))
    spec = written(graph, Wishes(names=True))
    assert disagreement(graph, spec.graph, names=True) is None
    assert len(spec.text) < len(write(flat(graph)))


@pytest.mark.parametrize("seed", range(SAMPLE, SAMPLE + 15))
@pytest.mark.parametrize("names", [False, True])
def test_a_spec_without_blocks_is_the_network_too(seed: int, names: bool) -> None:
    graph = network(seed)
    spec = written(graph, Wishes(blocks=False, names=names))
    assert disagreement(graph, spec.graph, names=names) is None
    assert "blocks:" not in spec.text


def test_a_shared_tower_is_a_group_that_is_used_again() -> None:
    text = written(next(graphs(str(SPECS / "retinanet.yaml")))).text
    for head in ("classes", "boxes"):
        (line,) = [line for line in text.splitlines() if f"reuse: {head}3." in line]
        assert f"name: {head}$(i + 4), repeat:" in line


def test_cells_that_take_the_two_before_them_are_numbered_together() -> None:
    cell = [
        {"from": "c$(i + 1)", "Dense": {"units": 8}},
        {
            "name": "c$(i + 3)",
            "branches": {"a": ["ReLU"], "b": [{"from": "c$(i + 2)", "Dense": {"units": 8}}]},
            "merge": "Add",
        },
    ]
    start = [{"name": name, "Dense": {"units": 8}} for name in ("c1", "c2")]
    repeated = {"repeat": 12, "layers": cell}
    document = {"archspec": 1, "name": "cells", "input": [8], "layers": [*start, repeated]}
    text = written(archspec.compile(document)).text
    assert "$(i + 3)" in text
    assert "$(i + 2)" in text
    assert text.count("\n") < 16


def test_skips_over_all_of_a_chain_nest_no_deeper_than_the_language_does() -> None:
    there = [{"name": f"x{n}", "Dense": {"units": 8}} for n in range(60)]
    back = [{"Add": {}, "from": ["prev", f"x{59 - n}"]} for n in range(60)]
    document = {"archspec": 1, "name": "deep", "input": [8], "layers": [*there, *back]}
    graph = archspec.compile(document)
    assert disagreement(graph, written(graph).graph) is None


@pytest.mark.parametrize(
    "name", ["a.b.c", "prev_", "in-put", "relu", "stage1", "dense_2", "add", "item", "x" * 80]
)
def test_any_name_of_a_layer_can_be_read(name: str) -> None:
    tapped = [{"name": name, "Dense": {"units": 4}}, "ReLU", {"Add": {}, "from": [name, "prev"]}]
    layers = [*tapped, {"Dense": {"units": 4}}, {"Add": {}, "from": [name, "prev"]}]
    graph = archspec.compile({"archspec": 1, "name": "net", "input": [4], "layers": layers})
    for wishes in (Wishes(), Wishes(names=True), Wishes(flat=True)):
        assert disagreement(graph, written(graph, wishes).graph, names=wishes.names) is None


def test_a_text_with_a_dollar_is_a_text() -> None:
    dollars = ["$('US$')", '$("it\'s $x")']
    lookup = {"StringLookup": {"vocabulary": dollars}}
    inputs = {"words": {"shape": [3], "dtype": "string"}}
    layers = [lookup, {"Embedding": {"input_dim": 4, "output_dim": 2}}]
    graph = archspec.compile({"archspec": 1, "name": "net", "inputs": inputs, "layers": layers})
    assert disagreement(graph, written(graph).graph) is None


@pytest.mark.parametrize("word", ["shortcut", "layers", "output", "call", "first"])
def test_a_block_is_not_called_by_a_word_of_the_language(word: str) -> None:
    kinds = ("ZeroPadding2D", "UpSampling2D", "Cropping2D", "MaxPooling2D")
    layers = [
        {"name": f"{word}_{number}_{kind}", kind: {}} for number in range(6) for kind in kinds
    ]
    document = {"archspec": 1, "name": "net", "input": [8, 8, 3], "layers": layers}
    for number in (12, 4):  # the repeated part is a block, and no loop
        layers.insert(number, {"Dense": {"units": number}})
    graph = archspec.compile(document)
    assert disagreement(graph, written(graph).graph) is None


def test_a_name_is_found_whatever_else_is_called_so() -> None:
    long = "a_block_with_a_name_that_is_too_long"
    taken = {word: {"layers": ["ReLU"]} for word in (long, "part", "item", "tensor", "result")}
    calls = [{"name": f"n{n}x", word: {}} for n, word in enumerate(taken)]
    joined = {"Concatenate": {}, "from": [f"n{n}x" for n in range(len(taken))]}
    document = {"archspec": 1, "name": "net", "input": [4], "blocks": taken}
    graph = archspec.compile({**document, "layers": [*calls, joined]})
    tree = structured(graph)
    blocks = dict.fromkeys(taken, SharedBlock(tree.main))
    names = ItemNames().chosen(replace(tree, blocks=blocks), tree.main.items, set(tree.main.items))
    assert len(set(names.values())) == len(tree.main.items)
