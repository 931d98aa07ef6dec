"""What Keras writes of a spec's model is read back as the spec's own graph."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from archspec import compile
from archspec.compiler import Compiler
from archspec.frontend.library import Reference
from tests.marks import LONG
from tests.paths import SPECS
from tests.reading.oracle import read_back, same_graph

NAMES = sorted(path.relative_to(SPECS).with_suffix("").as_posix() for path in SPECS.rglob("*.yaml"))


def networks(name: str) -> list[str]:
    """A spec, or its variants."""
    compiler = Compiler(expect=False)
    variants = compiler.library.variants(compiler.library.open(Reference.parse(name)))
    return [f"{name}@{variant}" for variant in variants] or [name]


@pytest.mark.heavy
@pytest.mark.parametrize("name", NAMES)
def test_a_network_is_read_back(name: str) -> None:
    graph = compile(networks(name)[0])
    assert same_graph(read_back(graph), graph) is None


@pytest.fixture
def deeper() -> Iterator[None]:
    """Keras goes through a model by recursion, which the deepest ones exceed."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10 * limit)
    yield
    sys.setrecursionlimit(limit)


@LONG
@pytest.mark.usefixtures("deeper")
@pytest.mark.parametrize("name", NAMES)
def test_every_network_is_read_back(name: str) -> None:
    for network in networks(name):
        graph = compile(network)
        assert same_graph(read_back(graph), graph) is None, network
