"""What is read from a graph compiles to the same graph, whatever the graph: of every spec that
archspec ships, and of random networks. The graphs are compared by `agreement`, whose own tests say
that it sees differences.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archspec.compiler import Compiler
from archspec.frontend.library import Reference
from archspec.graph import Graph
from archspec.reading.agreement import disagreement
from archspec.reading.author import compiled_text, written
from archspec.reading.regions import structured
from archspec.reading.soundness import unsound
from tests.marks import LONG
from tests.paths import DATA, SPECS
from tests.reading.random_networks import network

SAMPLE = 60
"""Random networks in every run; with ``ARCHSPEC_LONG`` there are `MANY`."""

MANY = 10_000


def families() -> list[str]:
    files = [*SPECS.rglob("*.yaml"), *(DATA / "grown").glob("*.yaml")]
    return sorted(str(file) for file in files)


def graphs(path: str) -> Iterator[Graph]:
    compiler = Compiler(expect=False)
    for reference in compiler.family(Reference.parse(path)):
        yield compiler.compile(reference)


@pytest.mark.parametrize("path", families())
def test_a_tree_is_sound(path: str) -> None:
    for graph in graphs(path):
        for branches in (True, False):
            assert unsound(structured(graph, branches=branches)) == []


@pytest.mark.parametrize("seed", range(SAMPLE))
def test_a_random_network_is_read_as_it_is(seed: int) -> None:
    graph = network(seed)
    spec = written(graph)
    assert disagreement(graph, compiled_text(spec.text)) is None
    assert unsound(structured(graph)) == []


@LONG
def test_many_random_networks_are_read_as_they_are() -> None:
    left_out = sum(bool(written(network(seed)).left_out) for seed in range(MANY))
    assert left_out <= MANY / 100
