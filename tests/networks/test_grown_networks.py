"""The networks of `tests.networks.grown`: their emitted source and flat spec, and counts that are
published or follow from the paper's definition. For outputs see `test_by_hand`.
"""

from __future__ import annotations

from collections import Counter

import pytest

import archspec
from archspec.backends.flat_spec import flat
from archspec.backends.python_source import source
from archspec.compiler import Compiler
from archspec.frontend.library import Reference
from archspec.graph import Graph
from tests.backends.python_source import pretended_keras
from tests.backends.python_source.emitted import recorded
from tests.networks.grown import GROWN
from tests.paths import SPECS


def network(name: str) -> Graph:
    return archspec.compile(SPECS / f"{name}.yaml")


def without_normalization(graph: Graph) -> int:
    return sum(
        weight.size
        for node in graph.nodes
        if node.layer.kind() != "BatchNormalization"
        for weight in node.own_weights
    )


@pytest.mark.parametrize("name", GROWN)
def test_source_and_flat_spec_are_the_network(name: str) -> None:
    recording = recorded(Compiler(), Reference(str(SPECS / f"{name}.yaml")))
    graph = recording.graph
    assert [node.name for node in graph.nodes] == [node.name for node in network(name).nodes]
    pretended_keras.same(graph, source(recording))
    again = archspec.compile(flat(graph))
    assert again.outputs == graph.outputs
    assert again.parameters == graph.parameters
    assert [node.inputs for node in again.nodes] == [node.inputs for node in graph.nodes]


def test_retinanet_has_the_parameters_of_torchvision() -> None:
    graph = network("retinanet")
    assert without_normalization(graph) == 34_014_999
    assert list(graph.outputs)[:2] == ["classes3", "boxes3"]
    assert len(graph.outputs) == 10


def test_hrnet_exchanges_every_branch_with_every_other() -> None:
    graph = network("hrnet")
    merges = [node for node in graph.nodes if ".x" in node.name and node.name.endswith(".add")]
    sizes = Counter(len(node.inputs) for node in merges)
    assert sizes == {2: 2, 3: 4 * 3, 4: 2 * 4 + 1}
    assert (
        without_normalization(graph)
        + sum(
            weight.size
            for node in graph.nodes
            for weight in node.own_weights
            if node.layer.kind() == "BatchNormalization" and weight.trainable
        )
        == 28_535_552 + 33 * 17
    )


def test_a_fractal_of_columns_has_the_convolutions_of_its_definition() -> None:
    for columns in (1, 2, 3, 4):
        graph = archspec.compile(SPECS / "fractalnet.yaml", columns=columns)
        kinds = Counter(node.layer.kind() for node in graph.nodes)
        assert kinds["Conv2D"] == 5 * (2**columns - 1)
        assert depth(graph) == 5 * 2 ** (columns - 1)


def depth(graph: Graph) -> int:
    """The convolutions on the longest way through a network."""
    longest = dict.fromkeys(graph.inputs, 0)
    for node in graph.nodes:
        longest[node.name] = max(longest[name] for name in node.inputs)
        longest[node.name] += node.layer.kind() == "Conv2D"
    return longest[graph.outputs["main"]]


def test_a_part_has_the_weights_of_its_spec() -> None:
    whole = Compiler().compile(Reference("resnet", "resnet50"))
    part = {node.name: node for node in network("retinanet").nodes}
    for node in whole.nodes:
        if node.name.startswith("conv"):
            assert part[f"features.{node.name}"].weights == node.weights
