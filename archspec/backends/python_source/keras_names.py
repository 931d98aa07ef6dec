"""The names that Keras has for the layers of a graph → the function of the file that gives them for
paths, and its table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from archspec.backends.python_source.layout import Line
from archspec.backends.python_source.words import NAMES, literal, quoted
from archspec.graph import Graph

CALLED = "called"
"""The function that gives the name of a layer for its path."""


class NamesOfFile(NamedTuple):
    """What stands for the dots of paths, and the names that are others."""

    between: str
    others: Mapping[str, str]

    def constant(self) -> list[str]:
        """The lines of the table."""
        return list(Line(literal(dict(self.others)), NAMES).lines(""))

    def function(self) -> list[str]:
        """The lines of the function."""
        path = "path" if self.between == "." else f'path.replace(".", {quoted(self.between)})'
        name = f"{NAMES}.get(path, {path})" if self.others else path
        return [
            f"def {CALLED}(path):",
            '    """What the layer at a path of the spec is called."""',
            f"    return {name}",
        ]


def names_of_file(graph: Graph) -> NamesOfFile:
    """The shortest way to say the names of a graph's layers."""
    paths = [node.name for node in graph.nodes if node.weights_of is None]
    ways = [NamesOfFile(between, _others(graph, paths, between)) for between in (".", "_")]
    return min(ways, key=lambda way: len(way.others))


def _others(graph: Graph, paths: list[str], between: str) -> dict[str, str]:
    names = {path: graph.name_in_keras(path) for path in paths}
    return {path: name for path, name in names.items() if name != path.replace(".", between)}
