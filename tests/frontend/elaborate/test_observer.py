"""What observes an elaboration: one elaboration gives the graph and all that an observer asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archspec import compiler
from archspec.cli.program import main
from archspec.compiler import Compiler
from archspec.frontend.elaborate.observer import Observer
from archspec.frontend.elaborate.scope import Feed, Site
from archspec.frontend.library import Reference
from archspec.frontend.program import parser
from archspec.frontend.program.program import Items
from archspec.frontend.yaml import reader
from archspec.graph import Node

SPEC = """
archspec: 1
name: net
vars: {classes: 10}
input: [8, 8, 3]
blocks:
  pair: {layers: [{Conv2D: {filters: 4, kernel_size: 3}}, ReLU]}
layers:
  - {pair: , repeat: 2}
  - Flatten
  - Dense: {units: $classes}
"""


class Nesting(Observer):
    """Counts events, and checks that lists and items nest."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.lists = self.items = 0
        self.nodes: list[str] = []

    def list_entered(self, items: Items, site: Site) -> None:
        self.open.append("list")
        self.lists += 1

    def list_left(self, result: Feed) -> None:
        assert self.open.pop() == "list"

    def item_begun(self, *_: Any) -> None:
        self.open.append("item")
        self.items += 1

    def item_ended(self, result: Feed) -> None:
        assert self.open.pop() == "item"

    def node_added(self, node: Node, site: Site) -> None:
        assert self.open[-1] == "item"
        self.nodes.append(node.name)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "net.yaml"
    path.write_text(SPEC)
    return path


def test_the_events_nest_and_show_every_call(path: Path) -> None:
    seen = Nesting()
    graph = Compiler().check(Reference.parse(str(path)), observer=seen).graph
    assert graph is not None
    assert seen.open == []
    assert seen.nodes == [node.name for node in graph.nodes]
    assert seen.lists == 3, "the model's own, and the block's for each of two equal calls"
    assert seen.items == 4 + 2 * 2, "two repetitions, Flatten and Dense, and two layers a call"


def test_source_is_written_from_one_reading_and_one_elaboration(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def counted(module: Any, name: str) -> None:
        function = getattr(module, name)

        def count(*args: Any, **words: Any) -> Any:
            calls.append(name)
            return function(*args, **words)

        monkeypatch.setattr(module, name, count)

    counted(parser, "parse")
    counted(compiler, "elaborate")
    counted(reader, "read")
    output = path.with_suffix(".py")
    result = CliRunner().invoke(main, ["build", str(path), "--set", "classes=7", "-o", str(output)])
    assert result.exit_code == 0, result.output
    assert "classes" in output.read_text()
    assert sorted(calls) == ["elaborate", "parse", "read", "read"], "the spec, the value"
