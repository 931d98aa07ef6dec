"""A block that is pressed from a stamp makes what carrying it out would have made: every node,
scope, name and place.
"""

from pathlib import Path

import pytest

import archspec
from archspec.compiler import Compiler
from archspec.frontend.elaborate.block_cache import BlockCache
from archspec.frontend.library import Reference
from tests.paths import ROOT

SPECS = sorted([*ROOT.glob("specs/**/*.yaml"), *ROOT.glob("tests/data/design/**/*.yaml")])

TWO_SITES = {
    "archspec": 1,
    "name": "two-sites",
    "input": [16, 16, 4],
    "blocks": {
        "pair": {
            "inputs": ["a", "b"],
            "layers": [
                {"name": "left", "Conv2D": {"filters": 4, "kernel_size": 1}},
                {"name": "sum", "from": ["left", "b"], "Add": {}},
            ],
        },
        "outer": {
            "args": ["n"],
            "layers": [
                {"name": "first", "from": ["prev", "prev"], "pair": {}},
                {"name": "again", "from": ["first.left", "prev"], "pair": {}},
            ],
        },
    },
    "layers": [
        {"outer": {"n": 1}, "repeat": 3},
        {"name": "outer_4.first.left", "ReLU": {}},
        {"name": "named", "outer": {"n": 1}},
        {"outer": {"n": 1}},
        {"from": ["prev", "named.again.left"], "Add": {}},
    ],
}


def everything(graph: archspec.Graph) -> tuple[object, ...]:
    return graph.nodes, graph.scopes, dict(graph.endpoints), dict(graph.outputs), dict(graph.inputs)


def graphs(path: Path) -> list[tuple[object, ...]]:
    compiler = Compiler()
    return [
        everything(compiler.compile(reference))
        for reference in compiler.family(Reference.parse(str(path)))
    ]


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_pressing_is_carrying_out(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pressed = graphs(path)
    monkeypatch.setattr(BlockCache, "copy", lambda *_: None)
    assert pressed == graphs(path)


def test_pressing_several_inputs_and_taken_names(monkeypatch: pytest.MonkeyPatch) -> None:
    pressed = everything(archspec.compile(TWO_SITES))
    monkeypatch.setattr(BlockCache, "copy", lambda *_: None)
    assert pressed == everything(archspec.compile(TWO_SITES))
