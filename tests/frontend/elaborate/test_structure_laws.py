"""Reuse, side outputs, conditions, repetitions and empty lists, in every combination: the graph, its
flat spec and the emitted source are one network.

Every layer keeps the shape of the input, so that any item can follow, merge or be used on any other.
"""

from __future__ import annotations

from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import archspec
from archspec.backends.flat_spec import flat
from archspec.backends.python_source import source
from archspec.compiler import Compiler
from archspec.diagnostics import SpecError
from archspec.frontend.elaborate.recording import Recording
from archspec.frontend.resolve import as_json_text, lay
from archspec.frontend.yaml.reader import read
from archspec.frontend.yaml.writer import write
from archspec.graph import Graph
from tests.backends.python_source import pretended_keras

UNITS = 4


class Author:
    """Writes items that draw from ``choose``; ``names`` are those that a ``reuse`` can say."""

    def __init__(self, choose: Any) -> None:
        self.choose = choose
        self.numbers = count()
        self.names: list[str] = []

    def items(self, depth: int, *, most: int = 3) -> list[Any]:
        return [self.item(depth) for _ in range(self.choose(st.integers(0, most)))]

    def item(self, depth: int) -> Any:
        kinds = ["layer", "layer", "output", "reuse"]
        kinds += ["group", "branches", "residual", "block"] if depth else []
        kind = self.choose(st.sampled_from(kinds))
        if kind == "reuse" and not self.names:
            kind = "layer"
        outer, item = list(self.names), getattr(self, f"_{kind}")(depth)
        inner, self.names = self.names, outer
        named = kind == "output" or self.choose(st.booleans())
        if named:
            name = f"n{next(self.numbers)}"
            item["name"] = name
            self.names += [name, *(f"{name}.{one}" for one in inner if one not in outer)]
        elif kind == "group":
            self.names = inner
        if self.choose(st.integers(0, 4)) == 0:
            item["repeat"] = self.choose(st.integers(0, 2))
            if named:
                item["name"] = f"{item['name']}x$i"
            self.names = outer
        elif self.choose(st.integers(0, 4)) == 0:
            item["when"] = self.choose(st.sampled_from(["$on", "not $on"]))
        return item

    def _layer(self, depth: int) -> dict[str, Any]:
        return self.choose(st.sampled_from([{"ReLU": {}}, {"Dense": {"units": UNITS}}])).copy()

    def _output(self, depth: int) -> dict[str, Any]:
        return {"output": self.items(max(0, depth - 1), most=2)}

    def _reuse(self, depth: int) -> dict[str, Any]:
        return {"reuse": self.choose(st.sampled_from(self.names))}

    def _group(self, depth: int) -> dict[str, Any]:
        return {"layers": self.items(depth - 1)}

    def _residual(self, depth: int) -> dict[str, Any]:
        return {"residual": [*self.items(depth - 1), self._layer(depth)]}

    def _branches(self, depth: int) -> dict[str, Any]:
        outer, paths = list(self.names), {}
        for label in ("left", "right"):
            self.names = list(outer)
            paths[label] = self.items(depth - 1, most=2)
        self.names = outer
        return {"branches": paths, "merge": "Add"}

    def _block(self, depth: int) -> dict[str, Any]:
        return {self.choose(st.sampled_from(["empty", "plain", "calls", "ends"])): {}}


@st.composite
def specs(draw: Any) -> dict[str, Any]:
    author = Author(draw)
    inside = Author(draw)
    return {
        "archspec": 1,
        "name": "drawn",
        "vars": {"on": draw(st.booleans())},
        "input": [UNITS],
        "blocks": {
            "empty": {"layers": []},
            "plain": {"layers": [{"Dense": {"units": UNITS}}]},
            "calls": {"layers": [{"empty": {}}, {"plain": {}}, {"name": "again", "empty": {}}]},
            "ends": {"layers": [*inside.items(0, most=2), {"name": "side", "output": []}]},
        },
        "layers": [*author.items(2, most=5), "ReLU"],
    }


def recorded(spec: dict[str, Any]) -> Recording | None:
    """The recording of a spec, ``None`` of one that is refused."""
    compiler = Compiler()
    try:
        document = compiler.library.accept(read(as_json_text(spec, "mapping"), "<mapping>"))
        return compiler.recording(lay(compiler.library, document, None, {}), expect=True)
    except SpecError:
        return None


def meaning(graph: Graph) -> object:
    nodes = [(node.name, node.layer, node.inputs, node.weights_of) for node in graph.nodes]
    return graph.inputs, nodes, list(graph.outputs.items())


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(specs())
def test_graph_flat_spec_and_source_are_one_network(spec: dict[str, Any]) -> None:
    recording = recorded(spec)
    if recording is None:
        return
    graph = recording.graph
    assert meaning(graph) == meaning(archspec.compile(spec))
    pretended_keras.same(graph, source(recording))
    assert meaning(flat_again(graph)) == meaning(graph)


def flat_again(graph: Graph) -> Graph:
    """The graph that a graph's flat spec compiles to."""
    compiler = Compiler()
    document = compiler.library.accept(read(write(flat(graph)), "<flat>"))
    return compiler.graph(lay(compiler.library, document, None, {}), expect=True)
